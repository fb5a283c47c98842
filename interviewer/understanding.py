"""What kind of message a reply is: by its words, and where these leave it open by its meaning, with the encoder.

A small logistic model over the message's embedding tells short messages that no pattern knows: small talk, questions
about the program, requests in unforeseen words. It was fitted on the development half of `evals/data/utterances.jsonl`
and on statements of the bank (`python -m evals.utterances --fit`), and speaks only for the bundled encoder.
"""

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interviewer.events import ReplyKind
from interviewer.grading.grade import GradeTask
from interviewer.grading.guards import is_gibberish
from interviewer.relevance import OFF_TOPIC_BELOW, Relevance
from interviewer.utterance import Reading, read
from knowledge.encoder import BUNDLED_SHA256, Encoder, Vectors
from knowledge.errors import KnowledgeError
from knowledge.text import words

WEIGHTS = Path(__file__).with_name("understanding.npz")
LONGEST_JUDGED_WORDS = 25
"""Longer messages are never taken for anything but an answer by their meaning alone."""
SURE_FROM = 0.8
"""Least probability at which the model's finding replaces 'answer'; chosen on the development half."""
ANSWER_FROM = 0.7
"""Least probability of 'answer' at which a message is one whatever the question; chosen across folds of the development half."""
FAR_BELOW = 0.12
"""Cosine to the question under which what rather sounds like an answer is none."""
VETO_FROM = 0.9
"""Least probability of 'off topic' at which a message is that, though its words look like a question of this kind."""
CHATTER_BELOW = 0.3
"""Cosine to the question under which what stands beside a request is chatter and no answer."""

_BARE = frozenset({"yes", "yeah", "no", "nope", "both", "neither", "none", "true", "false"})
_VETOED = frozenset({ReplyKind.QUESTION, ReplyKind.META, ReplyKind.REPEAT})

Floats = NDArray[np.float64]
_FORMULA = re.compile(r"[=^∇∂σ√Σ≈≤≥×\[\]{}]|\d\.\d|\w\(|```|^\W*\d")


class UtteranceModel:
    """Logistic regression over embeddings: `coef` of shape (kinds, dimension), `intercept` (kinds,)."""

    def __init__(self, kinds: list[ReplyKind], coef: Floats, intercept: Floats) -> None:
        self._kinds = kinds
        self._coef = coef
        self._intercept = intercept

    def judge(self, vector: Vectors) -> tuple[ReplyKind, float]:
        """The most probable kind of a message with this embedding, and its probability in [0, 1]."""
        logits = self._coef @ vector + self._intercept
        exp = np.exp(logits - logits.max())
        best = int(exp.argmax())
        return self._kinds[best], float(exp[best] / exp.sum())


def load_model(file: Path = WEIGHTS) -> UtteranceModel:
    """The shipped model."""
    with np.load(file) as found:
        kinds = [ReplyKind(str(kind)) for kind in found["kinds"]]
        return UtteranceModel(kinds, found["coef"].astype(float), found["intercept"].astype(float))


class Understanding:
    """Tells what kind of message a reply is.

    Args:
        encoder: embeds messages.
        relevance: compares them with the question.
        vocabulary: known words, for gibberish.
    """

    def __init__(self, encoder: Encoder, relevance: Relevance, vocabulary: Callable[[], frozenset[str]]) -> None:
        self._encoder = encoder
        self._relevance = relevance
        self._vocabulary = vocabulary

    def kind(self, text: str, task: GradeTask) -> ReplyKind:
        """The kind of a message. Without an encoder that works, the words alone decide."""
        reading = read(text, task.question)
        decided = reading.kind is not ReplyKind.ANSWER and not reading.asked
        if (decided and reading.kind not in _VETOED) or set(words(text.lower())) <= _BARE:
            return reading.kind
        if reading.kind is ReplyKind.ANSWER and is_gibberish(text, self._vocabulary()):
            return ReplyKind.NO_CONTENT
        try:
            return self._by_meaning(text, task, reading)
        except KnowledgeError:
            # The grade will say what is wrong.
            return reading.kind

    def _by_meaning(self, text: str, task: GradeTask, reading: Reading) -> ReplyKind:
        if reading.kind in _VETOED:
            kind, probability = self._judged(text)
            vetoed = kind is ReplyKind.OFF_TOPIC and probability >= VETO_FROM
            return ReplyKind.OFF_TOPIC if vetoed else reading.kind
        if reading.asked is not None:
            # A request beside something else: the request counts where the rest has nothing to do with the question.
            chatter = not _FORMULA.search(text) and self._relevance.similarity(task, [reading.rest])[0] < CHATTER_BELOW
            return reading.asked if chatter and reading.kind is ReplyKind.ANSWER else reading.kind
        if _FORMULA.search(text):
            return ReplyKind.ANSWER
        kind, probability = self._judged(text)
        if probability >= (ANSWER_FROM if kind is ReplyKind.ANSWER else SURE_FROM):
            # Nothing undoes an end, and "I don't want to stop" sounds like one: only plain words are.
            return ReplyKind.WAIT if kind is ReplyKind.STOP else kind
        far = FAR_BELOW if kind is ReplyKind.ANSWER and probability else OFF_TOPIC_BELOW
        return ReplyKind.OFF_TOPIC if self._relevance.is_off_topic(task, text, far) else ReplyKind.ANSWER

    def _judged(self, text: str) -> tuple[ReplyKind, float]:
        """What the model takes a message for, with its probability; an answer with none where it has no say."""
        if len(words(text)) > LONGEST_JUDGED_WORDS or self._model is None:
            return ReplyKind.ANSWER, 0.0
        return self._model.judge(self._encoder.encode([text])[0])

    @cached_property
    def _model(self) -> UtteranceModel | None:
        return load_model() if self._encoder.model_hash == BUNDLED_SHA256 else None
