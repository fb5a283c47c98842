"""From kept material to questions of the bank, under a topic of their own."""

from collections.abc import Iterable

from pydantic import ValidationError

from knowledge.bank import (
    MOST_KEY_POINTS,
    Aspect,
    KeyPoint,
    Kind,
    Level,
    Question,
    SourceRef,
    Standing,
    Topic,
)
from knowledge.ingest.material import Material, MaterialEntry, MaterialPoint

_HINT_WORDS = 4
_PROBES = (
    "What else belongs to a full answer here?",
    "Your material makes one more point here. Which one?",
    "Can you add to that from what your material says?",
)


def own_id(sha256: str, n: int) -> str:
    """Id of an article's n-th question; it stays through edits, so that logs and reports go on finding it."""
    return f"own-{sha256[:12]}-{n}"


def own_questions(materials: Iterable[Material]) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions of all materials, and one line for each that cannot be used and why."""
    questions: list[Question] = []
    faults: list[str] = []
    for material in materials:
        for entry in material.entries:
            try:
                questions.append(own_question(material, entry))
            except ValidationError as error:
                problem = error.errors()[0]
                where = ".".join(str(part) for part in problem["loc"])
                faults.append(f"{material.file}, question {entry.n}: {where}: {problem['msg']}")
    return tuple(questions), tuple(faults)


def own_question(material: Material, entry: MaterialEntry) -> Question:
    """The question of one entry; level and kind are not known, so the middle ones stand for them.

    Raises: ValidationError where a text is empty or too long, or no key point is there.
    """
    return Question(
        id=own_id(material.sha256, entry.n),
        topic=Topic.MINE,
        level=Level.MID,
        kind=Kind.EXPLAIN,
        question=entry.question,
        answer=entry.answer,
        key_points=tuple(_key_point(i, point) for i, point in enumerate(entry.key_points[:MOST_KEY_POINTS])),
        sources=(SourceRef(article=material.file, item=str(entry.n)),),
        standing=standing_of(entry),
    )


def standing_of(entry: MaterialEntry) -> Standing:
    """Whether an entry is asked, only found, or neither."""
    if entry.discarded:
        return Standing.DISCARDED
    return Standing.ACCEPTED if entry.reviewed else Standing.UNREVIEWED


def _key_point(i: int, point: MaterialPoint) -> KeyPoint:
    """A derived point with the plain hint and probe that can be given without understanding it."""
    words = point.text.split()
    opening = " ".join(words[: max(1, min(_HINT_WORDS, len(words) // 3))])
    return KeyPoint(
        id=point.id,
        text=point.text,
        weight=point.weight,
        aspect=Aspect.DEFINITION,
        hint=f"Your material puts it in a sentence that begins: “{opening} …”",
        probe=_PROBES[i % len(_PROBES)],
    )
