"""The circuit breaker: a server that fails is left alone, then probed once.

It opens after failures that come close together. Where each takes long that never happens, however often a candidate
waits, so two long failures without an answer in between open it as well.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from interviewer.llm.limits import Limits


class Admission(NamedTuple):
    """A call that may be sent, since when (seconds of the breaker's clock), and whether it is the probe."""

    at: float
    probe: bool


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
        self._long = 0
        self._opened: float | None = None
        self._probing = False

    def admits(self, may_probe: bool = True) -> Admission | None:
        """The leave to send a call now, or None. While open, one call is let through after each rest: the probe.

        Args:
            may_probe: whether this call can be the probe.
        """
        with self._lock:
            now = self._clock()
            if self._opened is None:
                return Admission(now, probe=False)
            if not may_probe or self._probing or now - self._opened < self._limits.breaker_rest_s:
                return None
            self._probing = True
            return Admission(now, probe=True)

    def failed(self, call: Admission) -> None:
        """A call failed by the server's fault."""
        with self._lock:
            now = self._clock()
            if self._opened is not None:
                # Of the calls that were under way when it opened nothing new is learnt.
                if call.probe:
                    self._opened, self._probing = now, False
                return
            self._failures.append(now)
            while now - self._failures[0] > self._limits.breaker_window_s:
                self._failures.popleft()
            self._long += now - call.at >= self._limits.long_s
            enough = self._limits.breaker_failures
            if 0 < enough <= len(self._failures) or (enough and self._long >= self._limits.breaker_long):
                self._opened = now
                self._forget()

    def worked(self) -> None:
        """The server answered, whatever the answer was."""
        with self._lock:
            self._opened, self._probing = None, False
            self._forget()

    def left(self, call: Admission) -> None:
        """A call that was admitted was not sent after all: where it was the probe, the next one is."""
        with self._lock:
            if call.probe:
                self._probing = False

    def _forget(self) -> None:
        self._failures.clear()
        self._long = 0
