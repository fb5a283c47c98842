"""How what a reply says of a point is worded: like what is right of it, or like what is wrong.

Two claims of which one is right and one wrong often differ by a word or two, or by the order of two words, and lie close to
each other in any space of meanings. So words, and pairs of words in their order, are counted in the right and in the wrong
claims that are known of a point: naive Bayes, with a document a claim. (Source: Wang and Manning 2012, who weigh unigrams and
bigrams by such log-odds; the pairs here may have words between them.)
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache

import numpy as np

from interviewer.grading.crossencoder import Floats
from interviewer.grading.grade import GradeTask, Verdict
from knowledge.bank import Statement
from knowledge.claims import Claim, claims_of
from knowledge.text import stem, words

WORDING_FEATURES = 3
REACH = 6
"""Two words make a pair where the second comes at most so many words after the first."""
ADDED = 0.5
"""To each count, so that what was said once does not decide."""
SHARPNESS = 10.0
"""How much the sentences that are nearest to a point count for more than the others."""
MOST = (30.0, 4.5, 5.0)
"""The features go no further to either side, where 2 % of the development replies lie: who repeats a known claim word for word is no
surer to be right than they are, and what stands around it may take it back.
"""
QUESTIONS_KEPT = 64

Gram = str | tuple[str, str]


def wording(task: GradeTask, said: Sequence[str], near: Floats) -> Floats:
    """For each point the log-odds that what is said of it is worded like what is right, shape (points, 3): the mean over the
    sentences, the nearest ones first, of their sum, and of their sum over the root of their number; and the latter for
    the words of all sentences together. 0 without sentences, and for a point of which no right or no wrong claim is known.

    Args:
        near: the sentences' cosines to the points, shape (sentences, points).

    Raises: ModelUnavailable where the claims cannot be read.
    """
    found = np.zeros((len(task.points), WORDING_FEATURES))
    if not said:
        return found
    known = _said_of(task.question_id, task.statements)
    grams = [grams_of(sentence) for sentence in said]
    together = frozenset().union(*grams)
    weights = np.exp(SHARPNESS * (near - near.max(axis=0)))
    weights /= weights.sum(axis=0)
    for at, point in enumerate(task.points):
        odds = _log_odds(known.get(point.id, {}), together)
        each = np.array([_sums(odds, one) for one in grams])
        found[at] = [*(weights[:, at] @ each), _sums(odds, together)[1]]
    return np.clip(found, np.negative(MOST), MOST)


def grams_of(text: str) -> frozenset[Gram]:
    """The stems of a text's words, and their pairs in their order."""
    return _grams(_stems(text))


def _stems(text: str) -> list[str]:
    return [stem(word) for word in words(text.replace("-", " ").replace("’", "'"))]


def _grams(stems: Sequence[str]) -> frozenset[Gram]:
    pairs = {(one, other) for at, one in enumerate(stems) for other in stems[at + 1 : at + 1 + REACH]}
    return frozenset({*stems, *pairs})


def _sums(odds: Mapping[Gram, float], grams: Iterable[Gram]) -> tuple[float, float]:
    found = [odds[gram] for gram in grams if gram in odds]
    return math.fsum(found), math.fsum(found) / math.sqrt(len(found) + 1)


@lru_cache(maxsize=QUESTIONS_KEPT)
def _said_of(question_id: str | None, statements: tuple[Statement, ...]) -> dict[str, dict[str, list[list[str]]]]:
    """The stems of each claim on a point, by point and verdict."""
    found: dict[str, dict[str, list[list[str]]]] = {}
    claims: tuple[Statement | Claim, ...] = (*statements, *claims_of(question_id))
    for claim in claims:
        found.setdefault(claim.key_point, {}).setdefault(claim.verdict, []).append(_stems(claim.text))
    return found


def _log_odds(claims: Mapping[str, Sequence[Sequence[str]]], wanted: Set[Gram]) -> dict[Gram, float]:
    """Those of the wanted words and pairs that some claim holds; none where no right or no wrong claim is known."""
    right, wrong = (claims.get(verdict.value, ()) for verdict in (Verdict.COVERED, Verdict.CONTRADICTED))
    if not right or not wrong:
        return {}
    for_right, for_wrong = (Counter(g for one in said for g in _grams(one) & wanted) for said in (right, wrong))
    return {gram: _share(for_right[gram], right) - _share(for_wrong[gram], wrong) for gram in {*for_right, *for_wrong}}


def _share(count: int, texts: Sequence[Sequence[str]]) -> float:
    return math.log((count + ADDED) / (len(texts) + 2 * ADDED))
