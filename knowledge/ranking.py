"""How a question is ranked: by meaning (its nearest passages) and by the letters of its words (BM25), in one sum.

Every constant was chosen on the development half of `evals/data/phrasings.jsonl`; `python -m evals.retrieval` compares
what each part adds.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEAREST_WEIGHTS = (0.5, 0.25, 0.25)
"""Weights of the cosines of a question's nearest, second and third nearest passage."""
KEYWORD_SHARE = 0.25
"""What the question with the best BM25 of a query gains, in units of cosine."""


def closeness(nearest: Iterable[tuple[int, float]], questions: int) -> Floats:
    """How near each question's passages are, shape (questions,), at most 1.

    Args:
        nearest: question number and cosine of the nearest passages of all questions, best first. A passage that is
            not among them counts as if it were as near as the last.
        questions: how many there are.
    """
    found = list(nearest)
    if not found:
        return np.zeros(questions)
    cosines = np.full((questions, len(NEAREST_WEIGHTS)), found[-1][1])
    seen = np.zeros(questions, dtype=np.int64)
    for question, cosine in found:
        if seen[question] < len(NEAREST_WEIGHTS):
            cosines[question, seen[question]] = cosine
            seen[question] += 1
    return np.asarray(cosines @ np.array(NEAREST_WEIGHTS))


def fused(close: Floats, keywords: Floats) -> Floats:
    """Closeness plus each question's share of the best BM25 score; shapes (questions,)."""
    best = keywords.max(initial=0.0)
    return close + KEYWORD_SHARE * keywords / best if best > 0 else close


def best_first(scores: Floats, k: int) -> list[int]:
    """Numbers of the `k` best questions; of equal ones the earlier first."""
    return [int(i) for i in np.argsort(-scores, kind="stable")[:k]]
