"""What kind of message a candidate wrote."""

import re
import time

import pytest

from interviewer.events import ReplyKind
from interviewer.patterns import sections
from interviewer.requests import FILE, expanded
from interviewer.utterance import kind_of, read
from knowledge.bank import Bank

EXAMPLES = {
    ReplyKind.DONT_KNOW: "I don't know|idk|dunno sorry|no idea|I'm not sure|I have no idea about that|never heard of it|um... honestly no clue|I forgot|No sorry, I really don't know that one.|I can't answer that|I completely forgot that|I'd have to look it up|I'm lost here|nothing comes to mind|my mind went blank|i do not know the answer|not sure|I give up",
    ReplyKind.SKIP: "skip|pass|next question please|let's move on|can we skip this one?|Sorry, I don't know, can we skip this?|I'd like to skip|next",
    ReplyKind.HINT: "hint|hint please|can i get a hint?|give me a clue|help|could you give me a small hint?|I need a hint",
    ReplyKind.REPEAT: "could you repeat the question?|repeat please|come again?|what was the question?|say that again|sorry, I didn't catch that",
    ReplyKind.MEANING: "what do you mean by softmax?|What do you mean by 'dead units'?|can you rephrase that?|I don't understand the question|clarify please|?|what does calibration mean here?",
    ReplyKind.STOP: "stop|end|quit|I want to stop the interview now|let's end the session|that's all for today|bye|can we stop early?|I would stop the interview here|let's stop early today|We should stop.",
    ReplyKind.META: "are you an AI?|are you a real person|who are you|how do you grade my answers?",
    ReplyKind.NO_CONTENT: "|   |🙂|🙂🙂👍|...|!!!|\u200b",
    ReplyKind.ANSWER: "dropout|yes|pooling|stop training early|early stopping|the next layer|it stops the gradient with detach()|skip connections let gradients pass|no, because the biases can be zero|hint: the loss is convex|you repeat the convolution at each position|what matters is the variance|a hidden state|repeat the last layer|next token prediction|help the gradients flow|It passes through|end-to-end learning|We should stop early|stop it early|I'd abort|I would end it|pass it on|The forget gate decides what to drop|it forgot the old task|nothing changes|stuck in a local minimum|lost in the middle|zero|I need to look at the learning curves|I would have to check the gradients|dead units have no gradient|Ignore that token with a mask|I made a mistake once: I normalised with test statistics, which leaks|I got that wrong in production once: the learning rate was too high|The first response is scored by a reward model|What I said about ReLU also holds here: it does not saturate",
    ReplyKind.CORRECTION: "Scratch that, it is the variance|forget that. It is the mean over the batch|I got that wrong, it is the mean|I made a mistake, it is max pooling|what I said was wrong, it is the variance|In my earlier answer I swapped the two|I forgot to mention dropout|I made a mistake in my previous answer: it is recall, not precision.|I got it wrong in the last question, it's L1.|I made a mistake when I said precision.|In my last answer I said L2, it is L1.|what I said needs correcting|Forget that and take recall instead.|Precision drops. I'd like to correct my first answer. Recall is TP over TP plus FN. Thanks.",
    ReplyKind.PARTIAL: "I don't remember the formula but it scales the gradients|I'm not sure, but I think it averages the weights",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in EXAMPLES.items() for text in texts.split("|")]
)
def test_a_message_is_taken_for_what_it_is(kind: ReplyKind, text: str) -> None:
    assert kind_of(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "Sure, let me explain: negative inputs are multiplied by alpha, so gradient still flows.",
        "I would explain it with an example: for -10 it gives -0.1",
        "Let me rephrase: the slope is small below zero",
        "let me put it differently: it leaks",
        "I would define it as max(ax, x)",
        "I want to clarify: alpha is not learned",
        "Let me elaborate. The gradient is alpha for negative inputs",
    ],
)
def test_what_is_announced_and_said_is_an_answer(text: str) -> None:
    assert kind_of(text) is ReplyKind.ANSWER


@pytest.mark.parametrize(
    "text",
    ["can you explain what you mean?", "please rephrase it", "I'd like you to clarify that", "could you define it?"],
)
def test_what_the_interviewer_is_to_do_is_a_wish(text: str) -> None:
    assert kind_of(text) is ReplyKind.MEANING


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("this is hard", ReplyKind.ANSWER),
        ("this is too hard", ReplyKind.SKIP),
        ("shall I continue?", ReplyKind.QUESTION),
        ("let's continue with the next one", ReplyKind.SKIP),
        ("let's move on", ReplyKind.SKIP),
        ("I want to finish the interview", ReplyKind.STOP),
        ("let us finish here", ReplyKind.STOP),
        ("I have to go now, sorry", ReplyKind.STOP),
    ],
)
def test_who_goes_on_does_not_leave(text: str, kind: ReplyKind) -> None:
    assert kind_of(text) is kind


@pytest.mark.parametrize("end", ["done", "that's it", "then again", "and out"])
def test_how_an_answer_ends_asks_for_nothing(end: str) -> None:
    assert read(f"One vector for the new colleague, compared with those that are stored, {end}.").asked is None
    assert read("What a nice day it is outside. I want to stop.").asked is ReplyKind.STOP
    assert kind_of("A number looks odd, rewind, look at one batch as it goes into the network.") is ReplyKind.ANSWER


def test_a_correction_that_says_why_is_one_at_any_length() -> None:
    why = " because the derivative of the sigmoid is at most one quarter and the product over the layers vanishes" * 3
    for opening in ("I want to correct my previous answer: it is the gradient", "About the first question, it is that"):
        assert kind_of(opening + why) is ReplyKind.CORRECTION
        assert kind_of(opening + why * 5) is ReplyKind.CORRECTION
    for opening in ("To correct an error it is propagated back", "On the second layer it is small", "The first reply"):
        assert kind_of(opening + why) is ReplyKind.ANSWER


def test_no_statement_of_the_bank_is_taken_for_anything_but_an_answer(bank: Bank) -> None:
    read = bank.statements[::7]
    wrong = [statement.text for statement in read if kind_of(statement.text) is not ReplyKind.ANSWER]
    assert len(read) > 1000
    assert len(wrong) <= 0.005 * len(read), wrong[:10]


def test_a_long_message_is_read_in_time_that_does_not_explode() -> None:
    for piece in (
        "I ",
        "a",
        "'",
        "- ",
        "can i please ",
        "i would like to ",
        "hint\n",
        "give me ",
        "🙂",
        "is it ok if we ",
    ):
        for times in (20, 50_000 // len(piece)):
            began = time.thread_time()
            assert kind_of(piece * times + "xyzzy?") in set(ReplyKind)
            assert time.thread_time() - began < 0.05, piece
    assert kind_of("I " * 4000 + "?") is ReplyKind.ANSWER


@pytest.mark.parametrize("line", sorted({line for lines in sections(FILE.read_text()).values() for line in lines}))
def test_no_pattern_backtracks_for_long(line: str) -> None:
    own = re.findall(r"[a-z]+", line)
    began = time.thread_time()
    for size in (1, 2, 3, 5, 8):
        for start in range(0, min(len(own), 40), size):
            re.compile(expanded(line)).fullmatch(" ".join([*own[:2], *own[start : start + size] * 40][:40]) + " xyzzy")
    assert time.thread_time() - began < 0.5
