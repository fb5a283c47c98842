"""Whether the order of a text's words says anything: shuffled words and strings of terms are told from terse prose.

The test is one of permutation: the words as they stand are more probable than the same words in any order, under counts
of which word classes follow each other in the bank's texts and candidates' replies. So a text is compared with itself alone, and terse, typo-ridden
or foreign-sounding English passes as long as it has an order. Short texts, which allow no such finding, always pass.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.text import STOP_WORDS, without_code

FILE = Path(__file__).with_name("model") / "word_order.npz"
PERMUTATIONS = 60
LEAST_ORDER = ((12, -0.2), (20, 0.1), (35, 1.5))
"""Words, and the order that a text of so many words has at least (see `order`). Source: `scripts/count_word_order.py --held-out`.
Shorter texts have lower limits, so that right notes in few words stay: what little order is shuffled there is left to the judge.
"""
LEAST_WORDY = 0.6
"""Texts of which a smaller share are words are formulas, code or tables, and not tested."""
SMOOTHING = 5.0
SKIP_WEIGHT = 0.6
LONGEST_TESTED = 400
_RELATION = re.compile(r"[=<>→^]|->")
"""Notes with such signs stand in no order of grammar, unless they are long."""
NOTES_WORDS = 35
_TOKEN = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?|\d[\d.,]*|[^\sA-Za-z0-9]")
_ENDINGS = (
    "ing", "ed", "ly", "tion", "sion", "ment", "ness", "ity", "ive", "al", "able", "ous", "ful", "er", "es", "s",
)  # fmt: skip
_CONTRACTED = frozenset(
    "isn don i'm it's that's you're don't doesn't isn't can't they're won't ok yes yeah not".split()
)
_FUNCTION_WORDS = STOP_WORDS | _CONTRACTED
START, END = "<", ">"

Floats = NDArray[np.float64]


def word_class(token: str) -> str:
    """The class of a token: a function word or a mark itself, otherwise its ending, `#` for numbers, `L` for letters."""
    word = token.lower().replace("’", "'")
    if word in _FUNCTION_WORDS:
        return word
    if word[0].isdigit():
        return "#"
    if not word[0].isalpha():
        return word if word in ".,;:()-=/" else "%"
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) > len(e) + 2), None)
    return f"-{ending}" if ending else "W" if len(word) > 1 else "L"


def units(text: str) -> list[list[str]]:
    """The word classes of a text, for each run of characters without a blank: marks move with their word."""
    found = [[word_class(token) for token in _TOKEN.findall(unit)] for unit in text.split()]
    return [classes for classes in found if classes]


class WordOrder(NamedTuple):
    """Log probabilities of a class after another, directly and with one between: shapes (classes, classes)."""

    classes: dict[str, int]
    next: Floats
    skip: Floats

    def order(self, text: str) -> float:
        """By how many standard deviations the text is more probable than its permutations; 0 where all are alike."""
        unknown = self.classes["W"]
        known = [[self.classes.get(name, unknown) for name in unit] for unit in units(text)[:LONGEST_TESTED]]
        random = np.random.default_rng(0)
        orders = [list(range(len(known))), *(list(random.permutation(len(known))) for _ in range(PERMUTATIONS))]
        start, end = self.classes[START], self.classes[END]
        rows = np.array([[start, *(c for i in order for c in known[i]), end] for order in orders])
        sums = self.next[rows[:, :-1], rows[:, 1:]].sum(1) + SKIP_WEIGHT * self.skip[rows[:, :-2], rows[:, 2:]].sum(1)
        spread = float(sums[1:].std())
        return float(sums[0] - sums[1:].mean()) / spread if spread > 1e-9 else 0.0


def has_no_order(text: str) -> bool:
    """Whether a text of a dozen words or more stands in an order that is no better than chance."""
    prose = without_code(text)
    found = prose.split()
    least = next((order for length, order in reversed(LEAST_ORDER) if len(found) >= length), None)
    if len(found) < NOTES_WORDS and _RELATION.search(prose):
        return False
    if least is None or sum(word[0].isalpha() for word in found) < LEAST_WORDY * len(found):
        return False
    return word_order().order(prose) < least


@cache
def word_order() -> WordOrder:
    """The shipped counts, made by `scripts/count_word_order.py`, as log probabilities."""
    with np.load(FILE) as held:
        names, following, skipping = held["classes"], held["next"], held["skip"]
    prior = (following.sum(0) + 0.5) / following.sum()
    return WordOrder({str(name): i for i, name in enumerate(names)}, _log(following, prior), _log(skipping, prior))


def _log(counts: NDArray[np.uint16], prior: Floats) -> Floats:
    return np.asarray(np.log((counts + SMOOTHING * prior) / (counts.sum(1, keepdims=True) + SMOOTHING)))
