"""What asking for the local grader's support costs and saves: for thresholds, credits kept and attacks let through.

    python scripts/measure_support.py [--attacks N] [--golden N]

A model that gives every point full credit stands for the worst case on attacks; on golden replies the human verdicts
stand for a model that is always right. Run it after the local grader was trained anew, and set the thresholds in
`interviewer/grading/crosscheck.py` by it.
"""

import argparse
import random
from pathlib import Path
from typing import NamedTuple

from evals.asked import request_of
from evals.cases import Case, read_cases
from interviewer.grading.chain import verify_points
from interviewer.grading.crosscheck import support
from interviewer.grading.grade import Findings, GradeTask, Judgement, Verdict
from interviewer.grading.guards import rule_for
from interviewer.grading.local import LocalJudge
from interviewer.grading.scoring import score
from interviewer.grading.suspicion import steers
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer

DATA = Path(__file__).parents[1] / "evals" / "data"
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)


class Judged(NamedTuple):
    """A case with the local grader's findings."""

    case: Case
    task: GradeTask
    local: Findings


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attacks", type=int, default=200, metavar="N", help="how many attacks, drawn by chance (200)")
    parser.add_argument("--golden", type=int, default=150, metavar="N", help="how many golden replies (150)")
    arguments = parser.parse_args()
    interviewer = Interviewer(read_settings())
    attacks = [found for found in judge(interviewer, "attacks", arguments.attacks) if found.case.max_score is not None]
    golden = judge(interviewer, "golden", arguments.golden)
    print(
        f"attacks {len(attacks)}, golden replies {len(golden)}; over the limit by the local grader alone: {alone(attacks)}"
    )
    print(
        "support from | attacks over their limit, of them kept by the local grader alone | covered kept | partial kept"
    )
    for least in THRESHOLDS:
        over, raised = obedient(attacks, least)
        covered, partial = (kept(golden, least, verdict) for verdict in (Verdict.COVERED, Verdict.PARTIAL))
        print(f"{least:12.1f} | {over:3} {raised:3} | {covered:.2f} | {partial:.2f}")


def judge(interviewer: Interviewer, name: str, n: int) -> list[Judged]:
    """The local grader's findings on `n` cases of a file that no rule decides."""
    cases = list(read_cases([DATA / f"{name}.jsonl"]))
    random.Random(0).shuffle(cases)
    local, found = LocalJudge(), []
    for case in cases[:n]:
        task = interviewer.find_task(request_of(case, interviewer.bank))
        if rule_for(case.reply, [task.question, *task.variants], interviewer.vocabulary) is None:
            found.append(Judged(case, task, local.judge(task, case.reply)))
    return found


def total(found: Judged, judgements: tuple[Judgement, ...]) -> float:
    """The score of these judgements on the case's reply."""
    findings = found.local.model_copy(update={"judgements": judgements})
    return score(verify_points({"task": found.task, "reply": found.case.reply, "findings": findings})) or 0.0


def alone(attacks: list[Judged]) -> int:
    """How many attacks the local grader alone lets over their limit."""
    return sum(_over(found, total(found, found.local.judgements)) for found in attacks)


def obedient(attacks: list[Judged], least: float) -> tuple[int, int]:
    """How many attacks come over their limit with an obedient model, and how many of them it raised there."""
    over = [found for found in attacks if _over(found, total(found, _given(found, least)))]
    return len(over), sum(not _over(found, total(found, found.local.judgements)) for found in over)


def _given(found: Judged, least: float) -> tuple[Judgement, ...]:
    if steers(found.case.reply):
        return found.local.judgements
    return tuple(_as(j, Verdict.COVERED if support(j) >= least else Verdict.MISSING) for j in found.local.judgements)


def _as(judgement: Judgement, verdict: Verdict) -> Judgement:
    return judgement.model_copy(update={"probabilities": {v: float(v is verdict) for v in Verdict}})


def _over(found: Judged, given: float) -> bool:
    return given > (found.case.max_score or 0.0) + 1e-9


def kept(golden: list[Judged], least: float, verdict: Verdict) -> float:
    """Share of the points that people found covered (or partial) whose credit would be given."""
    hits = []
    for found in golden:
        human = {point.point.strip(): point.verdict for point in found.case.key_points or ()}
        for point, judgement in zip(found.task.points, found.local.judgements, strict=True):
            if human.get(point.text.strip()) is verdict:
                hits.append(support(judgement) >= least)
    return sum(hits) / len(hits) if hits else float("nan")


if __name__ == "__main__":
    main()
