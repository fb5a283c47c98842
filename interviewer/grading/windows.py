"""A reply cut into short sentences for judging."""

from knowledge.text import Span, sentences, words

LONGEST_SENTENCE_WORDS = 60


def short_sentences(text: str) -> list[Span]:
    """The sentences of a text, long ones cut, so that none is lost to an encoder's limit; they hold every word."""
    return [piece for span in sentences(text) for piece in _cut(text, span)]


def _cut(text: str, span: Span) -> list[Span]:
    """A sentence of more than 60 words cut at its commas or, failing that, by length."""
    if len(words(text[span.start : span.end])) <= LONGEST_SENTENCE_WORDS:
        return [span]
    found: list[Span] = []
    start = span.start
    count = 0
    for at in range(span.start, span.end):
        if text[at].isspace():
            count += 1
            if count >= LONGEST_SENTENCE_WORDS or (count >= LONGEST_SENTENCE_WORDS // 2 and text[at - 1] in ",:"):
                found.append(Span(start, at))
                start, count = at + 1, 0
    found.append(Span(start, span.end))
    return [piece for piece in found if text[piece.start : piece.end].strip()]
