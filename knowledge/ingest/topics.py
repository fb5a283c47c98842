"""Headings that name a topic and ask nothing: questions where the article is one of questions, else parts of answers."""

import re
from collections import Counter
from collections.abc import Sequence

from knowledge.ingest.blocks import Block
from knowledge.ingest.bodies import may_be_title
from knowledge.ingest.boilerplate import (
    is_about_itself,
    is_faq,
    is_meta_question,
    is_noise,
    is_part,
    is_promotion,
    is_section,
)
from knowledge.ingest.heads import LONGEST_QUESTION_WORDS, Head, Style
from knowledge.ingest.markers import answer_mark
from knowledge.text import content_stems

_FEWEST_TOPICS = 3
_FEWEST_WORDS = 5
_PART_SHARE = 0.5
"""Where this share of the headings look like parts of answers, they are."""
_PART_TITLE = re.compile(
    r"""^\W*(?:(?:an?|the|some|key|main|common|code|worked|real[\s-]world|typical|good|bad|sample|major|important)\s+)*
    (?:examples?|advantages?|disadvantages?|benefits?|drawbacks?|limitations?|pros|cons|types?|kinds|features?|steps?|syntax|output|input
    |code|explanations?|formulas?|applications?|uses?|use\s+cases?|notes?|tips?|symptoms?|causes?|effects?|side\s+effects|treatment|remedies
    |remedy|diagnosis|summary|overview|details?|definition|properties|characteristics|components?|solutions?|approach|complexity|usage
    |points?|terms|differences?|similarities|comparison|implementation|background|hints?|follow[\s-]?ups?|mistakes?|pitfalls?|layout)
    (?:\s+(?:of|for|with)\s+(?:it|this|these|them|each))?\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_FRAME = re.compile(
    r"^\W*(?:introduction|intro|overview|preface|foreword|background|prerequisites?|summary|how\s+to\s+(?:prepare|use|study|read)\b.*"
    r"|(?:[\w-]+\s+){0,3}(?:tips|tricks|advice|resources|questions|scenarios|answers|level)(?:\s+(?:for|to|on|about)\b.*)?"
    r"|what\s+(?:to\s+expect|you\s+(?:will|['’]ll)\s+learn)\b.*|why\s+(?:\w+\s+){1,3}matters?|(?:for\s+)?(?:beginners|freshers|experienced|advanced|basics?|intermediate))\W*$",
    re.IGNORECASE,
)


def topics_of(blocks: Sequence[Block], style: Style, asking: Sequence[Head]) -> list[Head]:
    """The headings of one style that ask nothing and yet stand for questions; empty where they are parts of answers.

    Args:
        style: headings of one level, bold lines, or (only where nothing asks) lines of a plain text that look like headings.
        asking: the heads of the same style that ask.
    """
    if style[1] not in ("heading", "bold", "text") or (style[1] == "text" and asking):
        return []
    taken = {head.start for head in asking}
    found = [
        Head(i, i + 1, style, None, blocks[i].text, False)
        for i in range(len(blocks))
        if i not in taken and _may_be_topic(blocks, i, style)
    ]
    if not found or len(found) + len(asking) < _FEWEST_TOPICS or _are_parts(found, asking):
        return []
    return found


def _may_be_topic(blocks: Sequence[Block], i: int, style: Style) -> bool:
    """Whether a heading has text of its own below it and is none of the article's own parts."""
    block = blocks[i]
    if not block.text or i == _title(blocks) or not _has_style(blocks, i, style):
        return False
    if len(block.text.split()) > LONGEST_QUESTION_WORDS or answer_mark(block.text) is not None:
        return False
    if i + 1 >= len(blocks) or blocks[i + 1].kind in ("heading", "rule"):
        return False
    return not (_FRAME.match(block.text) or any(test(block.text) for test in _TESTS))


def _has_style(blocks: Sequence[Block], i: int, style: Style) -> bool:
    block = blocks[i]
    if style[1] == "heading":
        return block.kind == "heading" and str(block.level) == style[2]
    if style[1] == "bold":
        return block.kind == "text" and block.bold and not block.link and block.text[-1] not in ".:;,!"
    return _is_title_line(blocks, i)


def _is_title_line(blocks: Sequence[Block], i: int) -> bool:
    """Whether a plain line between empty ones looks like a heading and has prose below it."""
    if blocks[i].kind != "text" or not blocks[i].gap or not may_be_title(blocks[i]) or i + 1 >= len(blocks):
        return False
    below = blocks[i + 1]
    return below.kind == "text" and below.gap and len(below.text.split()) >= _FEWEST_WORDS and not may_be_title(below)


_TESTS = (is_section, is_faq, is_part, is_noise, is_promotion, is_about_itself, is_meta_question)


def _title(blocks: Sequence[Block]) -> int:
    return next((i for i, block in enumerate(blocks) if block.kind == "heading" or block.text), -1)


def _are_parts(found: Sequence[Head], asking: Sequence[Head]) -> bool:
    """Whether headings are the parts of the answers above them: titles of parts, repeated, or about the question's own words."""
    repeated = sum(count for count in Counter(head.text.lower() for head in found).values() if count > 1)
    named = sum(bool(_PART_TITLE.match(head.text)) for head in found)
    return repeated + named + _about_the_question(found, asking) >= _PART_SHARE * len(found)


def _about_the_question(found: Sequence[Head], asking: Sequence[Head]) -> int:
    """How many headings say more of the question right above them, in its words."""
    count = 0
    above: Head | None = None
    for head in sorted([*found, *asking], key=lambda head: head.start):
        if head.asks:
            above = head
            continue
        if above is not None and not _PART_TITLE.match(head.text):
            asked = content_stems(above.text)
            count += bool(asked) and asked <= content_stems(head.text)
        above = None
    return count
