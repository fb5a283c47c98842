"""What it earns to say the question before a reply, with the question cut out as it is, and without that.

    python scripts/restated_run.py [--cases FILE] [--replies 60]

FILE holds graded replies to questions that training never saw (DT-Grade, which is for development only). For the wrong
replies and for the right ones it prints the mean score alone, with the question before them, and that with the question
left in. A question often states half of its answer. A reply of which nothing but the question's words are left is parroted, and
earns less. Exit status 1 where the question earns anything.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from evals.asked import request_of
from evals.cases import Case, read_cases
from evals.errors import EvalsError
from evals.mutations import OpenJudge
from interviewer.grading.chain import Grader
from interviewer.grading.grade import GraderName
from interviewer.grading.local import LocalJudge
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer

CASES = Path("../shared/datasets/dtgrade.jsonl")
LOW, HIGH = 0.3, 0.9
SAME = 1e-4


def main() -> int:
    """Prints a line for the wrong replies and one for the right ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=CASES, metavar="FILE", help="graded replies (DT-Grade)")
    parser.add_argument("--replies", type=int, default=60, metavar="N", help="so many of each kind (60)")
    arguments = parser.parse_args()
    try:
        cases, rng = list(read_cases([arguments.cases])), random.Random(3)
    except EvalsError as error:
        parser.error(str(error))
    wrong = [case for case in cases if case.score is not None and case.score < LOW]
    right = [case for case in cases if case.score is not None and case.score > HIGH]
    interviewer = Interviewer(read_settings())
    earned = False
    for name, some in (("wrong", wrong), ("right", right)):
        chosen = rng.sample(some, min(len(some), arguments.replies))
        alone = scores(interviewer, LocalJudge(), chosen, restated=False)
        cut = scores(interviewer, LocalJudge(), chosen, restated=True)
        left = scores(interviewer, OpenJudge(asked=False), chosen, restated=True)
        earned |= any(after - before > SAME for before, after in zip(alone, cut, strict=True))
        print(
            f"{len(chosen)} {name} replies: {mean(alone):.2f} alone, {mean(cut):.2f} after the question, "
            f"{mean(left):.2f} with the question left in"
        )
    return int(earned)


def scores(interviewer: Interviewer, judge: LocalJudge, cases: Sequence[Case], restated: bool) -> list[float]:
    """The score of each reply by that judge alone; 0 where there is none."""
    vocabulary = interviewer.vocabulary
    grader = Grader(
        GraderName.LOCAL,
        judge,
        None,
        interviewer.find_task,
        interviewer.relevance,
        lambda: vocabulary,
        choose=judge.by_nearest_reference,
    )
    replies = [f"{case.question} {case.reply}" if restated else case.reply for case in cases]
    grades = [
        grader.grade(request_of(case, interviewer.bank), reply) for case, reply in zip(cases, replies, strict=True)
    ]
    return [grade.score or 0.0 for grade in grades]


if __name__ == "__main__":
    sys.exit(main())
