"""Quotes and the text they stand in: normalised for comparison, with a map back to the original."""

import re
import unicodedata
from typing import NamedTuple

from knowledge.text import Span

# Zero-width, bidirectional, tag and variation characters carry nothing that a reader sees.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\uffa0\ufff9-\ufffb\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_TYPOGRAPHIC = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "…": "..."}
)
# Cyrillic and Greek letters that look like Latin ones; in a word with Latin letters they stand for these.
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјкмнорстухһԁԛԝӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABESIJKMHOPCTYXaesijkmhopctyxhdqwlABEZHIKMNOPTYXo",
)
AROUND = "\"'`.,;:"
"""What a quote may begin or end with and the source not."""
_MIXED_WORD = re.compile(r"[A-Za-z\u0370-\u03ff\u0400-\u052f]{2,}")
_LATIN = re.compile(r"[A-Za-z]")


class Normalised(NamedTuple):
    """A text for judging: `text`, and for each of its characters the offset of the original one it came from."""

    text: str
    offsets: tuple[int, ...]

    def original(self, span: Span, source: str) -> Span:
        """The slice of the source that a slice of the normalised text came from."""
        return Span(self.offsets[span.start], _end_of(self.offsets[span.end - 1], source))


def _end_of(offset: int, source: str) -> int:
    # Keep combining marks with the letter they belong to.
    end = offset + 1
    while end < len(source) and unicodedata.combining(source[end]):
        end += 1
    return end


def normalise(text: str) -> Normalised:
    """NFKC, typographic marks made plain, lookalike letters Latin, invisible characters dropped, runs of blanks (not line
    breaks) made one.
    """
    out: list[str] = []
    offsets: list[int] = []
    for i, character in enumerate(text):
        if INVISIBLE.match(character):
            continue
        for plain in unicodedata.normalize("NFKC", character).translate(_TYPOGRAPHIC):
            blank = plain.isspace() and plain != "\n"
            if blank and out and out[-1] == " ":
                continue
            out.append(" " if blank else plain)
            offsets.append(i)
    return Normalised(_latin("".join(out)), tuple(offsets))


def _latin(text: str) -> str:
    """Words that mix Latin letters with their Cyrillic and Greek lookalikes, in Latin letters; as long as before."""
    if text.isascii():
        return text
    return _MIXED_WORD.sub(lambda word: word[0].translate(_LOOKALIKES) if _LATIN.search(word[0]) else word[0], text)


def clean(text: str) -> str:
    """The text as it can be stored: NUL removed, lone surrogates replaced by U+FFFD, line ends made `\\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def locate_quote(quote: str, source: str) -> Span | None:
    """Where a quote stands in the source, compared without regard to case, space, typographic marks, and the marks that
    whoever quotes puts around it.

    Returns the slice of the original source, or None where the quote is not in it (or holds no letter or digit).
    """
    wanted = _comparable(normalise(quote)).text
    if not any(character.isalnum() for character in wanted):
        return None
    held = _comparable(normalise(source))
    for text in (wanted, wanted.strip(AROUND)):
        at = held.text.find(text)
        if at >= 0:
            return held.original(Span(at, at + len(text)), source)
    return None


def _comparable(normal: Normalised) -> Normalised:
    kept = [(c.lower()[0], o) for c, o in zip(normal.text, normal.offsets, strict=True) if not c.isspace()]
    return Normalised("".join(c for c, _ in kept), tuple(o for _, o in kept))
