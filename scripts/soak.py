"""Thousands of interviews in one process: do memory, open files and threads stay as they are after the warm-up?

    PYTHONPATH=. python scripts/soak.py stored --interviews 5000   grades are stored beforehand: loop, log, page and report
    PYTHONPATH=. python scripts/soak.py real --interviews 500      the local grader, through a real `interviewer serve`

Each interview is begun, answered to its end (2 questions), and its report made. Exit status 1 where memory grew by more
than 10 % after the first fifth, or files or threads grew at all (the page's own pool of threads apart, which has a bound).
"""

import argparse
import asyncio
import gc
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from live_app import Answers, Others, Usage, call, client, live_app, usage

WARM_UP = 0.2
MOST_GROWTH = 0.10
SPARE_FILES = 8
"""Connections of clients that are about to be closed."""
SPARE_THREADS = 40
"""The page's pool, which grows to its bound at its own pace."""
QUESTIONS = 2
LOOKS = 20


def stored(interviews: int) -> Iterator[Usage]:
    """Usage at times, of this process, over grades that are all known beforehand."""
    import os

    from interviewer.events import ReplyKind
    from interviewer.grading.grade import Grade
    from interviewer.grading.tasks import GradeRequest
    from interviewer.llm.limits import Limits
    from interviewer.settings import Settings
    from interviewer.wiring import Interviewer
    from tests.plain_grader import grader, language_model
    from ui import handlers

    with tempfile.TemporaryDirectory() as home:
        app, answers = Interviewer(Settings(home=Path(home))), Answers()
        # A server that refuses at once: words then judge instead, and each grade is made only once.
        judge = grader(language_model("http://127.0.0.1:9/v1", Limits(requests=1)), app.bank)

        @cache
        def known(question_id: str) -> tuple[str, Grade]:
            text = answers.draw(question_id, random.Random(0))
            return text, judge.grade(GradeRequest(question_id=question_id), text)

        class Stored:
            """Stands where the grader stands."""

            def grade(self, request: GradeRequest, reply: str) -> Grade:
                return known(request.question_id or "")[1]

        for question in app.bank.questions:
            known(question.id)
        vars(app).update(grader=Stored(), understand=lambda *_: ReplyKind.ANSWER)
        for n in range(interviews):
            page = handlers.start(app, "interview", "mid", [], QUESTIONS, 0, n)
            while page.report is None:
                current = page.state.askings[-1].question_id
                handlers.api_reply(app, page.session_id, known(current)[0])
                page = handlers.resume(app, page.session_id)
            if (n + 1) % max(1, interviews // LOOKS) == 0:
                gc.collect()
                yield usage(os.getpid())
        app.waiting.close(1.0)
        app.sessions.close()


async def real(url: str, pid: int, interviews: int) -> list[Usage]:
    """Usage at times, of a serving process."""
    answers, chance, seen = Answers(), random.Random(1), []
    async with client(url) as http:
        for n in range(interviews):
            at = await call(http, "start", "interview", "mid", [], QUESTIONS, 0, n)
            while not at["finished"]:
                at = await call(http, "reply", at["session_id"], answers.draw(at["question_id"], chance))
            await call(http, "report", at["session_id"])
            if (n + 1) % max(1, interviews // LOOKS) == 0:
                seen.append(usage(pid))
                print(f"{n + 1:6d} interviews: {_in_words(seen[-1])}", flush=True)
    return seen


def _in_words(one: Usage) -> str:
    return f"{one.mib:.0f} MiB, {one.files} files, {one.threads} threads, {one.cpu_s:.0f} s of a processor"


def flat(seen: list[Usage]) -> bool:
    """Whether nothing grew after the warm-up; says so."""
    after, last = seen[max(0, int(len(seen) * WARM_UP) - 1)], seen[-1]
    growth = last.mib / after.mib - 1
    print(f"after the warm-up {_in_words(after)}; at the end {_in_words(last)}: memory {growth:+.1%}")
    return (
        growth <= MOST_GROWTH
        and last.files <= after.files + SPARE_FILES
        and last.threads <= max(after.threads, SPARE_THREADS)
    )


def main() -> int:
    """Runs the part that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("stored", "real"))
    parser.add_argument("--interviews", type=int, default=500)
    parser.add_argument("--home", type=Path, help="a home folder with an index, which saves building one")
    arguments = parser.parse_args()
    started = time.monotonic()
    if arguments.part == "stored":
        others, seen = Others(), []
        for one in stored(arguments.interviews):
            seen.append(one)
            print(_in_words(one), flush=True)
        print(others.in_words())
    else:
        with tempfile.TemporaryDirectory() as fresh, live_app(arguments.home or Path(fresh)) as (url, pid):
            others = Others(pid)
            seen = asyncio.run(real(url, pid, arguments.interviews))
            print(others.in_words())
    print(f"{arguments.interviews} interviews in {time.monotonic() - started:.0f} s")
    return int(not flat(seen))


if __name__ == "__main__":
    sys.exit(main())
