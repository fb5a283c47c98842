"""The report of a session: everything it shows, computed from the state and the bank."""

import statistics
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from interviewer.estimate import Estimate, estimate, interval
from interviewer.events import FOLLOW_UPS, Mode
from interviewer.grading.grade import Grade, GraderName, PointGrade, Rubric, Verdict
from interviewer.grading.misconceptions import still_held
from interviewer.grading.scoring import BONUS_WEIGHT, rubric, score, unaided_score
from interviewer.moves import point_states
from interviewer.state import Asking, State
from knowledge.bank import Bank, Frozen, Question, SourceRef

FEWEST_FOR_A_SCORE = 3
PRACTISE_NEXT = 3
STRENGTHS = 3
Signal = Literal["strong no", "no", "yes", "strong yes"]
SIGNAL_CUTS: tuple[tuple[float, Signal], ...] = ((0.75, "strong yes"), (0.55, "yes"), (0.35, "no"), (0.0, "strong no"))
LEVEL_CUTS = ((0.8, "strong"), (0.6, "solid"), (0.4, "borderline"), (0.0, "weak"))


class SessionSummary(Frozen):
    """Which session this is and how far it went."""

    id: str
    mode: Mode
    level: str
    topics: tuple[str, ...]
    started_at: datetime
    state: str
    asked: int
    answered: int
    planned: int
    elapsed_s: float


class ReplySummary(Frozen):
    """One reply, with the grader's own finding on it."""

    text: str
    aided: bool
    grader: str | None
    note: str | None
    ungraded: str | None


class QuestionReport(Frozen):
    """A question with all that was said and found; `grade` is over the question and all replies to it.

    `question` is how it was put. `second_try` (practice's repeat in other words, not in the score) and `time_s` (from
    the question to the next one) are shown to people and stay out of the JSON shape, which is fixed.
    """

    question_id: str
    question: str
    topic: str
    level: str
    replies: tuple[ReplySummary, ...]
    grade: Grade
    follow_ups: tuple[str, ...]
    model_answer: str
    sources: tuple[SourceRef, ...]
    second_try: bool = Field(default=False, exclude=True)
    time_s: float = Field(default=0.0, exclude=True)


class PractiseNext(Frozen):
    """A key point worth practising, with its question."""

    question_id: str
    question: str
    topic: str
    key_point: str


class Strength(Frozen):
    """A key point that was covered without help, with the words that did it."""

    question_id: str
    topic: str
    key_point: str
    evidence: str | None


class Report(Frozen):
    """A session's report.

    `score` in [0, 1], the mean over graded questions, with a 95 % `interval`; both None under three graded questions,
    and `score_note` says why. `signal_rule` tells which rule gave the signal; practice has none. `topics` and `levels`
    carry intervals; they and `strengths` are shown to people and stay out of the JSON shape, which is fixed.
    """

    session: SessionSummary
    score: float | None
    interval: tuple[float, float] | None
    score_note: str | None
    signal: Signal | None
    signal_rule: str | None
    rubric: Rubric
    by_topic: dict[str, float]
    graders: tuple[str, ...]
    questions: tuple[QuestionReport, ...]
    practise_next: tuple[PractiseNext, ...]
    topics: dict[str, Estimate] = Field(default={}, exclude=True)
    levels: dict[str, Estimate] = Field(default={}, exclude=True)
    strengths: tuple[Strength, ...] = Field(default=(), exclude=True)


def build_report(id: str, state: State, bank: Bank) -> Report:
    """The report so far; for a running session it covers the questions with a reply."""
    counted = [asking for asking in state.askings if _counts(asking) and asking.question_id in bank.by_id]
    questions = tuple(_question_report(state, asking, bank.by_id[asking.question_id]) for asking in counted)
    first = [q for q in questions if not q.second_try]
    scores = [q.grade.score for q in first if q.grade.score is not None]
    topics = _estimates([(q.topic, q.grade.score) for q in first])
    enough = len(scores) >= FEWEST_FOR_A_SCORE
    overall = statistics.fmean(scores) if enough else None
    signal, rule = signal_of(overall) if state.config.mode is Mode.INTERVIEW else (None, None)
    return Report(
        session=_summary(id, state),
        score=overall,
        interval=interval(scores) if enough else None,
        score_note=None if enough else _too_few(len(scores)),
        signal=signal,
        signal_rule=rule,
        rubric=_mean_rubric([q.grade.rubric for q in first if q.grade.rubric and q.grade.ungraded is None]),
        by_topic={topic: found.mean for topic, found in topics.items()},
        graders=tuple(
            sorted({by for asking, q in zip(counted, questions, strict=True) for by in _graders_of(asking, q.grade)})
        ),
        questions=questions,
        practise_next=_practise_next(first),
        topics=topics,
        levels=_estimates([(q.level, q.grade.score) for q in first]),
        strengths=_strengths(first),
    )


def level_of(value: float | None) -> str:
    """The level a value in [0, 1] stands at: strong, solid, borderline or weak; 'n/a' for None."""
    return "n/a" if value is None else next(name for cut, name in LEVEL_CUTS if value >= cut)


def signal_of(overall: float | None) -> tuple[Signal | None, str | None]:
    """The hire signal of an overall score, and the rule that gave it; None without a score."""
    if overall is None:
        return None, None
    signal = next(signal for cut, signal in SIGNAL_CUTS if overall >= cut)
    above = [f"{name} from {at:.0%}" for at, name in SIGNAL_CUTS if at > 0]
    return signal, f"overall score {overall:.0%}: {', '.join(above)}, else strong no"


def question_grade(state: State, asking: Asking, question: Question) -> Grade:
    """The grade over a question and all replies to it. Interview scores count unaided credit only."""
    graded = [attempt.grade for attempt in asking.attempts if attempt.grade is not None]
    unread = [grade for grade in graded if grade.ungraded]
    # What is in another language adds nothing; what a grader failed on might, so nothing is said of the whole without it.
    failed = next((grade for grade in unread if grade.rule is None or len(unread) == len(graded)), None)
    if failed is not None:
        return failed
    graded = [grade for grade in graded if not grade.ungraded]
    points = point_states(asking) or _silence(question)
    total = unaided_score(points) if state.config.mode is Mode.INTERVIEW else score(points)
    focus = [grade.rubric.focus for grade in graded if grade.rubric and grade.rubric.focus is not None]
    if not graded:
        return Grade(
            question_id=question.id,
            score=0.0,
            grader=GraderName.LOCAL,
            rule="skipped",
            key_points=points,
            rubric=rubric(points, None),
            sources=question.sources,
        )
    judged = [grade for grade in graded if grade.rule is None]
    by_model = [grade for grade in judged if grade.grader is GraderName.LLM]
    # Where the language model failed after a reply or two, part of the whole is still its judgement.
    return (by_model or judged or graded)[-1].model_copy(
        update={
            "score": total,
            "key_points": points,
            "misconceptions": still_held(
                {m.statement: m for grade in graded for m in grade.misconceptions}.values(), points
            ),
            "rubric": rubric(points, statistics.fmean(focus) if focus else None),
            "model": ", ".join(dict.fromkeys(grade.model for grade in judged if grade.model)) or None,
            "note": _notes(asking),
            "latency_ms": sum(grade.latency_ms for grade in graded),
        }
    )


def _notes(asking: Asking) -> str | None:
    """What the graders note of the replies; of which one, where there are several."""
    notes = [(n, attempt.grade.note) for n, attempt in enumerate(asking.attempts, start=1) if attempt.grade]
    several = len(asking.attempts) > 1
    return "; ".join(f"reply {n}: {note}" if several else note for n, note in notes if note) or None


def _silence(question: Question) -> tuple[PointGrade, ...]:
    return tuple(
        PointGrade(
            point_id=p.id,
            point=p.text,
            weight=p.weight,
            aspect=p.aspect,
            verdict=Verdict.MISSING,
            confidence=1.0,
            credit=0.0,
        )
        for p in question.key_points
    )


def _counts(asking: Asking) -> bool:
    return asking.skipped or any(attempt.grade is not None for attempt in asking.attempts)


def _question_report(state: State, asking: Asking, question: Question) -> QuestionReport:
    end = asking.closed_at or state.now
    said = [line for line in state.transcript if asking.asked_at <= line.at <= end]
    return QuestionReport(
        question_id=question.id,
        question=asking.text or question.question,
        topic=question.topic.value,
        level=question.level.value,
        replies=tuple(
            ReplySummary(
                text=attempt.text,
                aided=attempt.aided,
                grader=_grader_of(attempt.grade) if attempt.grade else None,
                note=attempt.grade.note if attempt.grade else None,
                ungraded=attempt.grade.ungraded if attempt.grade else None,
            )
            for attempt in asking.attempts
        ),
        grade=question_grade(state, asking, question),
        follow_ups=tuple(line.text for line in said if line.move in FOLLOW_UPS),
        model_answer=question.answer,
        sources=question.sources,
        second_try=asking.second_try,
        time_s=(end - asking.asked_at).total_seconds(),
    )


def _summary(id: str, state: State) -> SessionSummary:
    return SessionSummary(
        id=id,
        mode=state.config.mode,
        level=state.config.level.value,
        topics=tuple(topic.value for topic in state.config.topics),
        started_at=state.started_at,
        state=state.finished.value if state.finished else "running",
        asked=state.asked,
        answered=sum(any(a.grade for a in asking.attempts) for asking in state.askings if not asking.second_try),
        planned=state.config.questions,
        elapsed_s=state.elapsed_s,
    )


def _too_few(graded: int) -> str:
    have = {0: "no question has", 1: "only one question has"}.get(graded, f"only {graded} questions have")
    return f"No overall score: {have} a grade, and fewer than {FEWEST_FOR_A_SCORE} say too little."


def _graders_of(asking: Asking, whole: Grade) -> list[str]:
    """Who judged its replies; the rule that decided where nobody did."""
    judged = [grade for attempt in asking.attempts if (grade := attempt.grade) and not (grade.rule or grade.ungraded)]
    return [_grader_of(grade) for grade in judged or [whole]]


def _grader_of(grade: Grade) -> str:
    return (
        f"rule ({grade.rule.replace('_', ' ')})"
        if grade.rule
        else f"{grade.grader.value} ({grade.model or 'unknown model'})"
    )


def _mean_rubric(rubrics: Sequence[Rubric]) -> Rubric:
    def mean(values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return statistics.fmean(known) if known else None

    return Rubric(
        correctness=mean([r.correctness for r in rubrics]),
        completeness=mean([r.completeness for r in rubrics]),
        depth=mean([r.depth for r in rubrics]),
        focus=mean([r.focus for r in rubrics]),
    )


def _estimates(scores: Sequence[tuple[str, float | None]]) -> dict[str, Estimate]:
    known = [(name, score) for name, score in scores if score is not None]
    return {name: estimate([score for other, score in known if other == name]) for name in sorted(dict(known))}


def _strengths(questions: Sequence[QuestionReport]) -> tuple[Strength, ...]:
    """The weightiest points covered without help, the surest first, each from another question."""
    covered = [
        (-point.weight, -point.confidence, q, point)
        for q in questions
        for point in q.grade.key_points
        if point.verdict is Verdict.COVERED and not point.aided
    ]
    chosen: dict[str, Strength] = {}
    for *_, q, point in sorted(covered, key=lambda found: found[:2]):
        chosen.setdefault(
            q.question_id,
            Strength(question_id=q.question_id, topic=q.topic, key_point=point.point, evidence=point.evidence),
        )
    return tuple(chosen.values())[:STRENGTHS]


def _practise_next(questions: Sequence[QuestionReport]) -> tuple[PractiseNext, ...]:
    """The essential and expected points that cost most, each from another question."""
    losses = [
        (point.weight * (1 - point.credit), q, point)
        for q in questions
        for point in q.grade.key_points
        if point.weight > BONUS_WEIGHT and point.verdict is not Verdict.COVERED
    ]
    chosen: dict[str, PractiseNext] = {}
    for _, q, point in sorted(losses, key=lambda loss: -loss[0]):
        chosen.setdefault(
            q.question_id,
            PractiseNext(question_id=q.question_id, question=q.question, topic=q.topic, key_point=point.point),
        )
    return tuple(chosen.values())[:PRACTISE_NEXT]
