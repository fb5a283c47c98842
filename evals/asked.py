"""What the grader is asked about a case: its question, references and points, and never what a human said of it."""

from evals.cases import Case
from interviewer.grading.grade import FollowUp, Point
from interviewer.grading.tasks import GradeRequest
from knowledge.bank import Bank, Question


def request_of(case: Case, bank: Bank) -> GradeRequest:
    """The request of a case.

    A case of a bank question without a reference is graded as that question, unless it brings points of its own. Without
    reference, points and bank id the reference is left to retrieval. A follow-up counts where it is about one of the points.
    """
    request = _without_follow_up(case, bank)
    asked, question = case.follow_up, bank.by_id.get(case.question_id)
    if asked is None:
        return request
    points = request.points or (question.key_points if question and not request.references else ())
    about = next((point.id for point in points if point.text.strip() == asked.point.strip()), None)
    return request.model_copy(update={"follow_up": FollowUp(point_id=about, text=asked.text)}) if about else request


def _without_follow_up(case: Case, bank: Bank) -> GradeRequest:
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
    known = {point.text.strip() for point in question.key_points}
    if case.follow_up is not None and case.follow_up.point.strip() in known:
        # Of an answer to a follow-up people judge the point that it was about.
        return not given <= known
    return bool(given) and given != known


def _points(case: Case) -> tuple[Point, ...]:
    return tuple(
        Point(id=f"p{i}", text=point.point, weight=point.weight)
        for i, point in enumerate(case.key_points or (), start=1)
    )
