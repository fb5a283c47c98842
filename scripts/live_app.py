"""A real `interviewer serve` process for the long runs: started, visited through its named endpoints, watched."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from knowledge.bank import Bank
from knowledge.load import load_bank
from knowledge.replies import load_replies

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "import sys; from interviewer.cli import main; sys.exit(main())"]
JSON = dict[str, Any]
WAIT_S = 180.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """An endpoint answered with an error, or not at all."""


@contextmanager
def live_app(home: Path, **settings: str) -> Iterator[tuple[str, int]]:
    """The address and the process id of an app over this home, its models loaded. It is stopped at the end."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "INTERVIEWER_HOME": str(home), **settings}
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port)], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        while "Interviewer is at" not in (line := process.stdout.readline()):
            if not line:
                raise Failed("the app did not start; its errors stand above")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def call(http: httpx.AsyncClient, name: str, *data: Any) -> Any:
    """What a named endpoint answers. Raises: Failed."""
    try:
        joined = await http.post(f"/gradio_api/call/{name}", json={"data": data})
        joined.raise_for_status()
        told = await http.get(f"/gradio_api/call/{name}/{joined.json()['event_id']}")
    except httpx.HTTPError as error:
        raise Failed(f"{name}: {error!r}") from error
    event, _, body = told.text.strip().rpartition("\n")
    if not event.endswith("event: complete"):
        raise Failed(f"{name}: {told.status_code} {told.text.strip()[-300:]}")
    return json.loads(body.removeprefix("data: "))[0]


def client(url: str) -> httpx.AsyncClient:
    """For many callers at once."""
    return httpx.AsyncClient(
        base_url=url,
        timeout=WAIT_S,
        trust_env=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=50),
    )


class Answers:
    """What candidates say: whole replies of the bank's training set, drawn by chance."""

    def __init__(self, bank: Bank | None = None) -> None:
        self._replies: defaultdict[str, list[str]] = defaultdict(list)
        for reply in load_replies(bank or load_bank()):
            self._replies[reply.question].append(reply.text)

    def draw(self, question_id: str | None, chance: random.Random) -> str:
        """A reply to a question."""
        return chance.choice(self._replies.get(question_id or "") or ["I would start with the gradient of the loss."])


class Usage(NamedTuple):
    """What a process holds now: resident MiB, open files, threads; and CPU seconds since its start."""

    mib: float
    files: int
    threads: int
    cpu_s: float


def usage(pid: int) -> Usage:
    """Of a running process (Linux)."""
    folder = Path("/proc", str(pid))
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
    times = (folder / "stat").read_text().rpartition(")")[2].split()
    return Usage(
        mib=int(status["VmRSS"].split()[0]) / 1024,
        files=len(list((folder / "fd").iterdir())),
        threads=int(status["Threads"]),
        cpu_s=(int(times[11]) + int(times[12])) / _TICKS,
    )


class Others:
    """How much of the machine was used by others than some processes, between making this and asking."""

    def __init__(self, *pids: int) -> None:
        self._pids = (os.getpid(), *pids)
        self._busy, self._ours, self._at = _busy_s(), self._used(), time.monotonic()

    def _used(self) -> float:
        return sum(usage(pid).cpu_s for pid in self._pids)

    def in_words(self) -> str:
        """The load average, what we used and what others used, in processors."""
        passed = time.monotonic() - self._at
        ours = (self._used() - self._ours) / passed
        others = max(0.0, (_busy_s() - self._busy) / passed - ours)
        load = os.getloadavg()[0]
        return f"load {load:.1f} on {os.cpu_count()} processors; we used {ours:.2f} of them, others {others:.2f}"


def _busy_s() -> float:
    times = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(times[:3]) + sum(times[5:8])) / _TICKS


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed; nan of none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")
