"""How sure one can be of a mean of a few scores. Pure."""

import math
import statistics
from collections.abc import Sequence

from knowledge.bank import Frozen

PRIOR_SPREAD = math.sqrt(1 / 12)
"""Standard deviation of a score of which nothing is known: that of the uniform distribution on [0, 1]."""
PRIOR_WEIGHT = 2
"""Degrees of freedom that the prior spread counts for."""


class Estimate(Frozen):
    """A mean of `n` scores in [0, 1] with its 95 % interval; wide where the evidence is thin."""

    mean: float
    low: float
    high: float
    n: int


def estimate(scores: Sequence[float]) -> Estimate:
    """The estimate from one or more scores in [0, 1]. Raises: ValueError without any."""
    if not scores:
        raise ValueError("an estimate needs at least one score")
    low, high = interval(scores)
    return Estimate(mean=statistics.fmean(scores), low=low, high=high, n=len(scores))


def interval(scores: Sequence[float]) -> tuple[float, float]:
    """95 % interval of the mean of one or more scores, clipped to [0, 1].

    The variance is pooled with that of a score of which nothing is known, so that two equal scores are no certainty.

    Source: Student's t for a normal mean under a scaled inverse chi-squared prior on the variance (Gelman and others,
    Bayesian Data Analysis, 3rd edition, sections 2.6 and 3.2).
    """
    mean, n = statistics.fmean(scores), len(scores)
    squares = sum((score - mean) ** 2 for score in scores)
    freedom = PRIOR_WEIGHT + n - 1
    spread = math.sqrt((PRIOR_WEIGHT * PRIOR_SPREAD**2 + squares) / freedom)
    half = t_quantile_975(freedom) * spread / math.sqrt(n)
    return max(0.0, mean - half), min(1.0, mean + half)


def t_quantile_975(freedom: int) -> float:
    """The 0.975 quantile of Student's t.

    Source: exact up to four degrees of freedom, then Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5),
    within half a percent.
    """
    exact = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}
    if freedom in exact:
        return exact[freedom]
    z = 1.959964
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + g1 / freedom + g2 / freedom**2 + g3 / freedom**3
