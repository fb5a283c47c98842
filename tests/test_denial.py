"""Claims that a reply only denies."""

import time

import pytest

from interviewer.grading.denial import tell_apart
from interviewer.grading.grade import Verdict
from interviewer.grading.local import LocalJudge, cut
from interviewer.grading.tasks import bank_task
from knowledge.bank import Bank
from knowledge.replies import load_replies


@pytest.mark.parametrize(
    ("said", "asserted", "denied"),
    [
        (["It is not true that kernels share weights."], (), ("kernels share weights.",)),
        (["It isn't so that kernels share weights."], (), ("kernels share weights.",)),
        (["Kernels share weights - false."], (), ("Kernels share weights",)),
        (["Kernels share weights, which is wrong."], (), ("Kernels share weights",)),
        (["The idea that kernels share weights is a myth."], (), ("kernels share weights",)),
        (["ReLU is cheap.", "Kernels share weights.", "That's wrong."], ("ReLU is cheap.",), ("Kernels share weights.",)),
        (["ReLU is cheap.", "Kernels share weights.", "None of this holds."], (), ("ReLU is cheap.", "Kernels share weights.")),
        (["I don't think that it saturates, because it is linear"], ("because it is linear",), ("it saturates",)),
        (["ReLU is not saturating."], ("ReLU is not saturating.",), ()),
        (["A false positive is a negative predicted positive."], ("A false positive is a negative predicted positive.",), ()),
        (["The prediction is wrong"], ("The prediction is wrong",), ()),
    ],
)  # fmt: skip
def test_a_denied_claim_is_told_from_an_asserted_one(
    said: list[str], asserted: tuple[str, ...], denied: tuple[str, ...]
) -> None:
    assert tell_apart(said) == (asserted, denied)


def test_honest_replies_of_the_bank_are_hardly_ever_taken_for_denials(bank: Bank) -> None:
    honest = [reply for reply in load_replies(bank) if reply.kind != "negated_correct"]
    assert sum(bool(tell_apart(cut(reply.text)).denied) for reply in honest) <= 0.003 * len(honest)


@pytest.mark.parametrize("text", ["it " * 199, "a, " * 199 + "x", "(- " * 199, "x" * 300 + " - -" * 70, "that " * 110])
def test_no_text_keeps_the_patterns_busy(text: str) -> None:
    started = time.process_time()
    tell_apart([text])
    assert time.process_time() - started < 0.5


def test_a_denied_point_is_contradicted_and_the_others_stay(bank: Bank) -> None:
    question = bank.questions[0]
    task = bank_task(bank, question)
    point, other = question.key_points[:2]
    findings = LocalJudge().judge(task, f"It is not true that {point.text} {other.text}")
    verdicts = {judgement.point_id: judgement.verdict for judgement in findings.judgements}
    assert verdicts[point.id] is Verdict.CONTRADICTED
    assert verdicts[other.id] is Verdict.COVERED


def test_the_quote_is_the_sentence_that_says_it(bank: Bank) -> None:
    question = bank.questions[0]
    first, second = question.key_points[:2]
    reply = f"Thanks for the question. {first.text} I hope that this helps. {second.text}"
    findings = LocalJudge().judge(bank_task(bank, question), reply)
    quotes = {judgement.point_id: judgement.quote for judgement in findings.judgements}
    assert (quotes[first.id] or "") in first.text
    assert (quotes[second.id] or "") in second.text
