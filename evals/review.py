"""Second looks at disagreements: a new score with who, when and why, kept beside the original, which stays as it was."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from evals.errors import FolderInvalid
from evals.folder import BASES, LOCK, RowFile, read_folder_cases, read_rows, write_whole
from evals.judged import expected_points
from evals.records import Record, join
from interviewer.grading.grade import Verdict
from knowledge.bank import Frozen

REVIEWS = "reviews.jsonl"


class Review(Frozen):
    """One person's second look at one case.

    `original` is the human score that the case had; `verdicts` are by key point (the row's order, which is the case's
    where it has them), None for a point that was not looked at. `at` is aware.
    """

    case_id: str
    original: float | None
    grade: float | None
    score: float = Field(ge=0, le=1)
    verdicts: tuple[Verdict | None, ...] = ()
    by: str = Field(min_length=1)
    at: datetime
    why: str = Field(min_length=1)


def read_reviews(folder: Path) -> list[Review]:
    """The reviews kept in a results folder, oldest first. Raises: FolderInvalid."""
    file = folder / REVIEWS
    if not file.exists():
        return []
    reviews = []
    for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
        if line.strip():
            try:
                reviews.append(Review.model_validate_json(line))
            except ValidationError as error:
                raise FolderInvalid(
                    f"{file}:{number} is no review ({error.errors()[0]['msg']}); mend the line"
                ) from error
    return reviews


def add_review(folder: Path, review: Review) -> None:
    """Adds a review after those that are there. Raises: FolderInvalid, WriteFailed."""
    with _locked(folder):
        kept = [*read_reviews(folder), review]
        write_whole(folder / REVIEWS, "".join(f"{one.model_dump_json()}\n" for one in kept))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder / LOCK, timeout=10):
            yield
    except Timeout as error:
        raise FolderInvalid(f"a run is writing to {folder}; wait for its end") from error


def read_records(folder: Path) -> list[Record]:
    """The records of a results folder, without baselines. Raises: FolderInvalid, CasesInvalid."""
    if not folder.is_dir():
        raise FolderInvalid(f"{folder} is no folder; give the results folder of an `evals run`")
    cases = read_folder_cases(folder)
    if cases is None:
        raise FolderInvalid(f"{folder} holds no cases.jsonl, so its texts are not known; run the cases again")
    bases = {row.id: row for row in RowFile(folder / BASES).read()}
    return join(cases, read_rows(folder), bases, {})


def disagreements(records: Sequence[Record], reviews: Sequence[Review]) -> list[Record]:
    """Graded cases with a human score that nobody has reviewed yet, the largest disagreement first."""
    seen = {review.case_id for review in reviews}
    open_ones = [r for r in records if r.row.score is not None and r.case.score is not None and r.case.id not in seen]
    return sorted(open_ones, key=_distance, reverse=True)


def _distance(record: Record) -> float:
    assert record.row.score is not None
    assert record.case.score is not None
    return abs(record.row.score - record.case.score)


def find_record(records: Sequence[Record], case_id: str, folder: Path) -> Record:
    """The record of a case. Raises: FolderInvalid where the folder has none."""
    for record in records:
        if record.case.id == case_id:
            return record
    raise FolderInvalid(
        f"{folder} holds no row of a case {case_id!r}; `interviewer evals review {folder}` shows their ids"
    )


def card(record: Record) -> str:
    """A case as text: question, reply, both scores, and each point's verdicts."""
    case, row = record.case, record.row
    rater, whose = ("we", "Our score") if case.is_ours else ("human", "Human score")
    lines = [f"{case.id}", f"Question: {case.question or case.question_id}", f"Reply: {case.reply}"]
    for i, (point, expected) in enumerate(zip(row.key_points, expected_points(record), strict=True), start=1):
        said = f", {rater} {expected.verdict.value}" if expected else ""
        lines.append(f"  {i}. {point.point}: grader {point.verdict}{said}")
    grade = "none" if row.score is None else f"{row.score:.2f}"
    return "\n".join([*lines, f"{whose} {'none' if case.score is None else format(case.score, '.2f')}, grade {grade}"])
