"""How much of what a claim says a reply says, word by word.

Each word of the claim is held against the word of the reply that comes nearest to it in meaning, where it stands. What the question
says already does not count: to give it back is no answer. (Source: question demoting, Mohler, Bunescu and Mihalcea 2011; greedy
matching of words in context, Zhang et al. 2020, BERTScore.)
"""

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Words
from knowledge.text import STOP_WORDS, stem


def word_recall(claim: Words, reply: Words, asked: Set[str]) -> float:
    """Mean cosine, in [-1, 1], of the claim's words to the reply's nearest; 0 where either has none.

    Args:
        asked: stems of the question's words.
    """
    if not claim.texts or not reply.texts:
        return 0.0
    nearest = (claim.vectors @ reply.vectors.T).max(axis=1)
    return float(nearest[_telling(claim, asked)].mean())


def _telling(words: Words, asked: Set[str]) -> NDArray[np.bool_]:
    """Which words say something: those of content that the question does not hold; without any those of content, else all."""
    content = np.array([word not in STOP_WORDS for word in words.texts])
    new = content & np.array([stem(word) not in asked for word in words.texts])
    return new if new.any() else content if content.any() else np.ones(len(content), dtype=bool)
