"""How right verdicts are where only the surest are taken: the curve of accuracy over coverage.

A grader that knows what it does not know is right more often on the verdicts of which it is sure.
Source: El-Yaniv and Wiener 2010 (risk-coverage); Geifman and El-Yaniv 2017 (confidence as the order).
"""

from collections.abc import Sequence

import numpy as np

from evals.bootstrap import Bootstrap, Figure
from evals.metrics import Floats
from knowledge.bank import Frozen

COVERAGES = tuple(round(1 - 0.1 * i, 1) for i in range(10))


class Kept(Frozen):
    """The surest verdicts: their share in (0, 1], how many, the lowest confidence among them, and how many are right."""

    coverage: float
    n: int
    least_confidence: float
    accuracy: Figure


def accuracy_by_coverage(confidence: Floats, right: Floats, clusters: Sequence[str]) -> tuple[Kept, ...]:
    """The curve from all verdicts down to the surest tenth; empty without verdicts.

    Args:
        confidence: in [0, 1], shape (verdicts,).
        right: whether each verdict was right, 0 or 1, shape (verdicts,).
        clusters: the question of each.
    """
    if not len(confidence):
        return ()
    bootstrap = Bootstrap(clusters)
    surest_first = np.argsort(-confidence, kind="stable")
    found = []
    for coverage in COVERAGES:
        chosen = surest_first[: max(1, round(coverage * len(confidence)))]
        kept = np.zeros(len(confidence))
        kept[chosen] = 1.0
        accuracy = bootstrap.figure(np.stack([kept, kept * right], axis=1), _share, lambda _: "no verdict is left")
        least = float(confidence[chosen[-1]])
        found.append(Kept(coverage=coverage, n=len(chosen), least_confidence=least, accuracy=accuracy))
    return tuple(found)


def _share(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(totals[..., 1] / totals[..., 0])
