"""Whether a text is about the question at all, by the embedded encoder."""

import numpy as np

from interviewer.grading.grade import GradeTask
from knowledge.encoder import Encoder, Vectors
from knowledge.text import content_stems

FITS_QUESTION = 0.35
"""Cosine at which a sentence counts as about the question."""
OFF_TOPIC_BELOW = 0.2
"""Cosine under which a message that holds no technical word is off topic."""


class Relevance:
    """Compares texts with a question, its reference and its key points."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def similarity(self, task: GradeTask, texts: list[str]) -> list[float]:
        """For each text the highest cosine to the question, its variants, passages and key points, in [-1, 1]."""
        if not texts:
            return []
        return [float(s) for s in (self._encoder.encode(texts) @ self._about(task).T).max(axis=1)]

    def focus(self, task: GradeTask, sentences: list[str], is_evidence: list[bool]) -> float | None:
        """Share of the sentences that are evidence of a point or fit the question, in [0, 1]; None without sentences."""
        if not sentences:
            return None
        fits = [s >= FITS_QUESTION for s in self.similarity(task, sentences)]
        return float(np.mean([fit or evident for fit, evident in zip(fits, is_evidence, strict=True)]))

    def is_off_topic(self, task: GradeTask, text: str, below: float = OFF_TOPIC_BELOW) -> bool:
        """Whether a message has nothing to do with the question: no shared technical word, and less similarity."""
        about = content_stems(" ".join([task.question, *task.passages, *(point.text for point in task.points)]))
        shared = {stem for stem in content_stems(text) & about if len(stem) > 3}
        return not shared and self.similarity(task, [text])[0] < below

    def _about(self, task: GradeTask) -> Vectors:
        texts = [task.question, *task.variants, *task.passages, *(point.text for point in task.points)]
        return self._encoder.encode([text for text in texts if text])
