"""The grader chain, carried by LangChain: retrieve, guard, choose the reference, judge (cross-checked), verify quotes, score."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from langchain_core.runnables import Runnable, RunnableBranch, RunnableLambda, RunnablePassthrough

from interviewer.errors import JudgeFailed
from interviewer.grading.crosscheck import difference, supported
from interviewer.grading.defences import ALL_ON, Defences
from interviewer.grading.grade import (
    Findings,
    Grade,
    GraderName,
    GradeTask,
    Judgement,
    MisconceptionFound,
    Point,
    PointGrade,
    Verdict,
)
from interviewer.grading.guards import Rule, rule_for
from interviewer.grading.marking import quotable
from interviewer.grading.misconceptions import still_held
from interviewer.grading.quotes import locate_quote
from interviewer.grading.scoring import expected_credit, rubric, score
from interviewer.grading.tasks import GradeRequest
from interviewer.relevance import Relevance
from knowledge.errors import KnowledgeError
from knowledge.text import Span, sentences

FAINT_CREDIT = 0.05
"""Expected credit below this on a missing point is none: it would need a quote, and there is none worth showing."""
SURELY_MISSING = 0.8
"""Probability from which a sentence of a reference counts as surely missing."""

NOT_ENGLISH = "the reply is not in English, and the graders read English only; answer in English to be graded"

Retrieve = Callable[[GradeRequest], GradeTask]
Choose = Callable[[GradeTask, str], GradeTask]
Step = dict[str, Any]


class Judge(Protocol):
    """Judges each point of a task; returns no total."""

    @property
    def model(self) -> str:
        """Name and version of the model."""

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """Raises: JudgeFailed, knowledge.errors.KnowledgeError."""


class Grader:
    """Grades replies with one chain.

    Args:
        name: which grader this is.
        judge: the judge of that name.
        second: the local judge that judges beside a language model and checks its credits; None for a local `judge`.
        retrieve: finds what to grade against.
        relevance: measures focus.
        vocabulary: known words, for the gibberish guard.
        defences: those that are on.
        fall_back: let `second` stand in when `judge` fails; otherwise the reply is ungraded, with the reason.
        choose: puts a task by that of its references which a reply is most like; by default it is by the first.
    """

    def __init__(
        self,
        name: GraderName,
        judge: Judge,
        second: Judge | None,
        retrieve: Retrieve,
        relevance: Relevance,
        vocabulary: Callable[[], frozenset[str]],
        defences: Defences = ALL_ON,
        fall_back: bool = False,
        choose: Choose = lambda task, _: task,
    ) -> None:
        self.name = name
        self._judge = judge
        self._second = second
        self._fall_back = fall_back
        self._retrieve = retrieve
        self._relevance = relevance
        self._vocabulary = vocabulary
        self._defences = defences
        self._choose = choose
        self._chain = self._build()

    def grade(self, request: GradeRequest, reply: str) -> Grade:
        """The grade of one reply; a failure is an ungraded grade with its reason.

        Raises: NoReference where there is nothing to grade against.
        """
        started = time.perf_counter()
        task = self._retrieve(request)
        try:
            grade: Grade = self._chain.invoke({"task": task, "reply": reply})
        except (JudgeFailed, KnowledgeError) as error:
            grade = self._grade(task, ungraded=str(error), model=self._judge.model)
        return grade.model_copy(update={"latency_ms": (time.perf_counter() - started) * 1000})

    def _build(self) -> Runnable[Step, Grade]:
        # Both judges work at the same time: the second's opinion is there when the model's time is up.
        asked: dict[str, Any] = {"asked": RunnableLambda(self._ask), "opinion": RunnableLambda(self._opinion)}
        judged = (
            RunnablePassthrough.assign(task=RunnableLambda(self._by_nearest_reference))
            | RunnablePassthrough.assign(**asked)
            | RunnablePassthrough.assign(findings=RunnableLambda(self._settle))
            | RunnablePassthrough.assign(points=RunnableLambda(self._verify))
            | RunnableLambda(self._score)
        )
        by_rule = (lambda step: step["rule"] is not None, RunnableLambda(self._score_by_rule))
        return RunnablePassthrough.assign(rule=RunnableLambda(self._rule)) | RunnableBranch(by_rule, judged)

    def _rule(self, step: Step) -> Rule | None:
        task: GradeTask = step["task"]
        # The bank's answers are sentences, so that few words of theirs are allowed as an answer, and those of the key points.
        reference = "" if task.trained else " ".join([*task.passages, task.claims])
        points = task.claims if task.trained else ""
        followed = task.follow_up is not None
        rule = rule_for(step["reply"], task.wordings, self._vocabulary(), reference, points, followed)
        return rule if rule in self._defences.rules else None

    def _verify(self, step: Step) -> tuple[PointGrade, ...]:
        return verify_points(step, self._defences)

    def _by_nearest_reference(self, step: Step) -> GradeTask:
        task: GradeTask = step["task"]
        try:
            return self._choose(task, step["reply"])
        except (JudgeFailed, KnowledgeError):
            # Whoever chooses is no judge: the one that is asked says whether it can judge.
            return task

    def _ask(self, step: Step) -> Findings | JudgeFailed:
        try:
            return self._judge.judge(step["task"], step["reply"])
        except JudgeFailed as error:
            return error

    def _opinion(self, step: Step) -> Findings | JudgeFailed | KnowledgeError | None:
        try:
            return self._second.judge(step["task"], step["reply"]) if self._second else None
        except (JudgeFailed, KnowledgeError) as error:
            return error

    def _settle(self, step: Step) -> Findings:
        """The findings that count. Raises: JudgeFailed where there are none."""
        task, reply, asked, opinion = step["task"], step["reply"], step["asked"], step["opinion"]
        if isinstance(asked, JudgeFailed):
            if not self._fall_back or opinion is None:
                raise asked
            if not isinstance(opinion, Findings):
                raise JudgeFailed(f"{asked}; nor could the local grader judge ({opinion})")
            found: Findings = opinion.model_copy(update={"stood_in": f"{asked}; the local grader judged instead"})
            return found
        findings: Findings = asked
        if self._second is None:
            return findings
        if not isinstance(opinion, Findings):
            return findings.model_copy(update={"note": f"the local grader could not check this grade ({opinion})"})
        return supported(task, reply, findings, opinion, self._total(step, opinion), self._second.judge)

    def _score_by_rule(self, step: Step) -> Grade:
        task: GradeTask = step["task"]
        if step["rule"] == "not_english":
            return self._grade(task, ungraded=NOT_ENGLISH, rule=step["rule"])
        points = tuple(_point_grade(point, Verdict.MISSING, 1.0, 0.0, None, None) for point in task.points)
        return self._grade(task, score=0.0, rule=step["rule"], key_points=points, rubric=rubric(points, 0.0))

    def _score(self, step: Step) -> Grade:
        task, reply, findings, points = step["task"], step["reply"], step["findings"], step["points"]
        return self._grade(
            task,
            score=score(points),
            grader=GraderName.LOCAL if findings.stood_in else self.name,
            note=findings.stood_in or self._note(step),
            model=findings.model,
            prompt_version=findings.prompt_version,
            key_points=points,
            misconceptions=still_held([_verified(found, reply) for found in findings.misconceptions], points),
            rubric=rubric(points, self._focus(task, reply, points)),
            tokens_in=findings.tokens_in,
            tokens_out=findings.tokens_out,
        )

    def _note(self, step: Step) -> str | None:
        """What the person should know of the two judges' disagreement: what each would give by itself."""
        if not isinstance(step["opinion"], Findings):
            alone: str | None = step["findings"].note
            return alone
        own, local = (self._total(step, step[judge]) for judge in ("asked", "opinion"))
        return "; ".join(note for note in (step["findings"].note, difference(own, local)) if note) or None

    def _total(self, step: Step, findings: Findings) -> float | None:
        """The score of these findings."""
        return score(self._verify({**step, "findings": findings}))

    def _grade(self, task: GradeTask, **fields: Any) -> Grade:
        defaults: dict[str, Any] = {"grader": self.name, "score": None}
        return Grade(
            question_id=task.question_id,
            sources=task.sources,
            passages=task.passages,
            trained_question=task.trained,
            **defaults | fields,
        )

    def _focus(self, task: GradeTask, reply: str, points: tuple[PointGrade, ...]) -> float | None:
        spans = sentences(reply)
        evidence = [Span(p.start, p.start + len(p.evidence)) for p in points if p.evidence and p.start is not None]
        evident = [any(span.start < end and start < span.end for start, end in evidence) for span in spans]
        return self._relevance.focus(task, [reply[span.start : span.end] for span in spans], evident)


def verify_points(step: Step, defences: Defences = ALL_ON) -> tuple[PointGrade, ...]:
    """Checks each judgement's quote against the reply; one that is not there, or speaks to the grader, voids the verdict.

    A reply of which no point is found covered or partial earns nothing: what little credit is expected on missing
    points is then the judge's doubt, and no merit of the reply's. Where points are but a reference's sentences (often one) the
    score was fitted to people's with the doubt in it, so there only what is surely missing earns nothing.
    """
    task: GradeTask = step["task"]
    judgements = {judgement.point_id: judgement for judgement in step["findings"].judgements}
    source = quotable(step["reply"])
    points = tuple(_verify(point, judgements[point.id], step["reply"], source, defences) for point in task.points)
    if not defences.merit or any(point.verdict in (Verdict.COVERED, Verdict.PARTIAL) for point in points):
        return points
    nothing = {"credit": 0.0, "evidence": None, "start": None}
    least = SURELY_MISSING if task.derived else 0.0
    silent = [point.verdict is Verdict.MISSING and point.confidence >= least for point in points]
    return tuple(p.model_copy(update=nothing) if none else p for p, none in zip(points, silent, strict=True))


def _verify(point: Point, judgement: Judgement, reply: str, source: str, defences: Defences) -> PointGrade:
    credit = expected_credit(judgement)
    span = locate_quote(judgement.quote, source) if judgement.quote else None
    verdict = judgement.verdict
    confidence = judgement.probabilities[verdict]
    if verdict is Verdict.MISSING and (span is None or abs(credit) < FAINT_CREDIT):
        return _point_grade(point, verdict, confidence, 0.0, None, None)
    if span is None and not defences.quotes:
        return _point_grade(point, verdict, confidence, credit, None, None)
    if span is None:
        # Voided: the judge claimed words that the reply does not hold.
        return _point_grade(point, Verdict.MISSING, 1.0 - confidence, 0.0, None, None)
    return _point_grade(point, verdict, confidence, credit, reply[span.start : span.end], span.start)


def _point_grade(
    point: Point, verdict: Verdict, confidence: float, credit: float, evidence: str | None, start: int | None
) -> PointGrade:
    return PointGrade(
        point_id=point.id,
        point=point.text,
        weight=point.weight,
        aspect=point.aspect,
        verdict=verdict,
        confidence=min(1.0, max(0.0, confidence)),
        credit=credit,
        evidence=evidence,
        start=start,
    )


def _verified(found: MisconceptionFound, reply: str) -> MisconceptionFound:
    span = locate_quote(found.evidence, quotable(reply)) if found.evidence else None
    return found.model_copy(update={"evidence": reply[span.start : span.end] if span else None})
