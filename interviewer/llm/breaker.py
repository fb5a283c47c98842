"""The circuit breaker: after failures in a row of time the server is left alone, then probed once."""

from collections import deque
from collections.abc import Callable
from threading import Lock

from interviewer.llm.limits import Limits


class Breaker:
    """Counts a server's failures. Safe to use from many threads.

    Args:
        limits: how many failures in how many seconds open it, and how long it rests.
        clock: seconds, monotonic.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = Lock()
        self._failures: deque[float] = deque()
        self._opened: float | None = None
        self._probing = False

    def admits(self) -> bool:
        """Whether a call may be sent now. While open, one call is let through after each rest: the probe."""
        with self._lock:
            if self._opened is None:
                return True
            if self._probing or self._clock() - self._opened < self._limits.breaker_rest_s:
                return False
            self._probing = True
            return True

    def failed(self) -> None:
        """A call failed by the server's fault."""
        with self._lock:
            now = self._clock()
            if self._probing:
                self._probing, self._opened = False, now
                return
            self._failures.append(now)
            while self._failures and now - self._failures[0] > self._limits.breaker_window_s:
                self._failures.popleft()
            if 0 < self._limits.breaker_failures <= len(self._failures):
                self._opened = now
                self._failures.clear()

    def worked(self) -> None:
        """The server answered, whatever the answer was."""
        with self._lock:
            self._probing, self._opened = False, None
            self._failures.clear()

    def left(self) -> None:
        """A call that was admitted was not sent after all: where it was the probe, the next one is."""
        with self._lock:
            self._probing = False
