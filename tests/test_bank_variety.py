"""The texts the grader learns from differ: no two statements and no two replies to a question say it in the same words.

Two measures of a pair: the share of letter runs both hold, for every pair of texts on the same question, and the cosine
of their embeddings, for a fixed random sample of questions. Source of both bounds: pairs read by a person, see
`knowledge/README.md`. Opposite claims in the same words are near in both measures too, and count.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from knowledge.bank import Bank
from knowledge.replies import load_replies
from knowledge.text import words
from knowledge.vectors import BankVectors

RUN_LETTERS = 4
SHARED_RUNS = 0.6
COSINE = 0.97
ALLOWED_SHARE = 0.01
SAMPLED_QUESTIONS = 12
SEED = 20261121

Similarity = NDArray[np.float32]


def letter_runs(text: str) -> set[str]:
    """All runs of four characters of the text's words, joined by single spaces; the text itself where it is shorter."""
    joined = " ".join(words(text))
    return {joined[i : i + RUN_LETTERS] for i in range(max(1, len(joined) - RUN_LETTERS + 1))}


def shared_runs(texts: list[str]) -> Similarity:
    """Jaccard index of each pair's letter runs, shape (len(texts), len(texts)), in [0, 1]."""
    runs = [letter_runs(text) for text in texts]
    column = {run: i for i, run in enumerate(set[str]().union(*runs))}
    holds = np.zeros((len(texts), len(column)), dtype=np.float32)
    for row, own in enumerate(runs):
        holds[row, [column[run] for run in own]] = 1
    both = holds @ holds.T
    sizes = holds.sum(axis=1)
    return np.asarray(both / (sizes[:, None] + sizes[None, :] - both), dtype=np.float32)


def close_pairs(texts: list[str], similarity: Similarity, bound: float) -> Iterator[tuple[str, str]]:
    """Pairs of different texts at or above the bound, the earlier text first."""
    for j, i in np.argwhere(np.triu(similarity >= bound, k=1)):
        yield texts[j], texts[i]


def repeated(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The texts that repeat an earlier one."""
    return {later for _, later in pairs}


@pytest.fixture(scope="module")
def statements(bank: Bank) -> dict[str, list[str]]:
    """Statement texts by question id."""
    return {id: [statement.text for statement in own] for id, own in bank.statements_of.items()}


@pytest.fixture(scope="module")
def replies(bank: Bank) -> dict[str, list[str]]:
    """Whole replies' texts by question id, but for those that are another one with a few words turned."""
    found: dict[str, list[str]] = defaultdict(list)
    for reply in load_replies(bank):
        if reply.kind != "turned":
            found[reply.question].append(reply.text)
    return found


@pytest.mark.parametrize("kind", ["statements", "replies"])
def test_texts_on_a_question_are_worded_differently(kind: str, request: pytest.FixtureRequest) -> None:
    texts_of: dict[str, list[str]] = request.getfixturevalue(kind)
    pairs = [pair for texts in texts_of.values() for pair in close_pairs(texts, shared_runs(texts), SHARED_RUNS)]
    total = sum(len(texts) for texts in texts_of.values())
    assert len(repeated(pairs)) < ALLOWED_SHARE * total, pairs[:10]


@pytest.mark.parametrize("kind", ["statements", "replies"])
def test_texts_on_a_question_are_not_paraphrases_by_embedding(
    kind: str, request: pytest.FixtureRequest, encoder: BankVectors
) -> None:
    texts_of: dict[str, list[str]] = request.getfixturevalue(kind)
    sample = random.Random(SEED).sample(sorted(texts_of), SAMPLED_QUESTIONS)
    vectors = encoder.encode([text for id in sample for text in texts_of[id]])
    pairs: list[tuple[str, str]] = []
    total = 0
    for id in sample:
        own = vectors[total : total + len(texts_of[id])]
        pairs += close_pairs(texts_of[id], own @ own.T, COSINE)
        total += len(own)
    assert len(repeated(pairs)) < ALLOWED_SHARE * total, pairs[:10]


def test_a_changed_word_is_found_and_another_wording_is_not() -> None:
    texts = [
        "The learning rate scales each step of the optimiser.",
        "The learning rate scales every step of the optimiser.",
        "eta is the length of one move along minus the gradient",
    ]
    assert repeated(close_pairs(texts, shared_runs(texts), SHARED_RUNS)) == {texts[1]}


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_shared_runs_are_symmetric_and_one_with_themselves(texts: list[str]) -> None:
    similarity = shared_runs(texts)
    assert np.array_equal(similarity, similarity.T)
    assert np.allclose(np.diag(similarity), 1)
    assert similarity.min() >= 0
    assert similarity.max() <= 1 + 1e-6
