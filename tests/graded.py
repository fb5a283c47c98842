"""Made-up cases and grades for the tests of `evals`: small, and every number in them chosen."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from evals.cache import Job
from evals.cases import Case, Cases
from evals.folder import METRICS, Run, hold, write_whole
from evals.report import write_report
from evals.results import measure_run
from evals.review import read_records
from evals.rows import Prices, make_row
from evals.versions import FORMAT, Versions
from interviewer.grading.grade import Grade, GraderName, PointGrade, Verdict
from knowledge.bank import Bank


def case(id: str, **fields: Any) -> Case:
    """A case; what is not given is plain."""
    plain = {
        "question_id": f"q{id}",
        "question": "Why?",
        "reference": "It is because of this.",
        "reply": f"reply {id}",
        "score": 0.5,
    }
    return Case.model_validate({"id": id} | plain | fields)


def cases(n: int, per_question: int = 2, **fields: Any) -> Cases:
    """`n` cases whose human scores run from 0 to 1."""
    return Cases(case(f"c{i}", question_id=f"q{i // per_question}", score=i / (n - 1), **fields) for i in range(n))


def write_cases(file: Path, found: Iterable[Case]) -> Path:
    """The cases as a file of JSON lines."""
    file.write_text("".join(f"{line}\n" for line in Cases(found).lines()))
    return file


def grade(score: float | None, *points: tuple[str, Verdict, float], **fields: Any) -> Grade:
    """A grade with key points given as text, verdict and confidence."""
    found = tuple(
        PointGrade(
            point_id=f"p{i}", point=text, weight=2, aspect=None, verdict=verdict, confidence=confidence, credit=0.0
        )
        for i, (text, verdict, confidence) in enumerate(points)
    )
    plain: dict[str, Any] = {"question_id": None, "grader": GraderName.LOCAL, "model": "made-up", "latency_ms": 2.0}
    return Grade(score=score, key_points=found, **plain | fields)


def score_of(text: str) -> float:
    """A number in [0, 1] that a text decides."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:6], 16) / 0xFFFFFF


class CountingEngine:
    """Grades by `score_of` and remembers every reply that it was given."""

    def __init__(self) -> None:
        self.replies: list[str] = []

    def __call__(self, jobs: Iterable[Job]) -> Iterator[Grade]:
        for job in jobs:
            self.replies.append(job.reply)
            yield grade(score_of(job.reply))


def finished_run(home: Path, bank: Bank, found: Cases, given: Grade) -> Path:
    """A finished run in a home, in which every reply got the same grade: its folder."""
    folder = home / "evals" / "local-made-up"
    folder.parent.mkdir(parents=True)
    with hold(folder, begun(found), found) as opened:
        for one in found:
            opened.append(make_row(one, given, 0.5, Prices()))
    records = read_records(folder)
    metrics = measure_run(records, begun(found), bank)
    write_whole(folder / METRICS, metrics.model_dump_json())
    write_report(folder, metrics, records, bank)
    return folder


def begun(found: Cases, **versions: Any) -> Run:
    """The manifest of a run over these cases."""
    plain: dict[str, Any] = {
        "format": FORMAT, "code": "c0de", "grader": GraderName.LOCAL, "model": "local", "prompt": None, "encoder": "e",
        "threshold": 0.5,
    }  # fmt: skip
    return Run(
        versions=Versions(**plain | versions), cases_hash=found.content_hash, cases=len(found), files=("made.jsonl",)
    )
