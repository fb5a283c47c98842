"""Claims on the bank's points, and how the wording of a reply is held against them."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from interviewer.grading.crossencoder import Floats
from interviewer.grading.grade import GradeTask
from interviewer.grading.tasks import bank_task
from interviewer.grading.wording import MOST, WORDING_FEATURES, KnownWords, wording
from knowledge import claims
from knowledge.bank import Bank
from knowledge.claims import CLAIMS_FOLDER, Said, claims_of, replies_of
from knowledge.errors import ModelUnavailable

HELD_OUT = frozenset((Path(__file__).parents[1] / "evals" / "data" / "held_out.txt").read_text().split())


def worded(task: GradeTask, point: str, *said: str) -> list[float]:
    near = np.full((len(said), len(task.points)), 0.5)
    at = [p.id for p in task.points].index(point)
    return [float(value) for value in wording(task, said, near)[at]]


def test_each_point_but_the_held_out_ones_has_right_and_wrong_claims(bank: Bank) -> None:
    for question in bank.questions:
        found = Counter(verdict for claim in claims_of(question.id) for verdict in claim.verdicts.items())
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
    against_wrong = slice(len(MOST))
    assert all(value > 0 for value in right[against_wrong])
    assert all(one > other for one, other in zip(right[against_wrong], wrong[against_wrong], strict=True))


def test_the_order_of_two_words_counts() -> None:
    known = KnownWords(["a"], [Said("encoder feeds decoder", {"a": "covered"})], [])
    assert list(known.held_by("The encoder feeds the decoder")) == list(range(6))
    assert len(known.held_by("The decoder feeds the encoder")) == 3
    other = KnownWords(["a"], [Said("self attention", {"a": "covered"})], [])
    assert list(other.held_by("Self-attention")) == list(other.held_by("self attention")) == [0, 1, 2]


def odds_of(known: KnownWords, text: str) -> Floats:
    odds, _ = known.log_odds(known.held_by(text))
    return np.asarray(odds.sum(axis=-1))


def test_claims_on_other_points_and_whole_replies_count_too() -> None:
    claims = [
        Said("fast", {"a": "covered"}),
        Said("slow", {"a": "contradicted"}),
        Said("cheap", {"b": "covered"}),
        Said("both", {"a": "covered", "b": "covered"}),
        Said("half", {"b": "partial"}),
    ]
    replies = [
        Said("quick", {"a": "covered", "b": "missing"}),
        Said("late", {"a": "contradicted", "b": "missing"}),
        Said("dear", {"a": "missing", "b": "contradicted"}),
        Said("so so", {"a": "partial", "b": "partial"}),
    ]
    known = KnownWords(["a", "b"], claims, replies)
    a = {text: [float(np.sign(one)) for one in odds_of(known, text)[:, 0]] for text in known.stems}
    assert a["fast"] == [1, 1, 1, 0, 0, 0]
    assert a["slow"] == [-1, 0, 1, 0, 0, 0]
    assert a["cheap"] == [0, -1, -1, 0, 0, 0]
    assert a["both"][1] == 1
    assert a["quick"] == [0, 0, 0, 1, 1, 0]
    assert a["late"] == [0, 0, 0, -1, 0, 1]
    assert a["dear"] == [0, 0, 0, 0, -1, -1]
    assert a["half"] == a["so"] == [0] * 6


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
    for name in ("SENTENCES", "TEXTBOOK", "NOTES", "FOLLOW_UPS", "EVERYDAY"):
        file = getattr(claims, name)
        (tmp_path / file.name).write_bytes(file.read_bytes())
        monkeypatch.setattr(claims, name, tmp_path / file.name)
    claims._claims.cache_clear()
    yield tmp_path
    claims._claims.cache_clear()


def test_replies_carry_a_verdict_on_each_point(bank: Bank) -> None:
    for question in bank.questions:
        assert all(set(said.verdicts) == {p.id for p in question.key_points} for said in replies_of(question.id))


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
