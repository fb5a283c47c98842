"""The local judge: no key, no network. A small trained cross-encoder reads each key point against the reply.

Each point is judged on the reply as a whole (in overlapping pieces where it is long) and on its single sentences; the
two views are averaged. The sentence that says most for the verdict is the quote.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from interviewer.errors import JudgeFailed
from interviewer.grading.crossencoder import VERDICTS, CrossEncoder, Floats
from interviewer.grading.grade import Findings, GradeTask, Judgement, MisconceptionFound, Verdict
from interviewer.grading.quotes import normalise
from interviewer.grading.windows import pieces, windows
from knowledge.bank import Frozen
from knowledge.encoder import bundled_folder

FOLDER = Path(__file__).with_name("model")
WEIGHTS = "crossencoder.safetensors"
WHOLE_SHARE = 0.6
"""Weight of the whole reply's probabilities beside the best sentence's."""
MISCONCEPTION_FROM = 0.6
"""Least probability that the reply states a misconception."""
_MISSING = VERDICTS.index(Verdict.MISSING)
_COVERED = VERDICTS.index(Verdict.COVERED)


class ModelCard(Frozen):
    """What is known of the shipped weights."""

    sha256: str
    data: str
    verdicts: tuple[Verdict, ...]


class Views(NamedTuple):
    """A reply as it is judged: pieces of about a hundred words, and windows of one to three sentences."""

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
            return ModelCard.model_validate_json((self._folder / "crossencoder.json").read_text())
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
        views = cut(normalise(reply).text)
        claims = [point.text for point in task.points] + [wrong.statement for wrong in task.misconceptions]
        texts = list(dict.fromkeys([*views.pieces, *views.windows]))
        found = self._encoder.probabilities([(text, claim) for claim in claims for text in texts])
        table = found.reshape(len(claims), len(texts), len(VERDICTS))
        at = {text: i for i, text in enumerate(texts)}
        whole = table[:, [at[text] for text in views.pieces]]
        single = table[:, [at[text] for text in views.windows]]
        judgements = tuple(
            judgement(point.id, whole[i], single[i], views.windows) for i, point in enumerate(task.points)
        )
        wrong = len(task.points)
        misconceptions = tuple(
            MisconceptionFound(statement=m.statement, correction=m.correction, evidence=views.windows[best])
            for i, m in enumerate(task.misconceptions, start=wrong)
            if single[i, best := int(single[i, :, _COVERED].argmax()), _COVERED] >= MISCONCEPTION_FROM
        )
        return Findings(judgements=judgements, misconceptions=misconceptions, model=self.model)

    @cached_property
    def _encoder(self) -> CrossEncoder:
        return CrossEncoder(bundled_folder(), self._folder / WEIGHTS, self.card.sha256)


def cut(text: str) -> Views:
    """The views of a normalised reply; both hold its every word."""
    return Views(
        pieces=[text[span.start : span.end] for span in pieces(text)],
        windows=[text[span.start : span.end] for span in windows(text)],
    )


def judgement(point_id: str, whole: Floats, single: Floats, texts: Sequence[str]) -> Judgement:
    """One point's verdict from both views.

    Args:
        whole: probabilities on the pieces, shape (pieces, 4).
        single: on the windows, shape (windows, 4).
        texts: the windows.
    """
    # The piece, and the window, that are least silent about the point decide.
    loud = whole[int(whole[:, _MISSING].argmin())]
    best = single[int(single[:, _MISSING].argmin())]
    probabilities = WHOLE_SHARE * loud + (1 - WHOLE_SHARE) * best
    verdict = int(probabilities.argmax())
    shown = verdict if verdict != _MISSING else _COVERED
    # Of windows that say about as much, the first is the shortest.
    quote = texts[int(np.argmax(single[:, shown] >= single[:, shown].max() - 0.02))]
    return Judgement(
        point_id=point_id,
        probabilities={name: float(p) for name, p in zip(VERDICTS, probabilities / probabilities.sum(), strict=True)},
        quote=quote,
    )


def write_card(folder: Path, data: str) -> None:
    """Writes the card of the weights that lie in the folder."""
    found = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    card = {"sha256": found, "data": data, "verdicts": [verdict.value for verdict in VERDICTS]}
    (folder / "crossencoder.json").write_text(json.dumps(card, indent=1) + "\n")
