"""Damage to a SQLite file and its log, made byte by byte: noticed, kept, told."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from interviewer.damage import database_fault, in_use
from interviewer.errors import StoreUnavailable
from interviewer.events import Replied, SessionConfig, Started
from interviewer.store import open_store
from interviewer.wal import read_frames, wal_fault

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
START = Started(config=SessionConfig(), bank_hash="b")
ROOT = Path(__file__).parents[1]
WRITER = """
import os, signal, sys
from tests.test_damage import write
store = write(sys.argv[1])
os.kill(os.getpid(), signal.SIGKILL)
"""
SESSIONS = 12


def write(file: str) -> object:
    """Twelve sessions of a large event each."""
    store, _ = open_store(f"sqlite:///{file}")
    for i in range(SESSIONS):
        store.append(f"s{i:02}", -1, [START, Replied(text="x" * 9000)], NOW)
    return store


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database whose writer was killed: what it wrote is in the log alone."""
    folder = tmp_path_factory.mktemp("killed")
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(folder / "a.db")], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert (folder / "a.db-wal").stat().st_size > 100_000
    return folder


@pytest.fixture
def file(killed: Path, tmp_path: Path) -> Path:
    shutil.copytree(killed, tmp_path / "db")
    return tmp_path / "db" / "a.db"


def sessions(file: Path) -> tuple[int, str | None]:
    """How many sessions can be read after opening, and what was told."""
    store, warning = open_store(f"sqlite:///{file}")
    count = len(store.session_ids())
    store.close()
    return count, warning


def test_after_a_kill_everything_is_there_and_nothing_is_told(file: Path) -> None:
    assert wal_fault(file) is None
    assert sessions(file) == (SESSIONS, None)
    assert sessions(file) == (SESSIONS, None)


def flip(at: float) -> Callable[[Path], None]:
    def harm(file: Path) -> None:
        data = bytearray(file.read_bytes())
        data[int(at * len(data))] ^= 0x40
        file.write_bytes(data)

    return harm


def cut(share: float) -> Callable[[Path], None]:
    return lambda file: os.truncate(file, int(share * file.stat().st_size))


def zero(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


@pytest.mark.parametrize(
    "harm", [flip(0.0), flip(0.3), flip(0.999), cut(0), cut(0.0001), cut(0.5), cut(0.99), zero, Path.unlink]
)
def test_a_damaged_log_is_noticed_and_kept_and_what_it_still_holds_is_used(
    file: Path, harm: Callable[[Path], None]
) -> None:
    log = file.with_name("a.db-wal")
    harm(log)
    before = log.read_bytes() if log.exists() else None
    count, warning = sessions(file)
    assert count < SESSIONS
    assert warning is not None
    assert "a reply may be missing" in warning or "is gone or empty" in warning
    kept = list(file.parent.glob("a.db.damaged-*-wal"))
    assert [path.read_bytes() for path in kept] == ([] if before is None else [before])
    assert sessions(file) == (count, None)


def test_a_write_that_was_cut_off_is_no_damage(file: Path) -> None:
    log = file.with_name("a.db-wal")
    frames = read_frames(log.read_bytes())
    assert frames is not None
    with log.open("ab") as stream:
        stream.write(b"\0" * 8 + frames.salts + b"\0" * 8 + b"half a page")
    assert wal_fault(file) is None
    assert sessions(file) == (SESSIONS, None)


def test_without_the_index_beside_it_the_log_itself_tells(file: Path) -> None:
    file.with_name("a.db-shm").unlink()
    assert wal_fault(file) is None
    flip(0.5)(file.with_name("a.db-wal"))
    assert "damaged after page" in str(wal_fault(file))


@pytest.mark.parametrize("harm", [cut(0), Path.unlink])
def test_a_database_that_is_gone_is_told(file: Path, harm: Callable[[Path], None]) -> None:
    assert sessions(file)[0] == SESSIONS
    harm(file)
    count, warning = sessions(file)
    assert count == 0
    assert "is gone or empty; a new one was begun" in str(warning)
    assert sessions(file) == (0, None)


@pytest.mark.parametrize("byte", [0, 17, 18, 19, 100])
def test_a_damaged_first_page_is_noticed(file: Path, byte: int) -> None:
    assert sessions(file)[0] == SESSIONS
    data = bytearray(file.read_bytes())
    data[byte] ^= 0x41
    file.write_bytes(data)
    count, warning = sessions(file)
    assert (count, "was kept as" in str(warning)) == (0, True)
    kept = [path for path in file.parent.glob("a.db.damaged-*") if not path.name.endswith(("-wal", "-shm"))]
    assert [path.read_bytes() for path in kept] == [bytes(data)]


def test_copies_set_aside_within_a_second_do_not_replace_each_other(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    assert sessions(file) == (0, None)
    for text in (b"one " * 300, b"two " * 300, b"three " * 300):
        file.write_bytes(text)
        assert sessions(file)[1]
    assert len([path for path in tmp_path.glob("a.db.damaged-*") if not path.name.endswith(("-wal", "-shm"))]) == 3


def test_a_damaged_database_that_another_process_works_on_is_left_to_it(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys; from tests.test_damage import write; s = write(sys.argv[1]); print(1, flush=True); input()", str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert in_use(file)
        assert sessions(file) == (SESSIONS, None)
        data = bytearray(file.read_bytes())
        data[0] ^= 0x41
        file.write_bytes(data)
        with pytest.raises(StoreUnavailable, match="another process has it open; stop"):
            open_store(f"sqlite:///{file}")
        assert file.read_bytes() == data
    finally:
        holder.communicate("\n", timeout=60)
    assert not in_use(file)


def test_a_lock_or_a_missing_right_is_no_damage(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    write(str(file)).close()  # type: ignore[attr-defined]
    with sqlite3.connect(file) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN IMMEDIATE")
        assert database_fault(tmp_path / "none.db") is None
    holder.close()
    assert sessions(file) == (SESSIONS, None)
