"""What the Bank part of the page does: functions of plain values over the program, without Gradio."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from interviewer.errors import InputInvalid
from interviewer.material import check_entry, material_of
from interviewer.wiring import Interviewer
from knowledge.bank import Question, Standing
from knowledge.ingest.material import Material, MaterialEntry, MaterialPoint
from knowledge.ingest.source import Source
from ui.texts import say

ANY = "any"
PAGE_SIZE = 20
LONGEST_QUERY = 500
_SEARCHED = 60
"""Questions taken from the index for one search, before the filters."""
_NEAR_ENOUGH = 0.4
"""Least similarity at which a hit is shown; below it nothing in the bank is about the query."""


class Filters(NamedTuple):
    """What to show; no text, and `ANY` elsewhere, mean all."""

    text: str = ""
    topic: str = ANY
    level: str = ANY
    kind: str = ANY


class Found(NamedTuple):
    """The first questions that pass the filters, how many do in all, whether they were ranked by a search, and the id of
    the one whose very words were searched for.
    """

    questions: tuple[Question, ...]
    total: int
    searched: bool
    opened: str | None = None


def browse(interviewer: Interviewer, filters: Filters, limit: int = PAGE_SIZE) -> Found:
    """The bank's questions in its order; with a text the nearest to it, best first.

    Raises: InputInvalid where the text is too long, KnowledgeError where the index cannot be used.
    """
    text = filters.text.strip()
    if len(text) > LONGEST_QUERY:
        raise InputInvalid(say("bank.long_search", n=f"{len(text):,}", limit=LONGEST_QUERY))
    bank = interviewer.bank
    pool: Sequence[Question] = bank.questions
    if text:
        hits = interviewer.index.search([text], _SEARCHED)[0]
        pool = [bank.by_id[hit.question_id] for hit in hits if hit.similarity >= _NEAR_ENOUGH]
    kept = tuple(question for question in pool if _passes(question, filters))
    opened = next((question.id for question in kept if question.question == text), None)
    return Found(kept[:limit], len(kept), bool(text), opened)


def linked(interviewer: Interviewer, data: dict[str, str]) -> Filters:
    """What shows the question that a link names by `ids`. Raises: InputInvalid where the bank has it no more."""
    question = interviewer.bank.by_id.get(data.get("ids", ""))
    if question is None:
        raise InputInvalid(say("bank.gone"))
    return Filters(question.question[:LONGEST_QUERY])


def _passes(question: Question, filters: Filters) -> bool:
    return (
        question.standing is not Standing.DISCARDED
        and filters.topic in (ANY, question.topic)
        and filters.level in (ANY, question.level)
        and filters.kind in (ANY, question.kind)
    )


class Reading(NamedTuple):
    """What an article gave; `left_out` says what looked like a question and could not be taken."""

    material: Material
    left_out: tuple[str, ...] = ()


def read_upload(interviewer: Interviewer, path: str | None) -> Reading:
    """The questions of an uploaded article, with the review so far where it was added before. Writes nothing.

    Raises: InputInvalid where none was chosen or no question is in it, SourceUnreadable, MaterialInvalid.
    """
    from knowledge.ingest.source import read_source

    if not path:
        raise InputInvalid(say("material.no_file"))
    return _read(interviewer, lambda: read_source(Path(path), Path(path).name))


def read_paste(interviewer: Interviewer, text: str) -> Reading:
    """The questions of a pasted article; otherwise as `read_upload`."""
    from knowledge.ingest.source import read_pasted

    return _read(interviewer, lambda: read_pasted(text))


def _read(interviewer: Interviewer, read: Callable[[], Source]) -> Reading:
    from knowledge.ingest.extract import extract

    source = read()
    kept = interviewer.material.find(source.sha256)
    if kept is not None:
        return Reading(kept)
    extraction = extract(source)
    if not extraction.entries:
        raise InputInvalid(say("material.no_question", name=source.name, why=extraction.left_out[0]))
    return Reading(material_of(extraction), extraction.left_out)


def reopen(interviewer: Interviewer, sha256: str | None) -> Material:
    """An article that was added before. Raises: InputInvalid, MaterialInvalid."""
    material = interviewer.material.find(sha256) if sha256 else None
    if material is None:
        raise InputInvalid(say("material.no_article"))
    return material


def articles(interviewer: Interviewer) -> tuple[Material, ...]:
    """All articles that were added."""
    return interviewer.material.materials


def accepted_count(interviewer: Interviewer) -> int:
    """How many questions of one's own can be asked. Raises: InputInvalid where there is none."""
    count = sum(q.is_own and q.standing is Standing.ACCEPTED for q in interviewer.bank.questions)
    if not count:
        raise InputInvalid(say("material.none_accepted"))
    return count


def accept(interviewer: Interviewer, material: Material, n: int, question: str, answer: str, points: str) -> Material:
    """The material with question `n` as edited and accepted; it is on disk when this returns.

    Args:
        points: key points, one a line; a fenced block of code is one.

    Raises: InputInvalid where it cannot be asked as it is, MaterialInvalid where it cannot be written.
    """
    edited = edited_entry(entry_of(material, n), question, answer, points)
    check_entry(material, edited)
    return _kept(interviewer, _with(material, [edited]))


def suggest(interviewer: Interviewer, question: str, answer: str) -> str:
    """Key points by the language model, one a line, for the person to look over.

    Raises: InputInvalid where there is no answer, ModelFailed, SettingsInvalid.
    """
    if not answer.strip():
        raise InputInvalid(say("material.no_answer"))
    return points_text(interviewer.suggest_points(question, answer))


def discard(interviewer: Interviewer, material: Material, n: int) -> Material:
    """The material with question `n` discarded."""
    entry = entry_of(material, n).model_copy(update={"discarded": True})
    return _kept(interviewer, _with(material, [entry]))


def accept_rest(interviewer: Interviewer, material: Material) -> Material:
    """The material with all questions accepted that were neither accepted nor discarded, as they stand."""
    rest = [entry.model_copy(update={"reviewed": True}) for entry in waiting(material)]
    for entry in rest:
        check_entry(material, entry)
    return _kept(interviewer, _with(material, rest))


def discard_rest(interviewer: Interviewer, material: Material) -> Material:
    """The material with all questions discarded that were neither accepted nor discarded."""
    rest = [entry.model_copy(update={"discarded": True}) for entry in waiting(material)]
    return _kept(interviewer, _with(material, rest))


def waiting(material: Material) -> tuple[MaterialEntry, ...]:
    """The entries that were neither accepted nor discarded."""
    return tuple(entry for entry in material.entries if not entry.reviewed and not entry.discarded)


def drafted(material: Material, n: int, question: str, answer: str, points: str) -> Material:
    """The material with unsaved edits of question `n` remembered; an edit that was not accepted is to be reviewed."""
    entry = entry_of(material, n)
    edited = edited_entry(entry, question, answer, points)
    same = edited.question == entry.question and edited.answer == entry.answer.strip()
    if same and [p.text for p in edited.key_points] == [p.text for p in entry.key_points]:
        return material
    return _with(material, [edited.model_copy(update={"reviewed": False, "discarded": entry.discarded})])


def next_to_review(material: Material, n: int) -> int:
    """The number of the next entry behind `n` that waits, or the first that does, or `n` where none is left."""
    numbers = [entry.n for entry in waiting(material)]
    return next((number for number in numbers if number > n), numbers[0] if numbers else n)


def entry_of(material: Material, n: int) -> MaterialEntry:
    """The entry with this number. Raises: InputInvalid."""
    for entry in material.entries:
        if entry.n == n:
            return entry
    raise InputInvalid(say("material.no_entry"))


def edited_entry(entry: MaterialEntry, question: str, answer: str, points: str) -> MaterialEntry:
    """An entry with its texts replaced, accepted."""
    update = {
        "question": " ".join(question.split()),
        "answer": answer.strip(),
        "key_points": points_of(points, entry.key_points),
        "reviewed": True,
        "discarded": False,
    }
    return entry.model_copy(update=update)


def points_of(text: str, before: Sequence[MaterialPoint]) -> tuple[MaterialPoint, ...]:
    """Key points from lines. One whose text stands unchanged keeps its id and weight; a new one gets an unused id."""
    known = {point.text: point for point in before}
    used = max((int(point.id[1:]) for point in before if point.id[1:].isdecimal()), default=0)
    found: dict[str, MaterialPoint] = {}
    for line in _lines(text):
        if line not in known:
            used += 1
        found.setdefault(line, known.get(line) or MaterialPoint(id=f"p{used}", text=line))
    return tuple(found.values())


def points_text(points: Sequence[MaterialPoint]) -> str:
    """Key points as lines, as `points_of` reads them."""
    return "\n".join(point.text for point in points)


def _lines(text: str) -> list[str]:
    """The lines that hold something, without bullets; from fence to fence is one line."""
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        if fenced:
            lines[-1] += f"\n{line.rstrip()}"
        elif line.strip():
            lines.append(line.strip().removeprefix("- ").removeprefix("* ").strip())
        fenced ^= line.strip().startswith("```")
    return [line for line in lines if line]


def _with(material: Material, changed: Sequence[MaterialEntry]) -> Material:
    by_number = {entry.n: entry for entry in changed}
    return material.model_copy(update={"entries": tuple(by_number.get(e.n, e) for e in material.entries)})


def _kept(interviewer: Interviewer, material: Material) -> Material:
    """Writes the material, unless it is new and nothing in it was accepted: then there is nothing to keep."""
    if any(entry.reviewed for entry in material.entries) or interviewer.material.find(material.sha256):
        interviewer.material.keep(material)
    return material
