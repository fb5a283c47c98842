"""Gets the grader ready for a question while the candidate still reads it: the first reply then waits no longer than others."""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock

from interviewer.errors import InterviewerError
from knowledge.errors import KnowledgeError

log = logging.getLogger("interviewer.preparation")

REMEMBERED = 500
"""So many questions are taken as ready; the grader itself keeps a few more."""


class Preparation:
    """Questions to get ready for, one after the other. Safe to call from many threads.

    Args:
        prepare: gets the grader ready for the question with this id.
    """

    def __init__(self, prepare: Callable[[str], None]) -> None:
        self._prepare = prepare
        self._wanted: SimpleQueue[str] = SimpleQueue()
        self._known: dict[str, None] = {}
        self._guard = Lock()
        self._at_work = Lock()

    def want(self, question_id: str) -> None:
        """Says that a reply to this question may come; returns at once."""
        with self._guard:
            if question_id in self._known:
                return
            if len(self._known) >= REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[question_id] = None
        self._wanted.put(question_id)

    def run(self) -> None:
        """Prepares what is wanted, for ever: for a thread of its own, once the models are there."""
        while True:
            self.step()

    def step(self) -> None:
        """Waits for the next question, and prepares it."""
        question_id = self._wanted.get()
        with self._at_work:
            try:
                self._prepare(question_id)
            except (InterviewerError, KnowledgeError) as error:
                # Whoever grades the reply is told; here nobody waits.
                log.info("question %s could not be prepared (%s)", question_id, error)

    def close(self, timeout_s: float) -> bool:
        """Lets the one under way end, for at most so long, and begins no other; whether none is under way."""
        return self._at_work.acquire(timeout=max(0.0, timeout_s))
