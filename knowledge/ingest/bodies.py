"""Where an answer ends: before the next question, and before what is no answer."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.ingest.blocks import Block
from knowledge.ingest.boilerplate import (
    is_about_itself,
    is_author,
    is_closing,
    is_faq,
    is_noise,
    is_part,
    is_promotion,
    is_section,
)
from knowledge.ingest.heads import Head
from knowledge.ingest.markers import answer_mark, ends_asking, number_mark
from knowledge.text import sentences

_SMALL_WORDS = frozenset("a an the and or of in on to for with vs vs. by at from as is your".split())
LONGEST_TITLE_WORDS = 14
_LONGEST_INTRODUCTION = 60
"""Blocks; a section's title is looked for among this many at an answer's end."""


def looks_like_title(block: Block) -> bool:
    """Whether a plain line looks like a heading: short, no sentence, most words capitalised."""
    if block.kind == "heading":
        return True
    text = block.text.strip()
    words = text.split()
    if block.kind != "text" or not 1 <= len(words) <= LONGEST_TITLE_WORDS or text[-1] in ".:;,!?":
        return False
    if number_mark(text) or answer_mark(text) is not None:
        return False
    main = [word for word in words if word.lower() not in _SMALL_WORDS and word[0].isalpha()]
    capital = sum(word[0].isupper() for word in main)
    return bool(main) and words[0][0].isalnum() and capital >= 0.75 * len(main) and (len(main) >= 2 or block.bold)


def may_be_title(block: Block) -> bool:
    """Whether a line is or may be a heading: also one capitalised word alone."""
    return looks_like_title(block) or (
        block.kind == "text" and bool(re.fullmatch(r"(?:\d{1,2}\s+)?[A-Z][A-Za-z-]{2,}", block.text.strip()))
    )


def part_beginnings(blocks: Sequence[Block]) -> list[int]:
    """Where a new part of the article may begin: the positions of headings and of lines that look like one."""
    return [
        i
        for i, block in enumerate(blocks)
        if block.kind in ("heading", "text") and (may_be_title(block) or is_section(block.text))
    ]


class Cutter:
    """Cuts answers; it knows the whole article, so that it can tell its sections from headings inside answers."""

    def __init__(self, blocks: Sequence[Block], heads: Sequence[Head]) -> None:
        self._blocks = blocks
        self._level = self._section_level(heads)
        bodies = [blocks[a.end : b.start] for a, b in itertools.pairwise(heads)]
        titled = sum(any(may_be_title(block) and not is_noise(block.text) for block in body[1:]) for body in bodies)
        self._titles_are_rare = titled <= max(2, 0.25 * len(bodies))

    def _section_level(self, heads: Sequence[Head]) -> int:
        """Headings of this level or higher end an answer (0: none does)."""
        levels = [self._blocks[head.start].level for head in heads if self._blocks[head.start].kind == "heading"]
        positions = {head.start for head in heads}
        if not heads:
            return 6
        inner = [
            b.level
            for i, b in enumerate(self._blocks)
            if b.kind == "heading" and heads[0].start < i < heads[-1].start and i not in positions
        ]
        if len(levels) >= 0.5 * len(heads):
            level = max(levels)
            # Where sloppy pages give a question and the parts of its answer the same level, such a heading ends nothing.
            same = sum(found == level for found in inner)
            return level - 1 if same >= 0.5 * len(heads) else level
        for level in range(6, 0, -1):
            if sum(found == level for found in inner) < 0.5 * len(heads):
                return level
        return 0

    def cut(self, start: int, end: int, last: bool) -> list[Block]:
        """The answer among `blocks[start:end]`; `last`: no question of the same list follows."""
        body: list[Block] = []
        for block in self._blocks[start:end]:
            if self._ends(block):
                break
            body.append(block)
        body = self._without_section(body, last)
        while last and len(body) > 1 and body[-1].kind == "text" and is_closing(body[-1].text):
            body.pop()
        return [trimmed for block in body if (trimmed := _without_promotion(block, last)) is not None]

    def _ends(self, block: Block) -> bool:
        if block.kind == "heading":
            if answer_mark(block.text) is not None:
                return False
            return block.level <= self._level or is_section(block.text) or is_faq(block.text)
        standing = block.kind == "text" and len(block.text.split()) <= LONGEST_TITLE_WORDS
        return standing and (is_section(block.text) or (is_faq(block.text) and looks_like_title(block)))

    def _without_section(self, body: list[Block], last: bool) -> list[Block]:
        """The body without the next section's title and introduction at its end."""
        start = max(1, len(body) - _LONGEST_INTRODUCTION)
        start = max(start, *(i + 1 for i, block in enumerate(body) if block.kind not in ("text", "heading")), 1)
        for i in range(start, len(body)):
            is_title = body[i].kind == "text" and may_be_title(body[i])
            if is_title and has_substance(body[:i]) and self._begins_section(body[i:], last):
                return body[:i]
        return body

    def _begins_section(self, rest: list[Block], last: bool) -> bool:
        """Whether a line like a title, with nothing but prose up to the next question, is the next section's."""
        if is_part(rest[0].text) or is_about_itself(rest[0].text):
            return True
        if not self._titles_are_rare:
            return False
        alone = all(may_be_title(block) for block in rest)
        stacked = len(rest) > 1 and (may_be_title(rest[1]) or is_about_itself(rest[1].text))
        return alone or stacked or last


def _without_promotion(block: Block, last: bool) -> Block | None:
    """The block, without what it sells; None where nothing of an answer is left."""
    if block.kind in ("code", "table"):
        return block
    if not block.text or block.link or is_noise(block.text) or (last and is_author(block.text)):
        return None
    if not is_promotion(block.text):
        return block
    said: list[str] = []
    for span in sentences(block.text):
        sentence = block.text[span.start : span.end]
        if is_promotion(sentence):
            break
        said.append(sentence)
    # `Want to know more? Join now.` sells from its first word on.
    return (
        replace(block, text=" ".join(said)) if said and not is_closing(said[0]) and not ends_asking(said[-1]) else None
    )


def without_answer_mark(body: list[Block], short: bool = False) -> list[Block]:
    """The body without `Answer:` at its head (with `short` also without `A.`)."""
    if not body or body[0].kind in ("code", "table"):
        return body
    text = answer_mark(body[0].text, short)
    if text is None:
        return body
    return without_answer_mark(body[1:]) if not text else [replace(body[0], text=text), *body[1:]]


def has_substance(body: Sequence[Block]) -> bool:
    """Whether anything is said in a body."""
    return any(
        block.kind in ("code", "table") or any(letter.isalnum() for letter in _unmarked(block)) for block in body
    )


def _unmarked(block: Block) -> str:
    text = answer_mark(block.text)
    return block.text if text is None else text
