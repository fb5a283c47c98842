"""Reads an answer to a follow-up together with the follow-up: "-1 and 1" says something of a key point only behind its question.

The network is the local judge's, with changes of low rank that were learnt from such answers (`python -m evals.follow_ups`). What is
read without a follow-up does not meet them.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from interviewer.errors import JudgeFailed
from interviewer.grading.aggregation import Aggregation
from interviewer.grading.crossencoder import CrossEncoder, Floats, Read, Reading
from interviewer.grading.features import LEAST, log_probabilities
from interviewer.grading.grade import GradeTask
from knowledge.bank import Frozen

WEIGHTS, CARD = "follow_up.safetensors", "follow_up.json"


class FollowUpCard(Frozen):
    """What is known of the changes.

    `sha256` and `data` are hashes of the changes and of what they were trained on, `base` that of the weights that they change.
    `known` weighs what was found of the bank's own points, `unknown` of points that training did not know.
    """

    sha256: str
    base: str
    data: str
    known: Aggregation
    unknown: Aggregation


class FollowUps:
    """Reads answers to follow-ups.

    Args:
        folder: holds the changes and their card. Where there is no card, an answer to a follow-up is judged by itself.
        encoder: the network that is changed: its encoder's folder, its weights, and their hash.
    """

    def __init__(self, folder: Path, encoder: Callable[[], tuple[Path, Path, str]]) -> None:
        self._folder = folder
        self._encoder = encoder

    @cached_property
    def card(self) -> FollowUpCard | None:
        """The card of the changes, or None. Raises: JudgeFailed where it cannot be read, or they are another network's."""
        file = self._folder / CARD
        if not file.exists():
            return None
        try:
            card = FollowUpCard.model_validate_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise JudgeFailed(
                f"the local grader's {CARD} in {self._folder} cannot be read; reinstall the package"
            ) from error
        if card.base != self._encoder()[2]:
            raise JudgeFailed(
                f"{CARD} in {self._folder} is of other weights; train it with `python -m evals.follow_ups`"
            )
        return card

    def weighed(self, task: GradeTask, said: tuple[str, ...], found: Floats, known: bool) -> Floats:
        """Verdict probabilities of shape (points, 4), with those of the point that was asked about as the reply answers that.

        Args:
            said: the reply's sentences.
            found: what they say of each point by themselves.
            known: whether training knew the question.

        Raises: JudgeFailed.
        """
        at = asked_about(task)
        if at is None or self.card is None:
            return found
        weighing = self.card.known if known else self.card.unknown
        changed = found.copy()
        changed[at] = weighing.probabilities(self.features(task, said, found, at))[0]
        return changed

    def features(self, task: GradeTask, said: tuple[str, ...], found: Floats, at: int) -> Floats:
        """What is weighed, shape (1, ANSWER_FEATURES): the log probabilities of the verdicts on the point as it is read behind the
        follow-up, the same as it was found without, and the logarithm of the number of words.
        """
        assert task.follow_up is not None
        [read] = self.read([Reading((task.follow_up.text, *said), (task.points[at].text,))])
        length = np.log1p(sum(len(text.split()) for text in said))
        return np.concatenate([log_probabilities(read), np.log(np.clip(found[[at]], LEAST, 1.0)), [[length]]], axis=1)

    def read(self, readings: Sequence[Reading]) -> list[Read]:
        """Reads with the changed network. Raises: JudgeFailed."""
        return self._network.read(readings)

    @cached_property
    def _network(self) -> CrossEncoder:
        folder, weights, expected = self._encoder()
        changes = (self._folder / WEIGHTS, self.card.sha256) if self.card else None
        return CrossEncoder(folder, weights, expected, changes)


def asked_about(task: GradeTask) -> int | None:
    """The index of the point that the follow-up asks about, or None."""
    asked = task.follow_up.point_id if task.follow_up else None
    return next((at for at, point in enumerate(task.points) if point.id == asked), None)
