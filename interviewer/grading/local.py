"""The local judge: no key, no network. A small trained cross-encoder reads the reply with the key points.

It reads twice: with all points beside each other, which tells them apart, and with each point alone, which weighs it more
closely. A logistic model, fitted on development replies, turns the two views into calibrated probabilities. The sentence
that says most of a point is its quote.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from interviewer.errors import JudgeFailed
from interviewer.grading.addressed import without_addressed
from interviewer.grading.crossencoder import VERDICTS, CrossEncoder, Floats, Reading
from interviewer.grading.grade import Findings, GradeTask, Judgement, MisconceptionFound, Verdict
from interviewer.grading.quotes import normalise
from interviewer.grading.windows import short_sentences
from knowledge.bank import Frozen
from knowledge.encoder import bundled_folder

FOLDER = Path(__file__).with_name("model")
WEIGHTS = "crossencoder.safetensors"
CARD = "crossencoder.json"
PLAIN = np.concatenate([0.5 * np.eye(4), 0.5 * np.eye(4)], axis=1)
"""The aggregation before one is fitted: the geometric mean of the two views."""
LEAST = 1e-4
"""Probabilities are taken as at least this before their logarithm."""
WRONG_FROM = 0.1
"""Misconceptions are looked for where some point is contradicted with at least this probability."""
MISCONCEPTION_FROM = 0.6
"""Least probability that the reply states a misconception."""
_MISSING = VERDICTS.index(Verdict.MISSING)
_COVERED = VERDICTS.index(Verdict.COVERED)


class Aggregation(Frozen):
    """A multinomial logistic model over `features`: `coef` of shape (verdicts, features), `intercept` (verdicts,)."""

    coef: tuple[tuple[float, ...], ...]
    intercept: tuple[float, ...]

    def probabilities(self, values: Floats) -> Floats:
        """Verdict probabilities, shape (4,), from features."""
        logits = np.array(self.coef) @ values + np.array(self.intercept)
        exp = np.exp(logits - logits.max())
        return np.asarray(exp / exp.sum())


class ModelCard(Frozen):
    """What is known of the shipped weights: their hash, their last stage's data, and how views are weighed."""

    sha256: str
    data: str
    aggregation: Aggregation


class Views(NamedTuple):
    """What was found of one claim: probabilities of shape (pieces, 4) with the other claims `beside` it and `alone`, and
    how much each sentence says of it, shape (sentences,).
    """

    beside: Floats
    alone: Floats
    evidence: Floats


class LocalJudge:
    """Judges with the shipped cross-encoder.

    Args:
        folder: holds the weights and their card.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def card(self) -> ModelCard:
        """The weights' card. Raises: JudgeFailed where it cannot be read."""
        try:
            return ModelCard.model_validate_json((self._folder / CARD).read_text())
        except (OSError, ValueError) as error:
            raise JudgeFailed(
                f"the local grader's model in {self._folder} cannot be read; reinstall the package"
            ) from error

    @cached_property
    def model(self) -> str:
        """Name of the model with a hash of its weights."""
        return f"crossencoder-{self.card.sha256[:8]}"

    def check(self) -> None:
        """Raises: JudgeFailed where the weights cannot be loaded, ModelUnavailable where the encoder is missing."""
        self.read(("a",), ["b"])

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """Verdict probabilities and the window they rest on, for each point of the task.

        Raises: JudgeFailed, knowledge.errors.ModelUnavailable.
        """
        said = self.shown(reply)
        if not said:
            silent = {verdict: float(verdict is Verdict.MISSING) for verdict in VERDICTS}
            nothing = tuple(Judgement(point_id=point.id, probabilities=silent, quote=None) for point in task.points)
            return Findings(judgements=nothing, model=self.model)
        views = self.read(said, [point.text for point in task.points])
        judgements = tuple(
            self._judgement(point.id, view, said) for point, view in zip(task.points, views, strict=True)
        )
        doubt = max(judgement.probabilities[Verdict.CONTRADICTED] for judgement in judgements)
        wrong = self._misconceptions(task, said) if doubt >= WRONG_FROM else ()
        return Findings(judgements=judgements, misconceptions=wrong, model=self.model)

    def shown(self, reply: str) -> tuple[str, ...]:
        """The sentences of a reply that are judged."""
        return cut(normalise(reply).text)

    def read(self, said: tuple[str, ...], claims: Sequence[str]) -> list[Views]:
        """What the cross-encoder finds of each claim in sentences of a reply."""
        beside, *alone = self._encoder.read([Reading(said, tuple(claims)), *(Reading(said, (c,)) for c in claims)])
        return [
            Views(beside.probabilities[:, i], one.probabilities[:, 0], beside.evidence[i] + one.evidence[0])
            for i, one in enumerate(alone)
        ]

    def _judgement(self, point_id: str, views: Views, said: tuple[str, ...]) -> Judgement:
        probabilities = self.card.aggregation.probabilities(features(views))
        named = {name: float(p) for name, p in zip(VERDICTS, probabilities, strict=True)}
        return Judgement(point_id=point_id, probabilities=named, quote=said[int(views.evidence.argmax())])

    def _misconceptions(self, task: GradeTask, said: tuple[str, ...]) -> tuple[MisconceptionFound, ...]:
        if not task.misconceptions:
            return ()
        [found] = self._encoder.read([Reading(said, tuple(wrong.statement for wrong in task.misconceptions))])
        return tuple(
            MisconceptionFound(
                statement=wrong.statement, correction=wrong.correction, evidence=said[int(found.evidence[i].argmax())]
            )
            for i, wrong in enumerate(task.misconceptions)
            if found.probabilities[:, i, _COVERED].max() >= MISCONCEPTION_FROM
        )

    @cached_property
    def _encoder(self) -> CrossEncoder:
        return CrossEncoder(bundled_folder(), self._folder / WEIGHTS, self.card.sha256)


def cut(text: str) -> tuple[str, ...]:
    """The sentences of a normalised reply, without what is addressed to the grader."""
    text = without_addressed(text)
    return tuple(text[span.start : span.end] for span in short_sentences(text))


def features(views: Views) -> Floats:
    """What the aggregation sees of one point, shape (8,): the log probabilities of both views, each on the piece of the
    reply that is least silent about the point.
    """
    loud = [view[view[:, _MISSING].argmin()] for view in (views.beside, views.alone)]
    return np.asarray(np.log(np.clip(np.concatenate(loud), LEAST, 1.0)))


def write_card(folder: Path, data: str, aggregation: Aggregation | None = None) -> None:
    """Writes the card of the weights that lie in the folder; without an aggregation the plain one."""
    aggregation = aggregation or Aggregation(coef=tuple(map(tuple, PLAIN.tolist())), intercept=(0.0,) * len(PLAIN))
    found = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    card = ModelCard(sha256=found, data=data, aggregation=aggregation)
    (folder / CARD).write_text(card.model_dump_json(indent=1) + "\n")
