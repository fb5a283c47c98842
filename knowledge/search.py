"""Searching several indexes as one: the bank's, and that of the person's own material."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from knowledge.passages import Hit


class Searchable(Protocol):
    """Finds the nearest questions."""

    def search(self, texts: list[str], k: int) -> list[list[Hit]]:
        """For each text the `k` best questions, best first."""


class JoinedSearch:
    """The indexes' hits as one list; each index's own order stays, as it knows more than the similarity."""

    def __init__(self, indexes: Sequence[Searchable]) -> None:
        self._indexes = tuple(indexes)

    def search(self, texts: list[str], k: int) -> list[list[Hit]]:
        """For each text the `k` best questions of all indexes, best first."""
        found = [index.search(texts, k) for index in self._indexes]
        return [merged(of_text, k) for of_text in zip(*found, strict=True)]


def merged(ranked: Sequence[Sequence[Hit]], k: int) -> list[Hit]:
    """The `k` first of several ranked lists: of their heads the most similar comes next, of equal ones the earlier list's."""
    waiting = [deque(hits) for hits in ranked]
    out: list[Hit] = []
    while len(out) < k and any(waiting):
        out.append(max((hits for hits in waiting if hits), key=lambda hits: hits[0].similarity).popleft())
    return out
