"""From verdicts to a score: pure arithmetic, so that every number can be explained.

Source: the contract's formula ("What a grade is").
"""

from collections.abc import Iterable, Sequence

from interviewer.grading.grade import Judgement, PointGrade, Rubric, Verdict
from knowledge.bank import Aspect

PARTIAL_CREDIT = 0.5
CONTRADICTION_PENALTY = 0.25
CREDIT: dict[Verdict, float] = {
    Verdict.COVERED: 1.0,
    Verdict.PARTIAL: PARTIAL_CREDIT,
    Verdict.MISSING: 0.0,
    Verdict.CONTRADICTED: -CONTRADICTION_PENALTY,
}
BONUS_WEIGHT = 1
DEEP_ASPECTS = frozenset({Aspect.MECHANISM, Aspect.TRADE_OFF, Aspect.LIMITATION, Aspect.EXAMPLE})


def expected_credit(judgement: Judgement) -> float:
    """Expected credit under the verdict probabilities, in [-c, 1]; for 0/1 probabilities the verdict's own credit."""
    return sum(probability * CREDIT[verdict] for verdict, probability in judgement.probabilities.items())


def score(points: Sequence[PointGrade]) -> float | None:
    """max(0, sum of weight x credit / sum of weights), capped at 1; None without points.

    The sums run over essential and expected points; bonus points only add. Where all points are bonus, they count as
    ordinary ones.
    """
    return _weighted(points, [point.credit for point in points])


def unaided_score(points: Sequence[PointGrade]) -> float | None:
    """The score when credit earned only after a hint does not count."""
    return _weighted(points, [min(point.credit, 0.0) if point.aided else point.credit for point in points])


def _weighted(points: Sequence[PointGrade], credits: Sequence[float]) -> float | None:
    pairs = list(zip(points, credits, strict=True))
    counted = [(point, credit) for point, credit in pairs if point.weight > BONUS_WEIGHT]
    bonus = [(point, credit) for point, credit in pairs if point.weight <= BONUS_WEIGHT] if counted else []
    counted = counted or pairs
    if not counted:
        return None
    total = sum(point.weight * credit for point, credit in counted)
    total += sum(point.weight * max(credit, 0.0) for point, credit in bonus)
    return min(1.0, max(0.0, total / sum(point.weight for point, _ in counted)))


def rubric(points: Sequence[PointGrade], focus: float | None) -> Rubric:
    """The four dimensions; `focus` is measured on the reply's sentences and passed in."""
    touched = [point for point in points if point.verdict is not Verdict.MISSING]
    right = [point for point in touched if point.verdict is not Verdict.CONTRADICTED]
    deep = [point for point in points if point.aspect in DEEP_ASPECTS]
    return Rubric(
        correctness=_weight(right) / _weight(touched) if touched else None,
        completeness=_weighted(points, [max(point.credit, 0.0) for point in points]),
        depth=score(deep),
        focus=focus,
    )


def _weight(points: Iterable[PointGrade]) -> int:
    return sum(point.weight for point in points)


def merge(attempts: Sequence[tuple[Sequence[PointGrade], bool]]) -> tuple[PointGrade, ...]:
    """The state of each key point after all replies to a question.

    A verdict is the best so far; a later contradiction lowers it, a later correction restores it; silence changes
    nothing. A point that only an aided reply credits is marked aided.

    Args:
        attempts: for each reply in order its point grades (the same points each time) and whether it was aided.
    """
    merged: dict[str, PointGrade] = {}
    for i, (points, aided) in enumerate(attempts):
        for point in points:
            now = point.model_copy(update={"reply": i, "aided": aided and point.credit > 0})
            before = merged.get(point.point_id)
            merged[point.point_id] = now if before is None else _later(before, now)
    return tuple(merged.values())


def _later(before: PointGrade, now: PointGrade) -> PointGrade:
    match now.verdict:
        case Verdict.MISSING:
            return before if before.verdict is not Verdict.MISSING or before.credit >= now.credit else now
        case Verdict.CONTRADICTED:
            return now
        case Verdict.COVERED | Verdict.PARTIAL:
            if before.verdict in (Verdict.MISSING, Verdict.CONTRADICTED) or now.credit > before.credit:
                return now
            return before
