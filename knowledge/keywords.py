"""Keyword search over whole questions: BM25 on pieces of words, so that a typo or another ending loses little.

A question is one document: its phrasings twice, its answer, its key points, and what candidates say that covers them.
"""

import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge.bank import Bank, Question
from knowledge.spelling import Spelling
from knowledge.text import STOP_WORDS

if TYPE_CHECKING:
    from bm25s import BM25

Floats = NDArray[np.float64]

SHORTEST, LONGEST = 3, 5
"""Letters of a piece. Source: the development half of `python -m evals.retrieval`."""
K1, B = 1.2, 0.75
"""BM25's saturation and length normalisation, at the usual values. Source: Robertson and Zaragoza 2009."""
PHRASINGS_COUNT = 2
WORDS_FILE = "words.json"
FULL_STOP = "."
"""Ends each document; no query holds it."""

_TOKEN = re.compile(r"[a-z0-9]+")


class Keywords:
    """BM25 scores of all questions for a text, and the mending of its typing errors."""

    def __init__(self, scorer: "BM25", spelling: Spelling, questions: int) -> None:
        self._scorer = scorer
        self._questions = questions
        self.spelling = spelling

    @classmethod
    def of(cls, bank: Bank) -> "Keywords":
        """Indexes a bank of at least one question."""
        from bm25s import BM25

        # It comes with a log handler of its own, at level DEBUG.
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        scorer = BM25(k1=K1, b=B)
        # BM25 cannot index documents that are all empty, as those of a bank in another alphabet would be.
        documents = [[*pieces(document(bank, question)), FULL_STOP] for question in bank.questions]
        scorer.index(documents, show_progress=False)
        return cls(scorer, Spelling.of(_all_texts(bank)), len(bank.questions))

    @classmethod
    def load(cls, folder: Path, bank: Bank) -> "Keywords":
        """Reads what `save` wrote for the same bank. Raises: OSError, ValueError where it is damaged."""
        from bm25s import BM25

        scorer = BM25.load(folder, show_progress=False)
        return cls(scorer, Spelling.load(folder / WORDS_FILE), len(bank.questions))

    def save(self, folder: Path) -> None:
        """Writes all of it into a folder."""
        self._scorer.save(folder, show_progress=False)
        self.spelling.save(folder / WORDS_FILE)

    def scores(self, text: str) -> Floats:
        """BM25 of each question in the bank's order, shape (questions,), 0 or more; all 0 where no piece is known."""
        known = [piece for piece in pieces(text) if piece in self._scorer.vocab_dict]
        if not known:
            return np.zeros(self._questions)
        return np.asarray(self._scorer.get_scores(known), dtype=np.float64)


def document(bank: Bank, question: Question) -> str:
    """All that a question is found by."""
    covered = (s.text for s in bank.statements_of.get(question.id, ()) if s.verdict == "covered")
    phrasings = [question.question, *question.variants, *question.aliases]
    points = (point.text for point in question.key_points)
    return "\n".join([*phrasings * PHRASINGS_COUNT, question.answer, *points, *covered])


def pieces(text: str) -> list[str]:
    """Runs of 3 to 5 letters of each word, its ends marked; stop words give none, and words shorter than a run themselves."""
    found: list[str] = []
    for word in _TOKEN.findall(text.lower()):
        if word in STOP_WORDS:
            continue
        marked = f"<{word}>"
        for length in range(SHORTEST, LONGEST + 1):
            found += [marked[i : i + length] for i in range(max(1, len(marked) - length + 1))]
    return found


def _all_texts(bank: Bank) -> Iterable[str]:
    for question in bank.questions:
        yield document(bank, question)
    for statement in bank.statements:
        yield statement.text
