"""Damage to a SQLite database: found before it is opened, and set aside under another name, never deleted."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from interviewer.errors import SettingsInvalid, StoreUnavailable
from interviewer.wal import wal_fault
from knowledge.disk import sync_folder

MAGIC = b"SQLite format 3\0"
OWN_NAME = "interviewer.db"
"""The name of the program's own database in a home."""
PARTS = ("", "-wal", "-shm")
LOCK_TIMEOUT_S = 60
IN_USE_BYTE = 128
"""Byte of the `-shm` file that every process with the database open holds a lock on. Source: sqlite.org, 'WAL-mode File
Format', section 2.3.
"""
ENVIRONMENT = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOMEM,
}
"""Error codes that tell of locks, rights and disks, not of damage."""


def database_fault(file: Path) -> str | None:
    """What is wrong with a SQLite file, or None where it is sound or not there yet."""
    if not file.exists() or not file.stat().st_size:
        return None
    with file.open("rb") as stream:
        head = stream.read(100)
    # SQLite opens a file of an unknown version for reading alone, and says so only at the first write.
    if len(head) < 100 or not head.startswith(MAGIC) or not {head[18], head[19]} <= {1, 2}:
        return "its first page is not a database's"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        return None if code in ENVIRONMENT else str(error)
    return None if verdict == "ok" else verdict.splitlines()[0]


def log_fault(file: Path) -> str | None:
    """What is missing from a SQLite file's log, or None. To be asked first: opening the file forgets it. Raises: OSError."""
    return None if in_use(file) else wal_fault(file)


def set_aside_damaged(file: Path) -> str | None:
    """Sets a damaged database aside, and says in one line what was found and done; None where nothing was.

    Raises: SettingsInvalid where the file was never a database, StoreUnavailable where another process works on the damaged
        one, OSError.
    """
    if _is_someone_elses(file):
        raise SettingsInvalid(
            f"{file} is there and is no SQLite database; let INTERVIEWER_DATABASE_URL name another file"
        )
    steps = (_gone, _mend_gone), (log_fault, _mend_log), (database_fault, _mend_file)
    told = [line for finds, mends in steps if finds(file) and (line := _locked(file, finds, mends))]
    return " ".join(told) or None


def _locked(file: Path, finds: Callable[[Path], object], mends: Callable[[Path, str], str]) -> str | None:
    with FileLock(f"{file}.lock", timeout=LOCK_TIMEOUT_S):
        # Another process may have set it aside while this one waited.
        return mends(file, str(found)) if (found := finds(file)) else None


def _mend_gone(file: Path, _: str) -> str:
    since = _since(file).read_text(encoding="utf-8", errors="replace").strip()
    aside = _keep(file, move=True)
    _since(file).unlink(missing_ok=True)
    kept = f" What was left of it was kept as {aside.name}." if aside else ""
    return (
        f"the database {file}, begun {since[:40]}, is gone or empty; a new one was begun.{kept} If you have a copy, stop "
        "the program and put it back under that name"
    )


def _mend_log(file: Path, fault: str) -> str:
    aside = _keep(file, move=False) or file
    return (
        f"the last writes to the database {file} are damaged ({fault}); what can be read is used, and the files were kept "
        f"as {aside.name} and {aside.name}-wal. Look at your newest session: a reply may be missing"
    )


def _mend_file(file: Path, fault: str) -> str:
    if in_use(file):
        raise StoreUnavailable(
            f"the database {file} is damaged ({fault}) and another process has it open; stop `interviewer serve` and "
            "`chat`, then start again: the damaged file is kept under another name"
        )
    aside = _keep(file, move=True) or file
    return (
        f"the database {file} is damaged ({fault}); it was kept as {aside.name} and a new one was begun. "
        f"To rescue past sessions: sqlite3 {aside.name} .recover"
    )


def note_begun(file: Path) -> None:
    """Notes beside a new database that it was begun, so that its loss is noticed. Raises: OSError."""
    if not _since(file).exists():
        _since(file).write_text(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n", encoding="utf-8")


def in_use(file: Path) -> bool:
    """Whether another process has the database open. Where a system has no such locks, no."""
    try:
        import fcntl
    except ImportError:
        return False
    index = file.with_name(f"{file.name}-shm")
    try:
        with index.open("r+b") as stream:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, IN_USE_BYTE)
    except FileNotFoundError:
        return False
    except (BlockingIOError, PermissionError):
        return True
    return False


def _gone(file: Path) -> bool:
    """Whether a database that was begun here is not here any more."""
    return _since(file).exists() and (not file.exists() or not file.stat().st_size)


def _is_someone_elses(file: Path) -> bool:
    """Whether a file that somebody named holds something, does not begin as a database does, and no database was begun under its
    name.
    """
    begun_here = (file.with_name(f"{file.name}{suffix}").exists() for suffix in (".since", "-wal"))
    if file.name == OWN_NAME or not file.is_file() or not file.stat().st_size or any(begun_here):
        return False
    with file.open("rb") as stream:
        return stream.read(len(MAGIC)) != MAGIC


def _since(file: Path) -> Path:
    return file.with_name(f"{file.name}.since")


def _keep(file: Path, move: bool) -> Path | None:
    """Moves or copies the database with its log to a new name and returns that; None where there is nothing to keep."""
    found = [suffix for suffix in PARTS if file.with_name(file.name + suffix).exists()]
    if not found:
        return None
    aside = _free_name(file)
    for suffix in found:
        part, kept = file.with_name(file.name + suffix), aside.with_name(aside.name + suffix)
        if move:
            part.rename(kept)
        else:
            shutil.copy2(part, kept)
            with kept.open("rb") as stream:
                os.fsync(stream.fileno())
    with suppress(FileNotFoundError):
        sync_folder(file.parent)
    return aside


def _free_name(file: Path) -> Path:
    stem = f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    names = (file.with_name(stem + (f"-{n}" if n else "")) for n in range(10_000))
    return next(name for name in names if not any(name.with_name(name.name + suffix).exists() for suffix in PARTS))
