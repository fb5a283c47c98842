"""The events of a session: all that is stored of a conversation, in the order it happened."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from interviewer.grading.grade import Grade
from knowledge.bank import Frozen, Level, Topic

REPLY_LIMIT = 8_000
"""Longest accepted reply, in characters."""


class Mode(StrEnum):
    """Interview: no feedback before the end. Practice: feedback after each reply, and hints."""

    INTERVIEW = "interview"
    PRACTICE = "practice"


class ReplyKind(StrEnum):
    """What a candidate's message is."""

    ANSWER = "answer"
    DONT_KNOW = "dont_know"
    SKIP = "skip"
    HINT = "hint"
    REPEAT = "repeat"
    MEANING = "meaning"
    STOP = "stop"
    META = "meta"
    OFF_TOPIC = "off_topic"
    NO_CONTENT = "no_content"


class Move(StrEnum):
    """Why the interviewer said something."""

    GREET = "greet"
    FOLLOW_UP = "follow_up"
    HINT = "hint"
    DECLINE_HINT = "decline_hint"
    NO_MORE_HINTS = "no_more_hints"
    REPEAT = "repeat"
    REPHRASE = "rephrase"
    REFOCUS = "refocus"
    NO_CONTENT = "no_content"
    META = "meta"
    FEEDBACK = "feedback"
    CLOSE = "close"


class FinishReason(StrEnum):
    """Why a session ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    OUT_OF_TIME = "out_of_time"


class SessionConfig(Frozen):
    """What the candidate chose. No topics means all; `time_limit_s` in seconds, None for no limit."""

    mode: Mode = Mode.INTERVIEW
    topics: tuple[Topic, ...] = ()
    level: Level = Level.MID
    questions: int = Field(default=5, ge=1, le=50)
    time_limit_s: int | None = Field(default=None, ge=60, le=4 * 3600)
    seed: int = 0


class Started(Frozen):
    """A session began over the bank with this content hash."""

    type: Literal["started"] = "started"
    config: SessionConfig
    bank_hash: str


class Asked(Frozen):
    """The interviewer asked a question; `lead` is what was said before it."""

    type: Literal["asked"] = "asked"
    question_id: str
    text: str
    lead: str = ""


class Replied(Frozen):
    """The candidate wrote something, or pressed a button (`kind` is then known)."""

    type: Literal["replied"] = "replied"
    text: str
    kind: ReplyKind | None = None


class Understood(Frozen):
    """What the last reply was taken for."""

    type: Literal["understood"] = "understood"
    kind: ReplyKind


class Graded(Frozen):
    """The grade of the last reply (or why there is none)."""

    type: Literal["graded"] = "graded"
    grade: Grade


class Spoke(Frozen):
    """The interviewer said something other than a new question."""

    type: Literal["spoke"] = "spoke"
    move: Move
    text: str
    point_id: str | None = None


class Finished(Frozen):
    """The session ended."""

    type: Literal["finished"] = "finished"
    reason: FinishReason


Event = Annotated[
    Started | Asked | Replied | Understood | Graded | Spoke | Finished,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Record(Frozen):
    """An event in its place: `seq` counts from 0 within the session, `at` is UTC."""

    seq: int
    at: datetime
    event: Event
