"""Which heads are the article's questions: every way of marking is tried, the one that explains most wins."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.ingest.blocks import Block
from knowledge.ingest.bodies import Cutter, has_substance, may_be_title, part_beginnings
from knowledge.ingest.boilerplate import is_about_itself, is_faq, is_section
from knowledge.ingest.heads import Head, Style, by_style, loose_or_strict, outermost, sequences, without_meta
from knowledge.ingest.markers import answer_mark, split_after_question
from knowledge.ingest.topics import topics_of

_ANSWERED_SHARE = 0.6
_TRUST = {"q": 1.3, "number": 1.0, "decimal": 0.9, "letter": 0.6, "ask": 0.9, "lost": 0.5}
_FEWEST_BESIDE = 3
_ASKING_TITLES = ("questions", "q&a", "quiz", "faq", "viva", "interview", "oral", "exam", "flashcard", "asked")
"""A title with one of these words announces questions."""
_LOST_COUNT_SHARE = 0.8
"""Where at least this share of the numbers is 1, they do not count."""


@dataclass(frozen=True)
class Choice:
    """The questions of one style with their answers, in order; `asked`: the share that asks, `value`: how much it explains."""

    heads: list[Head]
    bodies: list[list[Block]]
    value: float
    asked: float


def choose(blocks: Sequence[Block], heads: Sequence[Head]) -> list[Choice]:
    """The choices that together are the article's questions, the main one first; empty where none convinces."""
    asides = aside_marks(blocks)
    choices = [
        choice
        for style, group in by_style(heads).items()
        if (choice := _choice(blocks, style, group, asides)) is not None
    ]
    if not choices:
        return []
    main = _inner_or_outer(max(choices, key=lambda choice: choice.value), choices)
    filled = _without_holes(blocks, main, heads)
    others = [choice for choice in choices if choice is not main]
    return [filled, *(kept for other in others if (kept := _beside(filled, other, asides)) is not None)]


def choose_topics(blocks: Sequence[Block]) -> Choice | None:
    """The choice of headings that only name topics, in an article of questions that asks none; of two levels the fuller."""
    if not speaks_of_questions(blocks):
        return None
    found = [Choice([], [], 0.0, 0.0)]
    levels = sorted({block.level for block in blocks if block.kind == "heading"})
    for style in (("ask", "text"), *(("ask", "heading", str(level)) for level in levels)):
        heads = _outside_asides(topics_of(blocks, style, ()), aside_marks(blocks))
        choice = _with_bodies(blocks, heads) if heads else found[0]
        if sum(has_substance(body) for body in choice.bodies) >= max(_FEWEST_BESIDE, _ANSWERED_SHARE * len(heads)):
            found.append(choice)
    best = max(found, key=lambda choice: len(choice.heads))
    return best if best.heads else None


def _choice(blocks: Sequence[Block], style: Style, group: list[Head], asides: Sequence[bool]) -> Choice | None:
    chosen = _outside_asides(_members(blocks, style, group), asides)
    if not chosen:
        return None
    choice = _without_contents(blocks, _with_bodies(blocks, chosen))
    full = sum(has_substance(body) for body in choice.bodies)
    if full < _ANSWERED_SHARE * len(choice.heads) or (len(choice.heads) < 2 and style[0] != "q"):
        return None
    if style[0] in ("number", "decimal", "lost") and choice.asked < 0.15 and not speaks_of_questions(blocks):
        return None
    return replace(choice, value=_TRUST[style[0]] * full * (0.35 + choice.asked))


def _without_contents(blocks: Sequence[Block], choice: Choice) -> Choice:
    """The choice without a table of contents: questions that have no answer here but come again with one."""
    pairs = list(zip(choice.heads, choice.bodies, strict=True))
    last = {head.text.lower(): i for i, (head, body) in enumerate(pairs) if has_substance(body)}
    kept: list[Head] = []
    in_contents = False
    for i, (head, body) in enumerate(pairs):
        again = last.get(head.text.lower(), -1) > i
        # Behind the last line of the contents stands the introduction, which is no answer to it.
        in_contents = again and (in_contents or not has_substance(body))
        if not in_contents and (has_substance(body) or head.text.lower() not in last):
            kept.append(head)
    return choice if len(kept) == len(choice.heads) else _with_bodies(blocks, kept)


def _members(blocks: Sequence[Block], style: Style, group: list[Head]) -> list[Head]:
    """The heads of one style that are questions of the article, not steps, contents or talk."""
    if style[0] == "ask":
        questions = without_meta(loose_or_strict(group))
        topics = topics_of(blocks, style, questions) if speaks_of_questions(blocks) else []
        return sorted([*questions, *topics], key=lambda head: head.start)
    restarts = sum(head.number == 1 for head in group)
    if len(group) >= _FEWEST_BESIDE and restarts >= _LOST_COUNT_SHARE * len(group):
        # Pages that close a list after each question number all of them 1.
        return group
    if style[0] == "number" and style[1] in ("text", "bold", "item"):
        beginnings = part_beginnings(blocks)

        def breaks(start: int, end: int) -> bool:
            return bisect_left(beginnings, end) > bisect_right(beginnings, start)

        marked = {i for i, block in enumerate(blocks) if answer_mark(block.text) is not None}
        found = sequences(group, breaks, lambda head: head.end in marked)
        # Contents and steps have no answers of their own; they go first, so that no question seems to stand inside them.
        whole = outermost([sequence for sequence in found if _is_answered(blocks, sequence)], breaks)
        asking = [sequence for sequence in whole if any(head.asks for head in sequence)]
        return [head for sequence in (asking or whole) for head in sequence]
    return group


def _is_answered(blocks: Sequence[Block], sequence: list[Head]) -> bool:
    full = sum(has_substance(body) for body in _with_bodies(blocks, sequence).bodies)
    return full >= _ANSWERED_SHARE * len(sequence)


def _with_bodies(blocks: Sequence[Block], heads: list[Head]) -> Choice:
    """The heads with their answers; an answer that stands in the question's own line is taken from there."""
    cutter = Cutter(blocks, heads)
    starts = [*(head.start for head in heads[1:]), len(blocks)]
    in_items = _answers_stand_in_items(blocks, heads)
    found: list[tuple[Head, list[Block]]] = []
    for i, (head, end) in enumerate(zip(heads, starts, strict=True)):
        last = i == len(heads) - 1 or (head.number is not None and heads[i + 1].number == 1)
        item_end = next((k for k in range(head.end, end) if blocks[k].level < blocks[head.start].level), end)
        body = cutter.cut(head.end, item_end if in_items else end, last)
        if not has_substance(body):
            body = cutter.cut(head.end, end, last)
        halves = None if has_substance(body) else split_after_question(head.text)
        if halves:
            head, body = replace(head, text=halves[0]), [Block("text", halves[1])]
        found.append((head, body))
    asked = sum(head.asks for head, _ in found) / len(found)
    return Choice([head for head, _ in found], [body for _, body in found], 0.0, asked)


def _answers_stand_in_items(blocks: Sequence[Block], heads: list[Head]) -> bool:
    """Whether the questions are items of a list that hold their answers, so that the list's end is the last answer's."""
    items = [head for head in heads if blocks[head.start].kind == "item" and blocks[head.start].level]
    inner = [head for head in items if head.end < len(blocks) and blocks[head.end].level >= blocks[head.start].level]
    return bool(items) and len(inner) >= 0.6 * len(heads)


def _inner_or_outer(main: Choice, choices: list[Choice]) -> Choice:
    """Steps inside answers outnumber the questions they belong to; then the questions, which ask, are the choice."""
    if main.asked >= 0.5:
        return main
    asking = [
        choice
        for choice in choices
        if choice.asked >= 0.8 and choice.heads[0].start < main.heads[0].start and len(choice.heads) >= 2
    ]
    return max(asking, key=lambda choice: choice.value, default=main)


def _without_holes(blocks: Sequence[Block], main: Choice, heads: Sequence[Head]) -> Choice:
    """The main choice with the numbers it lacks, where a head of another look bears them at the right place."""
    if main.heads[0].style[0] not in ("q", "number", "decimal"):
        return main
    members = set(main.heads)
    by_start = {head.start: head for head in heads}
    added: list[Head] = []
    for before, after in zip(main.heads, main.heads[1:], strict=False):
        lacking = set(range((before.number or 0) + 1, after.number or 0)) if before.number else set()
        for position in range(before.end, after.start) if lacking else ():
            head = by_start.get(position)
            if head is not None and head.number in lacking and head not in members:
                lacking.discard(head.number)
                added.append(head)
    if not added:
        return main
    return replace(_with_bodies(blocks, sorted([*main.heads, *added], key=lambda head: head.start)), value=main.value)


def _beside(main: Choice, other: Choice, asides: Sequence[bool]) -> Choice | None:
    """The part of another choice that stands outside the main one's answers, in a section of its own."""
    taken: set[int] = set()
    for head, body in zip(main.heads, main.bodies, strict=True):
        taken.update(range(head.start, head.end + len(body)))
    kept = [
        (head, body)
        for head, body in zip(other.heads, other.bodies, strict=True)
        if head.asks and has_substance(body) and head.start not in taken and not asides[head.start]
    ]
    if len(kept) < max(_FEWEST_BESIDE, 0.5 * len(other.heads)):
        return None
    return Choice([head for head, _ in kept], [body for _, body in kept], other.value, other.asked)


def _outside_asides(heads: list[Head], asides: Sequence[bool]) -> list[Head]:
    """The heads outside the frequently asked questions and related reading, unless nearly all stand there."""
    outside = [head for head in heads if not asides[head.start]]
    return outside if len(outside) >= max(_FEWEST_BESIDE, 0.4 * len(heads)) else heads


def aside_marks(blocks: Sequence[Block]) -> list[bool]:
    """For each block, whether it stands under a heading of frequently asked questions or related reading (the title is none)."""
    level = 0  # of the open aside: 0 none, 7 one that a plain line opened
    title = next((i for i, block in enumerate(blocks) if block.text), 0)
    marks = []
    for i, block in enumerate(blocks):
        marks.append(level > 0)
        if i == title or block.kind not in ("heading", "text"):
            continue
        if block.kind == "heading":
            if is_faq(block.text) or is_section(block.text):
                level = level or block.level
            elif level == 7 or block.level <= level:
                level = 0
                marks[-1] = False
        # In a table of contents a line such as `FAQ` has other titles behind it; it opens nothing.
        elif is_faq(block.text) and may_be_title(block) and not (i + 2 < len(blocks) and may_be_title(blocks[i + 1])):
            level = level or 7
    return marks


def speaks_of_questions(blocks: Sequence[Block]) -> bool:
    """Whether the article says that it is one of questions: in its title, a heading or its introduction."""
    named = [block.text for block in blocks if block.text]
    if not named:
        return False
    titles = [
        block.text
        for block in blocks
        if block.kind == "heading" or (block.kind == "text" and len(block.text.split()) <= 12)
    ]
    return any(word in named[0].lower() for word in _ASKING_TITLES) or any(
        "question" in text.lower() and is_about_itself(text) for text in named[:12] + titles
    )
