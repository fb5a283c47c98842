"""Whether what the interviewer says gives a key point away, by words. Pure."""

from knowledge.bank import KeyPoint, Question
from knowledge.text import content_stems, shares_run

RUN_WORDS = 4
"""A run of this many words that text and key point share, and the question does not hold, gives the point away."""
MOST_SHARED = 0.5
"""Share of a point's distinctive stems (those that the question does not hold) that a text may name."""


def gives_away(text: str, question: Question, known: str = "") -> KeyPoint | None:
    """The first key point that a text gives away, or None.

    Source: the bank's own rule for hints and probes (`knowledge/rules.py`).

    Args:
        known: what was said in the open already (the candidate's own replies): it cannot be given away again.
    """
    said = content_stems(text) - content_stems(known)
    asked = content_stems(question.question)
    for point in question.key_points:
        run = shares_run(text, point.text, RUN_WORDS)
        if run and not shares_run(run, f"{question.question} {known}", RUN_WORDS):
            return point
        distinctive = content_stems(point.text) - asked
        shared = distinctive & said
        if len(shared) >= 2 and len(shared) > MOST_SHARED * len(distinctive):
            return point
    return None
