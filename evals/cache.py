"""Grades kept by everything that decides them, so that no reply is paid for or waited for twice."""

import hashlib
import sqlite3
from pathlib import Path

from evals.errors import EvalsError, WriteFailed
from evals.versions import Versions
from interviewer.grading.grade import Grade
from interviewer.grading.tasks import GradeRequest
from knowledge.bank import Frozen


class Job(Frozen):
    """One reply to grade, and against what. `repeat`: 0 the first time, then 1, 2... where a grader may vary."""

    request: GradeRequest
    reply: str
    repeat: int = 0


class GradeCache:
    """Grades in a SQLite file; several runs may share it.

    Args:
        file: made where it is missing.
        versions: of the run; its threshold decides no grade and is left out of the key.

    Raises: EvalsError where the file is no cache.
    """

    def __init__(self, file: Path, versions: Versions) -> None:
        self._file = file
        self._versions = versions.model_dump_json(exclude={"threshold"})
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("CREATE TABLE IF NOT EXISTS grades (key TEXT PRIMARY KEY, grade TEXT NOT NULL)")
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def key(self, job: Job) -> str:
        """SHA-256 in hex over versions, request and reply."""
        return hashlib.sha256(f"{self._versions}\n{job.model_dump_json()}".encode()).hexdigest()

    def get(self, job: Job) -> Grade | None:
        """The grade kept for this job, or None."""
        try:
            found = self._connection.execute("SELECT grade FROM grades WHERE key = ?", (self.key(job),)).fetchone()
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return Grade.model_validate_json(found[0]) if found else None

    def put(self, job: Job, grade: Grade) -> None:
        """Keeps a grade; an ungraded one is not kept, since its cause may pass. Raises: WriteFailed."""
        if grade.ungraded is not None:
            return
        values = (self.key(job), grade.model_dump_json())
        try:
            self._connection.execute("INSERT OR REPLACE INTO grades VALUES (?, ?)", values)
        except sqlite3.Error as error:
            raise WriteFailed(
                f"the cache {self._file} cannot be written ({error}); free its disk, or run with --no-cache"
            ) from error

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()

    def _unusable(self, error: Exception) -> EvalsError:
        return EvalsError(f"the cache {self._file} cannot be used ({error}); delete it, or run with --no-cache")
