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
        (["A wrong claim: kernels share no weights."], (), ("kernels share no weights.",)),
        (["A common misconception is that ReLU saturates."], (), ("ReLU saturates.",)),
        (["Kernels share weights, and every word of it is mistaken."], (), ("Kernels share weights",)),
        (["Kernels share weights - none of that holds."], (), ("Kernels share weights",)),
        (["Kernels share weights (this was refuted)."], (), ("Kernels share weights",)),
        (["Kernels share weights, or so some people say, but in practice it's the reverse."], (), ("Kernels share weights",)),
        (["ReLU is cheap.", "Kernels share weights?", "No, absolutely not."], ("ReLU is cheap.",), ("Kernels share weights?",)),
        (["ReLU is cheap.", "Kernels share weights.", "I don't buy that."], ("ReLU is cheap.",), ("Kernels share weights.",)),
        (["Kernels share weights.", "Experiments have shown this to be wrong."], (), ("Kernels share weights.",)),
        (["ReLU is cheap.", "Kernels share weights.", "Neither of the two is right."], (), ("ReLU is cheap.", "Kernels share weights.")),
        (["You can't seriously hold that kernels share weights."], (), ("kernels share weights.",)),
        (["It never happens that kernels share weights."], (), ("kernels share weights.",)),
        (["The opposite of this: kernels share weights."], (), ("kernels share weights.",)),
    ],
)  # fmt: skip
def test_a_denied_claim_is_told_from_an_asserted_one(
    said: list[str], asserted: tuple[str, ...], denied: tuple[str, ...]
) -> None:
    assert tell_apart(said) == (asserted, denied)


@pytest.mark.parametrize(
    "sentence",
    [
        "A common mistake is that people forget to call zero_grad, so the gradients pile up from step to step.",
        "A common mistake: calling softmax before the cross-entropy loss, which applies it already.",
        "When the label is wrong: the loss gets very large for confident predictions.",
        "With a causal mask there's no way: position i only sees positions up to i.",
        "Tokens cannot see: the causal mask hides the future ones",
        "The null hypothesis is rejected: the two models differ significantly.",
        "We reject the null hypothesis, which means that the two models differ.",
        "The learning rate is not so large that the loss diverges.",
        "What is wrong is that the labels leak into the features.",
        "The gradient is not zero, no.",
        "Wall-clock times lie: the kernels run later than the call.",
        "The theorem doesn't say that gradient descent finds the weights.",
        "FP16 can't hold values above 65504, and a softmax over a row that is masked gives NaN.",
        "Momentum speeds up along flat valleys, but along steep walls the effect is the opposite of that.",
    ],
)
def test_words_of_denial_that_deny_no_claim(sentence: str) -> None:
    assert tell_apart([sentence]).denied == ()


def test_honest_replies_of_the_bank_are_hardly_ever_taken_for_denials(bank: Bank) -> None:
    honest = [reply for reply in load_replies(bank) if reply.kind != "negated_correct"]
    assert sum(bool(tell_apart(cut(reply.text)).denied) for reply in honest) <= 0.003 * len(honest)


@pytest.mark.parametrize("text", ["it " * 199, "a, " * 199 + "x", "(- " * 199, "x" * 300 + " - -" * 70, "that " * 110])
def test_no_text_keeps_the_patterns_busy(text: str) -> None:
    started = time.thread_time()
    tell_apart([text])
    assert time.thread_time() - started < 0.5


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
