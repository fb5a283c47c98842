"""Lets the disk run full, or be read-only, at one write after the other, and looks for what was lost or left half-written.

    python scripts/disk_run.py [--points 8]

Each part of the program that writes (event log, articles, settings, index) works in a process of its own on a disk with room
for so many more pages: a small file system in memory where one may be mounted (as root on Linux; the disk is then truly
full), else a limit on a file's size. What it cannot write it must tell in one line; what it acknowledged must be there
afterwards, whole, and no unfinished file with it. Exit status 1 where it is not so.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
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

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        self.mounted = (
            bool(shutil.which("mount")) and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        )

    def leave(self, pages: int) -> None:
        """Leaves so many pages free."""
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
        text = answer.read()
    os.waitpid(pid, 0)
    done, told = json.loads(text)
    return int(done), str(told)


def met(disk: Disk, step: Work, prepare: Callable[[], None]) -> tuple[int, str]:
    """Steps until one fails: how many were acknowledged, and its message."""

    def work() -> tuple[int, str]:
        prepare()
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
    looked, why = in_a_process(lambda: (holds(disk.folder / "home", done) or 0, ""))
    return why if looked < 0 else None


def main() -> int:
    """Each part at each point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=8, help="how many amounts of room for each part")
    points = parser.parse_args().points
    counts, wrong = Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (step, holds) in PARTS.items():
            rooms: list[int | None] = [None, *(n * (24 if name == "index" else 3) for n in range(points))]
            for at, room in enumerate(rooms if name != "lock" else rooms[:2]):
                disk = Disk(Path(folder) / f"{name}-{at}".replace(" ", "-"), 16)
                try:
                    if room is None and not disk.read_only(True):
                        continue
                    done, told = met(
                        disk, step, lambda disk=disk, room=room: disk.leave(room) if room is not None else None
                    )
                    disk.free() if room is not None else disk.read_only(False)
                    why = fault(disk, holds, done, told)
                finally:
                    disk.close()
                outcome = "NOT ok" if why else ("told" if done < STEPS else "had room")
                counts[f"{name}, {'read-only' if room is None else 'full'}: {outcome}"] += 1
                wrong += why is not None
                if why:
                    print(f"{name}, {'read-only' if room is None else f'{room} pages'}: {why}")
    print(json.dumps(dict(counts)))
    print(
        f"{sum(counts.values())} points, {wrong} not as they should be ({'a full disk' if disk.mounted else 'a limit on sizes'})"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
