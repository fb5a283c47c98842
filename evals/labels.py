"""Agreement of verdicts and labels, as functions of a confusion matrix.

Totals have shape (..., classes * classes): the flattened matrix, rows the human's, columns the grader's. As in
`evals.metrics`, what is undefined is NaN.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from evals.metrics import Floats

LABELS = ("correct", "contradictory", "incorrect")
TWO_WAY = ("correct", "not correct")
WRONG = frozenset({*LABELS[1:], "partially_correct_incomplete", "irrelevant", "non_domain"})
"""What SemEval's sets call replies that are not correct."""
NO_CORRECT = "no human label is 'correct', so which of them means it is not known"


def pairs(human: Sequence[str], predicted: Sequence[str], classes: Sequence[str]) -> Floats:
    """One-hot cells of the confusion matrix, shape (cases, classes * classes). Raises: KeyError for an unknown class."""
    index = {name: i for i, name in enumerate(classes)}
    cells = np.zeros((len(human), len(classes) ** 2))
    for row, (h, p) in enumerate(zip(human, predicted, strict=True)):
        cells[row, index[h] * len(classes) + index[p]] = 1.0
    return cells


def _square(totals: Floats) -> Floats:
    size = round(totals.shape[-1] ** 0.5)
    return totals.reshape(*totals.shape[:-1], size, size)


def _over(above: Floats, below: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


def accuracy(totals: Floats) -> Floats:
    """Share of equal labels, in [0, 1]."""
    return _over(np.trace(_square(totals), axis1=-2, axis2=-1), totals.sum(axis=-1))


def f1(totals: Floats) -> Floats:
    """F1 of each class, shape (..., classes), in [0, 1]; NaN for a class that neither side uses."""
    matrix = _square(totals)
    hits = np.diagonal(matrix, axis1=-2, axis2=-1)
    return _over(2 * hits, matrix.sum(axis=-1) + matrix.sum(axis=-2))


def macro_f1(totals: Floats) -> Floats:
    """Mean F1 over the classes that either side uses, in [0, 1]. Source: scikit-learn's `f1_score(average="macro")`."""
    scores = f1(totals)
    used = ~np.isnan(scores)
    return _over(np.nansum(scores, axis=-1), used.sum(axis=-1).astype(float))


def kappa(totals: Floats) -> Floats:
    """Cohen's kappa, in [-1, 1]; undefined where both sides use one and the same class only."""
    return _weighted_kappa(totals, 1.0 - np.eye(_square(totals).shape[-1]))


def quadratic_kappa(totals: Floats) -> Floats:
    """Cohen's kappa with quadratic weights over ordered classes, in [-1, 1]."""
    steps = np.arange(_square(totals).shape[-1])
    return _weighted_kappa(totals, ((steps[:, None] - steps[None, :]) ** 2).astype(float))


def _weighted_kappa(totals: Floats, weights: Floats) -> Floats:
    matrix = _square(totals)
    n = matrix.sum(axis=(-2, -1))
    by_chance = matrix.sum(axis=-1)[..., :, None] * matrix.sum(axis=-2)[..., None, :]
    seen = (weights * matrix).sum(axis=(-2, -1)) * n
    expected = (weights * by_chance).sum(axis=(-2, -1))
    return np.where(expected > 0, 1.0 - _over(seen, expected), np.nan)


def plain(label: str) -> str:
    """A label as it is compared: stripped, and in lower case."""
    return label.strip().lower()


def say_correct(human: Iterable[str]) -> bool:
    """Whether labels tell what is correct: one of them is 'correct', or all are known to be not."""
    used = set(human)
    return LABELS[0] in used or used <= WRONG


def scored_cells(human: Sequence[str], predicted: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    """The classes that a set is scored in, and its cells of these (as `pairs` gives them).

    Three ways where the human labels are of these three and hold 'contradictory'; else correct or not: a set that does not
    part wrong from contradictory (SemEval's 2way) cannot say that a grader is wrong to do so.
    """
    if LABELS[1] in human and set(human) <= set(LABELS):
        return LABELS, pairs(human, predicted, LABELS)
    return TWO_WAY, pairs([two_way(label) for label in human], [two_way(label) for label in predicted], TWO_WAY)


def two_way(label: str) -> str:
    """A label as correct or not correct."""
    return TWO_WAY[0] if label == LABELS[0] else TWO_WAY[1]


def predict_label(score: float, contradicts: bool, threshold: float) -> str:
    """correct at or over the threshold; below it contradictory if any point is contradicted, else incorrect."""
    if score >= threshold:
        return "correct"
    return "contradictory" if contradicts else "incorrect"
