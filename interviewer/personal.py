"""The candidate's right: all of one's data out as JSON, and all of it deleted.

Deleting is the one exception to the append-only log. What is deleted is gone from every file of the home folder: rows are
overwritten and the database is rewritten (VACUUM), its write-ahead log emptied, and copies set aside, articles, evaluation
runs, uploads and saved settings removed. What only the bank says, the index of passages, stays, and so does what the program
did not make: the home may be a folder that holds other files.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from interviewer.access import User
from interviewer.accounts import login_failures, logins, owners, users
from interviewer.errors import InputInvalid, SessionDamaged, StoreUnavailable
from interviewer.settings import Settings
from interviewer.store import events, read_record, unavailable
from interviewer.wiring import Interviewer

KEPT = frozenset({"index", "serve.lock"})
"""Names within the home folder that hold nothing of a person: the bank's index, and the lock of a running app."""
MADE = (
    "settings.json",
    ".settings.json.part",
    ".doctor",
    "interviewer.db*",
    "ingested",
    "ingested-index",
    "uploads",
    "evals/grades.db*",
    "logs/app.log",
)
"""Patterns of what the program and its tools make in the home folder."""
RUNS = ("evals/*/run.json", "evals/*/rows.jsonl")
"""Files that tell the folder of an evaluation run."""
EMPTIES_WITHIN_S = 5.0
"""So long the write-ahead log may be held by readers before it can be emptied."""
_AT_ONCE = 500


def export(interviewer: Interviewer, user: User | None = None) -> dict[str, Any]:
    """All of a user's data, or of everybody at this machine where none is given; plain JSON values.

    Every event stands as it is kept. The person's own articles belong to the machine, so a user's export has none. Of a
    damaged session there is only its id, under `damaged`.

    Raises: StoreUnavailable.
    """
    ids = interviewer.accounts.sessions_of(user) if user else None
    rows: dict[str, list[dict[str, Any]]] = {}
    damaged: dict[str, None] = {}
    for row in _events(interviewer.store.engine, ids):
        found = rows.setdefault(row.session_id, [])
        try:
            read_record(len(found), row)
        except SessionDamaged:
            damaged[row.session_id] = None
            continue
        found.append({"seq": row.seq, "at": row.at, "event": json.loads(row.payload)})
    sessions: list[dict[str, Any]] = [{"id": id, "events": found} for id, found in rows.items() if id not in damaged]
    for session in sessions:
        session |= {"shared": ids[session["id"]]} if ids else {}
    material = [m.model_dump(mode="json") for m in interviewer.material.materials] if user is None else []
    return {
        "format": 1,
        "exported_at": interviewer.now().astimezone(UTC).isoformat(),
        "account": {"name": user.name, "role": user.role.value} if user else None,
        "sessions": sessions,
        "damaged": list(damaged),
        "material": material,
    }


def write_export(
    interviewer: Interviewer, file: Path, user: User | None = None, warn: Callable[[str], None] = lambda line: None
) -> int:
    """Writes the export, readable by its owner alone, and returns how many sessions it has.

    Args:
        warn: told, in one line, which sessions are damaged and left out.

    Raises: InputInvalid where the file is there already or cannot be written, StoreUnavailable.
    """
    data = export(interviewer, user)
    if data["damaged"]:
        warn(f"left out, since damaged: session {', '.join(data['damaged'])}; restore the database from a backup")
    # Ready before the file is made, so that no failure leaves an empty one.
    text = json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8", "replace")
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise InputInvalid(f"{file} is there already; choose another name") from error
    except OSError as error:
        raise _unwritten(file, error) from error
    try:
        file.write_bytes(text)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise _unwritten(file, error) from error
    return len(data["sessions"])


def _unwritten(file: Path, error: OSError) -> InputInvalid:
    return InputInvalid(f"{file} cannot be written ({error.strerror}); choose another place")


def forget_user(interviewer: Interviewer, user: User) -> int:
    """Deletes a user's sessions, logins and account for good, and all copies set aside; returns how many sessions.

    Raises: StoreUnavailable.
    """
    # First of all, so that no session is begun between the reading of the ids and the end of the account.
    interviewer.accounts.end_logins(user)
    ids = list(interviewer.accounts.sessions_of(user))
    engine = interviewer.store.engine
    _delete(engine, ids)
    interviewer.accounts.remove(user)
    _rewrite(engine)
    # A damaged database that was set aside may hold anybody's replies, and none can be taken out of it.
    _remove(_set_aside(interviewer.settings))
    interviewer.drop_remembered()
    return len(ids)


def forget_all(interviewer: Interviewer) -> int:
    """Deletes everything of everybody at this machine for good; returns how many sessions there were.

    What the program did not make stays; see `left_there`.

    Raises: StoreUnavailable.
    """
    engine = interviewer.store.engine
    count = len(interviewer.store.session_ids())
    _delete(engine, None)
    _rewrite(engine)
    _remove([*_set_aside(interviewer.settings), *_rest(interviewer.settings)])
    for folder in ("evals", "logs"):
        with suppress(OSError):  # other people's files are in it
            (interviewer.settings.home / folder).rmdir()
    interviewer.drop_remembered()
    return count


def left_there(settings: Settings) -> list[str]:
    """Names in the home folder that the program did not make, and `forget_all` left."""
    kept = _kept_at_home(settings)
    return sorted(entry.name for entry in settings.home.iterdir() if entry.name not in kept)


def _events(engine: Engine, ids: Iterable[str] | None) -> Iterator[Any]:
    query = select(events).order_by(events.c.session_id, events.c.seq)
    try:
        with engine.connect() as connection:
            if ids is None:
                yield from connection.execute(query)
                return
            wanted = sorted(ids)
            for i in range(0, len(wanted), _AT_ONCE):
                yield from connection.execute(query.where(events.c.session_id.in_(wanted[i : i + _AT_ONCE])))
    except SQLAlchemyError as error:
        raise unavailable("read", error) from error


def _delete(engine: Engine, ids: list[str] | None) -> None:
    """Deletes the sessions with these ids; None: every row of every table."""
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.execute(text("PRAGMA secure_delete=ON"))
            if ids is None:
                for table in (events, owners, logins, login_failures, users):
                    connection.execute(delete(table))
                return
            for i in range(0, len(ids), _AT_ONCE):
                some = ids[i : i + _AT_ONCE]
                connection.execute(delete(events).where(events.c.session_id.in_(some)))
                connection.execute(delete(owners).where(owners.c.session_id.in_(some)))
    except SQLAlchemyError as error:
        raise unavailable("written", error) from error


def _rewrite(engine: Engine) -> None:
    """Writes the database anew without what was deleted. Raises: StoreUnavailable where another process holds it."""
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if engine.dialect.name != "sqlite":
                connection.execute(text("VACUUM FULL"))
                return
            connection.execute(text("VACUUM"))
            until = time.monotonic() + EMPTIES_WITHIN_S
            while connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar():
                if time.monotonic() > until:
                    raise StoreUnavailable(
                        "the rows are deleted, but others read the database just now; run this again"
                    )
                time.sleep(0.05)
    except SQLAlchemyError as error:
        raise unavailable("rewritten", error) from error


def _set_aside(settings: Settings) -> list[Path]:
    """Copies of the database that were set aside, wherever it lies."""
    file = _database_file(settings)
    if file is None:
        return []
    # Not `NAME.*`: beside a database called `data` lies somebody's data.csv.
    found = (other for suffix in (".damaged-*", ".bak") for other in file.parent.glob(f"{file.name}{suffix}"))
    return [other for other in found if other.is_file()]


def _rest(settings: Settings) -> list[Path]:
    """Everything else that the program made in the home folder and that may hold something of a person."""
    kept = _kept_at_home(settings)
    made = {entry for pattern in MADE for entry in settings.home.glob(pattern) if entry.name not in kept}
    return sorted(made | {file.parent for pattern in RUNS for file in settings.home.glob(pattern)})


def _kept_at_home(settings: Settings) -> frozenset[str]:
    file = _database_file(settings)
    return KEPT | (_kept(file) if file else frozenset())


def _kept(database: Path) -> frozenset[str]:
    """Names of the database's own files: the emptied ones, its lock, and the note that says since when it is there."""
    return frozenset(f"{database.name}{suffix}" for suffix in ("", "-wal", "-shm", ".lock", ".since"))


def _database_file(settings: Settings) -> Path | None:
    url = make_url(settings.database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _remove(entries: Iterable[Path]) -> None:
    for entry in entries:
        try:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{entry} cannot be deleted ({error.strerror}); delete it by hand") from error
