"""A row of results: what the grader said of one case. The format is the contract's ("A results folder")."""

import json
from typing import Any

from evals.cases import Case
from evals.labels import predict_label
from interviewer.grading.grade import Grade, MisconceptionFound, PointGrade, Verdict
from knowledge.bank import Frozen


class RowPoint(Frozen):
    """The verdict on one key point; `evidence` is an exact slice of the reply."""

    point: str
    verdict: Verdict
    confidence: float
    credit: float
    evidence: str | None


class Row(Frozen):
    """One line of `rows.jsonl`. Either `score` is in [0, 1] or `ungraded` says why it is null."""

    id: str
    question_id: str
    dataset: str | None
    score: float | None
    ungraded: str | None
    human: float | None
    key_points: tuple[RowPoint, ...]
    misconceptions: tuple[MisconceptionFound, ...]
    predicted_label: str | None
    grader: str
    model: str | None
    prompt_version: str | None
    latency_ms: float
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None

    def line(self) -> str:
        """The row as one JSON line without its end."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False)


class Prices(Frozen):
    """Prices in US dollars for a million tokens; None where none is set."""

    tokens_in: float | None = None
    tokens_out: float | None = None

    def cost_usd(self, tokens_in: int | None, tokens_out: int | None) -> float | None:
        """The cost of a call; None where a price is not set or the tokens are not known."""
        if self.tokens_in is None or self.tokens_out is None or tokens_in is None or tokens_out is None:
            return None
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1_000_000


def make_row(case: Case, grade: Grade, threshold: float, prices: Prices) -> Row:
    """The row of a case; its key points stand in the case's order where it has them."""
    points = _in_order(case, grade.key_points)
    contradicts = any(point.verdict is Verdict.CONTRADICTED for point in points)
    return Row(
        id=case.id,
        question_id=case.question_id,
        dataset=case.dataset,
        score=grade.score,
        ungraded=grade.ungraded,
        human=case.score,
        key_points=tuple(_row_point(point) for point in points),
        misconceptions=grade.misconceptions,
        predicted_label=None if grade.score is None else predict_label(grade.score, contradicts, threshold),
        grader=grade.grader.value,
        model=grade.model,
        prompt_version=grade.prompt_version,
        latency_ms=round(grade.latency_ms, 3),
        tokens_in=grade.tokens_in,
        tokens_out=grade.tokens_out,
        cost_usd=prices.cost_usd(grade.tokens_in, grade.tokens_out),
    )


def _in_order(case: Case, points: tuple[PointGrade, ...]) -> list[PointGrade]:
    wanted = {point.point.strip(): i for i, point in reversed(list(enumerate(case.key_points or ())))}
    return sorted(points, key=lambda point: wanted.get(point.point.strip(), len(wanted)))


def _row_point(point: PointGrade) -> RowPoint:
    fields: dict[str, Any] = point.model_dump(include={"point", "verdict", "confidence", "credit", "evidence"})
    return RowPoint(**fields)
