"""The local judge: no key, no network. A small trained cross-encoder reads each key point against the reply.

Each point is judged on the reply as a whole (in overlapping pieces where it is long) and on its single sentences; a
logistic model, fitted on development replies, weighs the two views into calibrated probabilities. The sentence that says
most for the verdict is the quote.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from interviewer.errors import JudgeFailed
from interviewer.grading.crossencoder import VERDICTS, CrossEncoder, Floats
from interviewer.grading.grade import Findings, GradeTask, Judgement, MisconceptionFound, Verdict
from interviewer.grading.guards import addressed_to_grader
from interviewer.grading.quotes import normalise
from interviewer.grading.windows import pieces, short_sentences
from knowledge.bank import Frozen
from knowledge.encoder import bundled_folder
from knowledge.text import Span

FOLDER = Path(__file__).with_name("model")
WEIGHTS = "crossencoder.safetensors"
CARD = "crossencoder.json"
PLAIN = np.concatenate([0.6 * np.eye(4), 0.4 * np.eye(4), np.zeros((4, 4))], axis=1)
"""The aggregation before one is fitted: a weighted geometric mean of the two views."""
LEAST = 1e-4
"""Probabilities are taken as at least this before their logarithm."""
MISCONCEPTION_FROM = 0.6
"""Least probability that the reply states a misconception."""
_MISSING = VERDICTS.index(Verdict.MISSING)
_COVERED = VERDICTS.index(Verdict.COVERED)
_CONTRADICTED = VERDICTS.index(Verdict.CONTRADICTED)


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
    """A reply as it is judged: pieces of about a hundred words, and sentences (the windows)."""

    pieces: list[str]
    windows: list[str]


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
        self._encoder.probabilities([("a", "b")])

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """Verdict probabilities and the window they rest on, for each point of the task.

        Raises: JudgeFailed, knowledge.errors.ModelUnavailable.
        """
        views, whole, single = self.views(task, reply)
        if not views.windows:
            silent = {verdict: float(verdict is Verdict.MISSING) for verdict in VERDICTS}
            nothing = tuple(Judgement(point_id=point.id, probabilities=silent, quote=None) for point in task.points)
            return Findings(judgements=nothing, model=self.model)
        judgements = tuple(
            self._judgement(point.id, whole[i], single[i], views.windows) for i, point in enumerate(task.points)
        )
        wrong = len(task.points)
        misconceptions = tuple(
            MisconceptionFound(statement=m.statement, correction=m.correction, evidence=views.windows[best])
            for i, m in enumerate(task.misconceptions, start=wrong)
            if single[i, best := int(single[i, :, _COVERED].argmax()), _COVERED] >= MISCONCEPTION_FROM
        )
        return Findings(judgements=judgements, misconceptions=misconceptions, model=self.model)

    def views(self, task: GradeTask, reply: str) -> tuple[Views, Floats, Floats]:
        """The reply's views, with the cross-encoder's probabilities for each claim: shapes (claims, pieces, 4) and
        (claims, windows, 4). The claims are the points, then the misconceptions.
        """
        views = cut(normalise(reply).text)
        claims = [point.text for point in task.points] + [wrong.statement for wrong in task.misconceptions]
        texts = list(dict.fromkeys([*views.pieces, *views.windows]))
        found = self._encoder.probabilities([(text, claim) for claim in claims for text in texts])
        table = found.reshape(len(claims), len(texts), len(VERDICTS))
        at = {text: i for i, text in enumerate(texts)}
        return views, table[:, [at[text] for text in views.pieces]], table[:, [at[text] for text in views.windows]]

    def _judgement(self, point_id: str, whole: Floats, single: Floats, texts: Sequence[str]) -> Judgement:
        probabilities = self.card.aggregation.probabilities(features(whole, single))
        verdict = int(probabilities.argmax())
        shown = verdict if verdict != _MISSING else _COVERED
        quote = texts[int(single[:, shown].argmax())]
        named = {name: float(p) for name, p in zip(VERDICTS, probabilities, strict=True)}
        return Judgement(point_id=point_id, probabilities=named, quote=quote)

    @cached_property
    def _encoder(self) -> CrossEncoder:
        return CrossEncoder(bundled_folder(), self._folder / WEIGHTS, self.card.sha256)


def cut(text: str) -> Views:
    """The views of a normalised reply; both hold its every sentence but those addressed to the grader."""
    spans = [span for span in short_sentences(text) if not addressed_to_grader(text[span.start : span.end])]
    return Views(
        pieces=[
            _joined(text, [span for span in spans if piece.start <= span.start < piece.end])
            for piece in pieces(spans, text)
        ],
        windows=[text[span.start : span.end] for span in spans],
    )


def _joined(text: str, spans: Sequence[Span]) -> str:
    return " ".join(text[span.start : span.end] for span in spans)


def features(whole: Floats, single: Floats) -> Floats:
    """What the aggregation sees of one point, shape (12,): log probabilities.

    First those of the piece, then those of the window, that are least silent about the point; then the highest
    probability of covered and of contradicted over pieces and over windows.

    Args:
        whole: probabilities on the pieces, shape (pieces, 4).
        single: on the windows, shape (windows, 4).
    """
    loud, best = whole[whole[:, _MISSING].argmin()], single[single[:, _MISSING].argmin()]
    highest = [view[:, column].max() for view in (whole, single) for column in (_COVERED, _CONTRADICTED)]
    return np.asarray(np.log(np.clip(np.concatenate([loud, best, highest]), LEAST, 1.0)))


def write_card(folder: Path, data: str, aggregation: Aggregation) -> None:
    """Writes the card of the weights that lie in the folder."""
    found = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    card = ModelCard(sha256=found, data=data, aggregation=aggregation)
    (folder / CARD).write_text(card.model_dump_json(indent=1) + "\n")
