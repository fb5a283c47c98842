"""Kinds of messages with the encoder: on utterances written by hand, and on real answers, which must stay answers."""

from collections import Counter
from statistics import fmean

import pytest

from evals.utterances import (
    f1_by_kind,
    merged,
    mistaken,
    question_of,
    read_utterances,
    sample_of,
    unfitted_answers,
)
from interviewer.events import ReplyKind
from interviewer.grading.guards import vocabulary_of
from interviewer.grading.tasks import bank_task
from interviewer.relevance import Relevance
from interviewer.understanding import Understanding
from interviewer.utterance import corrected_text, read
from knowledge.bank import Bank
from knowledge.vectors import BankVectors


@pytest.fixture(scope="module")
def understanding(bank: Bank, encoder: BankVectors) -> Understanding:
    known = vocabulary_of(tuple(q.answer for q in bank.questions) + tuple(s.text for s in bank.statements))
    return Understanding(encoder, Relevance(encoder), lambda: known)


def test_the_utterances_cover_every_kind_in_both_halves() -> None:
    utterances = read_utterances()
    assert len(utterances) >= 360
    assert len({utterance.text.lower() for utterance in utterances}) == len(utterances)
    for half in ("dev", "test"):
        counted = Counter(utterance.kind for utterance in utterances if utterance.split == half)
        assert set(counted) == set(ReplyKind) - {ReplyKind.NO_CONTENT, ReplyKind.NOTHING_MORE, ReplyKind.WAIT}
        assert min(counted.values()) >= 11


@pytest.mark.parametrize("half", ["dev", "test"])
def test_kinds_are_told_apart(half: str, bank: Bank, understanding: Understanding) -> None:
    chosen = [utterance for utterance in read_utterances() if utterance.split == half]
    pairs = [
        (merged(u.kind), merged(understanding.kind(u.text, bank_task(bank, question_of(u, bank))))) for u in chosen
    ]
    scores = f1_by_kind(pairs)
    wrong = [(u.text, taken.value) for u, (true, taken) in zip(chosen, pairs, strict=True) if true is not taken]
    assert fmean(scores.values()) >= 0.95, wrong


def test_a_real_answer_is_not_taken_for_something_else(bank: Bank, understanding: Understanding) -> None:
    checked = sample_of(unfitted_answers(bank), 1200)
    assert len(mistaken(understanding, bank, checked)) < 0.005 * len(checked)


def test_chatter_beside_a_request_is_no_answer_but_an_answer_beside_one_is(
    bank: Bank, understanding: Understanding
) -> None:
    question = bank.by_id["cnn-receptive-field"]
    task = bank_task(bank, question)
    assert understanding.kind("Sorry, my dog was barking. Can you say that again?", task) is ReplyKind.REPEAT
    answer = "It is the part of the input image that influences one unit. Can you say that again?"
    assert read(answer, question.question).asked is ReplyKind.REPEAT
    assert understanding.kind(answer, task) is ReplyKind.ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "please don't end the interview", "I don't want to stop", "can we go back to the gates?", "let me finish",
        "hold on, I'm not finished", "I need more time", "don't stop", "I only have 5 minutes left", "can we pause?",
        "I need to go soon, can we make this quick?", "I have to go at 5", "I need to leave in ten minutes",
        "Should I stop here?", "can we take a short break?", "I'll continue",
    ],
)  # fmt: skip
def test_nothing_but_plain_words_ends_an_interview(text: str, bank: Bank, understanding: Understanding) -> None:
    task = bank_task(bank, bank.by_id["cnn-receptive-field"])
    assert understanding.kind(text, task) not in (ReplyKind.STOP, ReplyKind.SKIP)


@pytest.mark.parametrize(
    "text", ["max(0.01x, x). next question please", "-0.1 and 10. next question", "it's 0.01, next"]
)
def test_a_formula_beside_a_request_is_an_answer(text: str, bank: Bank, understanding: Understanding) -> None:
    assert understanding.kind(text, bank_task(bank, bank.by_id["activations-leaky-relu"])) is ReplyKind.ANSWER


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Can I change my answer?", False),
        ("My previous answer was wrong.", False),
        ("Wait, I want to correct what I said before", False),
        ("Sorry, I meant L2, not L1.", True),
        ("Let me correct my earlier answer: the softmax is over the keys, not the queries.", True),
        ("I want to add to my last answer that the learning rate must be scaled too.", True),
    ],
)
def test_a_correction_that_says_what_is_right_is_told_from_the_wish_to_make_one(text: str, told: bool) -> None:
    assert read(text).kind is ReplyKind.CORRECTION
    assert bool(corrected_text(text)) is told


@pytest.mark.parametrize(
    "again", ["can i please ", "i would like to ", "sorry i do not know ", "what do you mean ", "give me a hint or "]
)
def test_no_message_takes_long_to_read(again: str) -> None:
    for times in (5, 9, 13, 400):
        assert read(f"{again * times}xyzzy?").kind in set(ReplyKind)
