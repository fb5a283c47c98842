"""What to grade against: a question of the bank, or a reference that the person gives."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from interviewer.errors import NoReference
from interviewer.grading.grade import FollowUp, GradeTask, Point
from knowledge.bank import Bank, Frozen, Question
from knowledge.passages import split_answer
from knowledge.search import Searchable
from knowledge.text import sentence_texts, words

NEAR_ENOUGH = 0.58
"""Least similarity at which a retrieved question is taken for the one asked."""
SHORTEST_POINT_WORDS = 3
MOST_DERIVED_POINTS = 12


class GradeRequest(Frozen):
    """What a caller asks to have graded against: a bank question by id, or a text with or without references; and the follow-up
    that the reply answers, if any.
    """

    question_id: str | None = None
    question: str = ""
    references: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    follow_up: FollowUp | None = None


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
    """The task of a question that the bank does not hold: the points given, or one for each sentence of the first reference.

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


def by_reference(task: GradeTask, at: int) -> GradeTask:
    """A task whose points are a reference's sentences, with those of its reference `at`."""
    return task.model_copy(update={"points": derive_points(task.passages[at]) or task.points})


def derive_points(reference: str) -> tuple[Point, ...]:
    """One expected point for each sentence, at most twelve, which together hold every word: sentences of fewer than three
    words are joined to a neighbour, and of more than twelve so many that the groups are as even as can be.
    """
    texts = _evenly(_without_short([text for text in sentence_texts(reference) if words(text)]), MOST_DERIVED_POINTS)
    return tuple(Point(id=f"p{i}", text=text, weight=2) for i, text in enumerate(texts, start=1))


def _without_short(texts: Sequence[str]) -> list[str]:
    """The sentences, each short one joined to the next, the last to the one before."""
    found: list[str] = []
    for text in texts:
        if found and _is_short(found[-1]):
            found[-1] += f" {text}"
        else:
            found.append(text)
    if len(found) > 1 and _is_short(found[-1]):
        found[-2:] = [" ".join(found[-2:])]
    return found


def _is_short(text: str) -> bool:
    return len(words(text)) < SHORTEST_POINT_WORDS


def _evenly(texts: Sequence[str], most: int) -> list[str]:
    """The texts in order, joined to at most so many groups whose sizes differ by one at most."""
    count = min(len(texts), most)
    edges = [i * len(texts) // count for i in range(count + 1)] if count else []
    return [" ".join(texts[start:end]) for start, end in pairwise(edges)]


def find_task(request: GradeRequest, bank: Bank, index: Callable[[], Searchable]) -> GradeTask:
    """The task of a request: by the reference or points given, by id, or by the nearest question of the bank.

    Args:
        index: opens the index; called only where the question has to be looked up.

    Raises: NoReference where no question of the bank is near enough.
    """
    task = _task_of(request, bank, index)
    return task.model_copy(update={"follow_up": request.follow_up}) if request.follow_up else task


def _task_of(request: GradeRequest, bank: Bank, index: Callable[[], Searchable]) -> GradeTask:
    if request.references or request.points:
        return reference_task(request)
    if request.question_id in bank.by_id:
        return bank_task(bank, bank.by_id[request.question_id])
    hits = index().search([request.question], 1)[0]
    if not hits or hits[0].similarity < NEAR_ENOUGH:
        near = f" (the nearest is {hits[0].question!r}, similarity {hits[0].similarity:.2f})" if hits else ""
        raise NoReference(
            f"no_reference: no bank question is near enough to {request.question!r}{near}; give a reference answer (--reference-file, or a case's reference)"
        )
    return bank_task(bank, bank.by_id[hits[0].question_id])
