"""Holds interviews: takes replies, commits them first, then does what the policy says until it waits for the next one."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from interviewer.errors import InputInvalid, ReplyTooLong, StoreConflict
from interviewer.events import REPLY_LIMIT, Event, Graded, Replied, ReplyKind, SessionConfig, Understood
from interviewer.grading.chain import Grader
from interviewer.grading.quotes import clean
from interviewer.grading.tasks import GradeRequest
from interviewer.policy import Need, need, open_session, respond
from interviewer.selection import check_config
from interviewer.speech import Speech
from interviewer.state import State, apply, replay
from interviewer.store import Store
from knowledge.bank import Bank

Understand = Callable[[str, str], ReplyKind]
"""From a reply's text and the current question's id to its kind."""

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
        bank: the questions.
        speech: the interviewer's phrases.
        understand: tells what kind of message a reply is.
        grader: grades answers.
        clock: the time now, aware.
        new_id: a new session id.
    """

    def __init__(
        self,
        store: Store,
        bank: Bank,
        speech: Speech,
        understand: Understand,
        grader: Callable[[], Grader],
        clock: Callable[[], datetime],
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._store = store
        self._bank = bank
        self._speech = speech
        self._understand = understand
        self._grader = grader
        self._clock = clock
        self._new_id = new_id
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def start(self, config: SessionConfig) -> tuple[str, State]:
        """Begins a session: greeting and first question. Raises: InputInvalid, StoreUnavailable."""
        check_config(self._bank, config)
        id = self._new_id()
        self._store.append(id, -1, [open_session(config, self._bank)], self._clock())
        return id, self.advance(id)

    def state(self, id: str) -> State:
        """The session as it stands. Raises: UnknownSession, StoreUnavailable."""
        return replay(self._store.load(id))

    def ids(self) -> list[str]:
        """Ids of all sessions, the newest first."""
        return self._store.session_ids()

    def close(self) -> None:
        """Gives the database's connections back."""
        self._store.close()

    def accept(self, id: str, text: str, kind: ReplyKind | None = None) -> State:
        """Commits a reply; nothing else is done with it yet. When this returns, the reply is on disk.

        Args:
            kind: what a pressed button means; None for typed text.

        Raises: ReplyTooLong, InputInvalid (the session is over, or still works on the last reply), UnknownSession,
            StoreUnavailable.
        """
        text = clean(text)
        if len(text) > REPLY_LIMIT:
            raise ReplyTooLong(
                f"your reply has {len(text):,} characters; the limit is {REPLY_LIMIT:,}. Shorten it and send it again"
            )
        with self._locks[id]:
            state = self.state(id)
            if need(state) is Need.NOTHING:
                raise InputInvalid("this session is over; its report is ready")
            if need(state) is not Need.REPLY:
                raise InputInvalid("your last reply is still being read; send this one again in a moment")
            return self._append(id, state, [Replied(text=text, kind=kind)])

    def advance(self, id: str) -> State:
        """Does all that is due: understands, grades and responds to the pending reply. Safe to call again at any time.

        Raises: UnknownSession, StoreUnavailable.
        """
        with self._locks[id]:
            state = self.state(id)
            while need(state) not in (Need.REPLY, Need.NOTHING):
                try:
                    state = self._append(id, state, self._due(state))
                except StoreConflict:
                    # Another process took this step; go on from what it wrote.
                    state = self.state(id)
            return state

    def reply(self, id: str, text: str, kind: ReplyKind | None = None) -> State:
        """`accept`, then `advance`."""
        self.accept(id, text, kind)
        return self.advance(id)

    def act(self, id: str, kind: ReplyKind) -> State:
        """A button: the same as typing what it says."""
        return self.reply(id, BUTTONS[kind], kind)

    def _append(self, id: str, state: State, events: list[Event]) -> State:
        for record in self._store.append(id, state.seq, events, self._clock()):
            state = apply(state, record)
        return state

    def _due(self, state: State) -> list[Event]:
        if need(state) is Need.RESPONSE:
            return list(respond(state, self._bank, self._speech))
        assert state.pending is not None
        question_id = state.askings[-1].question_id
        if need(state) is Need.UNDERSTANDING:
            return [Understood(kind=state.pending.kind or self._understand(state.pending.text, question_id))]
        return [Graded(grade=self._grader().grade(GradeRequest(question_id=question_id), state.pending.text))]
