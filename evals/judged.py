"""Figures on labels and on key points: what was judged, against what humans judged."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evals import labels, metrics
from evals.bootstrap import Bootstrap, Figure
from evals.calibration import calibration
from evals.cases import CasePoint
from evals.metrics import Floats
from evals.records import Record
from evals.selective import accuracy_by_coverage
from interviewer.grading.grade import Verdict

VERDICTS = tuple(verdict.value for verdict in Verdict)


class Labelled(NamedTuple):
    """The two labels of a case."""

    question_id: str
    human: str
    predicted: str


def labelled(records: Sequence[Record]) -> list[Labelled]:
    """Human and predicted labels of the graded cases that have both; label names are compared in lower case."""
    return [
        Labelled(r.case.question_id, labels.plain(r.case.label), r.row.predicted_label)
        for r in records
        if r.case.label and r.case.label.strip() and r.row.predicted_label
    ]


def label_figures(records: Sequence[Record]) -> dict[str, object]:
    """Fields of a Group: accuracy, macro F1 and confusion, three ways and two; all None without labels."""
    found = labelled(records)
    names = ("label_classes", "accuracy", "macro_f1", "accuracy_2way", "macro_f1_2way", "confusion")
    if not found:
        return dict.fromkeys(names)
    if not labels.say_correct(item.human for item in found):
        unknown = dict.fromkeys(names, Figure(value=None, reason=labels.NO_CORRECT))
        return unknown | {
            "label_classes": tuple(sorted({item.human for item in found})),
            "confusion": _confusion(found),
        }
    bootstrap = Bootstrap([item.question_id for item in found])
    two = labels.pairs(
        [labels.two_way(i.human) for i in found], [labels.two_way(i.predicted) for i in found], labels.TWO_WAY
    )
    classes, cells = labels.scored_cells([i.human for i in found], [i.predicted for i in found])
    return {
        "label_classes": classes,
        "accuracy": bootstrap.figure(cells, labels.accuracy, _no_labels),
        "macro_f1": bootstrap.figure(cells, labels.macro_f1, _no_labels),
        "accuracy_2way": bootstrap.figure(two, labels.accuracy, _no_labels),
        "macro_f1_2way": bootstrap.figure(two, labels.macro_f1, _no_labels),
        "confusion": _confusion(found),
    }


def _confusion(found: Sequence[Labelled]) -> dict[str, dict[str, int]]:
    return _table([(item.human, item.predicted) for item in found])


def _no_labels(_: Floats) -> str:
    return "both sides use one and the same class only"


def _table(pairs: Sequence[tuple[str, str]]) -> dict[str, dict[str, int]]:
    rows = sorted({human for human, _ in pairs})
    columns = sorted({predicted for _, predicted in pairs})
    return {h: {p: sum(pair == (h, p) for pair in pairs) for p in columns} for h in rows}


class JudgedPoint(NamedTuple):
    """A key point with both verdicts, and a second human one where the case has it (further field `second_verdict`)."""

    question_id: str
    human: str
    found: str
    confidence: float
    second: str | None = None


def expected_points(record: Record) -> list[CasePoint | None]:
    """For each key point of the row the case's: that of the same text, by order where it repeats; None where it has none."""
    waiting: dict[str, list[CasePoint]] = {}
    for expected in record.case.key_points or ():
        waiting.setdefault(expected.point.strip(), []).append(expected)
    found = (waiting.get(point.point.strip()) for point in record.row.key_points)
    return [same.pop(0) if same else None for same in found]


def judged_points(records: Sequence[Record]) -> list[JudgedPoint]:
    """Key points of the graded cases that have human verdicts."""
    points = []
    for r in records:
        if r.row.score is None:
            continue
        for point, expected in zip(r.row.key_points, expected_points(r), strict=True):
            if expected is not None:
                human, second = expected.verdict.value, (expected.model_extra or {}).get("second_verdict")
                again = second if second in VERDICTS else None
                points.append(JudgedPoint(r.case.question_id, human, point.verdict.value, point.confidence, again))
    return points


def _ceiling(points: Sequence[JudgedPoint]) -> Figure | None:
    """Kappa of the two human verdicts; None where there is one only."""
    twice = [(p.question_id, p.human, p.second) for p in points if p.second is not None]
    if not twice:
        return None
    cells = labels.pairs([first for _, first, _ in twice], [second for _, _, second in twice], VERDICTS)
    return Bootstrap([question for question, _, _ in twice]).figure(cells, labels.kappa, _no_labels)


def point_figures(records: Sequence[Record]) -> dict[str, object]:
    """Fields of a Group: kappa, F1 by verdict, confusion, calibration and accuracy by coverage of the verdicts; None without human ones."""
    points = judged_points(records)
    names = ("key_point_kappa", "key_point_f1", "key_point_confusion", "key_point_calibration")
    if not points:
        return dict.fromkeys(names) | {"key_points": 0}
    questions = [point.question_id for point in points]
    bootstrap = Bootstrap(questions)
    confidence = np.array([point.confidence for point in points])
    cells = labels.pairs([p.human for p in points], [p.found for p in points], VERDICTS)
    right = np.array([p.human == p.found for p in points], dtype=float)
    return {
        "key_points": len(points),
        "key_point_kappa": bootstrap.figure(cells, labels.kappa, _no_labels),
        "key_point_ceiling": _ceiling(points),
        "key_point_f1": {
            verdict: bootstrap.figure(cells, _f1_of(i), lambda _: "neither side gives this verdict")
            for i, verdict in enumerate(VERDICTS)
        },
        "key_point_confusion": _table([(p.human, p.found) for p in points]),
        "key_point_calibration": calibration(confidence, right),
        "key_point_coverage": accuracy_by_coverage(confidence, right, questions),
    }


def _f1_of(i: int) -> metrics.Statistic:
    return lambda totals: np.asarray(labels.f1(totals)[..., i])
