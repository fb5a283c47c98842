"""A results folder on disk: begun whole, grown row by row, each row on the disk before it counts.

Beside the contract's three files it holds `run.json` (what the run is of), `cases.jsonl` (the cases as they were),
`bases.jsonl` (grades of the replies that attack suffixes hang on) and `repeats.jsonl` (further grades of the same replies).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout
from pydantic import ValidationError

from evals.cases import Cases, read_cases
from evals.errors import FolderInvalid, WriteFailed
from evals.rows import Row
from evals.versions import FORMAT, Versions
from knowledge.bank import Frozen

ROWS, BASES, REPEATS, CASES, RUN = "rows.jsonl", "bases.jsonl", "repeats.jsonl", "cases.jsonl", "run.json"
METRICS, REPORT, BASELINES_FILE = "metrics.json", "report.html", "baselines.jsonl"
LOCK = ".lock"


class Run(Frozen):
    """What a folder holds the results of: `cases_hash` is over the whole files, whatever `--limit` was."""

    versions: Versions
    cases_hash: str
    cases: int
    files: tuple[str, ...]
    repeats: int = 1


class RowFile:
    """Rows appended to a file; when `append` returns, the row is on the disk."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stream: IO[bytes] | None = None

    def read(self) -> list[Row]:
        """The whole rows of the file, without what a killed run left of a last one. Raises: FolderInvalid."""
        if not self._file.exists():
            return []
        try:
            data = self._file.read_bytes()
        except OSError as error:
            raise FolderInvalid(f"{self._file} cannot be read ({error.strerror})") from error
        return parse_rows(self._file, data[: data.rfind(b"\n") + 1])

    def cut(self) -> None:
        """Cuts off what a killed run left of a last row. Only the run that holds the folder may. Raises: WriteFailed."""
        if not self._file.exists():
            return
        try:
            data = self._file.read_bytes()
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                os.truncate(self._file, whole)
        except OSError as error:
            raise _failed(self._file, error) from error

    def append(self, row: Row) -> None:
        """Raises: WriteFailed, with the file left as it was before."""
        line = row.line().encode() + b"\n"
        size = 0
        try:
            if self._stream is None:
                self._stream = self._file.open("ab", buffering=0)
            size = self._stream.seek(0, os.SEEK_END)
            written = self._stream.write(line)
            if written < len(line):
                self._stream.write(line[written:])
            os.fsync(self._stream.fileno())
        except OSError as error:
            if self._stream is not None:
                self._stream.truncate(size)
            raise _failed(self._file, error) from error

    def close(self) -> None:
        """Gives the file back."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def parse_rows(file: Path, data: bytes) -> list[Row]:
    """Rows of a file's bytes. Raises: FolderInvalid naming the line that is no row of this version."""
    rows = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                rows.append(Row.model_validate_json(line))
            except ValidationError as error:
                problem = error.errors()[0]
                where = ".".join(str(part) for part in problem["loc"])
                raise FolderInvalid(
                    f"{file}:{number}: {where}: {problem['msg']}; the folder is of another version, use a new one"
                ) from error
    return rows


class Folder:
    """An open results folder.

    Args:
        path: the folder, held by `hold`.
        cases: those to grade, in order.
    """

    def __init__(self, path: Path, cases: Cases, grader: str) -> None:
        self.path = path
        self.cases = cases
        self._rows, self._bases, self._repeats = (RowFile(path / name) for name in (ROWS, BASES, REPEATS))
        for file in (self._rows, self._bases, self._repeats):
            file.cut()
        self.rows = self._rows.read()
        self.bases = {row.id: row for row in self._bases.read()}
        self.repeats: dict[str, list[Row]] = {}
        for row in self._repeats.read():
            self.repeats.setdefault(row.id, []).append(row)
        self._check(grader)

    def _check(self, grader: str) -> None:
        if len(self.rows) > len(self.cases):
            raise FolderInvalid(
                f"{self.path} holds {len(self.rows)} rows, more than the {len(self.cases)} cases asked for; use another --out"
            )
        for row, case in zip(self.rows, self.cases, strict=False):
            if row.id != case.id:
                raise FolderInvalid(
                    f"{self.path} holds a row of case {row.id!r} where {case.id!r} belongs; use another --out"
                )
        for row in (*self.rows, *self.bases.values()):
            if row.grader != grader:
                raise FolderInvalid(
                    f"{self.path} holds grades by {row.grader!r} (case {row.id!r}), and this run grades by {grader!r}; "
                    "use another --out"
                )

    def append(self, row: Row) -> None:
        """Adds the next row. Raises: WriteFailed."""
        self._rows.append(row)
        self.rows.append(row)

    def append_base(self, row: Row) -> None:
        """Adds the grade of a base reply, which comes before its case's row. Raises: WriteFailed."""
        self._bases.append(row)
        self.bases[row.id] = row

    def append_repeat(self, row: Row) -> None:
        """Adds a further grade of a case, which comes before its row. Raises: WriteFailed."""
        self._repeats.append(row)
        self.repeats.setdefault(row.id, []).append(row)

    def close(self) -> None:
        """Gives the files back."""
        for file in (self._rows, self._bases, self._repeats):
            file.close()


@contextmanager
def hold(path: Path, run: Run, cases: Cases, limit: int | None = None) -> Iterator[Folder]:
    """The folder of a run, begun or resumed, locked against other runs.

    Raises: FolderInvalid where it holds another run or another process has it, WriteFailed where it cannot be made.
    """
    _make(path)
    try:
        lock = FileLock(path / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise FolderInvalid(f"another run is writing to {path}; wait for it, or use another --out") from error
    except OSError as error:
        raise _failed(path, error) from error
    try:
        _begin(path, run, cases)
        folder = Folder(path, cases[:limit], run.versions.grader.value)
        try:
            yield folder
        finally:
            folder.close()
    finally:
        lock.release()


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise FolderInvalid(f"{path} is a file; give --out a folder, which is made where there is none") from error
    except OSError as error:
        raise FolderInvalid(f"{path} cannot be made ({error.strerror}); give --out another folder") from error


def _begin(path: Path, run: Run, cases: Cases) -> None:
    if not (path / RUN).exists():
        written = "".join(f"{line}\n" for line in cases.lines())
        _refuse_others(path, written)
        write_whole(path / CASES, written)
        # Written last: a folder without it has not been begun.
        write_whole(path / RUN, run.model_dump_json(indent=1) + "\n")
        return
    found = read_run(path)
    if found.versions.format != FORMAT:
        raise FolderInvalid(
            f"{path} is of format {found.versions.format}, this program writes {FORMAT}; use another --out"
        )
    if found.cases_hash != run.cases_hash:
        raise FolderInvalid(f"{path} holds results of other cases ({', '.join(found.files)}); use another --out")
    if found.repeats != run.repeats:
        raise FolderInvalid(
            f"{path} was graded {found.repeats} times over, and now it is {run.repeats}; use another --out"
        )
    before, now = found.versions.model_dump(mode="json"), run.versions.model_dump(mode="json")
    for name, value in now.items():
        if before[name] != value:
            raise FolderInvalid(
                f"{path} was graded with {name} {before[name]}, and now it is {value}; use another --out"
            )


def _refuse_others(path: Path, cases: str) -> None:
    """Nothing that a run did not write is written over: a folder may hold the person's own `cases.jsonl`.

    Raises: FolderInvalid.
    """
    for name in (ROWS, BASES, REPEATS, BASELINES_FILE, METRICS, REPORT, CASES):
        file = path / name
        # A run that was killed in this moment left its cases, and no `run.json` yet.
        if file.exists() and not (name == CASES and file.read_bytes() == cases.encode()):
            raise FolderInvalid(f"{path} holds {name} but no {RUN}, so no run wrote it; use another --out")


def read_run(path: Path) -> Run:
    """What a folder holds the results of. Raises: FolderInvalid."""
    try:
        return Run.model_validate_json((path / RUN).read_bytes())
    except OSError as error:
        raise FolderInvalid(f"{path / RUN} cannot be read ({error.strerror}); is {path} a results folder?") from error
    except ValidationError as error:
        raise FolderInvalid(f"{path / RUN} is of another version of this program; use another folder") from error


def read_rows(path: Path) -> list[Row]:
    """The rows of a folder, without what a killed run left of a last one. Raises: FolderInvalid."""
    file = path / ROWS
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FolderInvalid(f"{file} cannot be read ({error.strerror}); is {path} a results folder?") from error
    rows = parse_rows(file, data[: data.rfind(b"\n") + 1])
    graders = sorted({row.grader for row in rows})
    if len(graders) > 1:
        raise FolderInvalid(f"{file} mixes grades by {' and '.join(graders)}; each run has a folder of its own")
    if len({row.id for row in rows}) < len(rows):
        raise FolderInvalid(f"{file} holds a case twice; each case has one row")
    return rows


def read_folder_cases(path: Path) -> Cases | None:
    """The cases kept beside the rows, or None where the folder has none. Raises: CasesInvalid."""
    file = path / CASES
    return read_cases([file]) if file.exists() else None


def write_whole(file: Path, text: str) -> None:
    """Writes a file so that it is there whole or not at all. Raises: WriteFailed."""
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _failed(file, error) from error


def _failed(path: Path, error: OSError) -> WriteFailed:
    return WriteFailed(
        f"{path} cannot be written ({error.strerror}); what was written before is whole: free the disk or its rights, "
        "then give the same command again to go on"
    )
