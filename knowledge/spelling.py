"""Mends typing errors in a query before it is searched, by the words that the bank itself uses."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from knowledge.text import stem

SHORTEST = 5
"""Words of fewer letters are left alone: too many of them lie one letter apart."""
LONG = 10
"""From this many letters on two errors are mended, below only one."""

_LETTERS = re.compile(r"[A-Za-z]+")


class Spelling:
    """Corrects words that the bank does not know to the nearest one that it does.

    Args:
        counts: how often each lower-case word occurs.
    """

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts
        self._stems = frozenset(stem(word) for word in counts)
        self._by_letter: dict[str, list[str]] = {}
        for word in counts:
            if len(word) >= SHORTEST - 1:
                self._by_letter.setdefault(word[0], []).append(word)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Spelling":
        """Learns the words of some texts."""
        return cls(dict(Counter(match.group().lower() for text in texts for match in _LETTERS.finditer(text))))

    @classmethod
    def load(cls, file: Path) -> "Spelling":
        """Reads what `save` wrote."""
        return cls(json.loads(file.read_text(encoding="utf-8")))

    def save(self, file: Path) -> None:
        """Writes the words and their counts as JSON."""
        file.write_text(json.dumps(self._counts), encoding="utf-8")

    def correct(self, text: str) -> str:
        """The text with each unknown word replaced by a known one of the same first letter, where one is near enough.

        Near is one insertion, deletion, replacement or swap of neighbours (two in long words). Of several equally near
        words the most frequent is taken.
        """
        return _LETTERS.sub(lambda match: self._word(match.group()), text)

    def _word(self, written: str) -> str:
        word = written.lower()
        if len(word) < SHORTEST or word in self._counts or stem(word) in self._stems:
            return written
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(
            word,
            self._by_letter.get(word[0], []),
            scorer=OSA.distance,
            score_cutoff=2 if len(word) >= LONG else 1,
            limit=20,
        )
        return min(near, key=lambda found: (found[1], -self._counts[found[0]]))[0] if near else written
