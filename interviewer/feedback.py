"""Feedback in words, from verdicts: what practice mode says after a reply, in Markdown."""

from collections.abc import Sequence

from interviewer.doubt import is_unsure
from interviewer.grading.grade import Grade, PointGrade, Verdict
from interviewer.grading.misconceptions import still_held
from interviewer.grading.scoring import BONUS_WEIGHT
from knowledge.bank import Question
from knowledge.coverage import cite


def reply_feedback(question: Question, grade: Grade | None, so_far: Sequence[PointGrade]) -> str:
    """After a reply that a follow-up comes after: what was right and what was wrong in it, but not what is missing.

    Args:
        so_far: the points after all replies to the question, by which it is told how many are missing.
    """
    points = grade.key_points if grade else ()
    parts = [_credited(points), _wrong(question, points, grade)]
    missing = sum(point.verdict is Verdict.MISSING and point.weight > BONUS_WEIGHT for point in so_far)
    if missing:
        parts.append(f"There {'is one more point' if missing == 1 else f'are {missing} more points'} I'd look for.")
    return "\n\n".join(part for part in [*parts, _caveat(grade)] if part)


def closing_feedback(
    question: Question, points: Sequence[PointGrade], grade: Grade | None = None, shown: bool = False
) -> str:
    """When a practice question is done: everything, with a model answer.

    Args:
        shown: the model answer was shown before the last try, and is not said again.
    """
    missing = [point for point in question.key_points if point.id in _ids(points, Verdict.MISSING) or not points]
    parts = [_credited(points), _wrong(question, points, grade)]
    if missing:
        parts.append("**Not mentioned:**\n" + "\n".join(f"- {point.text}" for point in missing))
    parts += [_caveat(grade), "The strong answer stands above." if shown else _model_answer(question)]
    return "\n\n".join(part for part in parts if part)


def _model_answer(question: Question) -> str:
    sources = f"_Sources: {'; '.join(cite(source) for source in question.sources)}_" if question.sources else ""
    return f"**A strong answer:** {question.answer}\n\n{sources}".strip()


def _credited(points: Sequence[PointGrade]) -> str:
    covered = [point for point in points if point.verdict is Verdict.COVERED]
    partial = [point for point in points if point.verdict is Verdict.PARTIAL]
    lines = [f"- {point.point}{_quoted(point)}{_unsure(point)}" for point in covered]
    half = [f"- {point.point}{_quoted(point)}{_unsure(point)}" for point in partial]
    return "\n\n".join(part for part in (_titled("You had", lines), _titled("Partly there", half)) if part)


def _wrong(question: Question, points: Sequence[PointGrade], grade: Grade | None) -> str:
    lines = [f"- {found.correction}" for found in still_held(grade.misconceptions if grade else (), points)]
    if lines:
        return _titled("Worth correcting", lines)
    wrong = [point for point in points if point.verdict is Verdict.CONTRADICTED]
    sure = _ids([point for point in wrong if not is_unsure(point)], Verdict.CONTRADICTED)
    doubted = _ids(wrong, Verdict.CONTRADICTED) - sure
    parts = [
        _titled(title, [f"- {point.text}" for point in question.key_points if point.id in ids])
        for title, ids in (
            ("Worth correcting", sure),
            ("Compare this with what you said; I may have misread it", doubted),
        )
    ]
    return "\n\n".join(part for part in parts if part)


def _titled(title: str, lines: Sequence[str]) -> str:
    return f"**{title}:**\n" + "\n".join(lines) if lines else ""


def _caveat(grade: Grade | None) -> str:
    if grade is None:
        return ""
    if grade.ungraded:
        return f"I could not grade this reply: {grade.ungraded}."
    return f"_{grade.note}_" if grade.note else ""


def _ids(points: Sequence[PointGrade], verdict: Verdict) -> set[str]:
    return {point.point_id for point in points if point.verdict is verdict}


def _unsure(point: PointGrade) -> str:
    return " _(not sure)_" if is_unsure(point) else ""


def _quoted(point: PointGrade) -> str:
    if not point.evidence:
        return ""
    words = " ".join(point.evidence.split())
    return f" (“{words if len(words) <= 160 else words[:157] + '…'}”)"
