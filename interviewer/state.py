"""The state of a session: a pure fold over its records. Replaying the log gives the same state, always."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from interviewer.events import (
    Asked,
    Event,
    Finished,
    FinishReason,
    Graded,
    Move,
    Record,
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


class Attempt(Frozen):
    """A reply that counted as an answer (or 'I don't know'), with its grade once there is one."""

    text: str
    kind: ReplyKind
    aided: bool
    at: datetime
    grade: Grade | None = None


class Asking(Frozen):
    """A question of this session and what became of it."""

    question_id: str
    asked_at: datetime
    closed_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    followed_up: tuple[str, ...] = ()
    hinted: tuple[str, ...] = ()
    skipped: bool = False


class State(Frozen):
    """Everything the policy and the views need; `pending` is the reply that was not yet responded to."""

    config: SessionConfig
    bank_hash: str
    started_at: datetime
    now: datetime
    seq: int
    transcript: tuple[Line, ...] = ()
    askings: tuple[Asking, ...] = ()
    pending: Replied | None = None
    pending_kind: ReplyKind | None = None
    finished: FinishReason | None = None

    @property
    def current(self) -> Asking | None:
        """The question on the table."""
        return self.askings[-1] if self.askings and self.finished is None else None

    @property
    def pending_graded(self) -> bool:
        """Whether the pending reply has its grade."""
        return bool(self.askings and self.askings[-1].attempts and self.askings[-1].attempts[-1].grade is not None)

    @property
    def elapsed_s(self) -> float:
        """Seconds from the start to the last event."""
        return (self.now - self.started_at).total_seconds()


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
    """The state after one more record. Raises: ValueError where the record is not the next one."""
    if record.seq != state.seq + 1:
        raise ValueError(f"record {record.seq} does not follow {state.seq}")
    return state.model_copy(update={"seq": record.seq, "now": record.at, **_changes(state, record.event, record.at)})


def _changes(state: State, event: Event, at: datetime) -> dict[str, object]:
    match event:
        case Asked():
            text = f"{event.lead}\n\n{event.text}" if event.lead else event.text
            asking = Asking(question_id=event.question_id, asked_at=at)
            return _said(state, text, None, at) | {"askings": (*_closed(state, at), asking)}
        case Replied():
            line = Line(role="candidate", text=event.text, at=at)
            return {"transcript": (*state.transcript, line), "pending": event, "pending_kind": None}
        case Understood():
            return _understood(state, event.kind, at)
        case Graded():
            return {"askings": _with_grade(state, event.grade)}
        case Spoke():
            return _said(state, event.text, event.move, at) | {"askings": _with_move(state, event)}
        case Finished():
            return {"finished": event.reason, "pending": None, "pending_kind": None, "askings": _closed(state, at)}
        case Started():
            raise ValueError("a session starts once")


def _said(state: State, text: str, move: Move | None, at: datetime) -> dict[str, object]:
    line = Line(role="interviewer", text=text, at=at, move=move)
    return {"transcript": (*state.transcript, line), "pending": None, "pending_kind": None}


def _understood(state: State, kind: ReplyKind, at: datetime) -> dict[str, object]:
    changes: dict[str, object] = {"pending_kind": kind}
    if state.pending is None or not state.askings:
        return changes
    current = state.askings[-1]
    if kind in (ReplyKind.ANSWER, ReplyKind.DONT_KNOW):
        attempt = Attempt(text=state.pending.text, kind=kind, aided=bool(current.hinted), at=at)
        current = current.model_copy(update={"attempts": (*current.attempts, attempt)})
    elif kind is ReplyKind.SKIP:
        current = current.model_copy(update={"skipped": True})
    return changes | {"askings": (*state.askings[:-1], current)}


def _with_grade(state: State, grade: Grade) -> tuple[Asking, ...]:
    current = state.askings[-1]
    attempt = current.attempts[-1].model_copy(update={"grade": grade})
    return (*state.askings[:-1], current.model_copy(update={"attempts": (*current.attempts[:-1], attempt)}))


def _with_move(state: State, event: Spoke) -> tuple[Asking, ...]:
    if not state.askings or event.point_id is None:
        return state.askings
    current = state.askings[-1]
    if event.move is Move.FOLLOW_UP:
        current = current.model_copy(update={"followed_up": (*current.followed_up, event.point_id)})
    elif event.move is Move.HINT:
        current = current.model_copy(update={"hinted": (*current.hinted, event.point_id)})
    return (*state.askings[:-1], current)


def _closed(state: State, at: datetime) -> tuple[Asking, ...]:
    if not state.askings:
        return ()
    return (*state.askings[:-1], state.askings[-1].model_copy(update={"closed_at": at}))
