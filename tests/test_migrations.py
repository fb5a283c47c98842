"""The schema's revisions: over SQLite always, over PostgreSQL where one is given."""

import multiprocessing
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from interviewer.errors import StoreUnavailable
from interviewer.events import ReplyKind
from interviewer.migrations import VERSION_TABLE, configuration, migrate, revisions
from interviewer.state import replay
from interviewer.store import digest, metadata, open_store

RELEASES = Path(__file__).parent / "releases"
POSTGRES = os.environ.get("TEST_DATABASE_URL")
SESSION = "92b41b5937deb2734648320cd0ebdb1b"


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql", marks=pytest.mark.skipif(not POSTGRES, reason="TEST_DATABASE_URL names no PostgreSQL")
        ),
    ]
)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database; on PostgreSQL a schema of the test's own."""
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
        yield made
        made.dispose()
        return
    url = str(POSTGRES).replace("postgresql://", "postgresql+psycopg://")
    whole = create_engine(url)
    with whole.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS migrations_test CASCADE"))
        connection.execute(text("CREATE SCHEMA migrations_test"))
    made = create_engine(url, connect_args={"options": "-c search_path=migrations_test"})
    yield made
    made.dispose()
    with whole.begin() as connection:
        connection.execute(text("DROP SCHEMA migrations_test CASCADE"))
    whole.dispose()


def test_the_revisions_lead_to_the_tables_in_the_code(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == revisions()[-1]


def test_the_revisions_form_one_line_in_the_order_of_their_numbers(engine: Engine) -> None:
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(configuration(connection))
    newest_first = [(script.revision, script.down_revision) for script in scripts.walk_revisions()]
    numbers = revisions()
    assert newest_first == list(zip(numbers, [None, *numbers], strict=False))[::-1]


def test_a_database_of_the_release_before_opens_with_its_sessions(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with sqlite3.connect(file) as old:
        old.executescript((RELEASES / "unnumbered.sql").read_text())
        before = old.execute("SELECT * FROM events ORDER BY seq").fetchall()
    old.close()
    for _ in range(2):
        store, warning = open_store(f"sqlite:///{file}")
        assert warning is None
        state = replay(store.load(SESSION))
        store.close()
    assert [attempt.kind for attempt in state.askings[0].attempts] == [ReplyKind.DONT_KNOW, ReplyKind.ANSWER]
    assert all(attempt.grade is not None for attempt in state.askings[0].attempts)
    with sqlite3.connect(file) as now:
        after = now.execute("SELECT * FROM events ORDER BY seq").fetchall()
        assert [row[:5] for row in after] == before
        assert [row[5] for row in after] == [digest(*row[:5]) for row in after]
        assert now.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() == [(revisions()[-1],)]
    now.close()


def test_a_database_of_a_newer_release_is_refused_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    store, _ = open_store(f"sqlite:///{file}")
    store.close()
    with sqlite3.connect(file) as newer:
        newer.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9000'")
    newer.close()
    before = file.read_bytes()
    with pytest.raises(StoreUnavailable, match=r"newer release.* 9000.*install that release") as error:
        open_store(f"sqlite:///{file}")
    assert "\n" not in str(error.value)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if ".damaged-" in path.name] == []


def test_a_migration_that_fails_leaves_the_schema_as_it_was(engine: Engine) -> None:
    with engine.begin() as connection:
        # No revision can make this table a second time.
        connection.execute(text(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("CREATE TABLE events (other INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        migrate(engine)
    with engine.connect() as connection:
        assert [column["name"] for column in inspect(connection).get_columns("events")] == ["other"]
        assert connection.execute(text(f"SELECT count(*) FROM {VERSION_TABLE}")).scalar() == 0
        assert set(inspect(connection).get_table_names()) == {"events", VERSION_TABLE}


def _open(url: str) -> str:
    store, warning = open_store(url)
    store.close()
    return warning or "opened"


def test_processes_that_open_a_new_database_at_once_all_succeed(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / name}.db" for name in "aabbccdd"]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_open, urls, chunksize=1) == ["opened"] * 8
