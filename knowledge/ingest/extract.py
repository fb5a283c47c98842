"""From an article's blocks to its questions and answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.ingest.blocks import Block, render
from knowledge.ingest.bodies import has_substance, without_answer_mark
from knowledge.ingest.choose import Choice, aside_marks, choose
from knowledge.ingest.entry import Entry, Extraction
from knowledge.ingest.heads import find_heads, question_table
from knowledge.ingest.lost import lost_answers
from knowledge.ingest.markers import answer_mark, number_mark, question_mark, question_text
from knowledge.ingest.recover import Spelling, recover_questions
from knowledge.ingest.source import Source

SHORT_ANSWER_WORDS = 8
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
    found = _found(source.blocks)
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
    choices = choose(blocks, find_heads(blocks))
    marked = [item for choice in choices for item in _of_choice(choice)]
    asides = aside_marks(blocks)
    if choices and len(marked) >= FEW and not all(asides[head.start] for head in choices[0].heads):
        return tables + marked
    if len(tables) >= 2:
        return tables
    answers = _between_answer_marks(blocks)
    lost = [_Found(at, "", body) for at, body in lost_answers(blocks)]
    # A few questions among many answers without one were asked in passing.
    return max(marked, answers, lost, key=len)


def _of_choice(choice: Choice) -> list[_Found]:
    with_mark = sum(any(_marks_answer(block) for block in body) for body in choice.bodies)
    found = []
    for head, body in zip(choice.heads, choice.bodies, strict=True):
        question = head.text
        at = next((i for i, block in enumerate(body) if _marks_answer(block)), 0)
        if with_mark >= 0.6 * len(choice.heads) and 0 < at <= 6:
            # What stands between the question and `Answer:` belongs to the question.
            question = f"{question} {render(body[:at])}"
            body = body[at:]
        found.append(_Found(head.start, question, without_answer_mark(body, short=head.style[0] == "q")))
    return found


def _marks_answer(block: Block) -> bool:
    return block.kind not in ("code", "table") and answer_mark(block.text) is not None


def _in_tables(blocks: Sequence[Block]) -> list[_Found]:
    """Questions in tables that have a column of questions and one of answers."""
    found = []
    for at, block in enumerate(blocks):
        columns = question_table(block)
        for row in block.rows[1:] if columns else ():
            if columns and max(columns) < len(row):
                question = row[columns.question]
                marked = question_mark(question) or number_mark(question)
                found.append(_Found(at, marked.text if marked else question, [Block("text", row[columns.answer])]))
    return found


def _between_answer_marks(blocks: Sequence[Block]) -> list[_Found]:
    """Answers that are marked while all questions are lost."""
    starts = [i for i, block in enumerate(blocks) if _marks_answer(block)]
    if len(starts) < 2:
        return []
    from knowledge.ingest.bodies import Cutter

    cutter = Cutter(blocks, [])
    ends = [*starts[1:], len(blocks)]
    return [
        _Found(a, "", without_answer_mark(cutter.cut(a, b, b == len(blocks))))
        for a, b in zip(starts, ends, strict=True)
    ]


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
