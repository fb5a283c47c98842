"""How what a reply says of a point is worded: like what is right of it, like what is wrong, or like what is no answer to it.

Two claims of which one is right and one wrong often differ by a word or two, or by the order of two words, and lie close to
each other in any space of meanings. So words, and pairs of words in their order, are counted in the right and the wrong
claims that are known of a point, in those on the other points of the question, and in whole replies by their verdict on
the point: naive Bayes, with a document a claim or a reply. (Source: Wang and Manning 2012, who weigh unigrams and bigrams by such
log-odds; the pairs here may have words between them.)
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from interviewer.grading.crossencoder import Floats
from interviewer.grading.grade import GradeTask, Verdict
from knowledge.bank import Statement
from knowledge.claims import Said, claims_of, replies_of
from knowledge.text import stem, words

REACH = 6
"""Two words make a pair where the second comes at most so many words after the first."""
ADDED_TO_CLAIMS, ADDED_TO_REPLIES = 0.2, 0.01
"""To each count, so that what was never said does not decide. Replies are long, and what they hold by chance is much."""
SHARPNESS = 10.0
"""How much the sentences that are nearest to a point count for more than the others."""
QUESTIONS_KEPT = 64

RIGHT, WRONG, ELSEWHERE, REPLY_RIGHT, REPLY_WRONG, REPLY_SILENT = KINDS = range(6)
"""What a text is to a point: a claim that states it, one that contradicts it, one on other points; a reply that states it, one that
contradicts it, one that is silent about it."""


class Comparison(NamedTuple):
    """Kinds of texts that are held against others, and what is added to their counts."""

    kinds: tuple[int, ...]
    against: tuple[int, ...]
    added: float


COMPARISONS = (
    Comparison((RIGHT,), (WRONG,), ADDED_TO_CLAIMS),
    Comparison((RIGHT,), (ELSEWHERE,), ADDED_TO_CLAIMS),
    Comparison((RIGHT, WRONG), (ELSEWHERE,), ADDED_TO_CLAIMS),
    Comparison((REPLY_RIGHT,), (REPLY_WRONG,), ADDED_TO_REPLIES),
    Comparison((REPLY_RIGHT,), (REPLY_SILENT,), ADDED_TO_REPLIES),
    Comparison((REPLY_WRONG,), (REPLY_SILENT,), ADDED_TO_REPLIES),
)
MOST_SUM, MOST_EVENED = 100.0, 20.0
"""The features go no further to either side, where about 2 % of the development replies lie: who repeats a known claim word for word is no
surer to be right than they are, and what stands around it may take it back."""
MOST = (MOST_SUM, MOST_EVENED, MOST_EVENED, MOST_EVENED, MOST_SUM)
WORDING_FEATURES = len(MOST) * len(COMPARISONS)

Grams = NDArray[np.int64]
"""Words and ordered pairs of words as numbers."""


def wording(task: GradeTask, said: Sequence[str], near: Floats) -> Floats:
    """For each point and comparison the log-odds that what is said of the point is worded like the one rather than like the other,
    shape (points, 30): their sum, and their sum over the root of their number, as the mean over the sentences, the nearest ones first;
    the latter for the words of all sentences together; the highest of a sentence, of both. 0 without sentences, and where one of
    the two is not known of a point.

    Args:
        near: the sentences' cosines to the points, shape (sentences, points).

    Raises: ModelUnavailable where the claims or replies cannot be read.
    """
    found = np.zeros((len(task.points), WORDING_FEATURES))
    if not said:
        return found
    known = _known(task.question_id, task.statements, tuple(point.id for point in task.points))
    held = [known.held_by(sentence) for sentence in said]
    together = np.unique(np.concatenate(held))
    holds = np.array([np.isin(together, one) for one in held], dtype=float)
    odds, some = known.log_odds(together)
    sums = odds @ holds.T
    evened = sums / np.sqrt(some @ holds.T + 1)
    whole = odds.sum(axis=-1) / np.sqrt(some.sum(axis=-1) + 1)
    weights = np.exp(SHARPNESS * (near - near.max(axis=0)))
    weights = (weights / weights.sum(axis=0)).T
    forms = (
        (sums * weights).sum(axis=-1),
        (evened * weights).sum(axis=-1),
        whole,
        evened.max(axis=-1),
        sums.max(axis=-1),
    )
    clipped = np.clip(np.stack(forms, axis=-1), np.negative(MOST), MOST)
    return np.asarray(clipped.transpose(1, 0, 2).reshape(found.shape))


class KnownWords:
    """How many texts of each kind hold each word, and each pair of words, that any text on a question holds.

    Args:
        points: ids of the question's points.
    """

    def __init__(self, points: Sequence[str], claims: Sequence[Said], replies: Sequence[Said]) -> None:
        stemmed = [stems(said.text) for said in (*claims, *replies)]
        self.stems = {one: at for at, one in enumerate(sorted({one for text in stemmed for one in text}))}
        kinds = [*([_claim_kind(said, point) for point in points] for said in claims)]
        kinds += [[_reply_kind(said, point) for point in points] for said in replies]
        grams = [self._grams(text) for text in stemmed]
        self.grams = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *grams]))
        self.counts = np.zeros((len(KINDS), len(points), len(self.grams)), dtype=np.uint16)
        self.texts = np.zeros((len(KINDS), len(points)))
        for of_text, kinds_of_text in zip(grams, kinds, strict=True):
            at = np.searchsorted(self.grams, of_text)
            for point, kind in enumerate(kinds_of_text):
                if kind is not None:
                    self.counts[kind, point, at] += 1
                    self.texts[kind, point] += 1

    def held_by(self, text: str) -> Grams:
        """Which of the known words and pairs a text holds, as places in `grams`."""
        found = self._grams(stems(text))
        at = np.searchsorted(self.grams, found)
        inside = at < len(self.grams)
        return np.asarray(at[inside][self.grams[at[inside]] == found[inside]], dtype=np.int64)

    def log_odds(self, grams: Grams) -> tuple[Floats, Floats]:
        """Of each gram, for each comparison and point, and whether a text of either kind holds it (else the log-odds are 0): both of
        shape (comparisons, points, grams).
        """
        counts = self.counts[:, :, grams].astype(float)
        found, some = [], []
        for compared in COMPARISONS:
            (one, texts), (other, against) = (
                (sum(counts[kind] for kind in kinds), sum(self.texts[kind] for kind in kinds)[:, None])
                for kinds in (compared.kinds, compared.against)
            )
            known = (one + other > 0) & (texts > 0) & (against > 0)
            odds = np.log((one + compared.added) / (texts + 2 * compared.added))
            odds -= np.log((other + compared.added) / (against + 2 * compared.added))
            found.append(np.where(known, odds, 0.0))
            some.append(known.astype(float))
        return np.array(found), np.array(some)

    def _grams(self, text: Sequence[str]) -> Grams:
        """Of words that are known: each as its number, and each pair as one number. Others keep their places between them."""
        numbers = np.array([self.stems.get(one, -1) for one in text], dtype=np.int64)
        found = [numbers[numbers >= 0]]
        for apart in range(1, REACH + 1):
            first, second = numbers[:-apart], numbers[apart:]
            known = (first >= 0) & (second >= 0)
            found.append((first[known] + 1) * len(self.stems) + second[known])
        return np.unique(np.concatenate(found))


def stems(text: str) -> list[str]:
    """The stems of a text's words in their order, hyphenated words split."""
    return [stem(word) for word in words(text.replace("-", " ").replace("’", "'"))]


@lru_cache(maxsize=QUESTIONS_KEPT)
def _known(question_id: str | None, statements: tuple[Statement, ...], points: tuple[str, ...]) -> KnownWords:
    stated = [Said(statement.text, {statement.key_point: statement.verdict}) for statement in statements]
    return KnownWords(points, [*stated, *claims_of(question_id)], replies_of(question_id))


def _claim_kind(said: Said, point: str) -> int | None:
    plain: Mapping[str, int] = {Verdict.COVERED: RIGHT, Verdict.CONTRADICTED: WRONG}
    if point in said.verdicts:
        return plain.get(said.verdicts[point])
    return ELSEWHERE if any(verdict in plain for verdict in said.verdicts.values()) else None


def _reply_kind(said: Said, point: str) -> int | None:
    kinds: Mapping[str, int] = {
        Verdict.COVERED: REPLY_RIGHT, Verdict.CONTRADICTED: REPLY_WRONG, Verdict.MISSING: REPLY_SILENT,
    }  # fmt: skip
    return kinds.get(said.verdicts.get(point, ""))
