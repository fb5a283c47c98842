"""The bank's vectors that come with the program."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from knowledge.bank import Bank
from knowledge.encoder import SentenceEncoder, Vectors, WordEncoder, Words
from knowledge.errors import ModelUnavailable
from knowledge.vectors import FILE, BankVectors, bank_texts, write_vectors


class Counting:
    """An encoder that keeps what it was asked."""

    def __init__(self, encoder: WordEncoder, model_hash: str | None = None) -> None:
        self._encoder = encoder
        self.model_hash = model_hash or encoder.model_hash
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> Vectors:
        self.asked += texts
        return self._encoder.encode(texts)

    def words(self, text: str) -> Words:
        self.asked.append(text)
        return self._encoder.words(text)


def test_all_of_the_bank_is_there_and_as_the_encoder_has_it(bank: Bank, bare_encoder: SentenceEncoder) -> None:
    counting = Counting(bare_encoder)
    vectors = BankVectors(counting)
    texts = list(bank_texts(bank))
    found = vectors.encode(texts)
    assert counting.asked == [], "the bank has changed: run `python -m knowledge.vectors`"
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    some = list(range(0, len(texts), 401))
    truth = bare_encoder.encode([texts[i] for i in some])
    assert float(np.abs(found[some] @ truth.T - truth @ truth.T).max()) < 0.01


def test_what_the_bank_does_not_hold_is_embedded_in_its_place(bank: Bank, bare_encoder: SentenceEncoder) -> None:
    counting = Counting(bare_encoder)
    vectors = BankVectors(counting)
    known, other = bank.questions[0].question, bank.questions[1].question
    found = vectors.encode([known, "What do you like about sailing?", other])
    assert counting.asked == ["What do you like about sailing?"]
    np.testing.assert_array_equal(found[1], bare_encoder.encode(["What do you like about sailing?"])[0])
    np.testing.assert_array_equal(found[[0, 2]], BankVectors(counting).encode([known, other]))
    np.testing.assert_array_equal(found, vectors.encode([known, "What do you like about sailing?", other]))
    assert len(counting.asked) == 1, "embedded twice"


def test_a_vector_does_not_depend_on_what_was_asked_before(bare_encoder: SentenceEncoder) -> None:
    texts = ["A sail.", "A much longer sentence, which is about how sails are trimmed in light winds.", "Two masts."]
    before, fresh = BankVectors(bare_encoder), BankVectors(bare_encoder)
    before.encode(texts[:1])
    before.encode(texts[1:])
    np.testing.assert_array_equal(before.encode(texts), fresh.encode(texts))


def test_only_the_latest_texts_are_remembered(bare_encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.vectors.REMEMBERED", 2)
    counting = Counting(bare_encoder)
    vectors = BankVectors(counting)
    for text in ("one sail", "two sails", "three sails", "three sails", "one sail"):
        vectors.encode([text])
    assert counting.asked == ["one sail", "two sails", "three sails", "one sail"]


@pytest.mark.parametrize("damage", ["gone", "cut", "flipped", "not inflated", "another model's"])
def test_a_file_that_cannot_be_used_makes_it_slow_and_not_wrong(
    damage: str, bank: Bank, bare_encoder: SentenceEncoder, tmp_path: Path
) -> None:
    file = tmp_path / "vectors.npz"
    held = bytearray(FILE.read_bytes())
    if damage == "flipped":
        held[len(held) // 2] ^= 1
    if damage == "not inflated":
        # An impossible kind of block, which zlib refuses before the checksum could.
        with zipfile.ZipFile(FILE) as archive:
            held[archive.getinfo("steps.npy").header_offset + 30 + len("steps.npy") + 20] |= 0x06
    if damage != "gone":
        file.write_bytes(held[: len(held) // 2] if damage == "cut" else held)
    counting = Counting(bare_encoder, "other" if damage == "another model's" else None)
    vectors = BankVectors(counting, file)
    np.testing.assert_array_equal(
        vectors.encode([bank.statements[0].text]), bare_encoder.encode([bank.statements[0].text])
    )
    assert counting.asked == [bank.statements[0].text]
    with pytest.raises(ModelUnavailable, match="reinstall the package"):
        vectors.nearest_elsewhere(bare_encoder.encode(["x"]), None)


def test_a_statement_is_nearest_to_itself_but_for_its_own_question(bank: Bank, bare_encoder: SentenceEncoder) -> None:
    vectors = BankVectors(bare_encoder)
    said = vectors.encode([bank.statements[0].text])
    assert vectors.nearest_elsewhere(said, None)[0] == pytest.approx(1.0, abs=1e-5)
    assert vectors.nearest_elsewhere(said, bank.statements[0].question)[0] < 0.95


def test_what_is_written_is_read_again(bank: Bank, bare_encoder: SentenceEncoder, tmp_path: Path) -> None:
    few = Bank(questions=bank.questions[:2], statements=bank.statements_of[bank.questions[0].id])
    file = tmp_path / "vectors.npz"
    assert write_vectors(few, bare_encoder, file) == len(bank_texts(few))
    counting = Counting(bare_encoder)
    BankVectors(counting, file).encode(list(bank_texts(few)))
    assert counting.asked == []


def test_what_people_wrote_is_forgotten_and_the_bank_is_not(bank: Bank, bare_encoder: SentenceEncoder) -> None:
    counting = Counting(bare_encoder)
    vectors = BankVectors(counting)
    texts = [bank.questions[0].question, "My sail is torn."]
    for _ in range(2):
        vectors.encode(texts)
        vectors.forget()
    assert counting.asked == ["My sail is torn.", "My sail is torn."]


def test_words_are_read_once_until_they_are_forgotten(
    bare_encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.vectors.REMEMBERED_WORDS", 7)
    counting = Counting(bare_encoder)
    vectors = BankVectors(counting)
    for text in ("one sail", "two sails", "one sail", "three torn sails", "one sail"):
        assert vectors.words(text).texts == bare_encoder.words(text).texts
    assert counting.asked == ["one sail", "two sails", "three torn sails", "one sail"], "the last had to make room"
    vectors.forget()
    vectors.words("one sail")
    assert counting.asked[-1] == "one sail"
    assert len(counting.asked) == 5
    for marks in ("!", "?", "...", "-", "--", "!!", "??", "!?"):
        vectors.words(marks)
    vectors.words("!")
    assert counting.asked[-1] == "!", "texts without a word count, too"
