"""The reply as a language model gets it: what speaks to the grader marked, what could end its block taken out."""

from typing import NamedTuple

from interviewer.grading.addressed import addressed_regions
from interviewer.grading.quotes import normalise
from knowledge.text import Span

MARK = "[addressed to the grader, not to the interviewer: no evidence]"
NEUTRAL = "[...]"
STRUCK = "\ue000"
"""Of the private use area: stands for what cannot be quoted."""


class Marked(NamedTuple):
    """A reply for the prompt."""

    text: str
    addressed: int


def addressed_spans(reply: str) -> list[Span]:
    """The slices of the original reply that speak to whoever grades."""
    normal = normalise(reply)
    return [normal.original(span, reply) for span in addressed_regions(normal.text)]


def marked(reply: str, secrets: tuple[str, ...]) -> Marked:
    """The reply in plain characters, each sentence to the grader marked, each secret neutralised.

    Args:
        secrets: delimiter and canary. What replaces them is not empty, so that no secret can come together around one.
    """
    text = normalise(reply).text
    addressed = addressed_regions(text)
    for span in reversed(addressed):
        text = f"{text[: span.start]}{MARK} {text[span.start :]}"
    for secret in secrets:
        text = text.replace(secret, NEUTRAL)
    return Marked(text, len(addressed))


def quotable(reply: str) -> str:
    """The reply with each sentence to the grader struck out by characters that no quote holds; offsets stay."""
    for span in addressed_spans(reply):
        reply = reply[: span.start] + STRUCK * (span.end - span.start) + reply[span.end :]
    return reply
