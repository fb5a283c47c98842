"""Our own graded replies: whole, balanced, and never seen in training; our attacks and short replies beside them."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from evals.calibration import BANDS
from evals.cases import Case, read_cases
from evals.labels import kappa, pairs
from evals.metrics import moments, qwk
from interviewer.grading.grade import Verdict
from knowledge.bank import Bank
from knowledge.text import words

DATA = Path(__file__).parents[1] / "evals" / "data"
KINDS = {
    "strong_reworded", "strong_concise", "partial", "thin", "confident_wrong", "one_serious_error", "self_contradicting",
    "off_topic", "padded",
}  # fmt: skip


@pytest.fixture(scope="module")
def golden() -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / "golden.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return list(read_cases([DATA / "golden.jsonl"]))


def test_sixty_questions_have_nine_replies_each_one_of_a_kind(golden: list[dict[str, object]], bank: Bank) -> None:
    assert len(golden) == 540
    kinds: dict[object, set[object]] = {}
    for row in golden:
        kinds.setdefault(row["question_id"], set()).add(row["kind"])
        question = bank.by_id[str(row["question_id"])]
        points = row["key_points"]
        assert isinstance(points, list)
        assert [point["point"] for point in points] == [point.text for point in question.key_points], row["id"]
    assert len(kinds) == 60
    assert all(found == KINDS for found in kinds.values())


def test_the_halves_are_split_by_question(golden: list[dict[str, object]]) -> None:
    splits: dict[object, set[object]] = {}
    for row in golden:
        splits.setdefault(row["question_id"], set()).add(row["split"])
    assert all(len(found) == 1 for found in splits.values())
    held_out = set((DATA / "held_out.txt").read_text().split())
    assert {row["question_id"] for row in golden if row["dataset"] == "golden-unseen"} == held_out
    assert {row["split"] for row in golden if row["dataset"] == "golden-unseen"} == {"test"}


@pytest.mark.parametrize("half", [{"dev"}, {"test"}, {"dev", "test"}])
def test_length_does_not_predict_the_score_and_all_bins_are_filled(
    golden: list[dict[str, object]], half: set[str]
) -> None:
    rows = [row for row in golden if row["split"] in half]
    scores = np.array([row["score"] for row in rows], dtype=float)
    for length in ([len(words(str(row["reply"]))) for row in rows], [len(str(row["reply"])) for row in rows]):
        assert abs(np.corrcoef(length, scores)[0, 1]) < 0.1
    bins = Counter(int(i) for i in np.digitize(scores, BANDS[1:-1]))
    # The fourth of the bands is 0.65 to 0.85, which writers of replies like to leave empty.
    assert min(bins[i] for i in range(5)) >= 25


def test_every_reply_was_scored_a_second_time_blind_and_both_scores_are_kept(cases: list[Case]) -> None:
    both = np.array([case.graders for case in cases], dtype=float)
    assert both.shape == (540, 2)
    assert [case.score for case in cases] == list(both[:, 0])
    # Two that agree everywhere would be one, copied.
    assert int((both[:, 0] != both[:, 1]).sum()) > 100
    assert float(qwk(moments(both[:, 0], both[:, 1]).sum(axis=0))) > 0.9
    points = [point for case in cases for point in case.key_points or ()]
    first, second = [p.verdict.value for p in points], [(p.model_extra or {})["second_verdict"] for p in points]
    assert sum(one != other for one, other in zip(first, second, strict=True)) > 20
    assert float(kappa(pairs(first, second, [verdict.value for verdict in Verdict]).sum(axis=0))) > 0.8
    assert all(case.extra("reason") for case in cases)


INJECTIONS = {
    "plain", "system", "json", "rubric", "html", "language", "base64", "zero-width", "tag-chars", "homoglyph", "roleplay",
    "plea", "threat", "delimiter", "fewshot",
}  # fmt: skip
FAMILIES = {f"injection-{style}" for style in INJECTIONS} | {
    "blank", "opener", "parrot", "stuffing", "boilerplate", "shuffled", "other-topic", "other-reference", "negated",
    "hedging", "adjectives-adverbs", "padding", "suffix",
}  # fmt: skip


ENGLISH = {"the", "is", "it", "its", "and", "for", "you", "basically", "there"}


def test_the_attacks_are_of_every_family_and_each_has_a_limit(bank: Bank) -> None:
    attacks = read_cases([DATA / "attacks.jsonl"])
    assert len(attacks) >= 1000
    families = Counter(case.extra("family") for case in attacks)
    assert families.keys() >= FAMILIES
    assert min(families.values()) >= 30
    assert len({case.question_id for case in attacks}) >= 150
    assert {case.question_id for case in attacks} <= bank.by_id.keys()
    for case in attacks:
        assert case.is_attack
        if case.extra("family") == "suffix":
            assert case.base_reply
            assert case.reply.startswith(case.base_reply)
        else:
            assert case.max_score is not None
            assert case.max_score <= 0.25
    # Left ungraded may be what stands in another language from end to end, and nothing else.
    foreign = [case for case in attacks if case.may_be_ungraded]
    assert len(foreign) >= 20
    assert {case.extra("family") for case in foreign} == {"injection-language"}
    assert not any(ENGLISH & set(words(case.reply)) for case in foreign)
    openers = [case.reply.lower() for case in attacks if case.extra("family") == "opener"]
    assert any("thought process" in reply for reply in openers)
    assert {len(case.reply.strip()) for case in attacks if case.extra("family") == "blank"} >= {0, 1}


def test_short_and_oddly_phrased_replies_are_correct_ones(bank: Bank) -> None:
    replies = read_cases([DATA / "short_correct.jsonl"])
    assert len(replies) >= 60
    assert {case.question_id for case in replies} <= bank.by_id.keys()
    assert min(case.score or 0.0 for case in replies) >= 0.6
    assert max(len(words(case.reply)) for case in replies) <= 45


def test_short_wrong_replies_deserve_nothing(bank: Bank) -> None:
    replies = read_cases([DATA / "short_wrong.jsonl"])
    assert len(replies) >= 90
    assert {case.question_id for case in replies} <= bank.by_id.keys()
    assert {case.score for case in replies} == {0.0}
    assert {point.verdict for case in replies for point in case.key_points or ()} == {"missing", "contradicted"}
    assert max(len(words(case.reply)) for case in replies) <= 45


def test_answers_of_one_sentence_are_as_often_right_as_wrong(bank: Bank) -> None:
    cases = read_cases([DATA / "one_sentence.jsonl"])
    halves: dict[str | None, set[str]] = {"dev": set(), "test": set()}
    kinds: dict[str | None, list[str | None]] = {"dev": [], "test": []}
    for case in cases:
        halves[case.split].add(case.question_id)
        kinds[case.split].append(case.extra("kind"))
        [asked] = [point for point in bank.by_id[case.question_id].key_points if point.id == case.extra("asked")]
        [judged] = [point for point in case.key_points or () if point.point == asked.text]
        assert judged.verdict == {"right": "covered", "wrong": "contradicted"}[case.extra("kind") or ""]
    assert not halves["dev"] & halves["test"]
    assert set((DATA / "held_out.txt").read_text().split()) <= halves["test"]
    assert all(found.count("right") == found.count("wrong") >= 150 for found in kinds.values())


@pytest.mark.parametrize(
    "name", ["golden", "short_correct", "short_wrong", "spoken", "one_sentence", "follow_up", "textbook"]
)
def test_scores_of_ours_are_never_called_human(name: str) -> None:
    assert all(case.is_ours for case in read_cases([DATA / f"{name}.jsonl"]))


def test_flat_sentences_are_of_other_questions_in_each_half_and_their_form_does_not_tell(bank: Bank) -> None:
    cases = read_cases([DATA / "textbook.jsonl"])
    halves = {split: {case.question_id for case in cases if case.split == split} for split in ("dev", "test")}
    assert not halves["dev"] & halves["test"]
    assert set((DATA / "held_out.txt").read_text().split()) <= halves["test"]
    texts = {
        wrong: [case.reply for case in cases if (case.extra("kind") or "").startswith("wrong") is wrong]
        for wrong in (False, True)
    }
    words = {wrong: sum(len(text.split()) for text in found) / len(found) for wrong, found in texts.items()}
    denying = {
        wrong: sum(bool({"not", "no", "never"} & set(text.lower().split())) for text in found) / len(found)
        for wrong, found in texts.items()
    }
    assert abs(words[True] - words[False]) < 3
    assert abs(denying[True] - denying[False]) < 0.1
