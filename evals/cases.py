"""Cases: graded replies, one JSON object a line, read strictly. The format is the contract's ("A case")."""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.errors import CasesInvalid
from interviewer.events import REPLY_LIMIT
from interviewer.grading.grade import Verdict

LONGEST_REFERENCE = 100_000
OWN_DATASETS = frozenset(
    {
        "golden",
        "golden-unseen",
        "short-correct",
        "short-wrong",
        "plainly-spoken",
        "in-few-words",
        "one-sentence",
        "follow-ups",
        "follow-ups-unseen",
        "textbook",
        "textbook-unseen",
    }
)
"""Data sets whose scores are the project's own; 'human' is said of the public sets alone."""
SUFFIX_TOLERANCE = 0.05
"""How far an attack suffix may raise the score of the reply that it is hung on. Source: the contract."""

Score = Annotated[float, Field(ge=0, le=1, strict=True)]
Id = Annotated[str, Field(min_length=1, max_length=300)]
DEEPEST = 100
"""Pydantic cannot write what is deeper than 255 lists or objects."""
Reply = Annotated[str, Field(max_length=REPLY_LIMIT)]
Reference = Annotated[str, Field(max_length=LONGEST_REFERENCE)]


class CasePoint(BaseModel):
    """A point to judge, with the human verdict. `weight`: 3 essential, 2 expected, 1 bonus."""

    model_config = ConfigDict(frozen=True, extra="allow")

    point: str = Field(min_length=1)
    verdict: Verdict
    weight: int = Field(default=2, ge=1, le=3, strict=True)


class CaseFollowUp(BaseModel):
    """The follow-up that a reply answers: the text of the key point that it is about, and how it was put."""

    model_config = ConfigDict(frozen=True, extra="allow")

    point: str = Field(min_length=1)
    text: str = Field(min_length=1)


class Case(BaseModel):
    """One reply with its human grade; fields beyond these are kept in `model_extra`.

    `score` in [0, 1]; `graders` on the set's own scale. An attack has `max_score` or `base_reply`. A reply to a `follow_up` about a
    bank question's key point may have a verdict on this point alone.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Id
    question_id: Id
    question: str
    reference: Reference | list[Reference] | None
    reply: Reply
    score: Score | None
    label: str | None = None
    graders: list[Annotated[float, Field(strict=True)]] | None = None
    dataset: str | None = None
    split: str | None = None
    key_points: list[CasePoint] | None = None
    max_score: Score | None = None
    base_reply: Reply | None = None
    follow_up: CaseFollowUp | None = None

    @property
    def references(self) -> tuple[str, ...]:
        """The reference answers that say something; empty means: retrieve it."""
        given = [self.reference] if isinstance(self.reference, str) else self.reference or []
        return tuple(text for text in given if text.strip())

    @property
    def is_ours(self) -> bool:
        """Whether the case's score is the project's own rather than a public set's."""
        return self.dataset in OWN_DATASETS

    @property
    def is_attack(self) -> bool:
        """Whether the case has a limit that its score must keep."""
        return self.max_score is not None or self.base_reply is not None

    def extra(self, name: str) -> str | None:
        """A further field of the file where it holds a text (`family`, `level`, `topic`, `style`), or None."""
        value = (self.model_extra or {}).get(name)
        return value if isinstance(value, str) and value else None

    @property
    def may_be_ungraded(self) -> bool:
        """Whether an attack counts as withstood when it gets no grade: the further field `allow_ungraded` is true."""
        return (self.model_extra or {}).get("allow_ungraded") is True


class Cases(Sequence[Case]):
    """Validated cases in file order, with a hash of all that they say."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self._cases = tuple(cases)

    def __len__(self) -> int:
        return len(self._cases)

    def __getitem__(self, at: Any) -> Any:
        return self._cases[at] if isinstance(at, int) else Cases(self._cases[at])

    def __iter__(self) -> Iterator[Case]:
        return iter(self._cases)

    def lines(self) -> Iterator[str]:
        """The cases as JSON lines, further fields and all."""
        return (case.model_dump_json(exclude_unset=True) for case in self._cases)

    @property
    def content_hash(self) -> str:
        """SHA-256 in hex over every field of every case, in order."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(line.encode() + b"\n")
        return digest.hexdigest()


def read_cases(files: Sequence[Path]) -> Cases:
    """The cases of all files, in order.

    Raises: CasesInvalid naming file, line and fault: unreadable, not UTF-8, not JSON, a field missing or out of range,
        an id that stands twice, no case at all.
    """
    cases: list[Case] = []
    seen: dict[str, str] = {}
    for file in files:
        found = False
        for number, case in _read_file(file):
            where = f"{file}:{number}"
            if case.id in seen:
                raise CasesInvalid(
                    f"{where}: id {case.id!r} stands twice, first in {seen[case.id]}; give each case its own"
                )
            seen[case.id] = where
            cases.append(case)
            found = True
        if not found:
            raise CasesInvalid(f"{file} holds no case; give one JSON object a line")
    return Cases(cases)


def _read_file(file: Path) -> Iterator[tuple[int, Case]]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CasesInvalid(f"{file} cannot be read ({error.strerror})") from error
    # Only \n ends a line: a JSON string may hold the other characters that splitlines() breaks at.
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            try:
                yield number, parse_case(line)
            except CasesInvalid as error:
                raise CasesInvalid(f"{file}:{number}: {error}") from error


def parse_case(line: bytes) -> Case:
    """The case of one line. Raises: CasesInvalid saying what is wrong with it."""
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise CasesInvalid(f"not UTF-8 text (byte {error.start})") from error
    except (ValueError, RecursionError) as error:
        raise CasesInvalid(f"not valid JSON ({error})") from error
    if not isinstance(value, dict):
        raise CasesInvalid("a case is a JSON object")
    try:
        return Case.model_validate(_well_formed(value))
    except ValidationError as error:
        raise CasesInvalid(_fault(error, value)) from error


def _no_number(name: str) -> NoReturn:
    raise CasesInvalid(f"{name} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise CasesInvalid(f"the field {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return fields


def _well_formed(value: Any, depth: int = 0) -> Any:
    """The value with lone surrogates made U+FFFD: no encoder takes them, and offsets stay what they were.

    Raises: CasesInvalid where something in it cannot be written again.
    """
    if depth > DEEPEST:
        raise CasesInvalid(
            f"a field holds lists or objects within each other, more than {DEEPEST} deep; make it flatter"
        )
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value) if not value.isascii() else value
    if isinstance(value, list):
        return [_well_formed(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_well_formed(name): _well_formed(item, depth + 1) for name, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        raise CasesInvalid("a number is too large")
    return value


def _fault(error: ValidationError, value: dict[str, Any]) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"] if not str(part).startswith(("constrained", "list[")))
    if problem["type"] == "string_too_long":
        length = len(problem["input"])
        return f"{where} has {length:,} characters; the limit is {problem['ctx']['max_length']:,}"
    shown = "" if problem["type"] == "missing" else f" (found {str(problem['input'])[:60]!r})"
    return f"{where}: {problem['msg']}{shown}"
