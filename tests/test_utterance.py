"""What kind of message a candidate wrote."""

import pytest

from interviewer.events import ReplyKind
from interviewer.utterance import kind_of
from knowledge.bank import Bank

EXAMPLES = {
    ReplyKind.DONT_KNOW: "I don't know|idk|dunno sorry|no idea|I'm not sure|I have no idea about that|never heard of it|um... honestly no clue|I forgot|No sorry, I really don't know that one.|I can't answer that|my mind went blank|i do not know the answer|not sure|I give up",
    ReplyKind.SKIP: "skip|pass|next question please|let's move on|can we skip this one?|Sorry, I don't know, can we skip this?|I'd like to skip|next",
    ReplyKind.HINT: "hint|hint please|can i get a hint?|give me a clue|help|could you give me a small hint?|I need a hint",
    ReplyKind.REPEAT: "could you repeat the question?|repeat please|come again?|what was the question?|say that again|sorry, I didn't catch that",
    ReplyKind.MEANING: "what do you mean by softmax?|What do you mean by 'dead units'?|can you rephrase that?|I don't understand the question|clarify please|?|what does calibration mean here?",
    ReplyKind.STOP: "stop|end|quit|I want to stop the interview now|let's end the session|that's all for today|bye",
    ReplyKind.META: "are you an AI?|are you a real person|who are you|how do you grade my answers?",
    ReplyKind.NO_CONTENT: "|   |🙂|🙂🙂👍|...|!!!|\u200b",
    ReplyKind.ANSWER: "dropout|yes|pooling|stop training early|early stopping|the next layer|it stops the gradient with detach()|skip connections let gradients pass|no, because the biases can be zero|hint: the loss is convex|you repeat the convolution at each position|what matters is the variance|a hidden state|repeat the last layer|next token prediction|help the gradients flow|It passes through|end-to-end learning",
    ReplyKind.PARTIAL: "I don't remember the formula but it scales the gradients|I'm not sure, but I think it averages the weights",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in EXAMPLES.items() for text in texts.split("|")]
)
def test_a_message_is_taken_for_what_it_is(kind: ReplyKind, text: str) -> None:
    assert kind_of(text) is kind


def test_no_statement_of_the_bank_is_taken_for_anything_but_an_answer(bank: Bank) -> None:
    wrong = [statement.text for statement in bank.statements if kind_of(statement.text) is not ReplyKind.ANSWER]
    assert len(bank.statements) > 1000
    assert len(wrong) <= 0.005 * len(bank.statements), wrong[:10]


def test_a_long_message_is_read_in_time_that_does_not_explode() -> None:
    assert kind_of("I " * 4000 + "?") is ReplyKind.ANSWER
    assert kind_of("please " * 24) is not None
