"""Lets the disk run full, or be read-only, at one write after the other, and looks for what was lost or left half-written.

    python scripts/disk_run.py [--points 6]

Each part of the program that writes (event log, articles, settings, index) works in a process of its own on a disk with room
for so many more pages: a small file system in memory where one may be mounted (as root on Linux; the disk is then truly
full), else a limit on a file's size. What it cannot write it must tell in one line; what it acknowledged must be there
afterwards, whole, and no unfinished file with it. Exit status 1 where it is not so.
"""

import argparse
import importlib
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from corruption_run import Hashed

from interviewer.errors import InterviewerError
from interviewer.events import Replied, SessionConfig, Started
from interviewer.home import hold_home
from interviewer.saved import Saved, read_saved, write_saved
from interviewer.settings import Settings, make_home
from interviewer.store import open_store
from knowledge.bank import Bank
from knowledge.errors import KnowledgeError
from knowledge.index import index_fault, index_homes, index_key, open_index
from knowledge.ingest.material import Material, MaterialEntry, read_materials, save_material
from knowledge.load import load_bank

Work = Callable[[Path, int], None]
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
START = Started(config=SessionConfig(), bank_hash="b")
PAGE = 4096
STEPS = 12
MEGABYTES = 16
PAGES_APART = {"index": 32}
"""Between two amounts of room; 3 where nothing is said. A log has made its own few pages after that many."""
CHILD_S = 300.0
"""A child that says nothing for so long hangs."""


def log_step(home: Path, n: int) -> None:
    """One more reply."""
    store, _ = open_store(f"sqlite:///{make_home(Settings(home=home)) / 'interviewer.db'}")
    try:
        store.append("s", n - 1, [START if n == 0 else Replied(text=f"{n} " * 1500)], NOW)
    finally:
        store.close()


def log_holds(home: Path, done: int) -> None:
    """Raises: AssertionError where an acknowledged reply is not there."""
    store, warning = open_store(f"sqlite:///{make_home(Settings(home=home)) / 'interviewer.db'}")
    found = len(store.load("s")) if store.session_ids() else 0
    store.close()
    assert warning is None, warning
    assert found == done, f"{done} acknowledged, {found} found"


def article_step(home: Path, n: int) -> None:
    """One more article."""
    save_material(home, _article(n))


def articles_hold(home: Path, done: int) -> None:
    """Raises: AssertionError."""
    assert read_materials(home) == [_article(n) for n in range(done)]


def _article(n: int) -> Material:
    entry = MaterialEntry(n=1, question="Why?", recovered=False, answer="Because. " * 600)
    return Material(file=f"{n}.txt", sha256=f"{n:016x}" + "0" * 48, entries=(entry,))


def settings_step(home: Path, n: int) -> None:
    """Other settings, each larger than the last."""
    make_home(Settings(home=home))
    write_saved(home, Saved(model="m" * (n + 1) * 700))


def settings_hold(home: Path, done: int) -> None:
    """Raises: AssertionError."""
    assert read_saved(home) == (Saved(model="m" * done * 700) if done else Saved())


def index_step(home: Path, _: int) -> None:
    """The index is built, or found."""
    open_index(home / "index", _bank(), Hashed())


def index_holds(home: Path, done: int) -> None:
    """Raises: AssertionError."""
    homes = index_homes(home / "index", index_key(_bank(), Hashed()))
    assert not done or any(index_fault(found) is None for found in homes)
    assert all(len(hits) == 2 for hits in open_index(home / "index", _bank(), Hashed()).search(["what is relu"], 2))


@cache
def _bank() -> Bank:
    return Bank(questions=load_bank().questions[:2])


def lock_step(home: Path, _: int) -> None:
    """The app takes its home."""
    hold_home(make_home(Settings(home=home))).release()


def nothing_to_hold(_home: Path, _done: int) -> None:
    """A lock holds nothing."""


PARTS: dict[str, tuple[Work, Callable[[Path, int], None]]] = {
    "event log": (log_step, log_holds),
    "article": (article_step, articles_hold),
    "settings": (settings_step, settings_hold),
    "lock": (lock_step, nothing_to_hold),
    "index": (index_step, index_holds),
}


class Disk:
    """A small disk that can be filled, emptied and made read-only; without the right to mount, a limit on files' sizes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
        self.mounted = (
            bool(shutil.which("mount")) and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        )

    def leave(self, pages: int) -> None:
        """Leaves so many pages free. The limit on sizes holds for this process."""
        if not self.mounted:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (pages * PAGE, resource.RLIM_INFINITY))
            return
        free = os.statvfs(self.folder).f_bavail - pages
        with (self.folder / "filler").open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, max(1, free) * PAGE)

    def free(self) -> None:
        """Takes what filled it away."""
        (self.folder / "filler").unlink(missing_ok=True)

    def read_only(self, on: bool) -> bool:
        """Whether it could be made so."""
        how = f"remount,{'ro' if on else 'rw'}"
        return self.mounted and subprocess.run(["mount", "-o", how, str(self.folder)], check=False).returncode == 0

    def close(self) -> None:
        """Gives it back."""
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)


def in_a_process(work: Callable[[], tuple[int, str]]) -> tuple[int, str]:
    """Runs it in a child: how many steps were acknowledged, and what was told then ('' for nothing)."""
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            os.write(write, json.dumps(work()).encode())
        except BaseException as error:
            os.write(write, json.dumps((-1, f"{type(error).__name__}: {error}")).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        if not select.select([answer], [], [], CHILD_S)[0]:
            os.kill(pid, signal.SIGKILL)
        text = answer.read()
    os.waitpid(pid, 0)
    done, told = json.loads(text or f'[-1, "nothing for {CHILD_S:g} s"]')
    return int(done), str(told)


def met(disk: Disk, step: Work, room: int | None) -> tuple[int, str]:
    """Steps until one fails: how many were acknowledged, and its message."""

    def work() -> tuple[int, str]:
        if room is not None:
            disk.leave(room)
        for n in range(STEPS):
            try:
                step(disk.folder / "home", n)
            except (InterviewerError, KnowledgeError) as error:
                return n, str(error)
        return STEPS, ""

    return in_a_process(work)


def fault(disk: Disk, holds: Callable[[Path, int], None], done: int, told: str) -> str | None:
    """What is not as it should be, after room was made again."""
    if done < 0:
        return f"not told but raised: {told}"
    if done < STEPS and (
        "\n" in told or not any(word in told for word in ("space", "disk", "free", "rights", "folder"))
    ):
        return f"told badly: {told}"
    if left := [str(file) for file in disk.folder.rglob("*.part")]:
        return f"left unfinished: {left}"

    def look() -> tuple[int, str]:
        holds(disk.folder / "home", done)
        return done, ""

    looked, why = in_a_process(look)
    return why if looked < 0 else None


def tried(folder: Path, part: str, room: int | None) -> tuple[str, str | None]:
    """One part at one amount of room (pages; None: a read-only disk): what came of it, and what is wrong with that."""
    step, holds = PARTS[part]
    disk = Disk(folder)
    try:
        if room is None and not disk.read_only(True):
            return "left out, as nothing may be mounted here", None
        done, told = met(disk, step, room)
        disk.free() if room is not None else disk.read_only(False)
        why = fault(disk, holds, done, told)
    finally:
        disk.close()
    return ("NOT ok" if why else "told" if done < STEPS else "had room"), why


def places(points: int) -> Iterator[tuple[str, int | None]]:
    """Each part with each amount of room for it."""
    for part in PARTS:
        yield part, None
        for n in range(1 if part == "lock" else points):
            yield part, n * PAGES_APART.get(part, 3)


def main() -> int:
    """Each part at each point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=6, help="how many amounts of room for each part")
    points = parser.parse_args().points
    # Each child would import these anew, and an end by a signal would leave a disk mounted.
    for name in ("alembic.command", "chromadb", "chromadb.api.rust"):
        importlib.import_module(name)
    _bank()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    counts, wrong, started = Counter[str](), 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for at, (part, room) in enumerate(places(points)):
            outcome, why = tried(Path(folder, str(at)), part, room)
            disk = "read-only" if room is None else "full"
            counts[f"{part}, {disk}: {outcome}"] += 1
            wrong += why is not None
            if why:
                print(f"{part}, {disk if room is None else f'{room} pages'}: {why}", flush=True)
    print(json.dumps(dict(counts)))
    print(f"{counts.total()} points in {time.monotonic() - started:.0f} s, {wrong} not as they should be")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
