"""The events of a session: all that is stored of a conversation, in the order it happened."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from interviewer.grading.grade import Grade
from knowledge.bank import Frozen, Level, Slug, Topic

REPLY_LIMIT = 8_000
"""Longest accepted reply, in characters."""


class Mode(StrEnum):
    """Interview: no feedback before the end. Practice: feedback after each reply, and hints."""

    INTERVIEW = "interview"
    PRACTICE = "practice"


class ReplyKind(StrEnum):
    """What a candidate's message is.

    `partial` is an answer that its author calls a guess or unfinished ('no idea, but maybe ...'); `question` asks
    something back about the task; `correction` corrects, or asks to correct, an earlier answer. `nothing_more` says that
    the answer given is all, `wait` that the candidate still thinks: what these are hangs on what was said before.
    """

    ANSWER = "answer"
    PARTIAL = "partial"
    CORRECTION = "correction"
    DONT_KNOW = "dont_know"
    SKIP = "skip"
    HINT = "hint"
    REPEAT = "repeat"
    MEANING = "meaning"
    QUESTION = "question"
    STOP = "stop"
    META = "meta"
    OFF_TOPIC = "off_topic"
    NO_CONTENT = "no_content"
    NOTHING_MORE = "nothing_more"
    WAIT = "wait"


ANSWERS = frozenset({ReplyKind.ANSWER, ReplyKind.PARTIAL})
"""Kinds of message that hold something to grade."""


class Move(StrEnum):
    """Why the interviewer said something.

    Interview: `pump` ('go on') and `probe` expand, `clarify` takes up half a point, `challenge` a wrong one. Practice:
    `hint`, then `prompt`, then `assertion`, which tells the point. `follow_up` stands in logs written before these.
    """

    GREET = "greet"
    FOLLOW_UP = "follow_up"
    PUMP = "pump"
    PROBE = "probe"
    CLARIFY = "clarify"
    CHALLENGE = "challenge"
    HINT = "hint"
    PROMPT = "prompt"
    ASSERTION = "assertion"
    DECLINE_HINT = "decline_hint"
    NO_MORE_HINTS = "no_more_hints"
    REPEAT = "repeat"
    REPHRASE = "rephrase"
    REFOCUS = "refocus"
    NO_CONTENT = "no_content"
    WAIT = "wait"
    META = "meta"
    QUESTION_BACK = "question_back"
    INVITE_CORRECTION = "invite_correction"
    CORRECTED = "corrected"
    LEAVE = "leave"
    TIME_CUE = "time_cue"
    FEEDBACK = "feedback"
    CLOSE = "close"


FOLLOW_UPS = frozenset({Move.FOLLOW_UP, Move.PUMP, Move.PROBE, Move.CLARIFY, Move.CHALLENGE})
"""Moves that ask on about the question without helping."""
CUES = frozenset({Move.HINT, Move.PROMPT, Move.ASSERTION})
"""Moves that help: what is said after one is aided. Source: the contract, 'Over a question with follow-ups'."""


class FinishReason(StrEnum):
    """Why a session ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    OUT_OF_TIME = "out_of_time"


class Order(StrEnum):
    """How questions are chosen. Fixed: by seed and level. Adaptive: by what the replies say of the candidate."""

    FIXED = "fixed"
    ADAPTIVE = "adaptive"


class SessionConfig(Frozen):
    """What the candidate chose. No topics means all; `time_limit_s` in seconds, None for no limit.

    `planned`: ids of the questions to ask first, in this order (what practice found due); others follow as usual.
    """

    mode: Mode = Mode.INTERVIEW
    topics: tuple[Topic, ...] = ()
    level: Level = Level.MID
    questions: int = Field(default=5, ge=1, le=50)
    time_limit_s: int | None = Field(default=None, ge=60, le=4 * 3600)
    seed: int = 0
    order: Order = Order.FIXED
    planned: tuple[Slug, ...] = Field(default=(), max_length=50)


class Started(Frozen):
    """A session began over the bank with this content hash. `recent`: ids of the questions of the latest sessions."""

    type: Literal["started"] = "started"
    config: SessionConfig
    bank_hash: str
    recent: tuple[str, ...] = ()


class Asked(Frozen):
    """The interviewer asked a question; `lead` is what was said before it.

    `second_try`: the same question again in other words, after the feedback on the first try (practice only).
    """

    type: Literal["asked"] = "asked"
    question_id: str
    text: str
    lead: str = ""
    second_try: bool = False


class Replied(Frozen):
    """The candidate wrote something, or pressed a button (`kind` is then known).

    `sure`: how sure the candidate said to be of it, in [0, 1]; None where nothing was said.
    """

    type: Literal["replied"] = "replied"
    text: str
    kind: ReplyKind | None = None
    sure: float | None = Field(default=None, ge=0, le=1)


class Understood(Frozen):
    """What the last reply was taken for.

    `revises`: where the reply corrects an answer, the index (from 0) of that question within the session; None where
    it corrects none, or only asks to.
    """

    type: Literal["understood"] = "understood"
    kind: ReplyKind
    revises: int | None = Field(default=None, ge=0)


class Graded(Frozen):
    """The grade of the last reply (or why there is none)."""

    type: Literal["graded"] = "graded"
    grade: Grade


class Regraded(Frozen):
    """A reply that a failed grader had left ungraded was graded after all; also once the session is over.

    `asking`, `attempt`: which reply, as indices (from 0) of the question within the session and of the reply within it.
    """

    type: Literal["regraded"] = "regraded"
    asking: int = Field(ge=0)
    attempt: int = Field(ge=0)
    grade: Grade


class Spoke(Frozen):
    """The interviewer said something other than a new question.

    `point_id`: the key point it is about. `left_s`: for a time cue, which one it is (seconds left).
    """

    type: Literal["spoke"] = "spoke"
    move: Move
    text: str
    point_id: str | None = None
    left_s: int | None = None


class Finished(Frozen):
    """The session ended."""

    type: Literal["finished"] = "finished"
    reason: FinishReason


Event = Annotated[
    Started | Asked | Replied | Understood | Graded | Regraded | Spoke | Finished,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Record(Frozen):
    """An event in its place: `seq` counts from 0 within the session, `at` is UTC."""

    seq: int
    at: datetime
    event: Event
