"""Claims on key points, right ones and wrong ones, beside the bank's statements: what the local grader learns from, and what it
holds the wording of a reply against.

They stand in `knowledge/claims/`, one object a line: `sentences.jsonl`, answers of one sentence; `textbook.jsonl`, flat sentences
as a textbook has them; `notes.jsonl`, answers in few words; `follow_ups.jsonl`, answers to a follow-up about the point. None is about
the questions that are held out of training.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from knowledge.errors import ModelUnavailable
from knowledge.lines import read_lines

CLAIMS_FOLDER = Path(__file__).parent / "claims"
SENTENCES, TEXTBOOK, NOTES, FOLLOW_UPS = (
    CLAIMS_FOLDER / f"{name}.jsonl" for name in ("sentences", "textbook", "notes", "follow_ups")
)
MOST_POINTS = 2
"""A claim on more points than this says too little of each to be told by its words."""


class Claim(NamedTuple):
    """What somebody might say of one key point, and the verdict that it deserves."""

    key_point: str
    verdict: str
    text: str


def claims_of(question_id: str | None) -> tuple[Claim, ...]:
    """All claims on a question's points; none for a question that they are not about. Raises: ModelUnavailable."""
    return _by_question().get(question_id, ())


@cache
def _by_question() -> dict[str | None, tuple[Claim, ...]]:
    found: dict[str | None, list[Claim]] = {}
    try:
        for row in read_lines(SENTENCES):
            found.setdefault(row["question"], []).append(Claim(row["key_point"], row["verdict"], row["text"]))
        for row in read_lines(FOLLOW_UPS):
            found.setdefault(row["question_id"], []).append(Claim(row["point_id"], row["verdict"], row["reply"]))
        for row in (*read_lines(TEXTBOOK), *read_lines(NOTES)):
            if len(row["verdicts"]) <= MOST_POINTS:
                of_question = found.setdefault(row["question_id"], [])
                of_question += [Claim(point, verdict, row["reply"]) for point, verdict in row["verdicts"].items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(
            f"{CLAIMS_FOLDER}, which came with the program, is missing or damaged; reinstall the package"
        ) from error
    return {question: tuple(claims) for question, claims in found.items()}
