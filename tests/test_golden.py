"""Our own graded replies: whole, balanced, and never seen in training; and the gate on their development half."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from evals.cases import Case, read_cases
from interviewer.grading.tasks import GradeRequest
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from knowledge.replies import load_replies
from knowledge.text import words

DATA = Path(__file__).parents[1] / "evals" / "data"
KINDS = {
    "strong_reworded", "strong_concise", "partial", "thin", "confident_wrong", "one_serious_error", "self_contradicting",
    "off_topic", "padded",
}  # fmt: skip
RUN = 7


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


def test_length_does_not_predict_the_score_and_all_bins_are_filled(golden: list[dict[str, object]]) -> None:
    scores = np.array([row["score"] for row in golden], dtype=float)
    lengths = np.array([len(words(str(row["reply"]))) for row in golden], dtype=float)
    assert abs(np.corrcoef(lengths, scores)[0, 1]) < 0.1
    bins = Counter(np.digitize(scores, [0.2, 0.4, 0.65, 0.85]))
    assert min(bins[i] for i in range(5)) >= 40


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


@pytest.mark.parametrize("file", ["golden.jsonl", "attacks.jsonl", "short_correct.jsonl"])
def test_no_tested_text_is_nearly_one_that_was_trained_on(file: str, bank: Bank) -> None:
    """A text is a near-duplicate when half of its runs of seven words stand in one trained text."""
    trained = [statement.text for statement in bank.statements] + [reply.text for reply in load_replies(bank)]
    where: dict[tuple[str, ...], set[int]] = {}
    for i, text in enumerate(trained):
        for run in runs(text):
            where.setdefault(run, set()).add(i)
    copied = []
    for line in (DATA / file).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        mine = runs(row["reply"])
        hits = Counter(i for run in mine for i in where.get(run, ()))
        if mine and hits and hits.most_common(1)[0][1] >= 0.5 * len(mine):
            copied.append(row["id"])
    assert copied == []


def test_the_gate_on_the_development_half(interviewer: Interviewer, cases: list[Case]) -> None:
    """A floor under the grader, checked on a third of the development half; the figures are in the README."""
    chosen = [case for case in cases if case.split == "dev"][::3]
    human = np.array([case.score for case in chosen], dtype=float)
    found = np.array([grade(interviewer, case) for case in chosen], dtype=float)
    assert len(chosen) >= 60
    assert np.corrcoef(found, human)[0, 1] >= FLOOR_R
    assert np.sqrt(np.mean((found - human) ** 2)) <= CEILING_RMSE


FLOOR_R = 0.55
CEILING_RMSE = 0.32


def grade(interviewer: Interviewer, case: Case) -> float:
    score = interviewer.grader.grade(GradeRequest(question_id=case.question_id), case.reply).score
    assert score is not None
    return score


def test_scores_rise_from_wrong_over_partial_to_strong(
    interviewer: Interviewer, golden: list[dict[str, object]]
) -> None:
    dev = [row for row in golden if row["split"] == "dev"]
    ladder = ["confident_wrong", "partial", "strong_reworded"]
    means = []
    for kind in ladder:
        rows = [row for row in dev if row["kind"] == kind][:12]
        requests = [(GradeRequest(question_id=str(row["question_id"])), str(row["reply"])) for row in rows]
        means.append(np.mean([interviewer.grader.grade(request, reply).score or 0.0 for request, reply in requests]))
    assert all(lower < higher for lower, higher in pairwise(means)), means
