"""Questions as people type them, for measuring retrieval: phrasings of bank questions, and questions that the bank lacks.

All were written by hand. A phrasing belongs to the half ('dev', 'test') that the hash of its question's id chooses, so
that no question is in both; whatever is tuned is tuned on 'dev'. The bank's aliases were written after some of both were
seen. Those of the split 'fresh' were written after the aliases, for 100 questions drawn at random, from the questions'
texts alone: neither an alias nor anything that a search returned was looked at.
"""

import hashlib
import json
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from evals.errors import CasesInvalid
from knowledge.bank import Bank, Frozen, Slug, Text

DATA = Path(__file__).parent / "data"
PHRASINGS_FILE = DATA / "phrasings.jsonl"
STRANGERS_FILE = DATA / "strangers.jsonl"

Split = Literal["dev", "test", "fresh"]
Line = TypeVar("Line", bound=Frozen)


class Phrasing(Frozen):
    """How somebody asks for a bank question; `also`: other bank questions that would be as right."""

    text: Text
    question_id: Slug
    also: tuple[Slug, ...] = ()
    split: Split

    @property
    def answers(self) -> frozenset[str]:
        """Ids of all questions that count as found."""
        return frozenset((self.question_id, *self.also))


class Stranger(Frozen):
    """A question that the bank does not hold, from another field or from machine learning (`near`)."""

    text: Text
    field: Literal["other", "near"]


def half_of(question_id: str) -> Split:
    """The half that a question's phrasings belong to, but for the fresh ones."""
    return "test" if int(hashlib.sha256(question_id.encode()).hexdigest(), 16) % 2 else "dev"


def read_phrasings(bank: Bank, file: Path = PHRASINGS_FILE) -> list[Phrasing]:
    """All phrasings in the file's order. Raises: CasesInvalid at the first broken line or unknown question."""
    found = _read(file, Phrasing)
    for number, phrasing in enumerate(found, start=1):
        if unknown := phrasing.answers - bank.by_id.keys():
            raise CasesInvalid(f"{file.name}:{number}: the bank has no question {', '.join(sorted(unknown))}")
        if phrasing.split not in ("fresh", half_of(phrasing.question_id)):
            raise CasesInvalid(f"{file.name}:{number}: {phrasing.question_id} belongs in the other half")
    return found


def read_strangers(file: Path = STRANGERS_FILE) -> list[Stranger]:
    """All strangers in the file's order. Raises: CasesInvalid at the first broken line."""
    return _read(file, Stranger)


def _read(file: Path, kind: type[Line]) -> list[Line]:
    found = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CasesInvalid(f"{file} cannot be read ({error}); check the installation") from error
    for number, line in enumerate(lines, start=1):
        try:
            found.append(kind.model_validate(json.loads(line)))
        except json.JSONDecodeError as error:
            raise CasesInvalid(f"{file.name}:{number}: not valid JSON: {error.msg}") from error
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(str(part) for part in problem["loc"])
            raise CasesInvalid(f"{file.name}:{number}: {where}: {problem['msg']}") from error
    return found
