"""What is known to be said of key points, right and wrong: claims on a point or two, beside the bank's statements, and whole replies.

Claims stand in `knowledge/claims/`, one object a line: `sentences.jsonl`, answers of one sentence; `textbook.jsonl`, flat sentences
as a textbook has them; `notes.jsonl`, answers in few words; `follow_ups.jsonl`, answers to a follow-up about the point; `everyday.jsonl`,
what one says of a point aloud, flatly, in few words and from another side. From all but the last the local grader's network learnt;
the grader holds the wording of a reply against all. None is about the questions that are held out of training.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from knowledge.errors import ModelUnavailable
from knowledge.lines import read_lines
from knowledge.replies import REPLIES_FOLDER

CLAIMS_FOLDER = Path(__file__).parent / "claims"
SENTENCES, TEXTBOOK, NOTES, FOLLOW_UPS, EVERYDAY = (
    CLAIMS_FOLDER / f"{name}.jsonl" for name in ("sentences", "textbook", "notes", "follow_ups", "everyday")
)
MOST_POINTS = 2
"""A claim on more points than this says too little of each to be told by its words."""


class Said(NamedTuple):
    """What somebody might say, and the verdict that it deserves on each point that it is about, by id."""

    text: str
    verdicts: Mapping[str, str]


def claims_of(question_id: str | None) -> tuple[Said, ...]:
    """All claims on a question's points; none for a question that they are not about. Raises: ModelUnavailable."""
    return _claims().get(question_id, ())


def replies_of(question_id: str | None) -> tuple[Said, ...]:
    """All replies to a question that `knowledge/replies/` holds, each with the verdicts on all its points. Raises: ModelUnavailable."""
    return _replies().get(question_id, ())


@cache
def _claims() -> dict[str | None, tuple[Said, ...]]:
    found: defaultdict[str | None, list[Said]] = defaultdict(list)
    try:
        for row in (*read_lines(SENTENCES), *read_lines(EVERYDAY)):
            found[row["question"]].append(Said(row["text"], {row["key_point"]: row["verdict"]}))
        for row in read_lines(FOLLOW_UPS):
            found[row["question_id"]].append(Said(row["reply"], {row["point_id"]: row["verdict"]}))
        for row in (*read_lines(TEXTBOOK), *read_lines(NOTES)):
            if len(row["verdicts"]) <= MOST_POINTS:
                found[row["question_id"]].append(Said(row["reply"], row["verdicts"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(CLAIMS_FOLDER) from error
    return {question: tuple(said) for question, said in found.items()}


@cache
def _replies() -> dict[str | None, tuple[Said, ...]]:
    found: defaultdict[str | None, list[Said]] = defaultdict(list)
    try:
        for file in sorted(REPLIES_FOLDER.glob("*.jsonl")):
            for row in read_lines(file):
                found[row["question"]].append(Said(row["text"], row["verdicts"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(REPLIES_FOLDER) from error
    return {question: tuple(said) for question, said in found.items()}


def _unusable(folder: Path) -> ModelUnavailable:
    return ModelUnavailable(f"{folder}, which came with the program, is missing or damaged; reinstall the package")
