"""What single sentences say of points, beside the reply as a whole."""

from collections.abc import Sequence

import numpy as np
import pytest

from interviewer.grading.crossencoder import VERDICTS, CrossEncoder, Read, Reading
from interviewer.grading.features import ALONE_FEATURES, FEATURES, MOST_ALONE, READ_FEATURES, REPLY_FEATURES
from interviewer.grading.grade import GradeTask, Verdict
from interviewer.grading.local import FOLDER, WEIGHTS, LocalJudge
from interviewer.grading.tasks import bank_task
from knowledge.bank import Bank
from knowledge.encoder import bundled_folder

SAID = (
    "A dead unit outputs zero for every input, so its gradient is zero and it never learns again.",
    "With leaky ReLU the slope below zero is small but not zero.",
    "More data brings such a unit back to life at once.",
)
ALONE = slice(READ_FEATURES, READ_FEATURES + ALONE_FEATURES)
ALL_OVER = slice(ALONE.stop, ALONE.stop + REPLY_FEATURES)
WORDS = READ_FEATURES - 1
MISSING = VERDICTS.index(Verdict.MISSING)


@pytest.fixture
def task(bank: Bank) -> GradeTask:
    return bank_task(bank, bank.by_id["activations-dying-relu"])


@pytest.fixture(params=["stated", "given"])
def either(request: pytest.FixtureRequest, task: GradeTask) -> tuple[GradeTask, int]:
    """The task with its authored statements and without, and the number of features of its points."""
    kept = task if request.param == "stated" else task.model_copy(update={"statements": ()})
    return kept, FEATURES[request.param]


def overheard() -> tuple[LocalJudge, list[Sequence[Reading]]]:
    """A judge, and what it reads at each time."""
    asked: list[Sequence[Reading]] = []
    encoder = CrossEncoder(bundled_folder(), FOLDER / WEIGHTS, LocalJudge().card.sha256)

    def noted(readings: Sequence[Reading]) -> list[Read]:
        asked.append(readings)
        return encoder.read(readings)

    return LocalJudge(reader=noted), asked


def test_each_sentence_counts_as_if_it_stood_alone(either: tuple[GradeTask, int]) -> None:
    task, features = either
    judge = LocalJudge()
    points = [point.text for point in task.points]
    together = judge.features(task, judge.hear(SAID, points))
    each = np.stack([judge.features(task, judge.hear((text,), points))[:, ALONE] for text in SAID])
    expected = each.max(axis=0)
    expected[:, MISSING] = each[:, :, MISSING].min(axis=0)
    assert together.shape == (len(points), features)
    np.testing.assert_allclose(together[:, ALONE], expected, atol=1e-4)
    assert each[:, :, MISSING].std() > 0.1


def test_of_very_many_sentences_the_nearest_are_read_alone(task: GradeTask) -> None:
    judge, asked = overheard()
    said = (*(f"Unit {n} is dead." for n in range(60)), SAID[0], *(f"ReLU number {n} is zero." for n in range(60)))
    points = [point.text for point in task.points]
    many = judge.features(task, judge.hear(said, points))[:, ALONE]
    assert max(map(len, asked)) == MOST_ALONE
    few = judge.features(task, judge.hear((SAID[0],), points))[:, ALONE]
    stated = few[:, MISSING] < np.log(0.1)
    assert stated.any()
    assert (many[stated, MISSING] <= few[stated, MISSING] + 1e-4).all()


def test_a_sentence_that_is_near_no_point_is_not_read_alone(task: GradeTask) -> None:
    judge, asked = overheard()
    points = [point.text for point in task.points]
    found = judge.features(task, judge.hear(("Nice weather, by the way.", SAID[0]), points))
    assert [reading.sentences for reading in asked[-1]] == [(SAID[0],)]
    judge.features(task, judge.hear(("Nice weather, by the way.",), points))
    assert len(asked) == 3
    assert np.isfinite(found).all()


def test_each_point_is_seen_beside_the_reply_over_all_points(either: tuple[GradeTask, int]) -> None:
    task, _ = either
    judge = LocalJudge()
    points = [point.text for point in task.points]
    found = judge.features(task, judge.hear(SAID, points))
    all_over = found[:, ALL_OVER]
    means = np.concatenate([found[:, : len(VERDICTS)], found[:, ALONE]], axis=1).mean(axis=0)
    np.testing.assert_allclose(all_over[:, :-2], np.tile(means, (len(task.points), 1)))
    assert np.ptp(all_over, axis=0).max() == 0
    each = [judge.features(task, judge.hear((text,), points))[0] for text in SAID]
    near = [one[ALL_OVER][-2:] for one in each if one[WORDS] > 0]
    small_talk = judge.features(task, judge.hear((*SAID, "Nice weather, by the way."), points))
    np.testing.assert_allclose(all_over[0, -2:], np.mean(near, axis=0), atol=1e-4)
    np.testing.assert_allclose(small_talk[0, ALL_OVER][-2:], all_over[0, -2:], atol=1e-4)
    assert small_talk[0, WORDS] == found[0, WORDS]


def test_a_sentence_that_takes_back_another_is_heard(task: GradeTask) -> None:
    right, other, wrong = SAID
    contradicted = [
        max(one.probabilities[Verdict.CONTRADICTED] for one in LocalJudge().judge(task, " ".join(said)).judgements)
        for said in ((right, other), (right, other, wrong))
    ]
    assert contradicted[1] > contradicted[0]
