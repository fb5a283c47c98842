"""What the Evals part of the page does: functions of plain values over evaluations, without Gradio."""

import base64
import gzip
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from interviewer.errors import InputInvalid
from interviewer.evaluations import Disagreement, Evaluations, Outcome, PastRun, SecondLook, Wanted
from interviewer.grading.grade import GraderName, Verdict
from ui.background import Background, Status
from ui.texts import say

OWN = "own"
"""Stands for a file of the person's among the shipped sets."""
ALL = 0
LARGEST_FILE_MB = 20
LONGEST_NAME = 80
LONGEST_WHY = 2000
UNJUDGED = "-"


class Result(NamedTuple):
    """A run with what is known of it; `outcome` None where it is not finished, or cannot be shown for a `fault`."""

    run: PastRun
    outcome: Outcome | None
    disagreements: list[Disagreement]
    fault: str | None = None


def begin(
    evaluations: Evaluations, work: Background, cases: str, upload: str | None, grader: str, limit: int
) -> Status | None:
    """Checks the cases and begins to grade them. Raises: InputInvalid saying what is wrong with which line."""
    chosen = _uploaded(upload) if cases == OWN else cases
    evaluations.count(chosen)
    wanted = Wanted(chosen, GraderName(grader), int(limit) or None)
    work.start(lambda tell: evaluations.run(wanted, tell))
    return work.status()


def _uploaded(upload: str | None) -> Path:
    if not upload:
        raise InputInvalid(say("evals.no_file"))
    file = Path(upload)
    size = file.stat().st_size
    if size > LARGEST_FILE_MB * 1024**2:
        raise InputInvalid(say("evals.large_file", size=f"{size / 1024**2:.0f}", limit=LARGEST_FILE_MB))
    return file


def resume(evaluations: Evaluations, work: Background, id: str | None) -> Status | None:
    """Goes on with a run that was stopped. Raises: InputInvalid."""
    run = find_run(evaluations.runs(), id)
    work.start(lambda tell: evaluations.resume(run.id, tell))
    return work.status()


def under_way(runs: Sequence[PastRun], status: Status | None) -> str | None:
    """Id of the run that is being graded: the unfinished one that was written to last."""
    if status is None or status.state not in ("running", "stopping"):
        return None
    return next((run.id for run in runs if not run.finished), None)


def find_run(runs: Sequence[PastRun], id: str | None) -> PastRun:
    """The run of an id. Raises: InputInvalid."""
    for run in runs:
        if run.id == id:
            return run
    raise InputInvalid(say("evals.no_run"))


def result(evaluations: Evaluations, id: str | None) -> Result:
    """All that is shown of a run. Raises: InputInvalid."""
    run = find_run(evaluations.runs(), id)
    if not run.finished:
        return Result(run, None, [])
    try:
        return Result(run, evaluations.outcome(run.id), evaluations.disagreements(run.id))
    except InputInvalid as error:
        # One run that cannot be read must not hide the others.
        return Result(run, None, [], str(error))


def find_disagreement(found: Sequence[Disagreement], case_id: str | None) -> Disagreement:
    """The one of an id. Raises: InputInvalid."""
    for one in found:
        if one.case_id == case_id:
            return one
    raise InputInvalid(say("evals.no_reply"))


def review(
    evaluations: Evaluations,
    id: str | None,
    case_id: str | None,
    score: float | None,
    by: str,
    why: str,
    now: datetime,
    verdicts: str = "",
) -> list[Disagreement]:
    """Keeps a second look beside the original, and returns the disagreements as they stand then.

    Args:
        verdicts: a word for each point, with blanks between; `UNJUDGED` for a point that the person did not judge.

    Raises: InputInvalid where something is left out.
    """
    run = find_run(evaluations.runs(), id)
    judged = _verdicts(verdicts.split(), len(find_disagreement(evaluations.disagreements(run.id), case_id).points))
    by, why = " ".join(by.split())[:LONGEST_NAME], why.strip()[:LONGEST_WHY]
    if score is None or not 0 <= score <= 1:
        raise InputInvalid(say("evals.no_score"))
    if not by:
        raise InputInvalid(say("evals.no_name"))
    if not why:
        raise InputInvalid(say("evals.no_reason"))
    evaluations.review(run.id, str(case_id), SecondLook(float(score), by, now, why, judged))
    return evaluations.disagreements(run.id)


def _verdicts(words: Sequence[str], points: int) -> tuple[Verdict | None, ...]:
    if set(words) <= {UNJUDGED}:
        return ()
    if len(words) != points or not set(words) <= {UNJUDGED, *Verdict}:
        raise InputInvalid(say("evals.other_points"))
    return tuple(None if word == UNJUDGED else Verdict(word) for word in words)


def next_open(found: Sequence[Disagreement], after: str | None) -> Disagreement | None:
    """The next one that nobody looked at again, or `after` itself where all were."""
    open_ones = [one for one in found if not one.looks]
    return open_ones[0] if open_ones else next((one for one in found if one.case_id == after), None)


def packed_report(evaluations: Evaluations, id: str | None) -> str:
    """A run's report for the page, gzip in base64: it is large, and no script in it is to be seen as the page's own.

    Raises: InputInvalid.
    """
    run = find_run(evaluations.runs(), id)
    return base64.b64encode(gzip.compress(evaluations.report(run.id).read_bytes(), mtime=0)).decode()
