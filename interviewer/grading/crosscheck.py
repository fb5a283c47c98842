"""The local grader looks over the language model's shoulder: credits that nothing supports are not given. Pure.

A model may be talked into anything by the reply it reads. The local grader reads no instructions, so a credit needs
either its support on the whole reply, or its support on the very words that the model quotes. On a reply that tries to
steer its grader no credit is higher than the local grader's.
"""

from collections.abc import Callable

from interviewer.grading.grade import Findings, GradeTask, Judgement, Verdict
from interviewer.grading.marking import quotable
from interviewer.grading.quotes import locate_quote
from interviewer.grading.scoring import expected_credit
from interviewer.grading.suspicion import steers

SUPPORT_FROM = 0.5
"""Least probability, by the local grader on the reply, that it says at least part of a point."""
QUOTE_FROM = 0.85
"""The same on the quoted words alone, which have less around them to mislead. Source of both: `scripts/measure_support.py`."""
DIFFER_FROM = 0.3
"""Scores that lie further apart than this are said on the grade: about the local grader's RMSE against human scores."""
STEERING = "the reply speaks to the grader, so no credit is higher than the local grader's"
_NOTHING = {verdict: float(verdict is Verdict.MISSING) for verdict in Verdict}

JudgeQuote = Callable[[GradeTask, str], Findings]
"""The local grader on a quote alone. Raises: JudgeFailed, knowledge.errors.KnowledgeError."""


def supported(task: GradeTask, reply: str, findings: Findings, opinion: Findings, judge: JudgeQuote) -> Findings:
    """The model's findings without the credits that the local grader and the quote both fail to support.

    Args:
        opinion: the local grader's findings on the same reply.
        judge: the local grader, asked about a quote only where it does not support the credit on the whole reply.
    """
    local = {judgement.point_id: judgement for judgement in opinion.judgements}
    source, steering = quotable(reply), steers(reply)
    kept, withheld = [], 0
    for point, judgement in zip(task.points, findings.judgements, strict=True):
        alone = task.model_copy(update={"points": (point,), "misconceptions": ()})
        if not _is_credit(judgement, source):
            kept.append(judgement)
        elif steering:
            kept.append(min(judgement, local[point.id], key=expected_credit))
        elif support(local[point.id]) >= SUPPORT_FROM or _on_the_quote(alone, judgement, judge) >= QUOTE_FROM:
            kept.append(judgement)
        else:
            withheld += 1
            kept.append(Judgement(point_id=point.id, probabilities=_NOTHING, quote=None))
    note = STEERING if steering else _note(withheld)
    return findings.model_copy(update={"judgements": tuple(kept), "note": note})


def difference(given: float | None, local: float | None) -> str | None:
    """What the grade says of two scores that lie too far apart, or None."""
    if given is None or local is None or abs(given - local) <= DIFFER_FROM:
        return None
    return (
        f"the local grader sees this differently: it would give {local:.0%} where the language model gives {given:.0%}"
    )


def _is_credit(judgement: Judgement, source: str) -> bool:
    """Whether the judgement would earn something: one whose quote is not in the reply is voided later anyway."""
    if judgement.verdict not in (Verdict.COVERED, Verdict.PARTIAL) or not judgement.quote:
        return False
    return locate_quote(judgement.quote, source) is not None


def support(judgement: Judgement) -> float:
    """Probability in [0, 1] that at least part of the point is said."""
    return judgement.probabilities[Verdict.COVERED] + judgement.probabilities[Verdict.PARTIAL]


def _on_the_quote(task: GradeTask, judgement: Judgement, judge: JudgeQuote) -> float:
    return support(judge(task, judgement.quote or "").judgements[0])


def _note(withheld: int) -> str | None:
    if not withheld:
        return None
    what = "one credit of the language model was" if withheld == 1 else f"{withheld} credits of the language model were"
    return f"{what} not given, since neither the local grader nor the words quoted support {'it' if withheld == 1 else 'them'}"
