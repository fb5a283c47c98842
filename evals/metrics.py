"""Agreement of grades with human scores, as functions of sums.

Every statistic here (but Spearman's) is a function of sums over cases, of the columns in `COLUMNS`. The bootstrap then
needs no loop over cases: it weights the sums of each question and calls the same function, so that a figure and its
interval cannot come from different formulas. Tests hold each one to scikit-learn, SciPy and RSMTool's formulas.

Statistics take totals of shape (..., len(COLUMNS)) and return shape (...); where one is undefined (no case, no
variance) it is NaN, never 0; `why_undefined` says why.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]

COLUMNS = ("n", "h", "s", "hh", "ss", "hs", "dd", "abs", "exact", "adjacent")
LEVELS = 6
"""Levels of the integer scale 0..5, the one that Mohler's set and many rubrics use."""
NO_VARIANCE = 1e-12
"""A variance of scores in [0, 1] under this is rounding."""


def moments(human: Floats, grade: Floats) -> Floats:
    """The columns of `COLUMNS` for each case, shape (cases, len(COLUMNS)).

    Args:
        human, grade: shape (cases,), in [0, 1].
    """
    steps = np.abs(integer(human) - integer(grade))
    difference = grade - human
    columns = (
        np.ones_like(human), human, grade, human**2, grade**2, human * grade,
        difference**2, np.abs(difference), (steps == 0).astype(float), (steps <= 1).astype(float),
    )  # fmt: skip
    return np.stack(columns, axis=-1).astype(float)


def integer(scores: Floats) -> NDArray[np.int64]:
    """Scores in [0, 1] on the integer scale 0..LEVELS-1, halves up."""
    return np.floor(scores * (LEVELS - 1) + 0.5).astype(np.int64)


class _Sums:
    """Means, variances (ddof 0) and covariance from totals; all of shape (...)."""

    def __init__(self, totals: Floats) -> None:
        self.n = totals[..., 0]
        with np.errstate(invalid="ignore", divide="ignore"):
            means = totals / self.n[..., None]
        self.mean_h, self.mean_s = means[..., 1], means[..., 2]
        self.var_h = _floor(means[..., 3] - self.mean_h**2)
        self.var_s = _floor(means[..., 4] - self.mean_s**2)
        self.cov = means[..., 5] - self.mean_h * self.mean_s
        self.means = means


def _floor(variance: Floats) -> Floats:
    return np.where(variance < NO_VARIANCE, 0.0, variance)


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


def qwk(totals: Floats) -> Floats:
    """Quadratic weighted kappa on continuous scores: 2 cov / (var + var + squared difference of means), ddof 0.

    In [-1, 1]; undefined where neither varies and both are equal (to rounding). Source: Haberman 2019, as in RSMTool; it is Lin's
    concordance correlation.
    """
    m = _Sums(totals)
    return np.clip(_ratio(2 * m.cov, _floor(m.var_h + m.var_s + (m.mean_h - m.mean_s) ** 2)), -1, 1)


def pearson(totals: Floats) -> Floats:
    """Pearson's r, in [-1, 1]; undefined where either does not vary."""
    m = _Sums(totals)
    return np.clip(_ratio(m.cov, np.sqrt(m.var_h * m.var_s)), -1, 1)


def rmse(totals: Floats) -> Floats:
    """Root mean squared error, in [0, 1]."""
    return np.sqrt(_Sums(totals).means[..., 6])


def mae(totals: Floats) -> Floats:
    """Mean absolute error, in [0, 1]."""
    return np.asarray(_Sums(totals).means[..., 7])


def bias(totals: Floats) -> Floats:
    """Mean grade minus mean human score, in [-1, 1]."""
    m = _Sums(totals)
    return np.asarray(m.mean_s - m.mean_h)


def smd(totals: Floats) -> Floats:
    """Standardised mean difference: (mean grade - mean human score) / sqrt((var + var) / 2), ddof 1.

    |SMD| over 0.15 is flagged. Source: RSMTool, `standardized_mean_difference`, method 'unpooled'.
    """
    m = _Sums(totals)
    with np.errstate(invalid="ignore", divide="ignore"):
        correction = m.n / (m.n - 1)
    return _ratio(m.mean_s - m.mean_h, np.sqrt((m.var_h + m.var_s) / 2 * np.where(m.n > 1, correction, 0.0)))


def exact_agreement(totals: Floats) -> Floats:
    """Share of cases with equal integer scores (0..5), in [0, 1]."""
    return np.asarray(_Sums(totals).means[..., 8])


def adjacent_agreement(totals: Floats) -> Floats:
    """Share of cases whose integer scores (0..5) differ by at most 1, in [0, 1]."""
    return np.asarray(_Sums(totals).means[..., 9])


STATISTICS: Mapping[str, Statistic] = {
    "qwk": qwk,
    "pearson": pearson,
    "rmse": rmse,
    "mae": mae,
    "smd": smd,
    "bias": bias,
    "exact_agreement": exact_agreement,
    "adjacent_agreement": adjacent_agreement,
}


def why_undefined(totals: Floats) -> str:
    """Why a statistic over these totals (shape (len(COLUMNS),)) is NaN, in words."""
    m = _Sums(totals)
    if m.n < 1:
        return "no graded case has a human score"
    if m.n < 2:
        return "only one graded case has a human score"
    if m.var_h == 0:
        return f"all human scores are {m.mean_h:.3g}"
    return f"all grades are {m.mean_s:.3g}" if m.var_s == 0 else "undefined on these cases"


def spearman(human: Floats, grade: Floats, weights: Floats | None = None) -> Floats:
    """Spearman's rank correlation, in [-1, 1]; undefined where either does not vary.

    Args:
        human, grade: shape (cases,).
        weights: how often each case counts, shape (replicates, cases); None means once each, one replicate.

    Returns: shape (replicates,).
    """
    weights = np.ones((1, len(human))) if weights is None else weights
    if not len(human):
        return np.full(len(weights), np.nan)
    h, s = midranks(human, weights), midranks(grade, weights)
    columns = (np.ones_like(h), h, s, h * h, s * s, h * s)
    totals = [np.sum(weights * column, axis=1) for column in columns]
    # Ranks run to n, so they are scaled to [0, 1] before a variance is called rounding.
    n = totals[0]
    scale = np.stack([np.ones_like(n), n, n, n**2, n**2, n**2], axis=-1)
    scaled = np.stack(totals, axis=-1) / np.maximum(scale, 1)
    return pearson(np.concatenate([scaled, np.zeros((len(n), len(COLUMNS) - 6))], axis=-1))


def midranks(values: Floats, weights: Floats) -> Floats:
    """Ranks from 1, equal values sharing their mean rank, where case i stands `weights[b, i]` times; shape of weights."""
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.add.reduceat(weights[:, order], starts, axis=1)
    ranks = np.cumsum(sizes, axis=1) - sizes / 2 + 0.5
    return np.asarray(ranks[:, group])


def prmse(grade: Floats, humans: Floats) -> float:
    """Proportional reduction in mean squared error: how well the grade predicts the true human score; at most 1.

    Args:
        grade: shape (cases,).
        humans: shape (cases, graders), NaN where a grader did not score; some case needs two.

    NaN where no case is scored twice or the true scores do not vary. Source: Loukina et al. 2020, as in RSMTool
    (`prmse_true`, with the variance of human errors estimated from the double-scored cases).
    """
    rated = ~np.isnan(humans)
    keep = rated.any(axis=1)
    humans, rated, grade = humans[keep], rated[keep], grade[keep]
    counts = rated.sum(axis=1).astype(float)
    if len(grade) < 2 or not (counts > 1).any():
        return float("nan")
    means = np.nansum(humans, axis=1) / counts
    error = float(np.nansum((humans - means[:, None]) ** 2) / (counts - 1).sum())
    centre = np.nanmean(humans)
    spread = np.sum(counts * (means - centre) ** 2) - (len(grade) - 1) * error
    true_variance = spread / (counts.sum() - (counts**2).sum() / counts.sum())
    mse = (np.sum(counts * (means - grade) ** 2) - len(grade) * error) / counts.sum()
    return float(1 - mse / true_variance) if true_variance > NO_VARIANCE else float("nan")
