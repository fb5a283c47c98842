"""States of the sessions that were looked at last, so that a long session is not read whole at each step."""

from threading import Lock

from interviewer.state import State


class Recent:
    """States by session id; safe to use from many threads.

    Args:
        most: so many are kept; the one that was put longest ago goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._states: dict[str, State] = {}
        self._lock = Lock()

    def get(self, id: str) -> State | None:
        """The state that was put last, or None."""
        return self._states.get(id)

    def put(self, id: str, state: State) -> None:
        """Keeps a state."""
        with self._lock:
            self._states.pop(id, None)
            self._states[id] = state
            while len(self._states) > self._most:
                del self._states[next(iter(self._states))]

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            self._states.clear()
