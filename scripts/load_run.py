"""Many candidates at once, through the named endpoints of a real `interviewer serve` process.

    python scripts/load_run.py steady --sessions 100 --think 60 --minutes 10   no error, answered within 2 s (p95)
    python scripts/load_run.py burst --replies 25                              all answered, within 5 s (p95)
    python scripts/load_run.py over --sessions 300 --think 60 --minutes 3      busy is told within 1 s, then recovery

Think times are drawn by seed from 0.5 to 1.5 of `--think`; the first ones spread the sessions. What others used of the
machine stands beside each figure: the limits hold on an otherwise idle machine of two processors. Exit status 1 where one
is not held. `--database URL` takes PostgreSQL.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from live_app import JSON, Answers, Failed, Others, call, client, live_app, percentile, usage

GRADED_WITHIN_S = 2.0
BURST_WITHIN_S = 5.0
BUSY_WITHIN_S = 1.0
NORMAL_WITHIN_S = 30.0
LOOKS_AGAIN_S = 2.0
QUESTIONS = 3


@dataclass
class Seen:
    """What clients met. Seconds: of replies answered at once, of 'busy' answers, and until a kept reply was answered."""

    answered: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


class Candidate:
    """One client: starts an interview, thinks, replies, and begins another when it is over."""

    def __init__(self, http: httpx.AsyncClient, seen: Seen, answers: Answers, seed: int) -> None:
        self._http, self._seen, self._answers = http, seen, answers
        self._chance = random.Random(seed)
        self._seed = seed
        self._at: JSON | None = None

    async def live(self, think_s: float, until: float) -> None:
        """Replies with pauses until the time is up."""
        await asyncio.sleep(self._chance.random() * min(think_s, until - time.monotonic()))
        while time.monotonic() < until:
            try:
                await self.begin()
                await self.reply()
            except Failed as error:
                self._seen.errors[str(error)[:200]] += 1
                self._at = None
            await asyncio.sleep(max(0.0, min(self._chance.uniform(0.5, 1.5) * think_s, until - time.monotonic())))

    async def begin(self) -> None:
        """Has an interview that waits for a reply. Raises: Failed."""
        if self._at is None or self._at["finished"]:
            self._at = await call(
                self._http, "start", "interview", "mid", [], QUESTIONS, 0, self._chance.randrange(2**31)
            )

    async def reply(self) -> bool:
        """Sends a reply; says whether it was answered at once. One that was kept is waited for. Raises: Failed."""
        assert self._at is not None
        text = f"{self._answers.draw(self._at['question_id'], self._chance)} ({self._seed})"
        started = time.monotonic()
        said = await call(self._http, "reply", self._at["session_id"], text)
        took = time.monotonic() - started
        if not said["busy"]:
            self._seen.answered.append(took)
            self._at = said
            return True
        self._seen.busy.append(took)
        while said["busy"]:
            await asyncio.sleep(LOOKS_AGAIN_S)
            said = await call(self._http, "resume", self._at["session_id"])
        self._seen.kept.append(time.monotonic() - started)
        self._at = said
        return False


async def warm(http: httpx.AsyncClient, answers: Answers) -> None:
    """One whole reply, so that models and index are loaded."""
    one = Candidate(http, Seen(), answers, 0)
    await one.begin()
    await one.reply()


async def crowd(url: str, pid: int, sessions: int, think_s: float, seconds: float) -> tuple[Seen, float, int]:
    """So many sessions for so long.

    Returns: what they saw, the seconds until a reply was answered as usual again, and the most MiB that the app held.
    """
    seen, answers, most = Seen(), Answers(), 0.0
    async with client(url) as http:
        await warm(http, answers)
        others, until = Others(pid), time.monotonic() + seconds
        candidates = [Candidate(http, seen, answers, n) for n in range(1, sessions + 1)]
        running = [asyncio.create_task(one.live(think_s, until)) for one in candidates]
        while time.monotonic() < until:
            await asyncio.sleep(1)
            most = max(most, usage(pid).mib)
        print(others.in_words(), flush=True)
        back = await recovery(http, answers)
        await asyncio.gather(*running)
    return seen, back, int(most)


async def recovery(http: httpx.AsyncClient, answers: Answers) -> float:
    """Seconds until a newcomer's reply is answered at once and in time."""
    started = time.monotonic()
    for seed in range(10_000, 10_100):
        newcomer = Candidate(http, Seen(), answers, seed)
        await newcomer.begin()
        asked = time.monotonic()
        if await newcomer.reply() and time.monotonic() - asked <= GRADED_WITHIN_S:
            return asked - started
    return float("inf")


async def burst(url: str, pid: int, replies: int) -> Seen:
    """So many replies at the same moment."""
    seen, answers = Seen(), Answers()
    async with client(url) as http:
        await warm(http, answers)
        candidates = [Candidate(http, seen, answers, n) for n in range(1, replies + 1)]
        for one in candidates:
            await one.begin()
        others = Others(pid)
        found = await asyncio.gather(*(one.reply() for one in candidates), return_exceptions=True)
        seen.errors.update(str(error) for error in found if isinstance(error, BaseException))
        print(others.in_words(), flush=True)
    return seen


def tell(seen: Seen) -> None:
    """The figures of a run."""
    for name, times in (
        ("answered at once", seen.answered),
        ("told busy", seen.busy),
        ("kept and answered", seen.kept),
    ):
        p50, p95, longest = (percentile(times, share) for share in (0.5, 0.95, 1.0))
        print(f"{len(times):6d} {name}: p50 {p50:.2f} s, p95 {p95:.2f} s, longest {longest:.2f} s")
    print(f"{seen.errors.total():6d} errors {dict(seen.errors.most_common(3)) or ''}")


def held(part: str, seen: Seen, back: float) -> bool:
    """Whether the limits of a part are held."""
    fine = not seen.errors and len(seen.kept) == len(seen.busy)
    if part == "burst":
        return fine and percentile(seen.answered + seen.kept, 0.95) <= BURST_WITHIN_S
    if part == "steady":
        return fine and not seen.busy and percentile(seen.answered, 0.95) <= GRADED_WITHIN_S
    return fine and percentile(seen.busy or [0.0], 0.95) <= BUSY_WITHIN_S and back <= NORMAL_WITHIN_S


def main() -> int:
    """Runs the part that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("steady", "burst", "over"))
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--think", type=float, default=60.0, metavar="S")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--replies", type=int, default=25)
    parser.add_argument("--home", type=Path, help="a home folder with an index, which saves building one")
    parser.add_argument("--database", help="URL of the database; by default SQLite in the home")
    arguments = parser.parse_args()
    settings = {"INTERVIEWER_DATABASE_URL": arguments.database} if arguments.database else {}
    with tempfile.TemporaryDirectory() as fresh, live_app(arguments.home or Path(fresh), **settings) as (url, pid):
        if arguments.part == "burst":
            seen, back = asyncio.run(burst(url, pid, arguments.replies)), 0.0
        else:
            run = crowd(url, pid, arguments.sessions, arguments.think, arguments.minutes * 60)
            seen, back, most = asyncio.run(run)
            print(f"normal again after {back:.1f} s; the app held at most {most} MiB")
    tell(seen)
    fine = held(arguments.part, seen, back)
    print("held" if fine else "NOT held")
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
