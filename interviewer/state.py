"""The state of a session: a pure fold over its records. Replaying the log gives the same state, always."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from interviewer.events import (
    ANSWERS,
    CUES,
    FOLLOW_UPS,
    Asked,
    Event,
    Finished,
    FinishReason,
    Graded,
    Mode,
    Move,
    Record,
    Regraded,
    Replied,
    ReplyKind,
    SessionConfig,
    Spoke,
    Started,
    Understood,
)
from interviewer.grading.grade import Grade
from knowledge.bank import Frozen


class Line(Frozen):
    """One message of the transcript."""

    role: Literal["interviewer", "candidate"]
    text: str
    at: datetime
    move: Move | None = None


class AskedAbout(Frozen):
    """A follow-up about a key point, as it was put."""

    point_id: str
    text: str


class Attempt(Frozen):
    """A reply that counted as an answer (or 'I don't know'), with its grade once there is one.

    `sure`: how sure the candidate said to be, in [0, 1], or None. `answers`: the follow-up that it answers, or None.
    """

    text: str
    kind: ReplyKind
    aided: bool
    at: datetime
    grade: Grade | None = None
    sure: float | None = None
    answers: AskedAbout | None = None


class Asking(Frozen):
    """A question of this session and what became of it; `text` is how it was put, `on_table` the follow-up that waits for its answer."""

    question_id: str
    asked_at: datetime
    text: str = ""
    closed_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    followed_up: tuple[str, ...] = ()
    hinted: tuple[str, ...] = ()
    prompted: tuple[str, ...] = ()
    asserted: tuple[str, ...] = ()
    pumps: int = 0
    strays: int = 0
    pauses: int = 0
    skipped: bool = False
    second_try: bool = False
    on_table: AskedAbout | None = None

    @property
    def follow_ups(self) -> int:
        """How many follow-ups were asked."""
        return len(self.followed_up) + self.pumps

    @property
    def cues(self) -> int:
        """How many hints, prompts and assertions were given."""
        return len(self.hinted) + len(self.prompted) + len(self.asserted)

    @property
    def aided(self) -> bool:
        """Whether a reply now is aided: after a cue, or on a second try, before which the whole answer was shown."""
        return self.cues > 0 or self.second_try


class State(Frozen):
    """Everything the policy and the views need; `pending` is the reply that was not yet responded to.

    `pending_revises`: index of the asking whose answer it corrects, or None. `recent`: ids of earlier sessions'
    questions. `cued`: the time cues given, in seconds left.
    """

    config: SessionConfig
    bank_hash: str
    started_at: datetime
    now: datetime
    seq: int
    ran_s: float = 0.0
    transcript: tuple[Line, ...] = ()
    askings: tuple[Asking, ...] = ()
    pending: Replied | None = None
    pending_kind: ReplyKind | None = None
    pending_revises: int | None = None
    recent: tuple[str, ...] = ()
    cued: tuple[int, ...] = ()
    finished: FinishReason | None = None

    @property
    def current(self) -> Asking | None:
        """The question on the table."""
        return self.askings[-1] if self.askings and self.finished is None else None

    @property
    def asked(self) -> int:
        """How many questions were asked; a second try at one is not another."""
        return sum(not asking.second_try for asking in self.askings)

    @property
    def pending_graded(self) -> bool:
        """Whether the pending reply has its grade."""
        if not self.askings:
            return False
        attempts = self.askings[self.replying_to].attempts
        return bool(attempts and attempts[-1].grade is not None)

    @property
    def awaits_grade(self) -> bool:
        """Whether the pending reply, understood, is a try that has no grade yet."""
        tried = self.pending_kind in ANSWERS or self.pending_kind is ReplyKind.DONT_KNOW
        return (tried or self.pending_revises is not None) and not self.pending_graded

    @property
    def replying_to(self) -> int:
        """Index of the asking that the pending reply is about: the last one, but for a correction of an earlier one."""
        return len(self.askings) - 1 if self.pending_revises is None else self.pending_revises

    @property
    def corrects(self) -> int:
        """Index of the asking that a correction sent now would be about.

        The question on the table where it has an answer already, else the one before it.
        """
        last = len(self.askings) - 1
        return last if last == 0 or self.askings[last].attempts else last - 1

    @property
    def invited_correction(self) -> bool:
        """Whether the interviewer has just asked what the candidate would change."""
        return self.last_move is Move.INVITE_CORRECTION

    @property
    def last_move(self) -> Move | None:
        """What the interviewer said last, but for 'take your time'; None where it was a question."""
        said = (line for line in reversed(self.transcript) if line.role == "interviewer")
        return next((line.move for line in said if line.move is not Move.WAIT), None)

    @property
    def ungraded(self) -> tuple[tuple[int, int], ...]:
        """The replies that a failed grader left ungraded, as indices of asking and attempt; they can be graded again.

        Not those that a rule leaves ungraded: another language stays another language.
        """
        return tuple(
            (i, j)
            for i, asking in enumerate(self.askings)
            for j, attempt in enumerate(asking.attempts)
            if attempt.grade is not None and attempt.grade.ungraded and attempt.grade.rule is None
        )

    @property
    def why_ungraded(self) -> str | None:
        """Why the last of these has no grade; None where there is none."""
        if not self.ungraded:
            return None
        asking, attempt = self.ungraded[-1]
        grade = self.askings[asking].attempts[attempt].grade
        return grade.ungraded if grade else None

    @property
    def elapsed_s(self) -> float:
        """Seconds from the start to the last event, without those by which the clock was set back in between."""
        return self.ran_s


def replay(records: Iterable[Record]) -> State:
    """The state after all records.

    Raises: ValueError where they do not begin with `started` or are out of order.
    """
    state: State | None = None
    for record in records:
        if state is None:
            if not isinstance(record.event, Started) or record.seq != 0:
                raise ValueError("a session's log begins with its 'started' event")
            state = State(
                config=record.event.config,
                bank_hash=record.event.bank_hash,
                recent=record.event.recent,
                started_at=record.at,
                now=record.at,
                seq=0,
            )
        else:
            state = apply(state, record)
    if state is None:
        raise ValueError("a session's log is empty")
    return state


def apply(state: State, record: Record) -> State:
    """The state after one more record. Raises: ValueError where the record cannot be the next one."""
    if record.seq != state.seq + 1:
        raise ValueError(f"record {record.seq} does not follow {state.seq}")
    if refused := _refused(state, record.event):
        raise ValueError(f"record {record.seq} ({record.event.type}): {refused}")
    if isinstance(record.event, Regraded):
        # No part of the talk: the session's time does not run for it.
        askings = _with_grade(state, record.event.asking, record.event.attempt, record.event.grade)
        return state.model_copy(update={"seq": record.seq, "askings": askings})
    ran_s = state.ran_s + max(0.0, (record.at - state.now).total_seconds())
    changes = _changes(state, record.event, record.at)
    return state.model_copy(update={"seq": record.seq, "now": record.at, "ran_s": ran_s, **changes})


def _refused(state: State, event: Event) -> str | None:
    """Why an event cannot happen in this state, or None."""
    if isinstance(event, Regraded):
        waits = (event.asking, event.attempt) in state.ungraded and event.grade.ungraded is None
        return None if waits else "it gives no grade to a reply that has none"
    if state.finished is not None:
        return "the session is over"
    match event:
        case Started():
            return "a session starts once"
        case Replied() if not state.askings:
            return "nothing was asked"
        case Understood() if state.pending is None or state.pending_kind is not None:
            return "no reply waits to be understood"
        case Understood() if event.revises is not None and event.revises >= len(state.askings):
            return f"there is no question {event.revises} to correct"
        case Graded() if state.pending_kind is None or not state.awaits_grade:
            return "no reply waits for a grade"
    return None


def _changes(state: State, event: Event, at: datetime) -> dict[str, object]:
    match event:
        case Asked():
            text = f"{event.lead}\n\n{event.text}" if event.lead else event.text
            asking = Asking(question_id=event.question_id, asked_at=at, text=event.text, second_try=event.second_try)
            return _said(state, text, None, at) | {"askings": (*_closed(state, at), asking)}
        case Replied():
            line = Line(role="candidate", text=event.text, at=at)
            return {"transcript": (*state.transcript, line), **_NOTHING_PENDING, "pending": event}
        case Understood():
            return _understood(state, event, at)
        case Graded():
            return {"askings": _with_grade(state, state.replying_to, -1, event.grade)}
        case Spoke():
            cued = {"cued": (*state.cued, event.left_s)} if event.left_s is not None else {}
            return _said(state, event.text, event.move, at) | {"askings": _with_move(state, event)} | cued
        case Finished():
            return {"finished": event.reason, **_NOTHING_PENDING, "askings": _closed(state, at)}
        case Started() | Regraded():
            raise AssertionError("refused or done before")


_NOTHING_PENDING: dict[str, object] = {"pending": None, "pending_kind": None, "pending_revises": None}


def _said(state: State, text: str, move: Move | None, at: datetime) -> dict[str, object]:
    line = Line(role="interviewer", text=text, at=at, move=move)
    return {"transcript": (*state.transcript, line), **_NOTHING_PENDING}


def _understood(state: State, event: Understood, at: datetime) -> dict[str, object]:
    changes: dict[str, object] = {"pending_kind": event.kind, "pending_revises": event.revises}
    if state.pending is None or not state.askings:
        return changes
    last = len(state.askings) - 1
    about = last if event.revises is None else event.revises
    asking = state.askings[about]
    # In practice the whole answer was shown before the next question: what is corrected after that is no longer one's own.
    aided = asking.aided or (about != last and state.config.mode is Mode.PRACTICE)
    if event.kind in ANSWERS or event.kind is ReplyKind.DONT_KNOW or event.revises is not None:
        attempt = Attempt(
            text=state.pending.text,
            kind=event.kind,
            aided=aided,
            at=at,
            sure=state.pending.sure,
            answers=asking.on_table if event.revises is None else None,
        )
        settled = {"attempts": (*asking.attempts, attempt), "strays": 0, "pauses": 0, "on_table": None}
        asking = asking.model_copy(update=settled)
    else:
        # Who thinks, or asks to hear the question again, is with it.
        pause = event.kind in (ReplyKind.WAIT, ReplyKind.REPEAT)
        asking = asking.model_copy(
            update={
                "skipped": asking.skipped or event.kind is ReplyKind.SKIP,
                "pauses": asking.pauses + pause,
                "strays": asking.strays + (not pause),
            }
        )
    return changes | {"askings": _replaced(state, about, asking)}


def _replaced(state: State, at: int, asking: Asking) -> tuple[Asking, ...]:
    return (*state.askings[:at], asking, *state.askings[at + 1 :])


def _with_grade(state: State, at: int, reply: int, grade: Grade) -> tuple[Asking, ...]:
    attempts = list(state.askings[at].attempts)
    attempts[reply] = attempts[reply].model_copy(update={"grade": grade})
    return _replaced(state, at, state.askings[at].model_copy(update={"attempts": tuple(attempts)}))


_CUED = {Move.HINT: "hinted", Move.PROMPT: "prompted", Move.ASSERTION: "asserted"}


def _with_move(state: State, event: Spoke) -> tuple[Asking, ...]:
    if not state.askings:
        return state.askings
    current = state.askings[-1]
    changes: dict[str, object] = {}
    if event.move is Move.LEAVE and not current.attempts:
        changes = {"skipped": True}
    elif event.move is Move.PUMP:
        changes = {"pumps": current.pumps + 1}
    elif event.move in FOLLOW_UPS and event.point_id:
        changes = {"followed_up": (*current.followed_up, event.point_id)}
    elif event.move in CUES and event.point_id:
        field = _CUED[event.move]
        changes = {field: (*getattr(current, field), event.point_id), "strays": 0, "pauses": 0}
    if event.move in FOLLOW_UPS | CUES:
        # A hint or an assertion asks nothing that could be answered in two words.
        about = event.point_id if event.move not in (Move.HINT, Move.ASSERTION) else None
        changes |= {"on_table": AskedAbout(point_id=about, text=event.text) if about else None}
    return (*state.askings[:-1], current.model_copy(update=changes))


def _closed(state: State, at: datetime) -> tuple[Asking, ...]:
    if not state.askings:
        return ()
    return (*state.askings[:-1], state.askings[-1].model_copy(update={"closed_at": at}))
