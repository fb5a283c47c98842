"""What the grader is asked about a case: its question, references and points, and never what a human said of it."""

from evals.cases import Case
from interviewer.grading.grade import Point
from interviewer.grading.tasks import GradeRequest
from knowledge.bank import Bank, Question


def request_of(case: Case, bank: Bank) -> GradeRequest:
    """The request of a case.

    A case of a bank question without a reference is graded as that question, unless it brings points of its own. Without
    reference, points and bank id the reference is left to retrieval.
    """
    question = bank.by_id.get(case.question_id)
    if case.references or question is None:
        return GradeRequest(
            question_id=case.question_id, question=case.question, references=case.references, points=_points(case)
        )
    if _has_own_points(case, question):
        text = case.question or question.question
        return GradeRequest(question_id=question.id, question=text, references=(question.answer,), points=_points(case))
    return GradeRequest(question_id=question.id, question=question.question)


def _has_own_points(case: Case, question: Question) -> bool:
    given = {point.point.strip() for point in case.key_points or ()}
    return bool(given) and given != {point.text.strip() for point in question.key_points}


def _points(case: Case) -> tuple[Point, ...]:
    return tuple(
        Point(id=f"p{i}", text=point.point, weight=point.weight)
        for i, point in enumerate(case.key_points or (), start=1)
    )
