"""The event log over a real SQLite file, and over PostgreSQL where one is given."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from interviewer.damage import database_fault
from interviewer.errors import SessionDamaged, StoreConflict, StoreUnavailable, UnknownSession
from interviewer.events import Finished, FinishReason, Replied, SessionConfig, Started
from interviewer.store import Store, open_store

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
START = Started(config=SessionConfig(), bank_hash="b")
POSTGRES = os.environ.get("TEST_DATABASE_URL")


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql", marks=pytest.mark.skipif(not POSTGRES, reason="TEST_DATABASE_URL names no PostgreSQL")
        ),
    ]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened, warning = open_store(str(POSTGRES) if request.param == "postgresql" else f"sqlite:///{tmp_path / 'a.db'}")
    assert warning is None
    yield opened
    opened.close()


def test_events_come_back_as_they_were(store: Store) -> None:
    replied = Replied(text="日本 \n emoji 😀 'quoted' \\ \ufffd")
    store.append("s1", -1, [START], NOW)
    store.append("s1", 0, [replied, Finished(reason=FinishReason.STOPPED)], NOW)
    records = store.load("s1")
    assert [record.seq for record in records] == [0, 1, 2]
    assert records[1].event == replied
    assert records[2].at == NOW


def test_the_second_writer_of_a_step_gets_a_conflict_and_changes_nothing(store: Store) -> None:
    store.append("s2", -1, [START], NOW)
    store.append("s2", 0, [Replied(text="first")], NOW)
    with pytest.raises(StoreConflict):
        store.append("s2", 0, [Replied(text="second"), Replied(text="third")], NOW)
    assert [record.event for record in store.load("s2")] == [START, Replied(text="first")]


def test_the_documented_backup_of_an_open_database_can_be_put_back(tmp_path: Path) -> None:
    store, _ = open_store(f"sqlite:///{tmp_path / 'interviewer.db'}")
    store.append("s", -1, [START, Replied(text="not yet in the file itself")], NOW)
    guide = (Path(__file__).parents[1] / "docs" / "many-users.md").read_text()
    program = re.search(r'python -c "(.*)" HOME/interviewer.db COPY.db', guide)
    assert program is not None
    copy = tmp_path / "other" / "interviewer.db"
    copy.parent.mkdir()
    subprocess.run([sys.executable, "-c", program[1], str(tmp_path / "interviewer.db"), str(copy)], check=True)
    store.append("s", 1, [Replied(text="after the backup")], NOW)
    expected = store.load("s")[:2]
    store.close()
    restored, warning = open_store(f"sqlite:///{copy}")
    assert warning is None
    assert restored.load("s") == expected
    restored.close()


def test_of_many_writers_at_once_exactly_one_wins_each_step(store: Store) -> None:
    store.append("s3", -1, [START], NOW)
    won: list[int] = []

    def write(i: int) -> None:
        try:
            store.append("s3", 0, [Replied(text=str(i))], NOW)
            won.append(i)
        except StoreConflict:
            pass

    threads = [threading.Thread(target=write, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert store.load("s3")[1].event == Replied(text=str(won[0]))


def test_sessions_are_listed_newest_first(store: Store) -> None:
    store.append("old", -1, [START], NOW)
    store.append("new", -1, [START], NOW.replace(hour=10))
    listed = [id for id in store.session_ids() if id in ("old", "new")]
    assert listed == ["new", "old"]
    with pytest.raises(UnknownSession, match="interviewer sessions"):
        store.load("nobody")


def test_each_commit_reaches_the_disk(tmp_path: Path) -> None:
    store, _ = open_store(f"sqlite:///{tmp_path / 'a.db'}")
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    store.close()


@pytest.mark.parametrize("damage", [b"not a database at all, but long enough to look like one" * 40, None])
def test_a_damaged_database_is_set_aside_and_kept(tmp_path: Path, damage: bytes | None) -> None:
    file = tmp_path / "a.db"
    store, _ = open_store(f"sqlite:///{file}")
    for i in range(40):
        store.append(f"s{i}", -1, [START, Replied(text="x" * 2000)], NOW)
    store.close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = damage or file.read_bytes()[:8192] + b"\xff" * 8192 + file.read_bytes()[16384:]
    file.write_bytes(before)
    assert database_fault(file)
    store, warning = open_store(f"sqlite:///{file}")
    assert "was kept as" in str(warning)
    [aside] = [path for path in tmp_path.iterdir() if ".damaged-" in path.name and path.name[-3:] not in ("wal", "shm")]
    assert aside.read_bytes() == before
    assert store.session_ids() == []
    store.append("fresh", -1, [START], NOW)
    store.close()
    assert database_fault(file) is None


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////nowhere/at/all/x.db", "postgresql://u:secret@127.0.0.1:9/x"])
def test_a_database_that_cannot_be_opened_is_told_in_one_line_without_its_password(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="INTERVIEWER_DATABASE_URL") as error:
        open_store(url)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


def rows_of(store: Store, sql: str) -> None:
    with store.engine.begin() as connection:
        assert connection.exec_driver_sql(sql).rowcount == 1


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE events SET payload = replace(payload, 'first', 'fifth') WHERE session_id = 'harmed' AND seq = 1",
        "UPDATE events SET payload = substr(payload, 1, 12) WHERE session_id = 'harmed' AND seq = 1",
        "UPDATE events SET at = '2026-11-20T10:00:00+00:00' WHERE session_id = 'harmed' AND seq = 1",
        "UPDATE events SET payload = CAST(X'7BFF' AS TEXT) WHERE session_id = 'harmed' AND seq = 1",
        "DELETE FROM events WHERE session_id = 'harmed' AND seq = 1",
        "UPDATE events SET at = 'noon', digest = NULL WHERE session_id = 'harmed' AND seq = 1",
    ],
)
def test_a_changed_event_is_noticed_and_other_sessions_go_on(tmp_path: Path, harm: str) -> None:
    store, _ = open_store(f"sqlite:///{tmp_path / 'a.db'}")
    for id in ("harmed", "sound"):
        store.append(id, -1, [START, Replied(text="first"), Replied(text="second")], NOW)
    rows_of(store, harm)
    with pytest.raises(SessionDamaged, match=r"session harmed is damaged at event 1.*backup"):
        store.load("harmed")
    assert len(store.load("sound")) == 3
    store.close()
