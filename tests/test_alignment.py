"""How the words of a claim and of a reply fit, with the bundled encoder."""

import json
from pathlib import Path

import numpy as np
import pytest

from interviewer.errors import JudgeFailed
from interviewer.grading.alignment import word_recall
from interviewer.grading.local import CARD, FOLDER, LocalJudge
from interviewer.grading.memory import FIELDS, Memory, known_fields
from interviewer.grading.scoring import expected_credit
from interviewer.grading.tasks import GradeRequest, reference_task
from knowledge.encoder import SentenceEncoder
from knowledge.errors import ModelUnavailable
from knowledge.text import content_stems
from knowledge.vectors import BankVectors

QUESTION = "What does the forget gate of an LSTM do?"
REFERENCE = "The forget gate decides which parts of the cell state are discarded."


def test_words_are_those_that_people_would_count(bare_encoder: SentenceEncoder) -> None:
    found = bare_encoder.words("The ReLU's [MASK] is 0 - BatchNorm2d, nai\u0308ve!")
    assert found.texts == ("the", "relu", "s", "mask", "is", "0", "batchnorm2d", "na\u00efve")
    assert found.vectors.shape == (8, 384)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("text", ["", "  ", "?! ...", "\ud800", "\N{GRINNING FACE}"])
def test_a_text_without_words_has_none(text: str, bare_encoder: SentenceEncoder) -> None:
    assert bare_encoder.words(text).texts == ()
    assert bare_encoder.words(text).vectors.shape == (0, 384)


def test_of_a_long_text_every_word_is_read(bare_encoder: SentenceEncoder) -> None:
    said = [f"sail {i} is torn" for i in range(400)]
    found = bare_encoder.words(". ".join(said))
    assert sum(word == "torn" for word in found.texts) == 400
    assert found.texts[-4:] == ("sail", "399", "is", "torn")
    long = bare_encoder.words("antidisestablishmentarianism " * 200)
    assert long.texts == ("antidisestablishmentarianism",) * 200, "words at the edge of a part are whole"


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
    ("question", "reference", "known"),
    [
        (QUESTION, REFERENCE, True),
        ("Why is dropout switched off at test time?", "The expected activations are to stay the same.", True),
        ("", "Batch normalisation uses the running mean and variance of the training batches at inference.", True),
        ("Why does the bulb not light?", "The bulb has to be in a closed path with the battery.", True),
        ("Why does a sail need a batten?", "It keeps the leech from fluttering.", False),
        ("Who may sign the deed?", "The owner, or whom the owner has given a power of attorney.", False),
    ],
)
def test_references_of_fields_that_training_did_not_know_are_weighed_by_their_own_aggregation(
    question: str, reference: str, known: bool, encoder: BankVectors
) -> None:
    judge = LocalJudge(encoder=lambda: encoder)
    task = reference_task(GradeRequest(question=question, references=(reference,)))
    assert judge.aggregation(task) is (judge.card.derived if known else judge.card.foreign)


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_without_the_fields_nothing_is_guessed(
    damage: str, encoder: BankVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "fields.npz"
    if damage == "cut":
        file.write_bytes(FIELDS.read_bytes()[:1000])
    monkeypatch.setattr("interviewer.grading.memory.FIELDS", file)
    known_fields.cache_clear()
    task = reference_task(GradeRequest(question=QUESTION, references=(REFERENCE,)))
    with pytest.raises(ModelUnavailable, match=r"fields\.npz, which came with the program, is missing or damaged"):
        Memory(lambda: encoder).at_home(task)
    known_fields.cache_clear()


def test_a_card_of_another_version_says_what_to_do(tmp_path: Path) -> None:
    card = json.loads((FOLDER / CARD).read_text())
    del card["foreign"]
    (tmp_path / CARD).write_text(json.dumps(card))
    with pytest.raises(JudgeFailed, match="or, where the folder is your own, train and calibrate it"):
        _ = LocalJudge(tmp_path).card


@pytest.mark.parametrize(
    ("question", "reference", "right", "wrong"),
    [
        pytest.param(
            "Why does a sail need a batten?",
            "A batten keeps the leech of the sail from fluttering.",
            "The batten stops the leech fluttering.",
            "The batten makes the leech of the sail flutter.",
            marks=pytest.mark.xfail(
                strict=True, reason="elsewhere the words count for more than what is said with them"
            ),
        ),
        (
            "How does dropout regularise?",
            "Units cannot rely on each other, so overfitting is reduced.",
            "Since no unit can count on the others there is less overfitting.",
            "It increases overfitting since units rely on each other.",
        ),
    ],
)
def test_the_references_words_turned_round_earn_less_than_right_ones(
    question: str, reference: str, right: str, wrong: str, encoder: BankVectors
) -> None:
    judge = LocalJudge(encoder=lambda: encoder)
    task = reference_task(GradeRequest(question=question, references=(reference,)))
    good, bad = (expected_credit(judge.judge(task, reply).judgements[0]) for reply in (right, wrong))
    assert good > bad
