"""Quizzes whose answers stand apart: a list of questions, and behind a title such as `Answers` a list with the same numbers."""

import itertools
import re
from collections.abc import Sequence

from knowledge.ingest.blocks import Block
from knowledge.ingest.heads import Head

FEWEST_QUESTIONS = 3
MOST_KEYS = 50
"""More titles of answers than this are no keys, and each costs a look at all that is numbered."""
_KEY_TITLE = re.compile(r"^(?:.{0,60}\W)?(?:answers?|answer key|solutions?|key)\W*$", re.IGNORECASE)


def answers_apart(blocks: Sequence[Block], heads: Sequence[Head]) -> list[tuple[Head, list[Block]]]:
    """Each question with its answer from the list behind the title; empty where the two lists do not fit."""
    found: list[tuple[Head, list[Block]]] = []
    numbered = [head for head in heads if head.number is not None]
    titles = [i for i, block in enumerate(blocks) if _is_key_title(block)]
    for title in titles[:MOST_KEYS]:
        asked = _last_list([head for head in numbered if head.start < title])
        answers = _first_list([head for head in numbered if head.start > title])
        if len(asked) < FEWEST_QUESTIONS or [a.number for a in asked] != [b.number for b in answers]:
            continue
        if any(b.start > a.end for a, b in itertools.pairwise(asked)) or not all(head.asks for head in asked):
            continue
        ends = [*(head.start for head in answers[1:]), answers[-1].end]
        found += [
            (question, [Block("text", answer.text), *blocks[answer.end : end]])
            for question, answer, end in zip(asked, answers, ends, strict=True)
        ]
    return found


def _is_key_title(block: Block) -> bool:
    return block.kind in ("heading", "text") and bool(_KEY_TITLE.match(block.text))


def _last_list(heads: Sequence[Head]) -> list[Head]:
    """The heads from the last one with number 1 on."""
    starts = [i for i, head in enumerate(heads) if head.number == 1]
    return list(heads[starts[-1] :]) if starts else []


def _first_list(heads: Sequence[Head]) -> list[Head]:
    """The heads of the first list: up to the next number 1."""
    end = next((i for i, head in enumerate(heads) if i and head.number == 1), len(heads))
    return list(heads[:end])
