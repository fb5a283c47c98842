"""Words, stems and sentences: what bank checks, retrieval and grading share about text."""

import re
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import snowballstemmer

_WORD = re.compile(r"[a-z0-9]+(?:[-'’.][a-z0-9]+)*", re.IGNORECASE)
_JOINTS = re.compile(r"[-'’.]")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_ONE_AT_A_TIME = Lock()
# A sentence ends at . ! ? or ; followed by space, or at a line break; 'e.g.', 'i.e.' and numbers such as 0.9 do not end one.
_BREAK = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\betc)(?<!\bcf)[.!?]+[\"')\]]*\s+|;\s+|\s*\n+\s*")

STOP_WORDS = frozenset(
    """a about above after again all also although always an and any are as at be because been before being below
    between both but by can could did do does doing done down during each either else even every few for from further
    get gets give given gives had has have having he her here hers him his how however i if in instead into is it its
    itself just keep keeps let like make makes many may me might mine more most much must my need needs neither no nor
    not now of off often on once one only onto or other our out over own per rather s same she should since so some
    such t take takes than that the their theirs them then there these they thing things this those through thus to
    too under until up us use used uses using very via was way we well were what when where whether which while who
    whom whose why will with within without would yet you your yours""".split()
)


class Span(NamedTuple):
    """A slice of a text: `text[start:end]`, offsets in code points."""

    start: int
    end: int


def words(text: str) -> list[str]:
    """The words of a text, lower case, in order."""
    return [word.lower() for word in _WORD.findall(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English Snowball stem of one lower-case word (Source: Porter 2001, by `snowballstemmer`)."""
    with _ONE_AT_A_TIME:  # the stemmer keeps the word that it works on
        return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.EnglishStemmer:
    return snowballstemmer.stemmer("english")


def content_stems(text: str) -> set[str]:
    """Stems of the words that carry meaning: no stop words, hyphenated words split."""
    # Split all at once, the words joined by one more mark: the bank's check asks this of thousands of texts at the start.
    parts = _JOINTS.split("-".join(words(text)))
    return {stem(part) for part in parts if part and part not in STOP_WORDS}


def without_code(text: str) -> str:
    """The text with its ``` fenced blocks removed."""
    return _FENCE.sub(" ", text)


def sentences(text: str) -> list[Span]:
    """Sentences of a text as slices in order; a fenced code block is one sentence; blank ones are left out."""
    spans: list[Span] = []
    at = 0
    for fence in _FENCE.finditer(text):
        spans += _prose_sentences(text, at, fence.start())
        spans.append(Span(fence.start(), fence.end()))
        at = fence.end()
    return spans + _prose_sentences(text, at, len(text))


def sentence_texts(text: str) -> list[str]:
    """The sentences of a text, as `sentences` finds them."""
    return [text[span.start : span.end] for span in sentences(text)]


def _prose_sentences(text: str, start: int, end: int) -> list[Span]:
    spans = []
    at = start
    for match in _BREAK.finditer(text, start, end):
        spans.append(_trimmed(text, at, match.end()))
        at = match.end()
    spans.append(_trimmed(text, at, end))
    return [span for span in spans if span.start < span.end]


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def shares_run(one: str, other: str, length: int) -> str | None:
    """The first run of `length` words that both texts hold, or None."""
    theirs = words(other)
    runs = {tuple(theirs[i : i + length]) for i in range(len(theirs) - length + 1)}
    mine = words(one)
    for i in range(len(mine) - length + 1):
        if tuple(mine[i : i + length]) in runs:
            return " ".join(mine[i : i + length])
    return None
