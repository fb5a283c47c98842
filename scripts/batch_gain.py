"""Processor seconds that the local grader needs for a reply: alone, and with others in one pass.

    OMP_NUM_THREADS=1 python scripts/batch_gain.py --replies 32

Processor time of one thread, so that it can be told on a busy machine too, though caches shared with others lengthen it.
"""

import argparse
import os
import time
from pathlib import Path

from evals.asked import request_of
from evals.cases import Case, read_cases
from interviewer.grading.crossencoder import Reading
from interviewer.grading.grade import GraderName
from interviewer.grading.local import LocalJudge
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer

GOLDEN = Path(__file__).resolve().parents[1] / "evals" / "data" / "golden.jsonl"
TOGETHER = (1, 4, 8)
EVERY = 7
"""Of the golden cases, so that questions and qualities are mixed."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replies", type=int, default=32)
    count = parser.parse_args().replies
    cases = list(read_cases([GOLDEN]))[::EVERY][:count]
    interviewer = Interviewer(read_settings())
    grader = interviewer.make_grader(GraderName.LOCAL)
    for case in cases[:2]:
        grader.grade(request_of(case, interviewer.bank), case.reply)
    started = time.process_time()
    for case in cases:
        grader.grade(request_of(case, interviewer.bank), case.reply)
    print(f"a whole grade: {(time.process_time() - started) / len(cases) * 1000:.0f} ms of a processor", flush=True)
    judge = LocalJudge()
    asked = [reading(judge, interviewer, case) for case in cases]
    judge._reader(asked[:1])
    for together in TOGETHER:
        started = time.process_time()
        for at in range(0, len(asked), together):
            judge._reader(asked[at : at + together])
        taken = (time.process_time() - started) / len(asked) * 1000
        print(f"its forward passes, {together} replies in one: {taken:.0f} ms", flush=True)
    print(f"{len(cases)} replies; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def reading(judge: LocalJudge, interviewer: Interviewer, case: Case) -> Reading:
    """What the judge reads of a case's reply."""
    points = interviewer.find_task(request_of(case, interviewer.bank)).points
    return Reading(judge.shown(case.reply), tuple(point.text for point in points))


if __name__ == "__main__":
    main()
