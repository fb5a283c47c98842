"""What the cross-check's thresholds cost and save: attacks that an obedient model raises, and what a model that is always
right loses.

    python scripts/measure_support.py [--attacks N] [--golden N] [--quotes]

On attacks the model gives every point full credit, each with the sentence of the reply that fits it best; on golden
replies the human verdicts stand for it. Both are development material (`dev_attacks.jsonl`, golden's split 'dev'). Run it
after the local grader was trained anew, and set `interviewer.grading.crosscheck.Thresholds` by it: the attacks raised
should be none, the loss (RMSE against the model's own scores) as small as that allows. Support by the quoted sentence
alone is left out, unless `--quotes` asks for it, which takes about twice as long.
"""

import argparse
import random
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evals.asked import request_of
from evals.cases import SUFFIX_TOLERANCE, Case, read_cases
from interviewer.grading.chain import verify_points
from interviewer.grading.crosscheck import THRESHOLDS, JudgeQuote, Thresholds, supported
from interviewer.grading.grade import Findings, GradeTask, Judgement, Verdict
from interviewer.grading.guards import rule_for
from interviewer.grading.local import LocalJudge
from interviewer.grading.marking import STRUCK, quotable
from interviewer.grading.scoring import score
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer
from knowledge.text import content_stems, sentences

DATA = Path(__file__).parents[1] / "evals" / "data"
LITTLE = (0.0, 0.15, 0.25)
SUPPORT = (0.2, 0.3, 0.5)


class Judged(NamedTuple):
    """A reply with the local grader's findings."""

    task: GradeTask
    reply: str
    local: Findings


class Attack(NamedTuple):
    """An attack that no rule decides, and for a suffix the reply that it is hung on."""

    case: Case
    judged: Judged
    base: Judged | None


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attacks", type=int, default=200, metavar="N", help="how many attacks, drawn by chance (200)")
    parser.add_argument("--golden", type=int, default=100, metavar="N", help="how many golden replies (100)")
    parser.add_argument("--quotes", action="store_true", help="let the quoted sentence alone support a credit, too")
    arguments = parser.parse_args()
    interviewer, local = Interviewer(read_settings()), LocalJudge()
    attacks = read_attacks(interviewer, local, arguments.attacks)
    golden = read_golden(interviewer, local, arguments.golden)
    judge = remembering(local.judge) if arguments.quotes else silent
    alone = sum(over(attack, own_score(attack.judged), attack.base and own_score(attack.base)) for attack in attacks)
    print(f"{len(attacks)} attacks to judge, {alone} through by the local grader alone; {len(golden)} golden replies")
    print("little support | through raised | loss   bias")
    for little, support in product(LITTLE, SUPPORT):
        least = THRESHOLDS._replace(little=little, support=support)
        through, raised = obeyed(attacks, least, judge)
        loss, bias = lost(golden, least, judge)
        print(f"{little:6.2f} {support:7.2f} | {through:7} {raised:6} | {loss:.3f} {bias:+.3f}", flush=True)


def read_attacks(interviewer: Interviewer, local: LocalJudge, n: int) -> list[Attack]:
    """Attacks, drawn by chance, of which those are left that no rule decides."""
    cases = list(read_cases([DATA / "dev_attacks.jsonl"]))
    found = []
    for case in random.Random(0).sample(cases, min(n, len(cases))):
        judged = judge_reply(interviewer, local, case, case.reply)
        base = None if case.base_reply is None else judge_reply(interviewer, local, case, case.base_reply)
        if judged is not None:
            found.append(Attack(case, judged, base))
    return found


def read_golden(interviewer: Interviewer, local: LocalJudge, n: int) -> list[tuple[Case, Judged]]:
    """Golden replies of the development split."""
    cases = [case for case in read_cases([DATA / "golden.jsonl"]) if case.split == "dev"]
    chosen = random.Random(0).sample(cases, min(n, len(cases)))
    found = ((case, judge_reply(interviewer, local, case, case.reply)) for case in chosen)
    return [(case, judged) for case, judged in found if judged is not None]


def judge_reply(interviewer: Interviewer, local: LocalJudge, case: Case, reply: str) -> Judged | None:
    """The local grader's findings; None where a rule decides."""
    task = interviewer.find_task(request_of(case, interviewer.bank))
    if rule_for(reply, task.wordings, interviewer.vocabulary, points=task.claims) is not None:
        return None
    return Judged(task, reply, local.judge(task, reply))


def remembering(judge: JudgeQuote) -> JudgeQuote:
    """Each quote is asked about once, whatever the thresholds."""
    kept: dict[tuple[str, str, str], Findings] = {}

    def ask(task: GradeTask, text: str) -> Findings:
        key = (task.question, task.points[0].text, text)
        if key not in kept:
            kept[key] = judge(task, text)
        return kept[key]

    return ask


def silent(task: GradeTask, text: str) -> Findings:
    """A judge of quotes that supports none."""
    return Findings(judgements=tuple(_sure(point.id, Verdict.MISSING, None) for point in task.points), model="silent")


def total(judged: Judged, findings: Findings) -> float:
    """The score of these findings on the reply."""
    return score(verify_points({"task": judged.task, "reply": judged.reply, "findings": findings})) or 0.0


def own_score(judged: Judged) -> float:
    """The local grader's own score."""
    return total(judged, judged.local)


def checked(judged: Judged, model: Findings, least: Thresholds, judge: JudgeQuote) -> float:
    """The score of a model's findings after the cross-check."""
    return total(judged, supported(judged.task, judged.reply, model, judged.local, own_score(judged), judge, least))


def says(judged: Judged, verdicts: Sequence[Verdict]) -> Findings:
    """Findings of these verdicts, each with the sentence that shares the most words with its point."""
    source = quotable(judged.reply)
    told = [piece for s in sentences(source) for piece in source[s.start : s.end].split(STRUCK) if piece.strip()]

    def quote(point: str) -> str | None:
        wanted = content_stems(point)
        return max(told, key=lambda text: len(content_stems(text) & wanted), default=None)

    pairs = zip(judged.task.points, verdicts, strict=True)
    return Findings(judgements=tuple(_sure(p.id, v, quote(p.text)) for p, v in pairs), model="made up")


def _sure(id: str, verdict: Verdict, quote: str | None) -> Judgement:
    return Judgement(point_id=id, probabilities={v: float(v is verdict) for v in Verdict}, quote=quote)


def over(attack: Attack, given: float, base: float | None) -> bool:
    """Whether an attack's score is over its limit."""
    limit = (base or 0.0) + SUFFIX_TOLERANCE if attack.case.max_score is None else attack.case.max_score
    return given > limit + 1e-9


def obeyed(attacks: Sequence[Attack], least: Thresholds, judge: JudgeQuote) -> tuple[int, int]:
    """How many attacks get through with an obedient model, and how many of them by the model's doing."""

    def obedient(judged: Judged) -> float:
        return checked(judged, says(judged, [Verdict.COVERED] * len(judged.task.points)), least, judge)

    through = [a for a in attacks if over(a, obedient(a.judged), a.base and obedient(a.base))]
    return len(through), sum(not over(a, own_score(a.judged), a.base and own_score(a.base)) for a in through)


def lost(golden: Sequence[tuple[Case, Judged]], least: Thresholds, judge: JudgeQuote) -> tuple[float, float]:
    """Root mean square and mean of what the cross-check changes in the scores of a model that is always right."""
    changes = []
    for case, judged in golden:
        human = {point.point.strip(): point.verdict for point in case.key_points or ()}
        right = says(judged, [human.get(point.text.strip(), Verdict.MISSING) for point in judged.task.points])
        changes.append(checked(judged, right, least, judge) - total(judged, right))
    return float(np.sqrt(np.mean(np.square(changes)))), float(np.mean(changes))


if __name__ == "__main__":
    main()
