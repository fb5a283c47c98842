"""Whole candidate replies with a verdict for each key point and a score: what the local grader learns from.

They stand in `knowledge/replies/<topic>.jsonl`, one object a line. The scores are the project's own.
"""

import json
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from knowledge.bank import Bank, Frozen, Slug, Text
from knowledge.errors import BankInvalid

REPLIES_FOLDER = Path(__file__).parent / "replies"


class Reply(Frozen):
    """A reply to one question, its verdicts by key-point id, and its score in [0, 1]."""

    question: Slug
    kind: str
    text: Text
    verdicts: dict[str, Literal["covered", "partial", "missing", "contradicted"]]
    score: float = Field(ge=0, le=1)


def load_replies(bank: Bank, folder: Path = REPLIES_FOLDER) -> list[Reply]:
    """All replies, in file order.

    Raises: BankInvalid with every fault: a broken line, an unknown question, verdicts that are not those of its points.
    """
    found: list[Reply] = []
    faults: list[str] = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                reply = Reply.model_validate(json.loads(line))
            except (json.JSONDecodeError, ValidationError) as error:
                faults.append(f"replies/{file.name}:{number}: {str(error).splitlines()[0]}")
                continue
            question = bank.by_id.get(reply.question)
            if question is None:
                faults.append(f"replies/{file.name}:{number}: unknown question {reply.question!r}")
            elif set(reply.verdicts) != {point.id for point in question.key_points}:
                faults.append(
                    f"replies/{file.name}:{number}: the verdicts are not those of {reply.question!r}'s points"
                )
            else:
                found.append(reply)
    if faults:
        raise BankInvalid(faults)
    return found
