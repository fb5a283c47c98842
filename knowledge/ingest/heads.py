"""Where questions begin: the blocks that may head an answer, by how they are marked, and the sequences they form."""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from knowledge.ingest.blocks import Block
from knowledge.ingest.boilerplate import is_meta_question, is_noise
from knowledge.ingest.markers import (
    answer_mark,
    asks,
    demands,
    ends_asking,
    exercise_mark,
    is_inverted,
    number_mark,
    question_mark,
)

LONGEST_QUESTION_WORDS = 60
LONGEST_LINE_QUESTION_WORDS = 30
_GAP_IN_NUMBERS = 2
_ASKING_SHARE = 0.8
"""Of a column's cells, at least this share must end with a question mark to be questions without a header's word."""
_LOOKED_AT = 20
"""Of a list's items so far, this many of the last tell what its items look like."""

_Q_CELL = re.compile(r"^(?:q|ques|question)\s?\d{0,3}\s?[.:)]?$", re.IGNORECASE)
_A_CELL = re.compile(r"^(?:a|ans|answer)\s?\d{0,3}\s?[.:)]?$", re.IGNORECASE)

Style = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A block that may be a question.

    Attributes:
        start, end: the blocks that make up the question, `blocks[start:end]`.
        style: how it is marked; the questions of one article share it.
        asks: the text itself asks or demands.
    """

    start: int
    end: int
    style: Style
    number: int | None
    text: str
    asks: bool


class Table(NamedTuple):
    """Columns of a table whose rows are questions with answers."""

    question: int
    answer: int


def find_heads(blocks: Sequence[Block]) -> list[Head]:
    """Every head in order; a block has at most one, by its strongest marker."""
    found = [_head(blocks, i) for i in range(len(blocks))]
    return [head for head in found if head is not None]


def _head(blocks: Sequence[Block], i: int) -> Head | None:
    block = blocks[i]
    if block.kind in ("code", "table", "rule") or answer_mark(block.text) is not None:
        return None
    if (block.link and block.kind != "heading") or is_noise(block.text):
        return None
    marked = question_mark(block.text)
    if marked:
        return _marked_head(blocks, i, ("q",), marked.number, marked.text)
    exercise = exercise_mark(block.text)
    if exercise:
        return _marked_head(blocks, i, ("q", exercise.form), exercise.number, exercise.text)
    if block.kind == "heading" and not block.text:
        return Head(i, i + 1, ("lost", str(block.level)), None, "", False)
    if len(block.text.split()) > LONGEST_QUESTION_WORDS:
        return None
    numbered = number_mark(block.text)
    if numbered and answer_mark(numbered.text) is not None:
        return None
    if numbered and not (block.kind == "item" and block.number is None):
        inner = question_mark(numbered.text)
        text = inner.text if inner and inner.text else numbered.text
        return Head(i, i + 1, (numbered.form, *_shape(block)), numbered.number, text, asks(text))
    if block.kind == "item" and block.number is not None:
        return Head(i, i + 1, ("number", *_shape(block)), block.number, block.text, asks(block.text))
    if block.kind == "item" and ends_asking(block.text):
        return Head(i, i + 1, ("ask", *_shape(block)), None, block.text, True)
    if block.kind == "heading" or block.bold:
        return Head(i, i + 1, ("ask", *_shape(block)), None, block.text, asks(block.text)) if asks(block.text) else None
    return _line_head(blocks, i)


def _marked_head(blocks: Sequence[Block], i: int, style: Style, number: int | None, text: str) -> Head | None:
    """The head of a marker; where the marker stands alone, the question is the next block, if that asks."""
    if text:
        return Head(i, i + 1, style, number, text, True)
    below = blocks[i + 1] if i + 1 < len(blocks) else None
    if (
        below is not None
        and below.kind not in ("code", "table", "rule")
        and below.text
        and answer_mark(below.text) is None
    ) and (asks(below.text) or len(below.text.split()) <= LONGEST_LINE_QUESTION_WORDS):
        return Head(i, i + 2, style, number, below.text, True)
    return Head(i, i + 1, style, number, "", False)


def _shape(block: Block) -> Style:
    if block.kind == "heading":
        return ("heading", str(block.level))
    if block.kind == "item":
        return ("item", str(block.level))
    return ("bold",) if block.bold else ("text",)


def _line_head(blocks: Sequence[Block], i: int) -> Head | None:
    """A line of its own that is a question: `What is X?`, or `Explain X` with room around it."""
    block = blocks[i]
    words = len(block.text.split())
    opens = block.text[:1].isupper() or block.text[:1] in "¿“\"'‘"
    quoted = block.text[:1] in "“\"'‘"
    if block.kind != "text" or words > LONGEST_LINE_QUESTION_WORDS or words < 2 or not opens or quoted:
        return None
    question = ends_asking(block.text) and (words >= 3 or ": " in block.text)
    order = demands(block.text) and block.gap and words <= 20 and not block.text.rstrip().endswith((":", ";", ","))
    # Without its mark a question is told by the order of its words, and counts only beside others that have theirs.
    bare = is_inverted(block.text) and block.gap and 3 <= words <= 14 and block.text.rstrip()[-1] not in ".:;,!"
    return Head(i, i + 1, ("ask", "text"), None, block.text, True) if question or order or bare else None


def question_table(block: Block) -> Table | None:
    """The question and answer columns of a table, by its header row, or None."""
    if block.kind != "table" or len(block.rows) < 2:
        return None
    names = [cell.strip().lower() for cell in block.rows[0]]
    question = next((i for i, name in enumerate(names) if name in ("question", "questions", "q")), None)
    answer = next(
        (
            i
            for i, name in enumerate(names)
            if i != question and name.split(" ")[-1] in ("answer", "answers", "a", "response", "explanation")
        ),
        None,
    )
    return Table(question, answer) if question is not None and answer is not None else _asking_column(block)


def marked_rows(block: Block) -> list[tuple[str, str]]:
    """Question and answer of each two rows of which the first cell of one says `Q1` and of the next `A1`."""
    rows = [row for row in block.rows if len(row) >= 2] if block.kind == "table" else []
    pairs = itertools.pairwise(rows)
    return [(a[1], b[1]) for a, b in pairs if _Q_CELL.match(a[0]) and _A_CELL.match(b[0])]


def _asking_column(block: Block) -> Table | None:
    """The first column of which most cells end with a question mark, with the column behind it as answers."""
    body = block.rows[1:]
    for column in range(max(len(row) for row in block.rows) - 1):
        asking = sum(len(row) > column and ends_asking(row[column]) for row in body)
        if asking >= max(2, _ASKING_SHARE * len(body)):
            return Table(column, column + 1)
    return None


def sequences(
    heads: Sequence[Head], breaks: Callable[[int, int], bool], answered: Callable[[Head], bool]
) -> list[list[Head]]:
    """The numbered lists among heads of one style, lists inside items of others too, in order of their beginnings.

    Args:
        breaks: whether a new part of the article begins between two block positions.
        answered: whether an answer's marker follows a head.
    """
    open_lists: list[list[Head]] = []
    done: list[list[Head]] = []
    for head in heads:
        home = _home(open_lists, head, answered)
        if home is not None:
            while open_lists[-1] is not home:
                done.append(open_lists.pop())
            home.append(head)
        elif head.number == 1 or not open_lists:
            if open_lists and breaks(open_lists[-1][-1].start, head.start):
                done += open_lists
                open_lists = []
            open_lists.append([head])
    return sorted(done + open_lists, key=lambda sequence: sequence[0].start)


def outermost(found: list[list[Head]], breaks: Callable[[int, int], bool]) -> list[list[Head]]:
    """The lists without those that stand inside an item of another."""
    return [one for one in found if not any(_inside(one, other, breaks) for other in found if other is not one)]


def _home(open_lists: list[list[Head]], head: Head, answered: Callable[[Head], bool]) -> list[Head] | None:
    """The open list that a number continues; of two, the one whose items look more like it, else the inner one."""
    fitting = [
        sequence
        for sequence in open_lists
        if head.number is not None
        and 0 < head.number - (sequence[-1].number or 0) <= 1 + (_GAP_IN_NUMBERS if head.asks else 0)
    ]
    exact = [sequence for sequence in fitting if head.number == (sequence[-1].number or 0) + 1]
    candidates = exact or fitting
    if not candidates:
        return None

    if len(candidates) == 1:
        return candidates[0]

    def looks(item: Head) -> tuple[bool, bool]:
        return answered(item), item.asks or _is_capitalised(item.text)

    def likeness(sequence: list[Head]) -> tuple[float, int]:
        last = sequence[-_LOOKED_AT:]
        same = sum(looks(other) == looks(head) for other in last) / len(last)
        return same, open_lists.index(sequence)

    return max(candidates, key=likeness)


def _is_capitalised(text: str) -> bool:
    """Whether a text is set like a title: several words, most of them with a capital."""
    words = [word for word in text.split() if word[0].isalpha()]
    return len(words) >= 2 and sum(word[0].isupper() for word in words) >= 0.6 * len(words)


def _inside(sequence: list[Head], other: list[Head], breaks: Callable[[int, int], bool]) -> bool:
    """Whether a list stands between two items of another, or behind its last item in the same part of the article."""
    before = [head for head in other if head.start < sequence[0].start]
    if not before:
        return False
    after = [head for head in other if head.start > sequence[-1].start]
    return bool(after) or not breaks(before[-1].start, sequence[0].start)


def without_meta(heads: list[Head]) -> list[Head]:
    """The heads without questions about the article or its reader, unless such questions are the article's subject."""
    meta = {head for head in heads if head.style[0] == "ask" and is_meta_question(head.text)}
    return heads if len(meta) > 0.5 * len(heads) else [head for head in heads if head not in meta]


def by_style(heads: Sequence[Head]) -> dict[Style, list[Head]]:
    """The heads grouped by style, each group in order."""
    grouped: dict[Style, list[Head]] = {}
    for head in heads:
        grouped.setdefault(head.style, []).append(head)
    return grouped


def loose_or_strict(heads: list[Head]) -> list[Head]:
    """Unnumbered questions: those with a question mark or a demand, and where most are such also those that lack only the mark."""
    strict = {head for head in heads if ends_asking(head.text) or demands(head.text) or "? " in head.text}
    most = len(strict) >= 0.6 * len(heads)
    return [head for head in heads if head in strict or (most and is_inverted(head.text))]
