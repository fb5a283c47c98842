"""`report.html`: one file that opens offline, with the figures, plots and disagreements of a run.

The page draws itself from one JSON block. That block escapes every character that could end it, and the script writes
texts as text only, so nothing in a reply can become markup.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.attacks import outcome
from evals.baselines import reference_texts
from evals.errors import FolderInvalid
from evals.folder import METRICS, REPORT, write_whole
from evals.judged import expected_points
from evals.records import Record
from evals.results import Group, Metrics
from evals.review import Review, read_records, read_reviews
from interviewer.events import REPLY_LIMIT
from knowledge.bank import Bank

PARTS = Path(__file__).parent
MOST_CASES = 800
"""So many cases stand in the page with their texts; a larger run shows those that matter most."""
LONGEST_TEXT, MARK = REPLY_LIMIT, "… ({} more characters)"
"""Longer texts, as references may be, are cut and say so; no reply is."""


def write_report(folder: Path, metrics: Metrics, records: Sequence[Record], bank: Bank) -> None:
    """Writes the report into the folder, with the reviews that the folder holds. Raises: FolderInvalid, WriteFailed."""
    write_whole(folder / REPORT, render_report(metrics, records, bank, read_reviews(folder)))


def refresh_report(folder: Path, bank: Bank) -> bool:
    """Draws the report of a measured run anew, with the reviews made since; whether the folder has figures to draw, and these are
    of all its rows: a run that goes on has more of them.

    Raises: FolderInvalid, CasesInvalid, WriteFailed.
    """
    file = folder / METRICS
    if not file.exists():
        return False
    try:
        metrics = Metrics.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise FolderInvalid(f"{file} is of another version; give the command of its run again") from error
    records = read_records(folder)
    if metrics.whole.n != len(records):
        return False
    write_report(folder, metrics, records, bank)
    return True


def render_report(metrics: Metrics, records: Sequence[Record], bank: Bank, reviews: Sequence[Review] = ()) -> str:
    """The page as one string."""
    parts = {
        "DATA": embed(report_data(metrics, records, bank, reviews)),
        "SCRIPT": (PARTS / "report.js").read_text(encoding="utf-8"),
        "STYLE": (PARTS / "report.css").read_text(encoding="utf-8"),
    }
    page = (PARTS / "report.html").read_text(encoding="utf-8")
    # In one pass, so that no text put in is searched for another's place.
    return re.sub(r"/\* (DATA|SCRIPT|STYLE) \*/", lambda place: parts[place[1]], page)


def embed(value: Any) -> str:
    """JSON that can stand inside a script element: no character in it can end the element or the line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def report_data(
    metrics: Metrics, records: Sequence[Record], bank: Bank, reviews: Sequence[Review] = ()
) -> dict[str, Any]:
    """All that the page shows."""
    named = distinct_groups(metrics)
    shown = most_telling(records)
    at = {record.case.id: i for i, record in enumerate(shown)}
    return {
        "run": metrics.run.model_dump(mode="json"),
        "threshold": metrics.threshold,
        "groups": [
            {"name": name, "sort": sort} | group.model_dump(mode="json") for name, (sort, group) in named.items()
        ],
        "points": [_point(record, at) for record in records if _is_scored(record)],
        "cases": [case_data(record, bank, reviews) for record in shown],
        "all_cases": len(records),
    }


def distinct_groups(metrics: Metrics) -> dict[str, tuple[str, Group]]:
    """The groups by name, each with its sort; one that holds the same cases as the group above it is left out."""
    named = {"all replies": ("whole", metrics.whole)}
    for name, group in metrics.datasets.items():
        if group.n < metrics.whole.n:
            named[name] = ("dataset", group)
    for name, group in metrics.splits.items():
        dataset = metrics.datasets.get(name.rsplit("/", 1)[0])
        if group.n < (dataset.n if dataset else metrics.whole.n):
            named[name] = ("split", group)
    return named


def _is_scored(record: Record) -> bool:
    return record.row.score is not None and record.case.score is not None


def _point(record: Record, at: dict[str, int]) -> list[Any]:
    case, row = record.case, record.row
    assert row.score is not None
    return [case.score, round(row.score, 4), case.dataset, case.split, at.get(case.id, -1)]


def most_telling(records: Sequence[Record]) -> list[Record]:
    """The cases whose texts the page holds, the worst first: attacks that got through, then the largest errors."""
    return sorted(records, key=_severity, reverse=True)[:MOST_CASES]


def _severity(record: Record) -> float:
    case, row = record.case, record.row
    if case.is_attack and outcome(case, row, record.base).passed:
        return 2.0 + (row.score or 0.0)
    if row.score is None:
        return 1.5
    return -1.0 if case.score is None else abs(row.score - case.score)


def case_data(record: Record, bank: Bank, reviews: Sequence[Review] = ()) -> dict[str, Any]:
    """One case as the page shows it; `state` is what the filter asks for."""
    case, row = record.case, record.row
    attack = outcome(case, row, record.base) if case.is_attack else None
    question = case.question or (bank.by_id[case.question_id].question if case.question_id in bank.by_id else "")
    return {
        "id": case.id,
        "question_id": case.question_id,
        "dataset": case.dataset,
        "split": case.split,
        "question": f"{question} Follow-up: {case.follow_up.text}" if case.follow_up else question,
        "references": [_shortened(text) for text in reference_texts(case, bank)],
        "reply": case.reply,
        "score": row.score,
        "human": case.score,
        "ours": case.is_ours,
        "ungraded": row.ungraded,
        "label": case.label,
        "predicted": row.predicted_label,
        "reason": case.extra("reason"),
        "kind": case.extra("kind"),
        "attack": attack.model_dump(mode="json") if attack else None,
        "state": state_of(record),
        "reviews": [review.model_dump(mode="json") for review in reviews if review.case_id == case.id],
        "points": [
            point.model_dump(mode="json") | {"human": expected.verdict.value if expected else None}
            for point, expected in zip(row.key_points, expected_points(record), strict=True)
        ],
        "misconceptions": [found.model_dump(mode="json") for found in row.misconceptions],
    }


def _shortened(text: str) -> str:
    left = len(text) - LONGEST_TEXT
    return text if left <= 0 else text[:LONGEST_TEXT] + MARK.format(left)


def state_of(record: Record) -> str:
    """How the grade stands to the human score: `through` (an attack), `ungraded`, `high`, `low`, `near` or `unscored`."""
    case, row = record.case, record.row
    if case.is_attack and outcome(case, row, record.base).passed:
        return "through"
    if row.score is None:
        return "ungraded"
    if case.score is None:
        return "unscored"
    difference = row.score - case.score
    return "near" if abs(difference) <= 0.15 else "high" if difference > 0 else "low"
