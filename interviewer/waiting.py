"""Where replies wait to be answered: in the order they came, a few at a time, and nobody waits without being told.

A reply is in the log before it comes here. Who is far back is told so at once and may leave: the reply keeps its place and
is answered in its turn all the same. What waits here when a process dies is still due by the log, and is taken up by
whoever opens the session next.
"""

import contextvars
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple

from interviewer.errors import Busy, InterviewerError
from interviewer.phrasing import Tell, silent
from interviewer.state import State
from knowledge.errors import KnowledgeError

log = logging.getLogger("interviewer.waiting")

WORKERS = 8
"""Replies answered at once: enough to fill a batch, or to wait for a language model (as many calls as it may get)."""
SEATS = 32
"""Who is further back than this is told to come again. Fewer than the page's 40 threads, which must have some to spare."""
MOST_WAITING = 2_000
"""Beyond this a reply waits in the log alone, until somebody asks for it again."""

KEPT = "We are busy just now. Your reply is kept, and is answered as soon as there is room."

Answer = Callable[[str, Tell], State]


class WaitingRoom:
    """Answers replies in turn.

    Args:
        answer: does all that is due in a session, as `Sessions.advance` does.
        workers: how many are answered at once.
        seats: how many may be waited for, those being answered included.
        check: raises where the one who acts may not go on with a session; who waits with another gets the same state.
    """

    def __init__(
        self,
        answer: Answer,
        workers: int = WORKERS,
        seats: int = SEATS,
        check: Callable[[str], None] = lambda id: None,
    ) -> None:
        self._answer = answer
        self._check = check
        self._most_workers = workers
        self._seats = seats
        self._lock = Lock()
        self._queue: SimpleQueue[_Ticket | None] = SimpleQueue()
        self._tickets: dict[str, _Ticket] = {}
        self._workers: list[Thread] = []

    def advance(self, id: str, tell: Tell = silent) -> State:
        """The session after all that was due. Safe to call again: who waits already keeps the place.

        Raises: Busy where too many are before it; else what answering raises.
        """
        self._check(id)
        ticket, place = self._place(id, tell)
        if ticket is None or place >= self._seats:
            raise Busy(KEPT)
        return ticket.state.result()

    def _place(self, id: str, tell: Tell) -> "tuple[_Ticket | None, int]":
        with self._lock:
            if id in self._tickets:
                return self._tickets[id], list(self._tickets).index(id)
            if len(self._tickets) >= MOST_WAITING:
                return None, MOST_WAITING
            # Who acts is known by context, which a worker's thread does not have by itself.
            ticket = self._tickets[id] = _Ticket(id, tell, contextvars.copy_context(), Future())
            self._queue.put(ticket)
            if len(self._workers) < min(self._most_workers, len(self._tickets)):
                self._hire()
            return ticket, len(self._tickets) - 1

    def _hire(self) -> None:
        # Threads of the interpreter's pools would answer all that waits before the program may end.
        worker = Thread(target=self._work, name=f"answers-{len(self._workers)}", daemon=True)
        self._workers.append(worker)
        worker.start()

    def _work(self) -> None:
        while (ticket := self._queue.get()) is not None:
            try:
                state = ticket.context.run(self._answer, ticket.id, ticket.tell)
            except BaseException as error:
                self._leave(ticket)
                ticket.state.set_exception(error)
                if not isinstance(error, InterviewerError | KnowledgeError):
                    log.error("a reply could not be answered; it is kept", exc_info=error)
            else:
                self._leave(ticket)
                ticket.state.set_result(state)
            # Else the last one answered would be held until the next one comes.
            del ticket

    def _leave(self, ticket: "_Ticket") -> None:
        with self._lock:
            del self._tickets[ticket.id]

    def close(self, patience_s: float = 0.0) -> bool:
        """Lets the workers go after what they have at hand; who waits is told to come again. Says whether all have gone.

        Args:
            patience_s: so long at most it is waited for what is at hand.
        """
        with self._lock:
            left, self._workers = self._workers, []
        with suppress(Empty):
            while (ticket := self._queue.get_nowait()) is not None:
                self._leave(ticket)
                ticket.state.set_exception(Busy(KEPT))
        for _ in left:
            self._queue.put(None)
        until = time.monotonic() + patience_s
        for worker in left:
            worker.join(max(0.0, until - time.monotonic()))
        return not any(worker.is_alive() for worker in left)


class _Ticket(NamedTuple):
    id: str
    tell: Tell
    context: contextvars.Context
    state: "Future[State]"
