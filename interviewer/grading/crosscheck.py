"""The local grader looks over the language model's shoulder: credits that nothing supports are not given. Pure.

A model may be talked into anything by the reply it reads. The local grader reads no instructions, so a credit needs
either its support on the whole reply, or its support on the very sentence that the model quotes. On a reply that tries to
steer its grader, that speaks of itself, or in which the local grader finds little, no credit is higher than the local
grader's: whatever such a reply talks the model into, its score stays at or below the local one.
"""

from collections.abc import Callable
from typing import NamedTuple

from interviewer.grading.grade import Findings, GradeTask, Judgement, Verdict
from interviewer.grading.marking import quotable
from interviewer.grading.quotes import locate_quote
from interviewer.grading.scoring import expected_credit
from interviewer.grading.suspicion import speaks_of_itself, steers
from knowledge.text import sentences

DIFFER_FROM = 0.3
"""Scores that lie further apart than this are said on the grade: about the local grader's RMSE against human scores."""
STEERING = "the reply speaks to the grader, so no credit is higher than the local grader's"
OF_ITSELF = "the reply speaks of itself, so no credit is higher than the local grader's"
FINDS_LITTLE = "the local grader finds little in this reply, so no credit is higher than its own"


class Thresholds(NamedTuple):
    """How much the local grader has to find. Source of the values: `scripts/measure_support.py`.

    `little`: up to this score of its own no credit is higher than its own; attacks have no limit above it. `support`:
    least probability, on the whole reply, that at least part of a point is said. `quote`: the same on the quoted
    sentence alone, which has less around it to mislead.
    """

    little: float = 0.25
    support: float = 0.3
    quote: float = 0.85


THRESHOLDS = Thresholds()
_NOTHING = {verdict: float(verdict is Verdict.MISSING) for verdict in Verdict}

JudgeQuote = Callable[[GradeTask, str], Findings]
"""The local grader on a quote alone. Raises: JudgeFailed, knowledge.errors.KnowledgeError."""


def supported(
    task: GradeTask,
    reply: str,
    findings: Findings,
    opinion: Findings,
    found: float | None,
    judge: JudgeQuote,
    least: Thresholds = THRESHOLDS,
) -> Findings:
    """The model's findings without the credits that the local grader and the quote both fail to support.

    Args:
        opinion: the local grader's findings on the same reply.
        found: the score of these, in [0, 1].
        judge: the local grader, asked about a quote only where it does not support the credit on the whole reply.
    """
    if why := reason_to_bound(reply, found, least.little):
        return _bounded(reply, findings, opinion, why)
    local = {judgement.point_id: judgement for judgement in opinion.judgements}
    source, kept, withheld = quotable(reply), [], 0
    for point, judgement in zip(task.points, findings.judgements, strict=True):
        alone = task.model_copy(update={"points": (point,), "misconceptions": ()})
        fine = support(local[point.id]) >= least.support or not _is_credit(judgement, source)
        if fine or _on_the_quote(alone, judgement, source, judge) >= least.quote:
            kept.append(judgement)
        else:
            withheld += 1
            kept.append(_nothing(judgement))
    return findings.model_copy(update={"judgements": tuple(kept), "note": _note(withheld)})


def reason_to_bound(reply: str, found: float | None, little: float = THRESHOLDS.little) -> str | None:
    """Why no credit may be higher than the local grader's, whose score of the reply is `found`; or None."""
    if steers(reply):
        return STEERING
    if speaks_of_itself(reply):
        return OF_ITSELF
    return FINDS_LITTLE if (found or 0.0) <= little else None


def difference(given: float | None, local: float | None) -> str | None:
    """What the grade says of two scores that lie too far apart, or None."""
    if given is None or local is None or abs(given - local) <= DIFFER_FROM:
        return None
    return (
        f"the local grader sees this differently: it would give {local:.0%} where the language model gives {given:.0%}"
    )


def support(judgement: Judgement) -> float:
    """Probability in [0, 1] that at least part of the point is said."""
    return judgement.probabilities[Verdict.COVERED] + judgement.probabilities[Verdict.PARTIAL]


def _bounded(reply: str, findings: Findings, opinion: Findings, why: str) -> Findings:
    """For each point the lower of the two credits; a verdict whose quote is not in the reply is none."""
    local = {judgement.point_id: judgement for judgement in opinion.judgements}
    source = quotable(reply)
    given = [judgement if _stands(judgement, source) else _nothing(judgement) for judgement in findings.judgements]
    kept = tuple(min(judgement, local[judgement.point_id], key=expected_credit) for judgement in given)
    lowered = any(expected_credit(one) < expected_credit(other) for one, other in zip(kept, given, strict=True))
    return findings.model_copy(update={"judgements": kept, "note": why if lowered else None})


def _stands(judgement: Judgement, source: str) -> bool:
    """Whether the judgement's quote is in the reply, as one other than 'missing' needs."""
    if judgement.verdict is Verdict.MISSING:
        return True
    return judgement.quote is not None and locate_quote(judgement.quote, source) is not None


def _is_credit(judgement: Judgement, source: str) -> bool:
    """Whether the judgement would earn something: one whose quote is not in the reply is voided later anyway."""
    return judgement.verdict in (Verdict.COVERED, Verdict.PARTIAL) and _stands(judgement, source)


def _nothing(judgement: Judgement) -> Judgement:
    return Judgement(point_id=judgement.point_id, probabilities=_NOTHING, quote=None)


def _on_the_quote(task: GradeTask, judgement: Judgement, source: str, judge: JudgeQuote) -> float:
    """Support by the sentences that the quote stands in: out of its sentence a quote may say the opposite."""
    span = locate_quote(judgement.quote or "", source)
    if span is None:
        return 0.0
    around = [s for s in sentences(source) if s.start < span.end and span.start < s.end] or [span]
    return support(judge(task, source[around[0].start : around[-1].end]).judgements[0])


def _note(withheld: int) -> str | None:
    if not withheld:
        return None
    what = "one credit of the language model was" if withheld == 1 else f"{withheld} credits of the language model were"
    return f"{what} not given, since neither the local grader nor the words quoted support {'it' if withheld == 1 else 'them'}"
