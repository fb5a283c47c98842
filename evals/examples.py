"""What a training example is, and how one is put together."""

import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from interviewer.grading.crossencoder import VERDICTS, WHOLE
from interviewer.grading.grade import Verdict
from interviewer.grading.scoring import BONUS_WEIGHT, CREDIT
from interviewer.grading.windows import short_sentences
from knowledge.bank import KeyPoint

UNSURE = 0.5
"""Weight of 'missing' where it was not judged but follows from a statement being about another point."""
EMPHASIS = {Verdict.CONTRADICTED: 1.25, Verdict.PARTIAL: 1.25}
"""Weights of the verdicts that are rarest and hardest; calibration restores their frequency."""


class Example(NamedTuple):
    """A training example.

    `verdicts` are indices into VERDICTS, or -1 where unknown, with the `weights` of their losses; `importance` is each
    point's weight in the score; `score` is the known score or None; `evidence` is the index of the sentence that a point
    rests on, or -1 where unknown; `whole` is the score of a reply that is held against a whole reference as its one point.
    """

    sentences: tuple[str, ...]
    points: tuple[str, ...]
    verdicts: tuple[int, ...]
    weights: tuple[float, ...]
    importance: tuple[int, ...]
    score: float | None
    evidence: tuple[int, ...]
    whole: float | None = None


def cut_sentences(text: str) -> tuple[str, ...]:
    """The sentences that the grader reads."""
    return tuple(text[span.start : span.end] for span in short_sentences(text))


def of_verdicts(
    said: Iterable[str], points: Sequence[str], verdicts: Sequence[Verdict], weight: float = 1.0
) -> Example:
    """An example with a verdict on each point, each loss of that weight."""
    return Example(
        tuple(said),
        tuple(points),
        tuple(VERDICTS.index(verdict) for verdict in verdicts),
        (weight,) * len(points),
        (2,) * len(points),
        None,
        (-1,) * len(points),
    )


def judged(
    said: Sequence[str],
    points: Sequence[KeyPoint],
    verdicts: dict[str, Verdict],
    rng: random.Random,
    unsure: float = 1.0,
    evidence: dict[str, int] | None = None,
) -> Example:
    """An example over key points in random order; points without a verdict are missing, with weight `unsure`."""
    points = rng.sample(points, len(points))
    found = [verdicts.get(point.id, Verdict.MISSING) for point in points]
    return Example(
        tuple(said),
        tuple(point.text for point in points),
        tuple(VERDICTS.index(verdict) for verdict in found),
        tuple(
            EMPHASIS.get(verdict, 1.0) if point.id in verdicts else unsure
            for point, verdict in zip(points, found, strict=True)
        ),
        tuple(point.weight for point in points),
        true_score([point.weight for point in points], found),
        tuple((evidence or {}).get(point.id, -1) for point in points),
    )


def true_score(weights: Sequence[int], verdicts: Sequence[Verdict]) -> float:
    """The contract's formula without its floor at 0, so that it teaches below 0 too; bonus points left out."""
    counted = [(w, CREDIT[v]) for w, v in zip(weights, verdicts, strict=True) if w > BONUS_WEIGHT]
    counted = counted or [(w, CREDIT[v]) for w, v in zip(weights, verdicts, strict=True)]
    return sum(w * credit for w, credit in counted) / sum(w for w, _ in counted)


def whole_example(said: Sequence[str], reference: str, score: float) -> Example:
    """A reply against a whole reference."""
    return Example(tuple(said), (WHOLE + reference,), (-1,), (0.0,), (2,), None, (-1,), score)
