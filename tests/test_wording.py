"""Claims on the bank's points, and how the wording of a reply is held against them."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from interviewer.grading.grade import GradeTask
from interviewer.grading.tasks import bank_task
from interviewer.grading.wording import WORDING_FEATURES, grams_of, wording
from knowledge import claims
from knowledge.bank import Bank
from knowledge.claims import CLAIMS_FOLDER, claims_of
from knowledge.errors import ModelUnavailable

HELD_OUT = frozenset((Path(__file__).parents[1] / "evals" / "data" / "held_out.txt").read_text().split())


def worded(task: GradeTask, point: str, *said: str) -> list[float]:
    near = np.full((len(said), len(task.points)), 0.5)
    at = [p.id for p in task.points].index(point)
    return [float(value) for value in wording(task, said, near)[at]]


def test_each_point_but_the_held_out_ones_has_right_and_wrong_claims(bank: Bank) -> None:
    for question in bank.questions:
        found = Counter((claim.key_point, claim.verdict) for claim in claims_of(question.id))
        points = {point.id for point in question.key_points}
        assert {point for point, _ in found} == (set() if question.id in HELD_OUT else points)
        assert {verdict for _, verdict in found} <= {"covered", "partial", "contradicted"}
        if question.id not in HELD_OUT:
            assert all(found[point, verdict] >= 2 for point in points for verdict in ("covered", "contradicted"))


def test_a_word_exchanged_turns_the_wording_from_right_to_wrong(bank: Bank) -> None:
    task = bank_task(bank, bank.by_id["rnn-vs-transformer"])
    right = worded(
        task,
        "parallel",
        "In training a transformer sees every token of the sequence in parallel, an RNN goes step by step",
    )
    wrong = worded(
        task,
        "parallel",
        "In training an RNN sees every token of the sequence in parallel, a transformer goes step by step",
    )
    assert len(right) == WORDING_FEATURES
    assert all(value > 0 for value in right)
    assert all(one > other for one, other in zip(right, wrong, strict=True))


def test_the_order_of_two_words_counts() -> None:
    assert ("encod", "decod") in grams_of("The encoder feeds the decoder")
    assert ("encod", "decod") not in grams_of("The decoder feeds the encoder")
    assert grams_of("Self-attention") == grams_of("self attention")


def test_words_of_which_nothing_is_known_say_nothing(bank: Bank) -> None:
    task = bank_task(bank, bank.by_id["rnn-vs-transformer"])
    assert worded(task, "parallel", "zzz qqq") == [0.0] * WORDING_FEATURES
    unknown = bank_task(bank, bank.by_id["rnn-vs-transformer"]).model_copy(
        update={"question_id": None, "statements": ()}
    )
    assert worded(unknown, "parallel", "transformers train in parallel") == [0.0] * WORDING_FEATURES


def test_the_nearest_sentence_counts_most(bank: Bank) -> None:
    task = bank_task(bank, bank.by_id["rnn-vs-transformer"])
    at = [point.id for point in task.points].index("parallel")
    said = ("transformers train on all tokens in parallel", "rnns train on all tokens in parallel")
    near = np.full((2, len(task.points)), 0.2)
    near[0] = 0.9
    first = wording(task, said, near)[at]
    second = wording(task, said, near[::-1])[at]
    assert first[0] > second[0]
    assert first[2] == second[2]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("SENTENCES", "TEXTBOOK", "NOTES", "FOLLOW_UPS"):
        file = getattr(claims, name)
        (tmp_path / file.name).write_bytes(file.read_bytes())
        monkeypatch.setattr(claims, name, tmp_path / file.name)
    claims._by_question.cache_clear()
    yield tmp_path
    claims._by_question.cache_clear()


@pytest.mark.parametrize("text", [None, "{", "[1]\n", '{"question_id": "a"}\n'])
def test_damaged_claims_are_told_in_one_line(elsewhere: Path, text: str | None) -> None:
    file = elsewhere / "textbook.jsonl"
    file.unlink() if text is None else file.write_text(text, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="reinstall the package"):
        claims_of("rnn-vs-transformer")


def test_claims_are_of_known_questions_and_their_points(bank: Bank) -> None:
    points = {question.id: {point.id for point in question.key_points} for question in bank.questions}
    for file in CLAIMS_FOLDER.glob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            id = row.get("question_id") or row["question"]
            assert id not in HELD_OUT
            assert set(row.get("verdicts", [row.get("key_point") or row.get("point_id")])) <= points[id]
