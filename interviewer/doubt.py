"""How likely it is that a key point is open, and the most important one that is, since a grader may err. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from interviewer.grading.grade import PointGrade, Verdict
from interviewer.grading.scoring import CREDIT

SURE_FROM = 0.85
"""Least probability of being the most important open point at which an interview asks about a point. Set on simulated
interviews (`python -m evals.simulate --grades local`) of other seeds than those that are reported."""

NOT_SURE_BELOW = 0.55
"""A verdict that is less probable is shown as 'not sure'."""


class Doubt(NamedTuple):
    """A key point's weight (1 to 3) and the probability in [0, 1] that it is open, which is to say not covered."""

    weight: int
    open: float


def is_unsure(point: PointGrade) -> bool:
    """Whether a point's verdict is shown as 'not sure'."""
    return point.confidence < NOT_SURE_BELOW


def chance_open(point: PointGrade | None) -> float:
    """The probability in [0, 1] that a point is open, by its grade; 1 where it has none.

    A grade keeps the verdict's probability and the credit expected under all verdicts. What credit the verdict itself does
    not account for comes from the others, and most of it from 'covered'. Credit of a missing point may have been withheld:
    half of what doubt there is counts as 'covered' at least, as it was in simulated interviews.
    """
    if point is None:
        return 1.0
    if point.verdict is Verdict.COVERED:
        return 1 - point.confidence
    covered = point.credit - CREDIT[point.verdict] * point.confidence
    if point.verdict is Verdict.MISSING:
        covered = max(covered, (1 - point.confidence) / 2)
    return 1 - min(1.0, max(0.0, covered))


def most_important(points: Mapping[str, Doubt]) -> dict[str, float]:
    """For each point the probability in [0, 1] that it is open and no weightier one is, taking them as independent."""
    found = {}
    for id, point in points.items():
        chance = point.open
        for other in points.values():
            if other.weight > point.weight:
                chance *= 1 - other.open
        found[id] = chance
    return found
