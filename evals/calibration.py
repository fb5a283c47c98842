"""Whether a number means what it says, and whether it means the same for everybody."""

from collections.abc import Sequence

import numpy as np

from evals.metrics import NO_VARIANCE, Floats
from knowledge.bank import Frozen

BINS = 10
BANDS = (0.0, 0.2, 0.4, 0.65, 0.85, 1.0)
"""Edges of the quality bands of human scores: wrong, weak, borderline, solid, strong."""
LARGE_SUBGROUP_DIFFERENCE = 0.1
"""Source: RSMTool flags differences of standardised means over 0.1."""


class Bin(Frozen):
    """Cases whose stated value lies in [low, high): how many, the mean stated value, the mean found."""

    low: float
    high: float
    n: int
    stated: float
    found: float


class Calibration(Frozen):
    """The curve's bins that hold a case, and the mean distance between stated and found; None without cases."""

    bins: tuple[Bin, ...]
    error: float | None
    reason: str | None = None


class Band(Frozen):
    """Cases in a band of human scores: mean human score and grade, RMSE; all None in an empty band."""

    low: float
    high: float
    n: int
    human: float | None
    grade: float | None
    rmse: float | None


class Subgroup(Frozen):
    """One subgroup: how far its grades stand from the human scores, beyond how the whole's do.

    `human` and `grade` are means. `difference`: difference of standardised means; None where it is undefined. `flagged`: beyond 0.1 either way.
    """

    n: int
    human: float
    grade: float
    rmse: float | None
    difference: float | None
    flagged: bool


def calibration(stated: Floats, found: Floats) -> Calibration:
    """The calibration curve over ten equal bins, and its expected error.

    Args:
        stated: confidences or grades, shape (cases,), in [0, 1].
        found: whether each was right (0 or 1), or the human score.

    Source: Naeini, Cooper and Hauskrecht 2015 (expected calibration error).
    """
    if not len(stated):
        return Calibration(
            bins=(), error=None, reason="nothing was stated that a human verdict or score could be set against"
        )
    of = np.minimum((stated * BINS).astype(int), BINS - 1)
    bins = [
        Bin(
            low=b / BINS,
            high=(b + 1) / BINS,
            n=int((of == b).sum()),
            stated=float(stated[of == b].mean()),
            found=float(found[of == b].mean()),
        )
        for b in range(BINS)
        if (of == b).any()
    ]
    error = sum(b.n * abs(b.stated - b.found) for b in bins) / len(stated)
    return Calibration(bins=tuple(bins), error=error)


def quality_bands(human: Floats, grade: Floats) -> tuple[Band, ...]:
    """Cases by band of the human score; a band holds its lower edge, the last one both."""
    of = np.clip(np.searchsorted(BANDS, human, side="right") - 1, 0, len(BANDS) - 2)
    return tuple(_band(BANDS[b], BANDS[b + 1], human[of == b], grade[of == b]) for b in range(len(BANDS) - 1))


def _band(low: float, high: float, human: Floats, grade: Floats) -> Band:
    if not len(human):
        return Band(low=low, high=high, n=0, human=None, grade=None, rmse=None)
    return Band(
        low=low,
        high=high,
        n=len(human),
        human=float(human.mean()),
        grade=float(grade.mean()),
        rmse=float(np.sqrt(np.mean((grade - human) ** 2))),
    )


def subgroups(names: Sequence[str | None], human: Floats, grade: Floats) -> dict[str, Subgroup]:
    """Differences of standardised means by subgroup; cases without a name belong to none.

    Mean of the grades' z-values minus mean of the human scores', z over the whole population. Source: RSMTool,
    `difference_of_standardized_means`.
    """
    found = sorted({name for name in names if name is not None})
    if not found:
        return {}
    z_human, z_grade = _standardised(human), _standardised(grade)
    of = np.array(names, dtype=object)
    return {name: _subgroup(of == name, human, grade, z_human, z_grade) for name in found}


def _subgroup(mine: Floats, human: Floats, grade: Floats, z_human: Floats | None, z_grade: Floats | None) -> Subgroup:
    difference = None if z_human is None or z_grade is None else float(z_grade[mine].mean() - z_human[mine].mean())
    return Subgroup(
        n=int(mine.sum()),
        human=float(human[mine].mean()),
        grade=float(grade[mine].mean()),
        rmse=float(np.sqrt(np.mean((grade[mine] - human[mine]) ** 2))),
        difference=difference,
        flagged=difference is not None and abs(difference) > LARGE_SUBGROUP_DIFFERENCE,
    )


def _standardised(values: Floats) -> Floats | None:
    if len(values) < 2 or values.var() < NO_VARIANCE:
        return None
    return np.asarray((values - values.mean()) / values.std(ddof=1))
