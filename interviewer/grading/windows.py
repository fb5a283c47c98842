"""A reply cut for judging: into pieces of about a hundred words, and into short sentences."""

from knowledge.text import Span, sentences, words

LONGEST_SENTENCE_WORDS = 60
PIECE_WORDS = 110


def pieces(spans: list[Span], text: str) -> list[Span]:
    """Sentences gathered into pieces of at most about 110 words, each repeating the last sentence of the one before.

    A text that fits is one piece.
    """
    found: list[list[Span]] = [[]]
    length = 0
    for span in spans:
        size = len(words(text[span.start : span.end]))
        if found[-1] and length + size > PIECE_WORDS:
            last = found[-1][-1]
            overlap = len(words(text[last.start : last.end])) <= PIECE_WORDS // 3
            found.append([last] if overlap else [])
            length = len(words(text[last.start : last.end])) if overlap else 0
        found[-1].append(span)
        length += size
    return [Span(group[0].start, group[-1].end) for group in found if group]


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
