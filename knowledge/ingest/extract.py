"""From an article's blocks to its questions and answers."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.ingest.blocks import Block, render
from knowledge.ingest.bodies import has_substance, without_answer_mark
from knowledge.ingest.choose import Choice, aside_marks, choose, choose_topics
from knowledge.ingest.entry import Entry, Extraction
from knowledge.ingest.heads import find_heads, marked_rows, question_table
from knowledge.ingest.keys import answers_apart
from knowledge.ingest.lost import lost_answers
from knowledge.ingest.markers import (
    answer_mark,
    demands,
    ends_asking,
    is_option,
    number_mark,
    question_mark,
    question_text,
)
from knowledge.ingest.recover import Spelling, recover_questions
from knowledge.ingest.source import Source
from knowledge.ingest.speakers import with_roles

SHORT_ANSWER_WORDS = 8
_LONGEST_QUESTION_BLOCKS = 8
_LABELS = re.compile(
    r"^(?:[\w ]{0,20}\b(?:difficulty|level|topics?|tags?|category|asked (?:at|by|in)|marks|time)\s*:[^?]{0,60})+$",
    re.IGNORECASE,
)
"""`Difficulty: hard`: a label of a question, not its words."""
FEW = 4
"""With fewer marked questions than this the article is also tried as one whose questions were lost."""


@dataclass(frozen=True)
class _Found:
    """A question (empty where it was lost) at a position in the article, with its answer."""

    at: int
    question: str
    body: list[Block]


def extract(source: Source) -> Extraction:
    """All questions with answers of an article, in its order."""
    found = _found(with_roles(source.blocks))
    entries: list[Entry] = []
    left_out: list[str] = []
    seen: set[tuple[str, str]] = set()
    taken: set[str] = set()
    spelling = Spelling(source.blocks)
    for item in sorted(found, key=lambda item: item.at):
        answer = render(item.body)
        question = question_text(item.question) or _recovered(item.body, spelling, taken)
        if not has_substance(item.body):
            left_out.append(f"no answer follows: {question}")
        elif not question:
            left_out.append(f"no question could be made for the answer: {answer[:80]}…")
        elif (question.lower(), answer) not in seen:
            seen.add((question.lower(), answer))
            taken.add(question)
            recovered = not item.question.strip()
            entries.append(
                Entry(
                    file=source.name,
                    n=len(entries) + 1,
                    question=question,
                    recovered=recovered,
                    answer=answer,
                    warnings=tuple(_warnings(item.body, answer, recovered)),
                )
            )
    if not entries and not left_out:
        left_out.append("no question with an answer was found")
    return Extraction(file=source.name, sha256=source.sha256, entries=tuple(entries), left_out=tuple(left_out))


def _recovered(body: Sequence[Block], spelling: Spelling, taken: set[str]) -> str:
    """The best question for an answer that the article does not have already; empty where none can be made."""
    questions = recover_questions(body, spelling)
    return next((question for question in questions if question not in taken), questions[0] if questions else "")


def _found(blocks: Sequence[Block]) -> list[_Found]:
    tables = _in_tables(blocks)
    heads = find_heads(blocks)
    apart = [_Found(head.start, head.text, body) for head, body in answers_apart(blocks, heads)]
    if apart:
        return tables + apart
    choices = choose(blocks, heads)
    marked = [item for choice in choices for item in _of_choice(choice)]
    asides = aside_marks(blocks)
    if choices and len(marked) >= FEW and not all(asides[head.start] for head in choices[0].heads):
        return tables + marked
    if len(tables) >= 2:
        return tables
    answers = _between_answer_marks(blocks)
    lost = [_Found(at, "", body) for at, body in lost_answers(blocks)]
    topics = choose_topics(blocks)
    # A few questions among many answers without one were asked in passing.
    answers = [item for item in answers if has_substance(item.body)]
    return max(marked, answers, _of_choice(topics) if topics else [], lost, key=len)


def _of_choice(choice: Choice) -> list[_Found]:
    marks = [_answer_at(body) for body in choice.bodies]
    with_mark = sum(at is not None for at in marks)
    found = []
    for head, body, at in zip(choice.heads, choice.bodies, marks, strict=True):
        question, short = head.text, head.style[0] == "q"
        if with_mark >= 0.6 * len(choice.heads) and 0 < (at or 0) <= _LONGEST_QUESTION_BLOCKS:
            between = [block for block in body[:at] if not _LABELS.match(block.text)]
            answer = without_answer_mark(body[at:], short)
            if _belongs_to_question(question, between):
                question, body = f"{question} {render(between)}", answer
            else:
                body = [*between, *answer]
        found.append(_Found(head.start, question, without_answer_mark(body, short)))
    return found


def _belongs_to_question(question: str, between: Sequence[Block]) -> bool:
    """Whether what stands between a question and `Answer:` is asked too: code, choices, a question; not advice on how to answer."""
    if not between:
        return False
    pairs = itertools.pairwise(between)
    shown = any(block.kind in ("code", "table") for block in between) or any(
        is_option(a.text, b.text) for a, b in pairs
    )
    return shown or ends_asking(between[-1].text) or not (ends_asking(question) or demands(question))


def _answer_at(body: Sequence[Block]) -> int | None:
    """Where in a body its answer's marker stands; choices to pick from (`A: …`, `B: …`) bear none."""
    for i, block in enumerate(body):
        below = body[i + 1].text if i + 1 < len(body) else ""
        if _marks_answer(block) and not is_option(block.text, below):
            return i
    return None


def _marks_answer(block: Block) -> bool:
    return block.kind not in ("code", "table") and answer_mark(block.text) is not None


def _in_tables(blocks: Sequence[Block]) -> list[_Found]:
    """Questions in tables that have a column of questions and one of answers, or rows of either by turns."""
    found: list[_Found] = []
    for at, block in enumerate(blocks):
        found += [_Found(at, question, [Block("text", answer)]) for question, answer in marked_rows(block)]
        columns = question_table(block)
        headed = columns is not None and not ends_asking(block.rows[0][columns.question])
        for row in block.rows[headed:] if columns else ():
            if columns and max(columns) < len(row):
                question = row[columns.question]
                marked = question_mark(question) or number_mark(question)
                found.append(_Found(at, marked.text if marked else question, [Block("text", row[columns.answer])]))
    return found


def _between_answer_marks(blocks: Sequence[Block]) -> list[_Found]:
    """Answers that are marked while all questions are lost."""
    blocks = [_without_number(block) for block in blocks]
    starts = [i for i, block in enumerate(blocks) if _answer_at(blocks[i : i + 2]) == 0]
    if len(starts) < 2:
        return []
    from knowledge.ingest.bodies import Cutter

    cutter = Cutter(blocks, [])
    ends = [*starts[1:], len(blocks)]
    return [
        _Found(a, "", without_answer_mark(cutter.cut(a, b, b == len(blocks))))
        for a, b in zip(starts, ends, strict=True)
    ]


def _without_number(block: Block) -> Block:
    """The block, or where a number stands before its answer's marker (`3. Answer: …`) the block from the marker on."""
    numbered = number_mark(block.text) if block.kind not in ("code", "table") else None
    return replace(block, text=numbered.text) if numbered and answer_mark(numbered.text) is not None else block


def _warnings(body: Sequence[Block], answer: str, recovered: bool) -> list[str]:
    warnings = ["the question was recovered from the answer"] if recovered else []
    if len(answer.split()) < SHORT_ANSWER_WORDS:
        warnings.append(f"the answer is short ({len(answer.split())} words)")
    lead_ins = [
        block.text
        for block, below in zip(body, [*body[1:], None], strict=True)
        if block.kind in ("text", "item")
        and block.text.endswith(":")
        and (below is None or (below.kind == "text" and below.text.endswith(":")))
    ]
    if lead_ins:
        warnings.append(f"nothing follows {lead_ins[0]!r}: a list, picture or formula may be lost")
    if "\ufffd" in answer:
        warnings.append("some characters could not be read")
    return warnings
