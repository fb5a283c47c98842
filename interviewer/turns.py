"""Whose turn it is with a session: one thread of one process works on it at a time, so that no reply is graded twice.

Within a process that is a lock a session, kept only while somebody needs it. Over PostgreSQL several processes may share
sessions; there it is an advisory lock of the server too, which it takes back by itself when the process dies. All of them
are held by one connection. Where that is lost, the log's primary key still lets only one of two grades in.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger("interviewer.turns")

LOOKS_AGAIN_S = 0.05
OTHERS_PATIENCE_S = 120.0
"""So long another process may take over one reply; then it is taken for stuck. A language model's call ends far sooner."""
_TRY = text("select pg_try_advisory_lock(hashtextextended(:id, 0))")
_LEAVE = text("select pg_advisory_unlock(hashtextextended(:id, 0))")


class Turns:
    """Turns with sessions.

    Args:
        engine: of the database that other processes may share; None, or SQLite, where none do.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine if engine is not None and engine.dialect.name == "postgresql" else None
        self._guard = Lock()
        self._locks: dict[str, Lock] = {}
        self._wanted = Counter[str]()
        self._asking = Lock()
        self._connection: Connection | None = None

    @contextmanager
    def take(self, id: str, patience_s: float = -1) -> Iterator[bool]:
        """Waits for the turn within this process, at most `patience_s` (-1: as long as it takes); says whether it came."""
        with self._guard:
            lock = self._locks.setdefault(id, Lock())
            self._wanted[id] += 1
        taken = lock.acquire(timeout=patience_s)
        try:
            yield taken
        finally:
            if taken:
                lock.release()
            with self._guard:
                self._wanted[id] -= 1
                if not self._wanted[id]:
                    del self._wanted[id], self._locks[id]

    def is_taken(self, id: str) -> bool:
        """Whether a thread of this process has the turn."""
        with self._guard:
            lock = self._locks.get(id)
            return lock is not None and lock.locked()

    @contextmanager
    def take_from_all(self, id: str) -> Iterator[None]:
        """Waits for the turn among all threads and processes."""
        with self.take(id):
            claimed = self._engine is not None and self._claim(id)
            try:
                yield
            finally:
                if claimed:
                    self._ask(_LEAVE, id)

    def _claim(self, id: str) -> bool:
        until = time.monotonic() + OTHERS_PATIENCE_S
        while time.monotonic() < until:
            if (claimed := self._ask(_TRY, id)) is not False:
                return claimed is True
            time.sleep(LOOKS_AGAIN_S)
        log.warning("another process has worked on session %s for %.0f s; going on without it", id, OTHERS_PATIENCE_S)
        return False

    def _ask(self, statement: object, id: str) -> bool | None:
        """The server's answer; None where it gives none."""
        assert self._engine is not None
        with self._asking:
            try:
                if self._connection is None:
                    self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                return bool(self._connection.execute(statement, {"id": id}).scalar_one())  # type: ignore[call-overload]
            except SQLAlchemyError as error:
                log.warning("a turn cannot be taken among processes (%s)", str(error).splitlines()[0])
                self._drop()
                return None

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Gives the connection back, and with it every turn."""
        with self._asking:
            if self._connection is not None:
                self._drop()
