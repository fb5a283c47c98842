"""A reply cut for judging: into pieces of about a hundred words, and into windows of one to three sentences."""

from knowledge.text import Span, sentences, words

LONGEST_SENTENCE_WORDS = 60
PIECE_WORDS = 110
JOINED_UP_TO = 14
"""Replies of more sentences than this are judged by single sentences: neighbours would triple the work."""


def pieces(text: str) -> list[Span]:
    """The text in pieces of at most about 110 words at sentence ends, each repeating the last sentence of the one before.

    A text that fits is one piece.
    """
    found: list[list[Span]] = [[]]
    length = 0
    for span in _sentences(text):
        size = len(words(text[span.start : span.end]))
        if found[-1] and length + size > PIECE_WORDS:
            last = found[-1][-1]
            overlap = len(words(text[last.start : last.end])) <= PIECE_WORDS // 3
            found.append([last] if overlap else [])
            length = len(words(text[last.start : last.end])) if overlap else 0
        found[-1].append(span)
        length += size
    return [Span(group[0].start, group[-1].end) for group in found if group]


def windows(text: str) -> list[Span]:
    """Sentences first, then (where there are few) neighbours in twos and threes; every word is in some window."""
    spans = _sentences(text)
    sizes = (2, 3) if len(spans) <= JOINED_UP_TO else ()
    joined = [Span(spans[i].start, spans[i + size - 1].end) for size in sizes for i in range(len(spans) - size + 1)]
    return list(dict.fromkeys([*spans, *joined]))


def _sentences(text: str) -> list[Span]:
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
