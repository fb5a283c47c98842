"""Long work in a thread of its own, one piece at a time: says how far it is, and can be stopped between two steps."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Literal, NamedTuple

from interviewer.errors import InputInvalid, InterviewerError
from interviewer.evaluations import Tell
from knowledge.errors import KnowledgeError
from ui.texts import say

NICENESS = 10
"""The thread yields to the ones that answer people, where the system knows threads of lower rank."""


class Stopped(Exception):
    """The work was asked to stop."""


class Status(NamedTuple):
    """How the work stands. `left_s`: how long the stage takes yet, where that can be told. `result` once it is done;
    `fault` is for the person, once it failed.
    """

    state: Literal["running", "stopping", "done", "stopped", "failed"]
    stage: str
    done: int
    total: int
    elapsed_s: float
    left_s: float | None
    result: str | None
    fault: str | None


class Background:
    """At most one piece of work at a time, and how the last one went.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._future: Future[str] | None = None
        self._stop = threading.Event()
        self._told = ("", 0, 0)
        self._began = ("", 0, 0.0)
        self._started = self._ended = 0.0

    def start(self, work: Callable[[Tell], str]) -> None:
        """Begins the work. Raises: InputInvalid where another is under way."""
        with self._lock:
            if self._future is not None and not self._future.done():
                raise InputInvalid(say("evals.busy"))
            self._stop.clear()
            self._told, self._began = ("", 0, 0), ("", 0, 0.0)
            self._started = self._clock()
            future = self._future = Future()
        # A thread of the interpreter's pools would hold the program back when it is to end.
        threading.Thread(target=self._run, args=(work, future), name="background", daemon=True).start()

    def stop(self) -> None:
        """Asks the work to stop after the step that it is at."""
        self._stop.set()

    def wait(self, timeout_s: float) -> bool:
        """Waits for the end, at most so long; says whether nothing is under way any more."""
        future = self._future
        if future is not None:
            with suppress(BaseException):
                future.exception(timeout_s)
        return future is None or future.done()

    def status(self) -> Status | None:
        """How the work stands; None before the first. Raises: what ended the work, where no person can mend it."""
        future = self._future
        if future is None:
            return None
        stage, done, total = self._told
        if not future.done():
            state: Literal["running", "stopping"] = "stopping" if self._stop.is_set() else "running"
            return Status(state, stage, done, total, self._clock() - self._started, self._left(), None, None)
        error, elapsed = future.exception(), self._ended - self._started
        if error is None:
            return Status("done", stage, done, total, elapsed, None, future.result(), None)
        if isinstance(error, Stopped):
            return Status("stopped", stage, done, total, elapsed, None, None, None)
        if isinstance(error, InterviewerError | KnowledgeError):
            return Status("failed", stage, done, total, elapsed, None, None, str(error))
        self._future = None  # told once
        raise error

    def _left(self) -> float | None:
        """By the rate of this stage; what was done before it began says nothing of that."""
        (_, done, total), (_, first, since) = self._told, self._began
        return (total - done) * (self._clock() - since) / (done - first) if done > first else None

    def _run(self, work: Callable[[Tell], str], future: "Future[str]") -> None:
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            result = work(self._tell)
        except BaseException as error:
            self._ended = self._clock()
            future.set_exception(error)
        else:
            self._ended = self._clock()
            future.set_result(result)

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Stopped
        if stage != self._told[0]:
            self._began = (stage, done, self._clock())
        self._told = (stage, done, total)
