"""A reply is on the disk before it is acknowledged: the order of the system calls, traced."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from interviewer.events import SessionConfig, Started
from interviewer.store import open_store

ROOT = Path(__file__).parents[1]
POSTGRES = os.environ.get("TEST_DATABASE_URL")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
START = Started(config=SessionConfig(), bank_hash="b")
WRITER = """
import sys
from pathlib import Path
from interviewer.settings import Settings, make_home
from interviewer.store import open_store
from interviewer.events import Replied
from tests.test_power_cut import NOW, START
home = make_home(Settings(home=Path(sys.argv[1])))
store, _ = open_store(f"sqlite:///{home / 'interviewer.db'}")
store.append("s", -1, [START], NOW)
for n in range(3):
    store.append("s", n, [Replied(text=f"reply {n}")], NOW)
    print(f"acknowledged {n}", flush=True)
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed (apt-get install strace)")
def test_a_reply_and_the_names_that_lead_to_it_are_synced_before_it_is_acknowledged(tmp_path: Path) -> None:
    trace, home = tmp_path / "trace", tmp_path / "new" / "home"
    done = subprocess.run(
        ["strace", "-f", "-y", "-s", "80", "-e", "trace=pwrite64,write,fsync,fdatasync,mkdir", "-o", str(trace),
         sys.executable, "-c", WRITER, str(home)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "ptrace" in done.stderr.lower():
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    calls = trace.read_text().splitlines()

    def first(pattern: str, after: int = -1) -> int:
        return next(i for i, call in enumerate(calls) if i > after and re.search(pattern, call))

    synced = [first(rf"f(data)?sync\(\d+<{re.escape(str(folder))}>\)") for folder in (tmp_path, home.parent, home)]
    before = synced[-1]
    for n in range(3):
        acknowledged = first(f'"acknowledged {n}')
        writes = [
            i
            for i, call in enumerate(calls)
            if before < i < acknowledged and re.search(r"pwrite64\(\d+<\S+-wal>", call)
        ]
        syncs = [
            i
            for i, call in enumerate(calls)
            if before < i < acknowledged and re.search(r"sync\(\d+<\S+-wal>\) += 0", call)
        ]
        assert writes
        assert syncs, f"reply {n} was acknowledged before it was synced"
        assert max(writes) < max(syncs) < acknowledged
        before = acknowledged
    assert max(synced) < first('"acknowledged 0')


@pytest.mark.skipif(not POSTGRES, reason="TEST_DATABASE_URL names no PostgreSQL")
def test_postgresql_acknowledges_only_what_is_on_its_disk_even_where_its_default_is_not_to() -> None:
    engine = create_engine(str(POSTGRES).replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        role = connection.execute(text("SELECT current_user")).scalar()
        connection.execute(text(f'ALTER ROLE "{role}" SET synchronous_commit = off'))
        try:
            store, warning = open_store(str(POSTGRES))
            with store.engine.connect() as other:
                assert other.execute(text("SHOW synchronous_commit")).scalar() == "on"
            assert (warning is None) == (connection.execute(text("SHOW fsync")).scalar() == "on")
            store.close()
        finally:
            connection.execute(text(f'ALTER ROLE "{role}" RESET synchronous_commit'))
    engine.dispose()
