"""What was found in a reply, as numbers: the features that an aggregation weighs, a row for each key point."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from interviewer.grading.crossencoder import VERDICTS, Floats, Read
from interviewer.grading.grade import Verdict
from interviewer.grading.memory import ALIGNED_FEATURES, SEEN_FEATURES, STATED_FEATURES
from interviewer.grading.wording import WORDING_FEATURES
from knowledge.encoder import Vectors

READ_FEATURES, ALONE_FEATURES, REFERENCE_FEATURES = len(VERDICTS) + 1, len(VERDICTS), 1
REPLY_FEATURES = 2 * len(VERDICTS) + 2
FEATURES = {
    "stated": READ_FEATURES + ALONE_FEATURES + REPLY_FEATURES + STATED_FEATURES + WORDING_FEATURES,
    "given": READ_FEATURES + ALONE_FEATURES + REPLY_FEATURES + SEEN_FEATURES,
    "derived": READ_FEATURES + REFERENCE_FEATURES + ALIGNED_FEATURES,
    "foreign": READ_FEATURES + REFERENCE_FEATURES + ALIGNED_FEATURES,
}
"""Number of features of each aggregation."""
ANSWER_FEATURES = 2 * len(VERDICTS) + 1
"""Number of features of an answer to a follow-up."""
LEAST = 1e-4
"""Probabilities are taken as at least this before their logarithm."""
POINTS_A_SENTENCE = 2
"""Each sentence is read once more, alone with so many points that it is nearest to: in the whole reply the network overlooks
sentences, those that take back what another one says above all.
"""
LEAST_NEAR = 0.3
"""Cosine from which a sentence has to do with a point: below it, to read it alone with the point finds nothing and costs time."""
MOST_ALONE = 24
"""So many sentences of a reply are read alone, those nearest to any point: people's hold up to 14, what is made to take time up to
thousands.
"""
SCARCELY = 1e-3
"""Probabilities of what was read in single sentences are raised by this before their logarithm."""
MISSING = VERDICTS.index(Verdict.MISSING)
COVERED, PARTIAL, CONTRADICTED = (
    VERDICTS.index(verdict) for verdict in (Verdict.COVERED, Verdict.PARTIAL, Verdict.CONTRADICTED)
)
SILENT = np.array([float(verdict is Verdict.MISSING) for verdict in VERDICTS])


class Heard(NamedTuple):
    """A reply's sentences, what the cross-encoder read in them of some claims, and their unit vectors (sentences, width)."""

    said: tuple[str, ...]
    read: Read
    vectors: Vectors


class Alone(NamedTuple):
    """What single sentences say: `near`, shape (sentences, points), their cosines to the points; `read`, shape (sentences,
    points, 4), verdict probabilities where a sentence was read alone with a point, *missing* elsewhere; and how many sentences were.
    """

    near: Floats
    read: Floats
    sentences: int


def log_probabilities(read: Read) -> Floats:
    """Those of each point in the piece that is least silent about it, shape (points, 4)."""
    piece = read.probabilities[:, :, MISSING].argmin(axis=0)
    chosen = read.probabilities[piece, np.arange(len(piece))]
    return np.asarray(np.log(np.clip(chosen, LEAST, 1.0)))


def to_read_alone(near: Floats) -> list[tuple[int, list[int]]]:
    """The sentences that are read alone, in their order, each with the points that it is read with."""
    sentences = sorted(np.argsort(-near.max(axis=1), kind="stable")[:MOST_ALONE].tolist())
    nearest = [(at, sorted(np.argsort(-near[at], kind="stable")[:POINTS_A_SENTENCE].tolist())) for at in sentences]
    having = [(at, [point for point in points if near[at, point] >= LEAST_NEAR]) for at, points in nearest]
    return [(at, points) for at, points in having if points]


def loudest(alone: Alone) -> Floats:
    """For each point the logarithm of the highest probability of each verdict in a sentence that was read alone with it, of
    *missing* the lowest, shape (points, 4).
    """
    found = alone.read.max(axis=0)
    found[:, MISSING] = alone.read[:, :, MISSING].min(axis=0)
    return np.asarray(np.log(found + SCARCELY))


def tone(alone: Alone) -> Floats:
    """The means over the sentences that were read alone of how much each contradicts some point, and of how much it credits
    one, shape (2,).
    """
    credit = alone.read[:, :, COVERED] + alone.read[:, :, PARTIAL]
    each = np.stack([alone.read[:, :, CONTRADICTED].max(axis=1), credit.max(axis=1)])
    return np.asarray(each.sum(axis=1) / max(1, alone.sentences))


def same_for_all(points: int, values: Sequence[float] | Floats) -> Floats:
    """Values of the whole reply for each of so many points, shape (points, values)."""
    return np.tile(np.asarray(values, dtype=float), (points, 1))
