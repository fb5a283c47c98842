"""A language model that cannot be reached from here: its requests written to files, its answers read from files."""

from pathlib import Path
from typing import NamedTuple

from evals.cases import Cases
from evals.run import Progress, jobs_of, local_engine
from interviewer.grading.grade import GraderName
from interviewer.llm.recorder import Recorder
from interviewer.wiring import Interviewer


class Recorded(NamedTuple):
    """What a recording wrote. `replies`: those looked at; a reply that a rule decides, or that was seen before, adds no
    request.
    """

    folder: Path
    replies: int
    requests: int


def record(interviewer: Interviewer, cases: Cases, folder: Path, progress: Progress | None = None) -> Recorded:
    """Writes the request of every reply to be graded, and neither sends nor grades any.

    Raises: InputInvalid where the folder cannot be written, SettingsInvalid where no language model is named.
    """
    recorder = Recorder(folder)
    grader = interviewer.make_grader(GraderName.LLM, exchange=recorder, checked=False)
    jobs = [job for case in cases for job in jobs_of(case, interviewer.bank)]
    for done, _ in enumerate(local_engine(grader)(jobs), start=1):
        if progress:
            progress(done, len(jobs))
    return Recorded(folder, len(jobs), len(recorder.written))
