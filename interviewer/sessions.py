"""Holds interviews: takes replies, commits them first, then does what the policy says until it waits for the next one."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import reduce
from typing import TYPE_CHECKING

from interviewer.access import Access, Everything
from interviewer.backchannel import answers_follow_up, in_place
from interviewer.correction import asking_replied_to, corrected_asking, names_earlier, returns_to_nothing_said
from interviewer.errors import InputInvalid, JudgeFailed, ReplyTooLong, SessionDamaged, StoreConflict
from interviewer.events import (
    ANSWERS,
    REPLY_LIMIT,
    Asked,
    Event,
    Graded,
    Mode,
    Order,
    Record,
    Regraded,
    Replied,
    ReplyKind,
    SessionConfig,
    Understood,
)
from interviewer.grading.grade import Grade, GraderName
from interviewer.grading.quotes import clean
from interviewer.grading.tasks import GradeRequest
from interviewer.llm.ledger import spending
from interviewer.moves import answered
from interviewer.phrasing import Tell, as_authored, silent
from interviewer.policy import Need, need, open_session, respond
from interviewer.practice import graded_replies, plan
from interviewer.recent import Recent
from interviewer.selection import check_config
from interviewer.speech import Speech
from interviewer.state import Attempt, State, apply, replay
from interviewer.store import Store
from interviewer.turns import Turns
from interviewer.utterance import corrected_text
from knowledge.bank import Bank

if TYPE_CHECKING:
    from interviewer.grading.chain import Grader

log = logging.getLogger("interviewer.sessions")

Phrase = Callable[[State, Bank, tuple[Event, ...], Tell], tuple[Event, ...]]
"""From what the policy wants said to what is said, in the same events."""
Understand = Callable[[str, str], ReplyKind]
"""From a reply's text and the current question's id to its kind."""

Answer = Callable[[str], State]

RECENT_SESSIONS = 10
"""So many past sessions' questions are asked again only when no other is left."""

STILL_READ = "your last reply is still being read; send this one again in a moment"
GONE = "its question is no longer in the bank"
ACCEPT_PATIENCE_S = 0.5

MOST_REMEMBERED = 5_000
"""So many sessions of other users are kept in memory beside those of the one who acts."""
MOST_RECENT = 500
"""Of so many sessions the state at the last look is kept: twice as many as talk at once on a machine that grades in time."""

BUTTONS: dict[ReplyKind, str] = {
    ReplyKind.DONT_KNOW: "I don't know.",
    ReplyKind.SKIP: "Let's skip this one.",
    ReplyKind.HINT: "Could I have a hint?",
    ReplyKind.REPEAT: "Could you repeat the question?",
    ReplyKind.STOP: "I'd like to stop here.",
}
"""What a button says in the transcript."""


class Sessions:
    """All interviews over one store. Safe to call from many threads; one session is advanced by one at a time.

    Args:
        store: the event log.
        bank: gives the questions as they stand now.
        speech: the interviewer's phrases.
        understand: tells what kind of message a reply is.
        grader: grades answers.
        clock: the time now, aware.
        new_id: a new session id.
        phrase: puts what the policy wants said into words.
        access: says which sessions the one who acts may see and go on with.
        turns: lets one at a time work on a session.
    """

    def __init__(
        self,
        store: Store,
        bank: Callable[[], Bank],
        speech: Speech,
        understand: Understand,
        grader: "Callable[[], Grader]",
        clock: Callable[[], datetime],
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
        phrase: Callable[[], Phrase] = lambda: as_authored,
        access: Access | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._store = store
        self._bank = bank
        self._speech = speech
        self._understand = understand
        self._grader = grader
        self._clock = clock
        self._new_id = new_id
        self._phrase = phrase
        self._access = access or Everything()
        self._turns = turns or Turns()
        self._seen: dict[str, State] = {}
        self._recent_states = Recent(MOST_RECENT)
        self._told: set[str] = set()

    def start(self, config: SessionConfig) -> tuple[str, State]:
        """Begins a session: greeting and first question. Raises: InputInvalid, StoreUnavailable."""
        check_config(self._bank(), config)
        recent = self._recent() if config.order is Order.ADAPTIVE else ()
        id = self._new_id()
        self._access.begin(id)
        self._store.append(id, -1, [open_session(config, self._bank(), recent)], self._clock())
        return id, self.advance(id)

    def _recent(self) -> tuple[str, ...]:
        """Ids of the latest sessions' questions, which adaptive order asks last."""
        latest = (record.event for id in self.ids()[:RECENT_SESSIONS] for record in self._sound(id))
        return tuple(dict.fromkeys(event.question_id for event in latest if isinstance(event, Asked)))

    def plan_practice(self, config: SessionConfig, zone: tzinfo) -> SessionConfig:
        """The same choice, beginning with what is due and weak on the person's day; an interview is left as it is.

        Raises: StoreUnavailable.
        """
        if config.mode is not Mode.PRACTICE or config.planned:
            return config
        replies = graded_replies(self.states().values())
        planned = plan(self._bank(), replies, self._clock(), zone, config.questions, config.topics)
        return config.model_copy(update={"planned": planned})

    def state(self, id: str) -> State:
        """The session as it stands. Raises: UnknownSession, StoreUnavailable."""
        self._access.check(id, write=False)
        return self._replayed(id)

    def _replayed(self, id: str) -> State:
        """The session as it stands in the log, of which only what came since the last look is read."""
        known = self._recent_states.get(id)
        if known is None:
            state = replay(self._store.load(id))
        else:
            # The last record known is read again: where it is gone, so is the session.
            state = reduce(apply, self._store.load(id, since=known.seq)[1:], known)
        self._recent_states.put(id, state)
        return state

    def _sound(self, id: str) -> list[Record]:
        """A session's records; none, and a line in the log, where they are damaged."""
        try:
            return self._store.load(id)
        except SessionDamaged as error:
            if id not in self._told:
                self._told.add(id)
                log.warning("%s", error)
            return []

    def check(self, id: str) -> None:
        """Raises: UnknownSession where the one who acts may not go on with the session."""
        self._access.check(id, write=True)

    def ids(self) -> list[str]:
        """Ids of all sessions that the one who acts may see, the newest first."""
        visible = self._access.visible()
        return [id for id in self._store.session_ids() if visible is None or id in visible]

    def states(self) -> dict[str, State]:
        """All sessions of the one who acts as they stand, the newest first. Raises: StoreUnavailable.

        Only sessions that went on since the last call are read again. Damaged ones are left out.
        """
        # A state knows its last event's number, so what is remembered can never be out of date unnoticed.
        visible = self._access.visible()
        found: dict[str, State] = {}
        for id, last in self._store.heads().items():
            if visible is not None and id not in visible:
                continue
            seen = self._seen.get(id)
            if seen and seen.seq == last:
                found[id] = seen
            elif records := self._sound(id):
                found[id] = replay(records)
        others = {} if visible is None or len(self._seen) > MOST_REMEMBERED else self._seen
        self._seen = others | found
        return found

    def drop_remembered(self) -> None:
        """Forgets what is held in memory; it is read from the database again."""
        self._seen = {}
        self._recent_states.clear()

    def close(self) -> None:
        """Gives the database's connections back."""
        self._turns.close()
        self._store.close()

    def accept(self, id: str, text: str, kind: ReplyKind | None = None, sure: float | None = None) -> State:
        """Commits a reply; nothing else is done with it yet. When this returns, the reply is on disk.

        Args:
            kind: what a pressed button means; None for typed text.
            sure: how sure the candidate says to be, in [0, 1]; None where nothing was said.

        Raises: ReplyTooLong, InputInvalid (the session is over, or still works on the last reply), UnknownSession,
            StoreUnavailable.
        """
        text = clean(text)
        if len(text) > REPLY_LIMIT:
            raise ReplyTooLong(
                f"your reply has {len(text):,} characters; the limit is {REPLY_LIMIT:,}. Shorten it and send it again"
            )
        self._access.check(id, write=True)
        with self._turns.take(id, ACCEPT_PATIENCE_S) as taken:
            if not taken:
                raise InputInvalid(STILL_READ)
            state = self._replayed(id)
            if need(state) is Need.NOTHING:
                raise InputInvalid("this session is over; its report is ready")
            if need(state) is not Need.REPLY:
                raise InputInvalid(STILL_READ)
            return self._append(id, state, [Replied(text=text, kind=kind, sure=sure)])

    def advance(self, id: str, tell: Tell = silent) -> State:
        """Does all that is due: understands, grades and responds to the pending reply. Safe to call again at any time.

        Args:
            tell: is told what the interviewer says while it is being phrased; what counts is what the state holds then.

        Raises: UnknownSession, StoreUnavailable.
        """
        self._access.check(id, write=True)
        with self._turns.take_from_all(id), spending(id):
            state = self._replayed(id)
            while need(state) not in (Need.REPLY, Need.NOTHING):
                try:
                    state = self._append(id, state, self._due(state, tell))
                except StoreConflict:
                    # Another process took this step; go on from what it wrote.
                    state = self._replayed(id)
            return state

    def reply(self, id: str, text: str, kind: ReplyKind | None = None, answer: Answer | None = None) -> State:
        """`accept`, then `advance`. A reply that a crash left unread is read first; sent again, it counts once.

        Args:
            answer: advances the session when there is room, where that is not done at once. Where it raises Busy, it is
                the pending reply that is kept.
        """
        answer = answer or self.advance
        if (left := self._left_unread(id)) is not None:
            state = answer(id)
            if left == clean(text):
                return state
        self.accept(id, text, kind)
        return answer(id)

    def _left_unread(self, id: str) -> str | None:
        """The text of a pending reply that nobody in this process works on."""
        # A session that is being advanced is locked; its second reply is refused as before.
        if self._turns.is_taken(id):
            return None
        state = self.state(id)
        return state.pending.text if state.pending and need(state) is not Need.NOTHING else None

    def act(self, id: str, kind: ReplyKind, answer: Answer | None = None) -> State:
        """A button: the same as typing what it says."""
        return self.reply(id, BUTTONS[kind], kind, answer)

    def grade_again(self, id: str) -> State:
        """Grades the replies that a failed grader left ungraded, one after the other; what has a grade keeps it.

        Raises: JudgeFailed where a reply gets none again, UnknownSession, StoreUnavailable.
        """
        self._access.check(id, write=True)
        with self._turns.take_from_all(id), spending(id):
            state = self._replayed(id)
            while state.ungraded:
                try:
                    state = self._append(id, state, [self._regraded(state, *self._owed(state))])
                except StoreConflict:
                    state = self._replayed(id)
            return state

    def _owed(self, state: State) -> tuple[int, int]:
        """The next reply to grade again; one whose question is gone comes last, or it would keep the others from theirs."""
        known = self._bank().by_id
        return min(state.ungraded, key=lambda at: state.askings[at[0]].question_id not in known)

    def _regraded(self, state: State, asking: int, attempt: int) -> Regraded:
        grade = self._grade(state.askings[asking].question_id, state.askings[asking].attempts[attempt])
        if grade.ungraded:
            raise JudgeFailed(f"there is still no grade: {grade.ungraded}; try again later")
        return Regraded(asking=asking, attempt=attempt, grade=grade)

    def _append(self, id: str, state: State, events: list[Event]) -> State:
        for record in self._store.append(id, state.seq, events, self._clock()):
            state = apply(state, record)
        return state

    def _due(self, state: State, tell: Tell) -> list[Event]:
        if need(state) is Need.RESPONSE:
            bank = self._bank()
            return list(self._phrase()(state, bank, respond(state, bank, self._speech), tell))
        assert state.pending is not None
        if need(state) is Need.UNDERSTANDING:
            question_id = state.askings[asking_replied_to(state)].question_id
            kind = state.pending.kind or self._understand(state.pending.text, question_id)
            return [understood(state, kind, state.pending.text)]
        asking = state.askings[state.replying_to]
        return [Graded(grade=self._grade(asking.question_id, asking.attempts[-1]))]

    def _grade(self, question_id: str, attempt: Attempt) -> Grade:
        """The grade of a reply; none, with the reason, where its question is gone from the bank."""
        question = self._bank().by_id.get(question_id)
        if question is None:
            return Grade(question_id=question_id, score=None, ungraded=GONE, grader=GraderName.LOCAL)
        request = GradeRequest(question_id=question_id, follow_up=answered(attempt, question))
        return self._grader().grade(request, attempt.text)


def understood(state: State, kind: ReplyKind, text: str) -> Understood:
    """What the pending reply is taken for, and which earlier answer it corrects.

    A correction that says what is to be corrected is a further reply to that question; one that only asks to correct is
    answered by an invitation, and the reply to the invitation is the correction.
    """
    kind = in_place(state, text) or kind
    if kind is ReplyKind.OFF_TOPIC and answers_follow_up(state, text):
        kind = ReplyKind.ANSWER
    if state.invited_correction and kind in (ReplyKind.SKIP, ReplyKind.DONT_KNOW, ReplyKind.NOTHING_MORE):
        # "Never mind": nothing is changed, and the question on the table is put again.
        return Understood(kind=ReplyKind.REPEAT)
    if kind is ReplyKind.CORRECTION and corrected_text(text):
        if returns_to_nothing_said(state, text):
            return Understood(kind=ReplyKind.ANSWER)
        return Understood(kind=kind, revises=corrected_asking(state, text))
    if (
        kind is ReplyKind.ANSWER
        and not state.invited_correction
        and (earlier := names_earlier(state, text)) is not None
    ):
        return Understood(kind=ReplyKind.CORRECTION, revises=earlier)
    if state.invited_correction and kind in ANSWERS:
        return Understood(kind=ReplyKind.CORRECTION, revises=corrected_asking(state))
    return Understood(kind=kind)
