"""The index over a real Chroma folder: found, rebuilt, mended."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from knowledge.bank import Bank
from knowledge.encoder import BUNDLED_SHA256, bundled_folder, file_sha256, open_encoder
from knowledge.errors import IndexUnavailable, ModelUnavailable
from knowledge.index import PassageIndex, index_fault, index_homes, index_key, open_index
from knowledge.passages import bank_passages, split_answer
from knowledge.vectors import BankVectors


@pytest.fixture(scope="module")
def small(bank: Bank) -> Bank:
    """Six questions of the bank: enough to search, quick to build."""
    return Bank(questions=bank.questions[:6])


def test_a_question_is_found_by_another_phrasing(index: PassageIndex) -> None:
    hits = index.search(["why do some relu neurons output zero forever", "how does dropout work at test time"], 3)
    assert hits[0][0].question_id == "activations-dying-relu"
    assert hits[1][0].question_id.startswith("regularisation-")
    assert "dropout" in hits[1][0].question_id


def test_hits_are_distinct_and_say_where_they_come_from(index: PassageIndex, bank: Bank) -> None:
    hits = index.search(["vanishing gradients"], 5)[0]
    assert len({hit.question_id for hit in hits}) == 5
    for hit in hits:
        question = bank.by_id[hit.question_id]
        assert hit.passage in question.answer
        assert hit.sources == question.sources
        assert -1 <= hit.similarity <= 1.0001
    assert index.search([], 3) == []


def test_every_question_is_its_own_nearest(index: PassageIndex, bank: Bank) -> None:
    found = index.search([question.question for question in bank.questions], 1)
    assert [hits[0].question_id for hits in found] == [question.id for question in bank.questions]


def test_passages_hold_the_whole_answer_in_whole_sentences(bank: Bank) -> None:
    for question in bank.questions:
        joined = "".join("".join(split_answer(question.answer)).split())
        assert joined == "".join(question.answer.split())


def test_an_index_is_built_once_and_reopened(small: Bank, encoder: BankVectors, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    open_index(tmp_path, small, encoder, lambda done, total: steps.append((done, total)))
    assert steps[-1] == (len(bank_passages(small)),) * 2
    steps.clear()
    for _ in range(3):
        again = open_index(tmp_path, small, encoder, lambda done, total: steps.append((done, total)))
        again.search(["relu"], 2)
    assert steps == []


def test_another_bank_gets_another_index(small: Bank, encoder: BankVectors, tmp_path: Path) -> None:
    open_index(tmp_path, small, encoder)
    changed = small.questions[0].model_copy(update={"question": "What on earth is a capacitor?"})
    other = Bank(questions=(changed, *small.questions[1:]))
    assert index_key(other, encoder) != index_key(small, encoder)
    assert open_index(tmp_path, other, encoder).search(["capacitor"], 1)[0][0].question == changed.question
    assert index_homes(tmp_path, index_key(small, encoder)) == []


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove", "vectors", "manifest"])
def test_a_damaged_index_is_noticed_and_rebuilt(small: Bank, encoder: BankVectors, tmp_path: Path, damage: str) -> None:
    open_index(tmp_path, small, encoder)
    [home] = index_homes(tmp_path, index_key(small, encoder))
    database = home / "chroma.sqlite3"
    match damage:
        case "truncate":
            database.write_bytes(database.read_bytes()[:5000])
        case "flip":
            database.write_bytes(bytes(byte ^ 255 for byte in database.read_bytes()))
        case "remove":
            database.unlink()
        case "vectors":
            with closing(sqlite3.connect(database)) as connection, connection:
                connection.execute("UPDATE embeddings_queue SET vector = zeroblob(1536) WHERE seq_id = 3")
        case "manifest":
            (home / "manifest.json").write_text("{")
    assert index_fault(home) is not None
    rebuilt = open_index(tmp_path, small, encoder)
    assert rebuilt.search([small.questions[2].question], 1)[0][0].question_id == small.questions[2].id
    assert index_homes(tmp_path, index_key(small, encoder)) != [home]


def test_two_builders_make_one_index(small: Bank, encoder: BankVectors, tmp_path: Path) -> None:
    found: list[PassageIndex] = []
    threads = [threading.Thread(target=lambda: found.append(open_index(tmp_path, small, encoder))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(index_homes(tmp_path, index_key(small, encoder))) == 1


def test_a_folder_that_cannot_be_made_is_told(small: Bank, encoder: BankVectors, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexUnavailable, match="cannot be built"):
        open_index(tmp_path / "file" / "index", small, encoder)


def test_the_bundled_model_is_the_official_one() -> None:
    assert file_sha256(bundled_folder() / "model.safetensors") == BUNDLED_SHA256


def test_a_missing_or_broken_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="INTERVIEWER_EMBEDDING_MODEL"):
        open_encoder(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        open_encoder(str(tmp_path)).encode(["x"])


def test_another_model_folder_can_be_set(tmp_path: Path, encoder: BankVectors) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bundled_folder(), copy)
    other = open_encoder(str(copy))
    assert other.model_hash == encoder.model_hash
    assert abs(float(other.encode(["gradient"])[0] @ encoder.encode(["gradient"])[0]) - 1) < 1e-5
