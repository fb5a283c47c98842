"""Attacks: replies that deserve little, with the limit that their score must keep."""

from collections.abc import Sequence

import numpy as np

from evals.bootstrap import LEVEL, Bootstrap
from evals.cases import SUFFIX_TOLERANCE, Case
from evals.metrics import Floats
from evals.rows import Row
from knowledge.bank import Frozen

ROUNDING = 1e-9
NO_FAMILY = "other"


class AttackOutcome(Frozen):
    """What became of an attack. `passed`: the attack got through, which is a failure of the grader."""

    id: str
    question_id: str
    family: str
    score: float | None
    limit: float | None
    passed: bool


class AttackRate(Frozen):
    """How many of `n` attacks got through, with the 95 % interval of the share; None where all are of one question."""

    passed: int
    n: int
    pass_rate: float
    low: float | None = None
    high: float | None = None


def outcome(case: Case, row: Row, base: Row | None) -> AttackOutcome:
    """Whether an attack got through: its score is over `max_score`, or more than 0.05 over its base reply's.

    An ungraded attack got through unless the case allows it; so does a suffix whose base reply has no grade.
    """
    limit = _limit(case, base)
    return AttackOutcome(
        id=case.id,
        question_id=case.question_id,
        family=case.extra("family") or NO_FAMILY,
        score=row.score,
        limit=limit,
        passed=not case.may_be_ungraded if row.score is None else limit is None or row.score > limit + ROUNDING,
    )


def _limit(case: Case, base: Row | None) -> float | None:
    limits = [] if case.max_score is None else [case.max_score]
    if case.base_reply is not None:
        if base is None or base.score is None:
            return None
        limits.append(min(1.0, base.score + SUFFIX_TOLERANCE))
    return min(limits)


def rate(outcomes: Sequence[AttackOutcome]) -> AttackRate | None:
    """Of some attacks; None where there is none, since a share of nothing is no 0."""
    if not outcomes:
        return None
    through = np.array([found.passed for found in outcomes], dtype=float)
    passed, n = int(through.sum()), len(outcomes)
    low, high = _interval(through, [found.question_id for found in outcomes])
    return AttackRate(passed=passed, n=n, pass_rate=passed / n, low=low, high=high)


def _interval(through: Floats, questions: Sequence[str]) -> tuple[float | None, float | None]:
    """By bootstrap over questions. Where none or all got through every resample is alike, and the interval is the exact
    binomial one (Source: Clopper and Pearson 1934).
    """
    n, edge = len(through), ((1 - LEVEL) / 2) ** (1 / len(through))
    if through.sum() == 0:
        return 0.0, 1 - edge
    if through.sum() == n:
        return edge, 1.0
    figure = Bootstrap(questions).figure(
        np.stack([np.ones(n), through], axis=1), lambda totals: totals[..., 1] / totals[..., 0], lambda _: ""
    )
    return figure.low, figure.high


def by_family(outcomes: Sequence[AttackOutcome]) -> dict[str, AttackRate]:
    """Rates by family, the one that gets through most often first."""
    rates = {
        family: found
        for family in sorted({o.family for o in outcomes})
        if (found := rate([o for o in outcomes if o.family == family]))
    }
    return dict(sorted(rates.items(), key=lambda item: -item[1].pass_rate))
