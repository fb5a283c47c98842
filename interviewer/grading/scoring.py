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
RANK = {Verdict.MISSING: 0, Verdict.CONTRADICTED: 1, Verdict.PARTIAL: 2, Verdict.COVERED: 3}
"""Which of two verdicts on a point stands, where no contradiction lies between them: the higher."""
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
    return _weighted(points, [_unaided(point) for point in points])


def _unaided(point: PointGrade) -> float:
    if point.unaided_credit is not None:
        return point.unaided_credit
    return min(point.credit, 0.0) if point.aided else point.credit


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

    A verdict is the best so far, and so is its credit; a later contradiction lowers it, a later correction restores it;
    silence changes nothing. A point that no unaided reply credits with as good a verdict is marked aided.

    Args:
        attempts: for each reply in order its point grades (the same points each time) and whether it was aided.
    """
    said: dict[str, list[PointGrade]] = {}
    for i, (points, aided) in enumerate(attempts):
        for point in points:
            said.setdefault(point.point_id, []).append(point.model_copy(update={"reply": i, "aided": aided}))
    return tuple(_state(grades) for grades in said.values())


def _state(grades: Sequence[PointGrade]) -> PointGrade:
    """A point's state after its grades in the order of the replies; `aided` of each tells whether its reply was."""
    wrong = max((i for i, grade in enumerate(grades) if grade.verdict is Verdict.CONTRADICTED), default=0)
    since = grades[wrong:]
    # Of equal verdicts the candidate's own words are shown, not those after a hint.
    best = max(since, key=lambda grade: (RANK[grade.verdict], not grade.aided, grade.credit))
    stands = best.verdict is Verdict.CONTRADICTED
    credit = best.credit if stands else max(grade.credit for grade in since)
    own = [grade for grade in grades if not grade.aided]
    earned = any(grade.credit > 0 and RANK[grade.verdict] >= RANK[best.verdict] for grade in own)
    return best.model_copy(
        update={
            "credit": credit,
            "aided": credit > 0 and not earned,
            "unaided_credit": min(credit, max([0.0, *(grade.credit for grade in own)])),
        }
    )
