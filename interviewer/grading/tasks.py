"""What to grade against: a question of the bank, or a reference that the person gives."""

from collections.abc import Callable

from interviewer.errors import NoReference
from interviewer.grading.grade import GradeTask, Point
from knowledge.bank import Bank, Frozen, Question
from knowledge.passages import split_answer
from knowledge.search import Searchable
from knowledge.text import sentence_texts, words

NEAR_ENOUGH = 0.58
"""Least similarity at which a retrieved question is taken for the one asked."""
SHORTEST_POINT_WORDS = 3
MOST_DERIVED_POINTS = 12


class GradeRequest(Frozen):
    """What a caller asks to have graded against: a bank question by id, or a text with or without references."""

    question_id: str | None = None
    question: str = ""
    references: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()


def bank_task(bank: Bank, question: Question) -> GradeTask:
    """The task of a bank question; no grader was trained on one from the person's own material."""
    return GradeTask(
        question_id=question.id,
        question=question.question,
        variants=question.variants,
        passages=tuple(split_answer(question.answer)),
        points=tuple(Point(id=p.id, text=p.text, weight=p.weight, aspect=p.aspect) for p in question.key_points),
        misconceptions=question.misconceptions,
        statements=bank.statements_of.get(question.id, ()),
        sources=question.sources,
        trained=not question.is_own,
    )


def reference_task(request: GradeRequest) -> GradeTask:
    """The task of a question that the bank does not hold: the points given, or one for each sentence of the reference.

    Raises: NoReference where there is neither a point nor a sentence to derive one from.
    """
    points = request.points or derive_points(request.references[0] if request.references else "")
    if not points:
        raise NoReference(
            "the reference holds no sentence to grade against; give a reference answer of at least one sentence"
        )
    return GradeTask(
        question_id=request.question_id,
        question=request.question,
        passages=request.references,
        points=points,
        trained=False,
        derived=not request.points,
    )


def derive_points(reference: str) -> tuple[Point, ...]:
    """One expected point for each sentence of at least three words (the whole text where no sentence has as many)."""
    texts = sentence_texts(reference)
    kept = [text for text in texts if len(words(text)) >= SHORTEST_POINT_WORDS]
    if not kept and words(reference):
        kept = [reference.strip()]
    return tuple(Point(id=f"p{i}", text=text, weight=2) for i, text in enumerate(kept[:MOST_DERIVED_POINTS], start=1))


def find_task(request: GradeRequest, bank: Bank, index: Callable[[], Searchable]) -> GradeTask:
    """The task of a request: by the reference or points given, by id, or by the nearest question of the bank.

    Args:
        index: opens the index; called only where the question has to be looked up.

    Raises: NoReference where no question of the bank is near enough.
    """
    if request.references or request.points:
        return reference_task(request)
    if request.question_id in bank.by_id:
        return bank_task(bank, bank.by_id[request.question_id])
    hits = index().search([request.question], 1)[0]
    if not hits or hits[0].similarity < NEAR_ENOUGH:
        near = f" (the nearest is {hits[0].question!r}, similarity {hits[0].similarity:.2f})" if hits else ""
        raise NoReference(
            f"no_reference: no bank question is near enough to {request.question!r}{near}; give one with --reference-file"
        )
    return bank_task(bank, bank.by_id[hits[0].question_id])
