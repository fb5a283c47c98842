"""What the page asks of evaluations and is given: `evals` answers, `ui` shows, and neither imports the other."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from interviewer.grading.grade import GraderName, PointGrade, Verdict

Tell = Callable[[str, int, int], None]
"""Is told the stage, how much of it is done, and of how much; raises to end the work there."""


class CaseSet(NamedTuple):
    """Graded replies that come with the program."""

    id: str
    name: str
    replies: int


class Wanted(NamedTuple):
    """A run to begin: `cases` is the id of a shipped set, or a file; `limit` None means all of them."""

    cases: str | Path
    grader: GraderName
    limit: int | None


class PastRun(NamedTuple):
    """A run that is kept: `graded` of `total` replies, last written `at` (aware)."""

    id: str
    cases: str
    grader: GraderName
    model: str
    at: datetime
    graded: int
    total: int
    finished: bool


class Measured(NamedTuple):
    """A figure with its 95 % interval; None where it is undefined. `unreliable`: over fewer than 20 questions."""

    value: float | None
    low: float | None
    high: float | None
    unreliable: bool


class Outcome(NamedTuple):
    """A finished run's headline. `through`: how many of `attacks` got more than their limit; None where none is."""

    scored: int
    questions: int
    ungraded: int
    ours: bool
    figures: dict[str, Measured]
    through: int | None
    attacks: int


class SecondLook(NamedTuple):
    """One person's new score in [0, 1] of one reply, kept beside the original; `at` is aware.

    `verdicts` are by point, None for a point that the person did not judge; empty where they judged none.
    """

    score: float
    by: str
    at: datetime
    why: str
    verdicts: tuple[Verdict | None, ...] = ()


class Disagreement(NamedTuple):
    """A reply whose grade and given score differ; `given_verdicts` are by point, None where none was given."""

    case_id: str
    question: str
    reply: str
    given: float
    ours: bool
    grade: float
    points: tuple[PointGrade, ...]
    given_verdicts: tuple[Verdict | None, ...]
    looks: tuple[SecondLook, ...]


class Evaluations(Protocol):
    """Evaluations as the page knows them. Every method raises InterviewerError with a message for the person."""

    def shipped(self) -> tuple[CaseSet, ...]:
        """The sets that come with the program."""

    def count(self, cases: str | Path) -> int:
        """How many replies a set or file holds, once it validates."""

    def run(self, wanted: Wanted, tell: Tell) -> str:
        """Grades what is not graded yet, and returns the run's id."""

    def resume(self, id: str, tell: Tell) -> str:
        """Goes on with a run that was stopped, and returns its id."""

    def runs(self) -> list[PastRun]:
        """The runs that are kept, the newest first."""

    def outcome(self, id: str) -> Outcome:
        """The headline of a finished run."""

    def report(self, id: str) -> Path:
        """The report of a finished run, one HTML file."""

    def disagreements(self, id: str) -> list[Disagreement]:
        """The largest differences: first those nobody looked at again, then the others."""

    def review(self, id: str, case_id: str, look: SecondLook) -> None:
        """Keeps a second look beside the original."""
