"""Two real `interviewer serve` processes over one PostgreSQL: a session moves between them, and one of them is killed; then
the same behind nginx, with the configuration of `docs/nginx.conf`.

    PYTHONPATH=. python scripts/several_run.py [--home HOME]

Needs PostgreSQL's binaries; without nginx that part is left out. Exit status 1 where a reply was lost, graded twice, or not answered within 5 s of the kill.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
from live_app import JSON, Answers, Failed, Others, call, client, live_app
from live_proxy import live_proxy, nginx

from interviewer.events import Graded, Replied
from interviewer.policy import Need, need
from interviewer.state import replay
from interviewer.store import open_store
from tests.postgres import postgres

ANSWERED_WITHIN_S = 5.0
SENT_AGAIN_S = 0.2
QUESTIONS = 6
BEHIND = 8
"""Candidates behind the proxy: all of them at the app that stays, once in 128 runs."""


async def visit(urls: tuple[str, str], pids: tuple[int, int], database: str) -> bool:
    """One interview that changes the process at each reply, and loses one of them; says whether all is as it should be."""
    answers, chance = Answers(), random.Random(1)
    store, _ = open_store(database)
    async with client(urls[0]) as one, client(urls[1]) as other:
        for http in (one, other):  # models are loaded
            warm = await call(http, "start", "interview", "mid", [], 1, 0, 1)
            await call(http, "reply", warm["session_id"], answers.draw(warm["question_id"], chance))
        at = await call(one, "start", "interview", "mid", [], QUESTIONS, 0, 1)
        id, sent = at["session_id"], []
        for http in (one, other, one, other):
            sent.append(answers.draw(at["question_id"], chance))
            at = await call(http, "reply", id, sent[-1])
        sent.append(answers.draw(at["question_id"], chance))
        cut_off = asyncio.create_task(_sent(one, id, sent[-1]))
        while not any(isinstance(r.event, Replied) and r.event.text == sent[-1] for r in store.load(id)):
            await asyncio.sleep(0.01)
        os.kill(pids[0], signal.SIGKILL)
        killed = time.monotonic()
        await call(other, "resume", id)
        took = time.monotonic() - killed
        await cut_off
    records = store.load(id)
    store.close()
    replied = [record.event.text for record in records if isinstance(record.event, Replied)]
    graded = sum(isinstance(record.event, Graded) for record in records)
    state = replay(records)
    tried = sum(len(asking.attempts) for asking in state.askings)
    print(
        f"{len(sent)} replies sent, {len(replied)} kept, {graded} grades of {tried} answers; after the kill {took:.1f} s"
    )
    return replied == sent and graded == tried and need(state) is not Need.GRADE and took <= ANSWERED_WITHIN_S


async def behind(proxy: str, pid: int) -> bool:
    """Candidates behind nginx, each at the app that it chose for them; one app is killed, and all of them go on."""
    answers, chance, held = Answers(), random.Random(2), []
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(client(proxy)) for _ in range(BEHIND)]
        at = [await call(http, "start", "interview", "mid", [], QUESTIONS, 0, n) for n, http in enumerate(visitors)]
        routes = {http.cookies["interviewer_route"] for http in visitors}
        os.kill(pid, signal.SIGKILL)
        for http, one in zip(visitors, at, strict=True):
            began = time.monotonic()
            said = await _sent_until_taken(http, one["session_id"], answers.draw(one["question_id"], chance))
            held.append((said["session_id"] == one["session_id"] and bool(said["messages"]), time.monotonic() - began))
    slowest = max(took for _, took in held)
    print(f"behind nginx: {sum(fine for fine, _ in held)} of {BEHIND} went on, the slowest reply took {slowest:.1f} s")
    return len(routes) == BEHIND and all(fine for fine, _ in held) and slowest <= ANSWERED_WITHIN_S


async def _sent_until_taken(http: httpx.AsyncClient, id: str, text: str) -> JSON:
    """A reply, sent again where the proxy had handed it to the app that was dying: it does not hand on what was sent, since that
    may have been taken. Raises: Failed where it is not taken in time.
    """
    until = time.monotonic() + ANSWERED_WITHIN_S
    while True:
        try:
            said: JSON = await call(http, "reply", id, text)
            return said
        except Failed as error:
            if time.monotonic() > until:
                raise
            print(f"sent again after: {str(error)[:80]}")
            await asyncio.sleep(SENT_AGAIN_S)


async def _sent(http: httpx.AsyncClient, id: str, text: str) -> None:
    try:
        await call(http, "reply", id, text)
    except Failed as error:
        print(f"the killed process's client was told: {str(error)[:80]}")


def main() -> int:
    """Starts all, and tells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a home folder with an index, which saves building two")
    home = parser.parse_args().home
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second, postgres() as database:
        for fresh in (first, second):
            if home:
                shutil.copytree(home / "index", Path(fresh, "index"))
        settings = {"INTERVIEWER_DATABASE_URL": database}
        with live_app(Path(second), **settings) as (b, other):
            with live_app(Path(first), **settings) as (a, pid):
                others = Others(os.getpid())
                fine = asyncio.run(visit((a, b), (pid, other), database))
                print(others.in_words())
            if nginx():
                with live_app(Path(first), **settings) as (a, pid), live_proxy(a, b) as proxy:
                    fine = asyncio.run(behind(proxy, pid)) and fine
            else:
                print("there is no nginx here: not tried behind it")
    print("held" if fine else "NOT held")
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
