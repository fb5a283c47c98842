"""Several app processes over one PostgreSQL: a session moves between them, outlives one, and no reply is graded twice."""

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from interviewer.events import Graded
from interviewer.store import open_store
from interviewer.turns import Turns
from tests.postgres import ABSENT, binaries, postgres

ROOT = Path(__file__).parents[1]
RESUMED_WITHIN_S = 5.0
PATIENCE_S = 120.0


def test_one_thread_at_a_time_has_a_session_and_nothing_is_kept_of_it() -> None:
    turns, order = Turns(), []

    def work(name: str) -> None:
        with turns.take_from_all("one"):
            order.append(name)
            time.sleep(0.05)
            order.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    with turns.take_from_all("other"):
        pass
    for thread in threads:
        thread.join(10)
    assert order[0::2] == order[1::2]
    assert not turns._locks
    with turns.take("one"), turns.take("one", 0.01) as taken:
        assert not taken
    assert not turns._locks


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    if binaries() is None:
        pytest.skip(ABSENT)
    # What is lost in a power cut is tested elsewhere.
    with postgres("-c", "fsync=off") as url:
        yield url


def test_a_turn_is_one_among_processes_and_is_free_when_its_holder_dies(database: str) -> None:
    engines = [create_engine(database.replace("postgresql:", "postgresql+psycopg:")) for _ in range(2)]
    one, other = (Turns(engine) for engine in engines)
    came = threading.Event()

    def wait() -> None:
        with other.take_from_all("s"):
            came.set()

    with one.take_from_all("s"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        with other.take_from_all("another"):
            pass
        assert not came.wait(0.5)
        one.close()
        assert came.wait(10), "the server did not take the turn back"
    waiting.join(10)
    with one.take_from_all("s"):
        pass
    for turns, engine in zip((one, other), engines, strict=True):
        turns.close()
        engine.dispose()


class Process:
    """One app process; what it says is waited for."""

    def __init__(self, database: str, go: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.shared_worker", database, str(go)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.put(line.strip())

    def tell(self, *words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()

    def hear(self, timeout_s: float = PATIENCE_S) -> str:
        return self.said.get(timeout=timeout_s)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def test_a_session_moves_between_processes_outlives_one_and_is_graded_once(database: str, tmp_path: Path) -> None:
    go = tmp_path / "go"
    with ExitStack() as stack:
        one, other = (stack.enter_context(Process(database, go)) for _ in range(2))
        assert [one.hear(), other.hear()] == ["ready", "ready"]
        one.tell("start")
        id = one.hear().split()[1]

        # Both are asked to answer the same reply; only one grades it.
        other.tell("accept", id)
        assert other.hear() == "accepted"
        for process in (one, other):
            process.tell("advance", id)
        time.sleep(1.0)
        go.touch()
        said = [[process.hear()] for process in (one, other)]
        for heard, process in zip(said, (one, other), strict=True):
            if heard == ["grading"]:
                heard.append(process.hear())
        assert sorted(said, key=len) == [["replied 1"], ["grading", "replied 1"]]

        # The process that works on a reply is killed; the other one takes it up.
        go.unlink()
        one.tell("accept", id)
        assert one.hear() == "accepted"
        one.tell("advance", id)
        assert one.hear() == "grading"
        one.process.kill()
        killed = time.monotonic()
        other.tell("advance", id)
        assert other.hear() == "grading"
        assert time.monotonic() - killed < RESUMED_WITHIN_S
        go.touch()
        assert other.hear() == "replied 2"
    store, _ = open_store(database)
    assert sum(isinstance(record.event, Graded) for record in store.load(id)) == 2
    store.close()
