"""What a reply resembles: the point itself, the question, and the authored statements of the point by their verdicts.

Nearest neighbours by meaning, beside the cross-encoder: it knows how right and wrong replies are worded, they know which
ones people gave to this very point. They also tell a fluent text about something else, which the cross-encoder alone may
take for a good answer.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from interviewer.grading.alignment import word_recall
from interviewer.grading.crossencoder import Floats
from interviewer.grading.grade import GradeTask, Verdict
from knowledge.encoder import Encoder, Vectors
from knowledge.errors import ModelUnavailable
from knowledge.text import stem
from knowledge.vectors import DAMAGE, BankVectors, from_steps, to_steps

NEAREST = 3
"""Statements over which the mean of the highest similarities is taken."""
REMEMBERED = (Verdict.COVERED, Verdict.PARTIAL, Verdict.CONTRADICTED)
SEEN_FEATURES, STATED_FEATURES = 2, 2 + 2 * len(REMEMBERED) + 1
ALIGNED_FEATURES = 2
MOST_REFERENCES = 16
"""So many references of a question are read; public sets give up to fourteen, of one sentence each."""
FIELDS = Path(__file__).with_name("model") / "fields.npz"
"""Vectors of the questions and references of the public answers that the network was trained on; `python -m evals.fields` makes it."""


def references_of(task: GradeTask) -> tuple[str, ...]:
    """The references that a reply is held against as a whole."""
    return task.passages[:MOST_REFERENCES]


@cache
def known_fields() -> Vectors:
    """Unit vectors of what the public sets say, shape (texts, dimension). Raises: ModelUnavailable where the file is unusable."""
    try:
        with np.load(FIELDS, allow_pickle=False) as found:
            return from_steps(found["steps"])
    except DAMAGE as error:
        raise ModelUnavailable(
            f"{FIELDS}, which came with the program, is missing or damaged; reinstall the package"
        ) from error


def write_fields(vectors: Vectors) -> None:
    """Keeps the vectors of what the public sets say, shape (texts, dimension), a byte for each number. Raises: OSError."""
    np.savez_compressed(FIELDS, steps=to_steps(vectors))


class _Known:
    """Vectors of a task's texts: looked up in a fifth of a millisecond, so that they are not kept."""

    def __init__(self, task: GradeTask, encoder: Encoder) -> None:
        self.points = encoder.encode([point.text for point in task.points])
        self.question = (
            encoder.encode([task.question]) if task.question else np.zeros((1, self.points.shape[1]), dtype=np.float32)
        )
        self.statements = encoder.encode([statement.text for statement in task.statements]) if task.statements else None
        self.rows = [
            [
                [i for i, s in enumerate(task.statements) if s.key_point == point.id and s.verdict == verdict]
                for verdict in REMEMBERED
            ]
            for point in task.points
        ]


class Memory:
    """Compares a reply's sentences with what is known of a task.

    Args:
        encoder: opens the bundled sentence encoder, when it is first needed.
    """

    def __init__(self, encoder: Callable[[], BankVectors]) -> None:
        self.opened = encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, shape (texts, width)."""
        return self.opened().encode(list(texts))

    def near(self, task: GradeTask, said: Vectors, stated: bool) -> Floats:
        """Cosine of each sentence to each point or, where `stated`, to the nearest of the point and its statements; shape
        (sentences, points).
        """
        known = _Known(task, self.opened())
        found = np.array(said @ known.points.T, dtype=float)
        if stated and known.statements is not None:
            to_statements = said @ known.statements.T
            for at, per_verdict in enumerate(known.rows):
                rows = [row for rows in per_verdict for row in rows]
                found[:, at] = np.maximum(found[:, at], to_statements[:, rows].max(axis=1, initial=-1.0))
        return found

    def seen(self, task: GradeTask, said: Vectors) -> Floats:
        """For each point the highest cosine of a sentence to it and to the question, shape (points, 2)."""
        known = _Known(task, self.opened())
        to_question = float((said @ known.question.T).max())
        return np.array([[similarity, to_question] for similarity in (said @ known.points.T).max(axis=0)], dtype=float)

    def stated(self, task: GradeTask, said: Vectors, lengths: Sequence[int], near: Floats) -> Floats:
        """`seen`, for each verdict in REMEMBERED the highest cosine to such a statement of the point and the mean of the NEAREST
        highest (0 where the point has no such statement), and by how much the reply is nearer to what is said of this
        question than to what is said of any other: shape (points, 9).

        Args:
            lengths: of the sentences, in words.
            near: what `near` says of them, with statements.
        """
        known = _Known(task, self.opened())
        assert known.statements is not None
        nearest = (said @ known.statements.T).max(axis=0)
        found = [[value for rows in per_verdict for value in _top(nearest[rows])] for per_verdict in known.rows]
        nearer = near.max(axis=1) - self.opened().nearest_elsewhere(said, task.question_id)
        at_home = np.full((len(found), 1), np.average(nearer, weights=lengths))
        return np.concatenate([self.seen(task, said), np.array(found, dtype=float), at_home], axis=1)

    def aligned(self, task: GradeTask, reply: str) -> Floats:
        """How much of each point's words, and of those of the reference that it holds most of, a reply holds: shape (points, 2)."""
        words = self.opened().words
        asked = {stem(word) for wording in task.wordings for word in words(wording).texts}
        said = words(reply)
        whole = max((word_recall(words(text), said, asked) for text in references_of(task)), default=0.0)
        return np.array([[word_recall(words(point.text), said, asked), whole] for point in task.points], dtype=float)

    def at_home(self, task: GradeTask) -> float:
        """How near a task is to what training knew, in [-1, 1], to what the bank says of other questions or to the public sets'
        questions and references: the mean of the points' highest cosines and, where there is a question, of its own.
        """
        known = _Known(task, self.opened())
        near = self._nearest_known(task, np.concatenate([known.points, known.question]))
        points, question = float(near[:-1].mean()), float(near[-1])
        return (points + question) / 2 if task.question else points

    def _nearest_known(self, task: GradeTask, vectors: Vectors) -> Vectors:
        in_bank = self.opened().nearest_elsewhere(vectors, task.question_id)
        return np.asarray(np.maximum(in_bank, (vectors @ known_fields().T).max(axis=1)), dtype=np.float32)


def _top(similarities: Vectors) -> tuple[float, float]:
    if not len(similarities):
        return 0.0, 0.0
    ordered = np.sort(similarities)[::-1]
    return float(ordered[0]), float(ordered[:NEAREST].mean())
