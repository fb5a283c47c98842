"""Kills the program at random moments of an interview, again and again, and looks for what was lost.

    python scripts/kill_run.py [--kills 200] [--seed 1] [--part chat or serve or both] [--cold]

Real processes run the commands `chat` and `serve`; SIGKILL takes them while they start, while a reply is on its way, while
it is graded, while the answer is told. After each restart the log must hold every acknowledged reply once and in order, at
most the one reply beside them that was on its way, and at most one grade a reply. Exit status 1 where it does not.

Processes are forked from one that has imported the libraries, so that a busy machine gets on; `--cold` starts each from
nothing, as a person would.
"""

import argparse
import http.client
import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Self

from live_app import COMMAND, ROOT, free_port

MOST_WAIT_S = 300.0
REPLIES = (
    "I don't know",
    "could you repeat the question?",
    "The gradient of the loss flows back by the chain rule, layer by layer.",
    "Kernels share their weights over all positions, so there are far fewer parameters.",
    "It normalises each feature over the batch, which keeps the scale of activations steady.",
    "skip",
)


class Process:
    """One process of the program that can be killed at a set moment; its standard output is read line by line."""

    def __init__(self, arguments: list[str], cold: bool) -> None:
        self.born = time.monotonic()
        (self.stdin, self.stdin_there), (stdout, stdout_there) = os.pipe()[::-1], os.pipe()
        self.pid = _cold(arguments, self.stdin_there, stdout_there) if cold else 0
        self.pid = self.pid or _forked(arguments, self.stdin_there, stdout_there, (self.stdin, stdout))
        os.close(self.stdin_there)
        os.close(stdout_there)
        self._stdout, self._read = stdout, b""
        self.alive = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.kill()
        os.close(self.stdin)
        os.close(self._stdout)

    def kill(self) -> None:
        """SIGKILL, and the process is gone."""
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.alive = False

    def kill_in(self, seconds: float) -> None:
        """Kills it so many seconds from now, whatever happens then."""
        signal.signal(signal.SIGALRM, lambda *_: self.kill())
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-4))

    def say(self, text: str) -> None:
        """Sends a line, unless the process is gone."""
        with suppress(BrokenPipeError):
            os.write(self.stdin, f"{text}\n".encode())

    def line(self) -> str | None:
        """The next line of output; None where the process has ended."""
        end = time.monotonic() + MOST_WAIT_S
        while b"\n" not in self._read:
            if not select.select([self._stdout], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError(f"no output for {MOST_WAIT_S:g} s")
            if not (piece := os.read(self._stdout, 65536)):
                return None
            self._read += piece
        line, self._read = self._read.split(b"\n", 1)
        return line.decode()

    def wait_for(self, *beginnings: str) -> str | None:
        """The next line that begins with one of these; None where the process ended before."""
        while (line := self.line()) is not None:
            if line.startswith(beginnings):
                return line
        return None


def _cold(arguments: list[str], stdin: int, stdout: int) -> int:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = subprocess.Popen([*COMMAND, *arguments], stdin=stdin, stdout=stdout, env=environment)
    started.returncode = 0  # it is waited for by its number
    return started.pid


def _forked(arguments: list[str], stdin: int, stdout: int, others: tuple[int, int]) -> int:
    if pid := os.fork():
        return pid
    # The child never returns from here.
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for end in others:
            os.close(end)
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
        sys.stdin, sys.stdout = os.fdopen(0, "r"), os.fdopen(1, "w")
        from interviewer.cli import main as command

        status = command(arguments)
        sys.stdout.flush()
        os._exit(status)
    except BaseException as error:
        print(f"the child failed: {error!r}", file=sys.stderr)
        os._exit(70)


class Ledger:
    """What the candidate knows: the replies that were acknowledged in the session, and the one on its way."""

    def __init__(self, home: Path) -> None:
        self.file = home / "interviewer.db"
        self.session: str | None = None
        self.acknowledged: list[str] = []
        self.on_its_way: str | None = None
        self.replies = self.late = self.sessions = 0

    def begin(self, session: str) -> None:
        """A new session."""
        self.session, self.acknowledged, self.on_its_way = session, [], None
        self.sessions += 1

    @property
    def last(self) -> str | None:
        """The reply that was acknowledged last."""
        return self.acknowledged[-1] if self.acknowledged else None

    def sent(self, text: str) -> None:
        """A reply is on its way."""
        self.on_its_way = text

    def answered(self) -> None:
        """The reply on its way was acknowledged."""
        if self.on_its_way is not None:
            self.acknowledged.append(self.on_its_way)
            self.on_its_way = None
            self.replies += 1

    def _rows(self) -> list[tuple[int, str, str]]:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)) as log:
            query = "SELECT seq, type, payload FROM events WHERE session_id = ? ORDER BY seq"
            return log.execute(query, (self.session,)).fetchall()

    def _replied(self) -> list[str]:
        return [json.loads(body)["text"] for _, type, body in self._rows() if type == "replied"]

    def holds(self, text: str) -> bool:
        """Whether the log holds the reply on its way after those that were acknowledged."""
        return self._replied() == [*self.acknowledged, text]

    def check(self) -> None:
        """Compares the log with what was acknowledged. Raises: AssertionError."""
        if self.session is None:
            return
        rows, replied = self._rows(), self._replied()
        assert [seq for seq, _, _ in rows] == list(range(len(rows))), "the log has a gap"
        if replied == [*self.acknowledged, self.on_its_way]:
            self.acknowledged.append(str(self.on_its_way))
            self.late += 1
        self.on_its_way = None
        assert replied == self.acknowledged, f"acknowledged {self.acknowledged}, in the log {replied}"
        places = [i for i, (_, type, _) in enumerate(rows) if type == "replied"]
        for start, end in pairwise([*places, len(rows)]):
            kinds = [type for _, type, _ in rows[start:end]]
            assert kinds.count("graded") <= 1, f"a reply was graded twice: {kinds}"
            assert kinds.count("understood") <= 1, f"a reply was read twice: {kinds}"


class Chat:
    """An interview in the terminal."""

    def __init__(self, ledger: Ledger, cold: bool, chance: random.Random) -> None:
        self.ledger, self.cold, self.chance = ledger, cold, chance

    def start(self) -> Process:
        """A process that begins a session or goes on with the one there is."""
        again = ["--session", self.ledger.session] if self.ledger.session else []
        return Process(
            ["chat", "--questions", "20", "--mode", "practice", "--seed", str(self.chance.randrange(99)), *again],
            self.cold,
        )

    def resumed(self, process: Process) -> bool:
        """Whether it showed the session, before it was killed."""
        if (line := process.wait_for("session ")) is None:
            return False
        if not self.ledger.session:
            self.ledger.begin(line.split()[1])
        return process.wait_for("Interviewer: ") is not None

    def reply(self, process: Process, text: str) -> bool:
        """Whether the reply was answered, before the process was killed."""
        self.ledger.sent(text)
        process.say(text)
        while (line := process.wait_for("Interviewer: ", "# ")) is not None and not self.ledger.holds(text):
            pass  # said of the reply before
        if line is None:
            return False
        self.ledger.answered()
        if line.startswith("# "):
            self.ledger.session = None
        return True


class Serve:
    """An interview through the app's endpoints."""

    def __init__(self, ledger: Ledger, cold: bool, chance: random.Random) -> None:
        self.ledger, self.cold, self.chance = ledger, cold, chance
        self.port = free_port()

    def start(self) -> Process:
        """The app's process."""
        return Process(["serve", "--port", str(self.port)], self.cold)

    def resumed(self, process: Process) -> bool:
        """Whether it showed the session, before it was killed."""
        if process.wait_for("Interviewer is at") is None:
            return False
        if self.ledger.session:
            return self._call("report", self.ledger.session) is not None
        started = self._call("start", "practice", "mid", [], 20, 0, self.chance.randrange(99))
        if started is None:
            return False
        self.ledger.begin(started["session_id"])
        return True

    def reply(self, process: Process, text: str) -> bool:
        """Whether the reply was answered, before the process was killed."""
        self.ledger.sent(text)
        told = self._call("reply", self.ledger.session, text)
        if told is None:
            return False
        self.ledger.answered()
        if told["finished"]:
            self.ledger.session = None
        return True

    def _call(self, name: str, *data: object) -> Any:
        """An endpoint's answer; None where the connection broke. Raises: AssertionError on an error that it tells."""
        url = f"http://127.0.0.1:{self.port}/gradio_api/call/{name}"
        request = urllib.request.Request(url, json.dumps({"data": data}).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=MOST_WAIT_S) as response:
                event = json.load(response)["event_id"]
            with urllib.request.urlopen(f"{url}/{event}", timeout=MOST_WAIT_S) as stream:
                body = stream.read().decode()
        except (OSError, ValueError, http.client.HTTPException) as error:
            if isinstance(error, urllib.error.HTTPError):
                raise AssertionError(f"{name}: {error}") from error
            return None
        if "event: complete" in body:
            return json.loads(body.split("event: complete\ndata: ", 1)[1].split("\n", 1)[0])[0]
        assert "event: error" not in body, f"{name}: {body}"
        return None


def killed_once(talk: Chat | Serve, chance: random.Random, took: list[float], resumed_s: list[float]) -> str:
    """Starts the program, replies a few times, kills it; returns in which part of its life it died."""
    starting = chance.random() < 0.15
    with talk.start() as process:
        if starting:
            process.kill_in(chance.uniform(0, median(resumed_s or [3.0])))
        if not talk.resumed(process):
            return "starting"
        resumed_s.append(time.monotonic() - process.born)
        talk.ledger.check()
        last = chance.randrange(4)
        for n in range(last + 1):
            if n == last and not starting:
                process.kill_in(chance.uniform(0, 1.2 * median(took or [8.0])))
            began = time.monotonic()
            # A reply in the words of one that was left unread is taken for that one, sent again.
            if not talk.reply(process, chance.choice([text for text in REPLIES if text != talk.ledger.last])):
                return "replying"
            took.append(time.monotonic() - began)
            if talk.ledger.session is None:
                return "between sessions"
    return "idle"


def run(make: Callable[[Ledger, bool, random.Random], Chat | Serve], kills: int, seed: int, cold: bool) -> bool:
    """So many kills; prints what came of them and returns whether nothing was lost."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INTERVIEWER_HOME"] = folder
        ledger = Ledger(Path(folder))
        talk = make(ledger, cold, chance)
        took: list[float] = []
        resumed_s: list[float] = []
        died: dict[str, int] = {}
        for n in range(kills):
            try:
                when = killed_once(talk, chance, took, resumed_s)
                ledger.check()
            except AssertionError as error:
                print(f"NOT ok after {n + 1} kills: {error}")
                return False
            died[when] = died.get(when, 0) + 1
            if sys.stderr.isatty() or n % 10 == 9:
                print(f"{make.__name__}: {n + 1} kills, {died}", file=sys.stderr, flush=True)
    ordered = sorted(resumed_s)
    print(
        f"{make.__name__}: {kills} kills ({', '.join(f'{count} {when}' for when, count in sorted(died.items()))}) in "
        f"{ledger.sessions} sessions, {ledger.replies} replies acknowledged and {ledger.late} found on disk without: none lost, "
        f"none twice; resumed after {median(ordered):.2f} s (median), {ordered[int(0.95 * (len(ordered) - 1))]:.2f} s (p95), "
        f"{ordered[-1]:.2f} s (longest); a reply took {median(took or [0.0]):.2f} s; load {os.getloadavg()[0]:.1f}"
    )
    return True


def main() -> int:
    """Runs the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=("chat", "serve", "both"), default="both")
    parser.add_argument("--cold", action="store_true")
    arguments = parser.parse_args()
    if not arguments.cold:
        _import_all()
    kinds: dict[str, type[Chat] | type[Serve]] = {"chat": Chat, "serve": Serve}
    parts = [*kinds.values()] if arguments.part == "both" else [kinds[arguments.part]]
    share = arguments.kills // len(parts)
    return int(not all(run(part, share, arguments.seed, arguments.cold) for part in parts))


def _import_all() -> None:
    """Imports what the commands will; opens nothing and starts no thread, so that forking is safe."""
    import importlib

    for name in ("interviewer.cli", "interviewer.wiring", "interviewer.grading.local", "alembic.command", "torch",
                 "transformers", "sentence_transformers", "sklearn.linear_model", "chromadb", "gradio", "plotly", "ui.serve", "ui.app"):  # fmt: skip
        importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())
