"""Replies that arrive together are read together: one forward pass for what waits, in front of the cross-encoder.

There is no thread of its own. Whoever finds a processor free leads: it takes what waits in the order of arrival, reads it in
one call, gives each its part, and hands the lead to the first who came meanwhile. While passes run the next batch gathers,
so a lone reply never waits for company.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Event, Lock

from interviewer.grading.crossencoder import Read, Reading

MOST_TOGETHER = 4
"""Calls in one pass. More of them save nothing on a processor (`scripts/batch_gain.py`), and all wait for the last."""


class Batching:
    """Reads for many threads at once. What is read never depends on what it was read with, but for the last digits.

    Args:
        read: reads readings in one go, as `CrossEncoder.read` does.
        most: calls in one pass, at least 1.
        leaders: passes at the same time, at least 1.
    """

    def __init__(
        self, read: Callable[[Sequence[Reading]], list[Read]], most: int = MOST_TOGETHER, leaders: int = 1
    ) -> None:
        self._read = read
        self._most = most
        self._leaders = leaders
        self._lock = Lock()
        self._waiting: deque[_Call] = deque()
        self._leading = 0

    def read(self, readings: Sequence[Reading]) -> list[Read]:
        """What was found of each reading. Raises: what `read` raises for these readings alone."""
        call = _Call(readings)
        with self._lock:
            call.leads = self._leading < self._leaders
            if call.leads:
                self._leading += 1
            else:
                self._waiting.append(call)
        if not call.leads:
            call.woken.wait()
        if call.leads:
            self._lead(call)
        return call.found.result()

    def _lead(self, own: "_Call") -> None:
        """Serves a batch that begins with the leader's own call, then hands the lead on."""
        with self._lock:
            batch = [own, *(self._waiting.popleft() for _ in range(min(self._most - 1, len(self._waiting))))]
        try:
            self._serve(batch)
        finally:
            with self._lock:
                heir = self._waiting.popleft() if self._waiting else None
                if heir is None:
                    self._leading -= 1
                else:
                    heir.leads = True
            if heir is not None:
                heir.woken.set()

    def _serve(self, batch: "list[_Call]") -> None:
        try:
            found = self._read([reading for call in batch for reading in call.readings])
        except BaseException as error:
            if len(batch) > 1:
                # One of them may be at fault; the others are not to suffer for it.
                for call in batch:
                    self._serve([call])
                return
            batch[0].fail(error)
            return
        for call in batch:
            call.succeed(found[: len(call.readings)])
            found = found[len(call.readings) :]


class _Call:
    """One caller's readings, and what became of them. `woken`: it is done, or its caller leads."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = readings
        self.found: Future[list[Read]] = Future()
        self.woken = Event()
        self.leads = False

    def succeed(self, found: list[Read]) -> None:
        self.found.set_result(found)
        self.woken.set()

    def fail(self, error: BaseException) -> None:
        self.found.set_exception(error)
        self.woken.set()
