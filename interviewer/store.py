"""The event log in SQLAlchemy: append-only, SQLite by default, PostgreSQL by setting. The only store of conversations.

A session's events carry consecutive numbers, and (session, number) is the primary key, so two writers can never both
append the same step: the second one gets a conflict and reads again.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from interviewer.errors import StoreConflict, StoreUnavailable, UnknownSession
from interviewer.events import EVENT, Event, Record

metadata = MetaData()
events = Table(
    "events",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("type", String(16), nullable=False),
    Column("payload", Text, nullable=False),
)


class Store:
    """Appends and reads events.

    Args:
        engine: of a database whose tables exist; see `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, session_id: str, after: int, batch: Sequence[Event], at: datetime) -> list[Record]:
        """Commits events in one transaction and returns their records; when it returns, they are on disk.

        Args:
            after: number of the session's last event that the writer has seen, -1 for a new session.
            at: aware datetime.

        Raises: StoreConflict where another writer was first, StoreUnavailable where the write failed.
        """
        records = [Record(seq=after + i, at=at, event=event) for i, event in enumerate(batch, start=1)]
        rows = [
            {
                "session_id": session_id,
                "seq": record.seq,
                "at": at.astimezone(UTC).isoformat(),
                "type": record.event.type,
                "payload": record.event.model_dump_json(),
            }
            for record in records
        ]
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(events), rows)
        except IntegrityError as error:
            raise StoreConflict(f"session {session_id} was continued elsewhere; reload it") from error
        except SQLAlchemyError as error:
            raise _unavailable("written", error) from error
        return records

    def load(self, session_id: str) -> list[Record]:
        """All records of a session in order. Raises: UnknownSession, StoreUnavailable."""
        query = select(events.c.seq, events.c.at, events.c.payload).where(events.c.session_id == session_id)
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query.order_by(events.c.seq)).all()
        except SQLAlchemyError as error:
            raise _unavailable("read", error) from error
        if not rows:
            raise UnknownSession(f"there is no session {session_id!r}; `interviewer sessions` lists them")
        return [
            Record(seq=seq, at=datetime.fromisoformat(at), event=EVENT.validate_json(body)) for seq, at, body in rows
        ]

    def session_ids(self) -> list[str]:
        """Ids of all sessions, the newest first. Raises: StoreUnavailable."""
        query = select(events.c.session_id).where(events.c.seq == 0).order_by(events.c.at.desc(), events.c.session_id)
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query).scalars())
        except SQLAlchemyError as error:
            raise _unavailable("read", error) from error

    def heads(self) -> dict[str, int]:
        """Each session's id with the number of its last event, the newest session first. Raises: StoreUnavailable."""
        query = select(events.c.session_id, func.max(events.c.seq)).group_by(events.c.session_id)
        query = query.order_by(func.min(events.c.at).desc(), events.c.session_id)
        try:
            with self._engine.connect() as connection:
                return {str(id): int(last) for id, last in connection.execute(query)}
        except SQLAlchemyError as error:
            raise _unavailable("read", error) from error

    def close(self) -> None:
        """Gives all connections back."""
        self._engine.dispose()


def open_store(url: str) -> tuple[Store, str | None]:
    """A store over the database at `url`, its tables made where missing, and a warning where one is due.

    A SQLite file that is damaged is set aside under another name, never deleted, and a new one is begun; the warning
    says where it is.

    Raises: StoreUnavailable where the database cannot be opened.
    """
    try:
        parsed = make_url(url)
        file = Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
        if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
            parsed = parsed.set(drivername="postgresql+psycopg")
        warning = _set_aside_damaged(file) if file else None
        engine = create_engine(parsed, connect_args={"timeout": 10} if file else {})
        if file:
            event.listen(engine, "connect", _durable)
        metadata.create_all(engine)
    except (ArgumentError, SQLAlchemyError, ImportError, OSError) as error:
        raise _unavailable("opened", error) from error
    return Store(engine), warning


def _durable(connection: sqlite3.Connection, _: object) -> None:
    # WAL lets readers work beside the writer; FULL makes each commit reach the disk before it is acknowledged.
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def database_fault(file: Path) -> str | None:
    """What is wrong with a SQLite file, or None where it is sound or not there yet."""
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        # A lock or a missing right is no damage; the engine reports those.
        return None if isinstance(error, sqlite3.OperationalError) else str(error)
    return None if verdict == "ok" else verdict.splitlines()[0]


def _set_aside_damaged(file: Path) -> str | None:
    fault = database_fault(file)
    if fault is None:
        return None
    aside = file.with_name(f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for suffix in ("", "-wal", "-shm"):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return (
        f"the database {file} is damaged ({fault}); it was kept as {aside.name} and a new one was begun. "
        f"To rescue past sessions: sqlite3 {aside.name} .recover"
    )


def _unavailable(what: str, error: Exception) -> StoreUnavailable:
    cause = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StoreUnavailable(
        f"the database cannot be {what} ({cause}); check INTERVIEWER_DATABASE_URL, the disk's space and its rights"
    )
