"""How the words of a claim and of a reply fit, with the bundled encoder."""

import numpy as np
import pytest

from interviewer.grading.alignment import word_recall
from interviewer.grading.local import HOME_FROM
from interviewer.grading.memory import Memory
from interviewer.grading.tasks import GradeRequest, reference_task
from knowledge.encoder import SentenceEncoder
from knowledge.text import content_stems
from knowledge.vectors import BankVectors

QUESTION = "What does the forget gate of an LSTM do?"
REFERENCE = "The forget gate decides which parts of the cell state are discarded."


def test_words_are_those_that_people_would_count(bare_encoder: SentenceEncoder) -> None:
    found = bare_encoder.words("The ReLU's gradient is 0 - BatchNorm2d, na\u00efve!")
    assert found.texts == ("the", "relu", "s", "gradient", "is", "0", "batchnorm2d", "na\u00efve")
    assert found.vectors.shape == (8, 384)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("text", ["", "  ", "?! ..."])
def test_a_text_without_words_has_none(text: str, bare_encoder: SentenceEncoder) -> None:
    assert bare_encoder.words(text).texts == ()
    assert bare_encoder.words(text).vectors.shape == (0, 384)


def test_of_a_long_text_every_word_is_read(bare_encoder: SentenceEncoder) -> None:
    said = [f"sail {i} is torn" for i in range(400)]
    found = bare_encoder.words(". ".join(said))
    assert sum(word == "torn" for word in found.texts) == 400
    assert found.texts[-4:] == ("sail", "399", "is", "torn")


def recall(reply: str, encoder: SentenceEncoder, question: str = QUESTION) -> float:
    return word_recall(encoder.words(REFERENCE), encoder.words(reply), content_stems(question))


def test_to_give_the_question_back_says_nothing_of_the_claim(bare_encoder: SentenceEncoder) -> None:
    back = "The forget gate of an LSTM is what the forget gate does."
    own = "It decides what memory is thrown away."
    assert recall(own, bare_encoder) > recall(back, bare_encoder)
    assert recall(own, bare_encoder, question="") < recall(back, bare_encoder, question="")


def test_the_claim_itself_is_held_whole_whatever_stands_beside_it(bare_encoder: SentenceEncoder) -> None:
    assert recall(REFERENCE, bare_encoder) == pytest.approx(1.0, abs=1e-5)
    assert recall(f"{REFERENCE} Bananas ripen in the kitchen, and my uncle sells boats.", bare_encoder) > 0.75
    assert recall("Bananas ripen in the kitchen, and my uncle sells boats.", bare_encoder) < 0.35


@pytest.mark.parametrize(("claim", "reply"), [("", "a sail"), ("a sail", ""), ("", "")])
def test_without_words_nothing_is_held(claim: str, reply: str, bare_encoder: SentenceEncoder) -> None:
    assert word_recall(bare_encoder.words(claim), bare_encoder.words(reply), frozenset()) == 0.0


def test_a_claim_of_the_questions_own_words_is_held_against_them(bare_encoder: SentenceEncoder) -> None:
    claim = bare_encoder.words("The forget gate.")
    asked = content_stems(QUESTION)
    own, other = (
        word_recall(claim, bare_encoder.words(text), asked) for text in ("Its forget gate.", "Its seven bananas.")
    )
    assert own > other + 0.2


def test_each_point_has_its_own_share_and_the_nearest_reference_is_the_whole(encoder: BankVectors) -> None:
    references = (f"{REFERENCE} It is a sigmoid layer.", "It drops old memory.")
    task = reference_task(GradeRequest(question=QUESTION, references=references))
    found = Memory(lambda: encoder).aligned(task, "It drops old memory.")
    assert found.shape == (2, 2)
    np.testing.assert_allclose(found[:, 1], 1.0, atol=1e-5)
    sigmoid = Memory(lambda: encoder).aligned(task, "A sigmoid layer.")
    assert sigmoid[1, 0] > sigmoid[0, 0] + 0.2


@pytest.mark.parametrize(
    ("question", "reference", "at_home"),
    [
        (QUESTION, REFERENCE, True),
        ("Why is dropout switched off at test time?", "The expected activations are to stay the same.", True),
        ("", "Batch normalisation uses the running mean and variance of the training batches at inference.", True),
        ("Why does a sail need a batten?", "It keeps the leech from fluttering.", False),
        ("What is a stack?", "A list from which the element that was put in last is taken out first.", False),
        ("", "Plants turn carbon dioxide and water into sugar in the light.", False),
    ],
)
def test_what_is_of_the_banks_field(question: str, reference: str, at_home: bool, encoder: BankVectors) -> None:
    task = reference_task(GradeRequest(question=question, references=(reference,)))
    assert (Memory(lambda: encoder).at_home(task) >= HOME_FROM) is at_home
