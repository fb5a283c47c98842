"""The event log in SQLAlchemy: append-only, SQLite by default, PostgreSQL by setting. The only store of conversations.

A session's events carry consecutive numbers, and (session, number) is the primary key, so two writers can never both
append the same step: the second one gets a conflict and reads again. Each carries a digest of its fields, so that a byte
that changed on disk is noticed when the session is read.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import Timeout
from sqlalchemy import (
    Column,
    Connection,
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

from interviewer.damage import note_begun, set_aside_damaged
from interviewer.errors import SessionDamaged, StoreConflict, StoreUnavailable, UnknownSession
from interviewer.events import EVENT, Event, Record
from interviewer.migrations import migrate

metadata = MetaData()
events = Table(
    "events",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("type", String(16), nullable=False),
    Column("payload", Text, nullable=False),
    Column("digest", String(16)),
)

_open_here: set[Path] = set()
"""Database files open in this process. They were looked at when they were opened, and must not be again: closing any
handle of a file gives back all locks of the process on it. Source: sqlite.org, 'How To Corrupt', section 2.2.
"""


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
        rows = [row | {"digest": digest(*row.values())} for row in rows]
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(events), rows)
                if after >= 0 and not _has(connection, session_id, after):
                    # Its person had it deleted meanwhile; nothing of it may come back.
                    raise StoreConflict(f"session {session_id} is gone; begin a new one")
        except IntegrityError as error:
            raise StoreConflict(f"session {session_id} was continued elsewhere; reload it") from error
        except SQLAlchemyError as error:
            raise unavailable("written", error) from error
        return records

    def load(self, session_id: str, since: int = 0) -> list[Record]:
        """The records of a session in order, from number `since` on.

        Raises: UnknownSession where there are none, SessionDamaged, StoreUnavailable.
        """
        query = select(events).where(events.c.session_id == session_id, events.c.seq >= since).order_by(events.c.seq)
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
        except SQLAlchemyError as error:
            raise unavailable("read", error) from error
        if not rows:
            raise unknown_session(session_id)
        return [read_record(expected, row) for expected, row in enumerate(rows, start=since)]

    def session_ids(self) -> list[str]:
        """Ids of all sessions, the newest first. Raises: StoreUnavailable."""
        query = select(events.c.session_id).where(events.c.seq == 0).order_by(events.c.at.desc(), events.c.session_id)
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query).scalars())
        except SQLAlchemyError as error:
            raise unavailable("read", error) from error

    def heads(self) -> dict[str, int]:
        """Each session's id with the number of its last event, the newest session first. Raises: StoreUnavailable."""
        query = select(events.c.session_id, func.max(events.c.seq)).group_by(events.c.session_id)
        query = query.order_by(func.min(events.c.at).desc(), events.c.session_id)
        try:
            with self._engine.connect() as connection:
                return {str(id): int(last) for id, last in connection.execute(query)}
        except SQLAlchemyError as error:
            raise unavailable("read", error) from error

    @property
    def engine(self) -> Engine:
        """Of the database; other tables beside the log are kept in it too."""
        return self._engine

    def close(self) -> None:
        """Gives all connections back."""
        self._engine.dispose()


def _has(connection: Connection, session_id: str, seq: int) -> bool:
    query = select(events.c.seq).where(events.c.session_id == session_id, events.c.seq == seq)
    return connection.execute(query).first() is not None


def digest(*fields: object) -> str:
    """Of an event's session, number, time, type and payload as they are kept: 16 hexadecimal digits."""
    return hashlib.sha256("\n".join(map(str, fields)).encode()).hexdigest()[:16]


def read_record(expected: int, row: Any) -> Record:
    """The record of a row of `events`. Raises: SessionDamaged where it is not the one that was written in this place."""
    try:
        # Rows of an older program that runs beside this one have no digest.
        if row.seq != expected or row.digest not in (None, digest(*row[:5])):
            raise ValueError
        return Record(seq=row.seq, at=datetime.fromisoformat(row.at), event=EVENT.validate_json(row.payload))
    except (ValueError, TypeError) as error:
        raise SessionDamaged(
            f"session {row.session_id} is damaged at event {expected}; it is kept as it is and left out, the others go on. "
            "To have it back, restore the database from a backup"
        ) from error


def open_store(url: str) -> tuple[Store, str | None]:
    """A store over the database at `url`, brought to this program's schema, and a warning where one is due.

    A SQLite file that is damaged is set aside under another name, never deleted, and a new one is begun; the warning
    says where it is.

    Raises: StoreUnavailable where the database cannot be opened, or a newer program made it.
    """
    try:
        parsed = make_url(url)
        file = Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
        if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
            parsed = parsed.set(drivername="postgresql+psycopg")
        warning = set_aside_damaged(file) if file and file not in _open_here else None
        engine = create_engine(parsed, connect_args={"timeout": 10} if file else {})
        event.listen(engine, "connect", _durable if file else _acknowledged_late)
        migrate(engine)
        if file:
            note_begun(file)
        elif engine.dialect.name == "postgresql":
            warning = _safe(url, engine)
    except (ArgumentError, SQLAlchemyError, ImportError, OSError, Timeout) as error:
        raise unavailable("opened", error) from error
    if file:
        _open_here.add(file)
        event.listen(engine, "engine_disposed", lambda _: _open_here.discard(file))
    return Store(engine), warning


def _durable(connection: sqlite3.Connection, _: object) -> None:
    # WAL lets readers work beside the writer; FULL makes each commit reach the disk before it is acknowledged.
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
    # Damaged text is told as such, by its digest, instead of by an error that quotes it.
    connection.text_factory = lambda data: str(data, "utf-8", "surrogateescape")


def _acknowledged_late(connection: Any, _: object) -> None:
    # A server or a role may be set to acknowledge before the disk has it; this program's replies wait.
    cursor = connection.cursor()
    cursor.execute("SHOW synchronous_commit")
    if cursor.fetchone()[0] == "off":
        cursor.execute("SET synchronous_commit = on")
        connection.commit()
    cursor.close()


def _safe(url: str, engine: Engine) -> str | None:
    """What a PostgreSQL server does not keep safe from a power cut, in one line, or None."""
    with engine.connect() as connection:
        off = [
            name
            for name in ("fsync", "full_page_writes")
            if connection.exec_driver_sql(f"SHOW {name}").scalar() == "off"
        ]
    if not off:
        return None
    where = make_url(url).render_as_string(hide_password=True)
    return (
        f"the server of {where} runs with {' and '.join(off)} off: a power cut there may lose replies or damage the database. "
        "Turn it on in postgresql.conf"
    )


def unknown_session(session_id: str) -> UnknownSession:
    """The error for an id that no session has, or none that the one who acts may know of."""
    return UnknownSession(f"there is no session {session_id!r}; `interviewer sessions` lists them")


def unavailable(what: str, error: Exception) -> StoreUnavailable:
    """The error for a database that cannot be `what` ('read', 'written', 'opened'...), with the cause in one line."""
    cause = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StoreUnavailable(
        f"the database cannot be {what} ({cause}); check INTERVIEWER_DATABASE_URL, the disk's space and its rights"
    )
