"""Evaluations for the page: `interviewer.evaluations.Evaluations` over this package's parts."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from evals.bootstrap import Figure
from evals.cases import Case, Cases, read_cases
from evals.errors import CasesInvalid, EvalsError, FolderInvalid
from evals.execute import Options, default_folder, execute, manifest
from evals.folder import METRICS, REPORT, ROWS, RUN, Run, read_folder_cases, read_run
from evals.records import Record
from evals.report import refresh_report
from evals.results import Metrics
from evals.review import Review, add_review, disagreements, find_record, read_records, read_reviews
from evals.rows import RowPoint
from evals.run import Progress
from interviewer.evaluations import (
    CaseSet,
    Disagreement,
    Measured,
    Outcome,
    PastRun,
    SecondLook,
    Tell,
    Wanted,
)
from interviewer.grading.grade import PointGrade, Verdict
from interviewer.wiring import Interviewer

DATA = Path(__file__).parent / "data"
HEADLINE = ("qwk", "pearson", "rmse", "smd", "key_point_kappa")
MOST_SHOWN = 50
_FIRST = re.compile(r"-first-(\d+)$")
_SETS: dict[str, tuple[str, str, str | None]] = {
    "quick": ("Quick check: a bit of everything", "gate/cases.jsonl", None),
    "golden": ("Replies with scores of our own", "golden.jsonl", "dev"),
    "attacks": ("Tricks to get a better grade", "dev_attacks.jsonl", None),
}
"""Name, file and split. The halves kept for testing are not here: who looks at them often tunes to them."""


class Desk:
    """What the page can ask; runs lie in the home folder, where `interviewer evals run` without `--out` puts them."""

    def __init__(self, interviewer: Interviewer) -> None:
        self._interviewer = interviewer

    @property
    def _folder(self) -> Path:
        return self._interviewer.settings.home / "evals"

    def shipped(self) -> tuple[CaseSet, ...]:
        """The sets that come with the program. Raises: CasesInvalid."""
        return tuple(CaseSet(id, name, _size(id)) for id, (name, _, _) in _SETS.items())

    def count(self, cases: str | Path) -> int:
        """How many replies. Raises: CasesInvalid naming the line that is wrong."""
        return len(_read(cases))

    def run(self, wanted: Wanted, tell: Tell) -> str:
        """Grades what is not graded yet. Raises: EvalsError, SettingsInvalid, knowledge.errors.KnowledgeError."""
        cases = _read(wanted.cases)
        options = Options(files=(_named(wanted.cases),), grader=wanted.grader, limit=wanted.limit)
        folder = default_folder(self._interviewer, manifest(self._interviewer, cases, options))
        if wanted.limit is not None and wanted.limit < len(cases):
            folder = folder.with_name(f"{folder.name}-first-{wanted.limit}")
        return self._execute(cases, options.model_copy(update={"out": folder}), tell)

    def resume(self, id: str, tell: Tell) -> str:
        """Goes on with a run. Raises: FolderInvalid where the grader has changed since, and what `run` raises."""
        folder, begun = self._run(id)
        cases = read_folder_cases(folder)
        if cases is None:
            raise FolderInvalid(f"the run {id} has lost its replies; begin a new run")
        limit = _limit(folder)
        options = Options(
            files=tuple(Path(name) for name in begun.files), grader=begun.versions.grader, limit=limit, out=folder
        )
        if manifest(self._interviewer, cases, options).versions != begun.versions:
            raise FolderInvalid("the grader has changed since this run began; begin a new run over the same replies")
        return self._execute(cases, options, tell)

    def _execute(self, cases: Cases, options: Options, tell: Tell) -> str:
        def bar(stage: str) -> Progress:
            return lambda done, total: tell(stage, done, total)

        return execute(self._interviewer, cases, options, bar).folder.name

    def runs(self) -> list[PastRun]:
        """The runs in the home folder, the newest first; a folder that is no run of this version is left out."""
        found = [past for file in self._folder.glob(f"*/{RUN}") for past in _past(file.parent)]
        return sorted(found, key=lambda past: past.at, reverse=True)

    def outcome(self, id: str) -> Outcome:
        """The headline. Raises: FolderInvalid where the run is not finished."""
        folder, _ = self._run(id)
        whole = _metrics(folder).whole
        figures = {name: _measured(getattr(whole, name)) for name in HEADLINE if getattr(whole, name) is not None}
        return Outcome(
            scored=whole.scored,
            questions=whole.clusters,
            ungraded=whole.ungraded,
            ours=whole.ours > 0,
            figures=figures,
            through=whole.attacks.passed if whole.attacks else None,
            attacks=whole.attacks.n if whole.attacks else 0,
        )

    def report(self, id: str) -> Path:
        """The report. Raises: FolderInvalid where the run is not finished."""
        folder, _ = self._run(id)
        if not (folder / REPORT).exists():
            raise FolderInvalid("this run has no report yet; go on with it first")
        return folder / REPORT

    def disagreements(self, id: str) -> list[Disagreement]:
        """The largest differences. Raises: FolderInvalid, CasesInvalid."""
        folder, _ = self._run(id)
        records, reviews = read_records(folder), read_reviews(folder)
        seen = {review.case_id for review in reviews}
        looked_at = disagreements([r for r in records if r.case.id in seen], [])
        shown = [*disagreements(records, reviews)[:MOST_SHOWN], *looked_at]
        return [self._disagreement(record, reviews) for record in shown]

    def _disagreement(self, record: Record, reviews: list[Review]) -> Disagreement:
        case, row = record.case, record.row
        assert case.score is not None
        assert row.score is not None
        known = self._interviewer.bank.by_id.get(case.question_id)
        given = {point.point.strip(): point.verdict for point in case.key_points or ()}
        return Disagreement(
            case_id=case.id,
            question=case.question or (known.question if known else case.question_id),
            reply=case.reply,
            given=case.score,
            ours=case.is_ours,
            grade=row.score,
            points=tuple(_point(i, case, point) for i, point in enumerate(row.key_points, start=1)),
            given_verdicts=tuple(_verdict(given, point) for point in row.key_points),
            looks=tuple(SecondLook(r.score, r.by, r.at, r.why, r.verdicts) for r in reviews if r.case_id == case.id),
        )

    def review(self, id: str, case_id: str, look: SecondLook) -> None:
        """Keeps a second look, and draws the report anew. Raises: FolderInvalid, WriteFailed."""
        folder, _ = self._run(id)
        record = find_record(read_records(folder), case_id, folder)
        review = Review(
            case_id=case_id,
            original=record.case.score,
            grade=record.row.score,
            score=look.score,
            verdicts=look.verdicts,
            by=look.by,
            at=look.at,
            why=look.why,
        )
        add_review(folder, review)
        refresh_report(folder, self._interviewer.bank)

    def _run(self, id: str) -> tuple[Path, Run]:
        """The folder of a run and what it is of. An id comes from the page, so it may be anything."""
        known = {file.parent.name: file.parent for file in self._folder.glob(f"*/{RUN}")}
        if id not in known:
            raise FolderInvalid(f"there is no run {id!r}; choose one from the list")
        return known[id], read_run(known[id])


def _read_set(id: str) -> Cases:
    _, file, split = _SETS[id]
    cases = read_cases([DATA / file])
    return cases if split is None else Cases(case for case in cases if case.split == split)


@cache
def _size(id: str) -> int:
    return len(_read_set(id))


def _read(cases: str | Path) -> Cases:
    if isinstance(cases, str):
        if cases not in _SETS:
            raise CasesInvalid(f"there is no set {cases!r}; choose one from the list")
        return _read_set(cases)
    try:
        return read_cases([cases])
    except CasesInvalid as error:
        # The person gave a file, and not the folder where the page keeps it.
        raise CasesInvalid(str(error).replace(f"{cases.parent}/", "")) from error


def _named(cases: str | Path) -> Path:
    return Path(_SETS[cases][0]) if isinstance(cases, str) else Path(cases.name)


def _limit(folder: Path) -> int | None:
    found = _FIRST.search(folder.name)
    return int(found[1]) if found else None


def _past(folder: Path) -> Iterator[PastRun]:
    try:
        begun = read_run(folder)
    except EvalsError:
        return
    rows, metrics = folder / ROWS, folder / METRICS
    graded = rows.read_bytes().count(b"\n") if rows.exists() else 0
    total = min(begun.cases, _limit(folder) or begun.cases)
    yield PastRun(
        id=folder.name,
        cases=", ".join(begun.files),
        grader=begun.versions.grader,
        model=begun.versions.model,
        at=datetime.fromtimestamp((rows if rows.exists() else folder / RUN).stat().st_mtime, UTC),
        graded=graded,
        total=total,
        finished=metrics.exists() and graded >= total,
    )


def _metrics(folder: Path) -> Metrics:
    file = folder / METRICS
    if not file.exists():
        raise FolderInvalid("this run is not finished yet; go on with it first")
    try:
        return Metrics.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise FolderInvalid(
            "this run was measured by another version; begin a new run over the same replies"
        ) from error


def _measured(figure: Figure) -> Measured:
    return Measured(figure.value, figure.low, figure.high, figure.unreliable)


def _verdict(given: dict[str, Verdict], point: RowPoint) -> Verdict | None:
    return given.get(point.point.strip())


def _point(number: int, case: Case, point: RowPoint) -> PointGrade:
    weights = {given.point.strip(): given.weight for given in case.key_points or ()}
    start = case.reply.find(point.evidence) if point.evidence else -1
    return PointGrade(
        point_id=f"p{number}",
        point=point.point,
        weight=weights.get(point.point.strip(), 2),
        aspect=None,
        verdict=point.verdict,
        confidence=point.confidence,
        credit=point.credit,
        evidence=point.evidence,
        start=start if start >= 0 else None,
    )
