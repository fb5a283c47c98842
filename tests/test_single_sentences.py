"""What single sentences say of points, beside the reply as a whole."""

from collections.abc import Sequence

import numpy as np
import pytest

from interviewer.grading.crossencoder import VERDICTS, CrossEncoder, Read, Reading
from interviewer.grading.grade import Verdict
from interviewer.grading.local import ALONE_FEATURES, FEATURES, FOLDER, MOST_ALONE, READ_FEATURES, WEIGHTS, LocalJudge
from interviewer.grading.tasks import bank_task
from knowledge.bank import Bank
from knowledge.encoder import bundled_folder

SAID = (
    "A dead unit outputs zero for every input, so its gradient is zero and it never learns again.",
    "With leaky ReLU the slope below zero is small but not zero.",
    "More data brings such a unit back to life at once.",
)
ALONE = slice(READ_FEATURES, READ_FEATURES + ALONE_FEATURES)
MISSING = VERDICTS.index(Verdict.MISSING)


@pytest.mark.parametrize("stated", [True, False])
def test_each_sentence_counts_as_if_it_stood_alone(bank: Bank, stated: bool) -> None:
    task = bank_task(bank, bank.by_id["activations-dying-relu"])
    if not stated:
        task = task.model_copy(update={"statements": ()})
    judge = LocalJudge()
    points = [point.text for point in task.points]
    together = judge.features(task, judge.hear(SAID, points))
    each = np.stack([judge.features(task, judge.hear((text,), points))[:, ALONE] for text in SAID])
    expected = each.max(axis=0)
    expected[:, MISSING] = each[:, :, MISSING].min(axis=0)
    assert together.shape == (len(points), FEATURES["stated" if stated else "given"])
    np.testing.assert_allclose(together[:, ALONE], expected, atol=1e-4)
    assert each[:, :, MISSING].std() > 0.1


def test_of_very_many_sentences_the_nearest_are_read_alone(bank: Bank) -> None:
    task = bank_task(bank, bank.by_id["activations-dying-relu"])
    asked: list[int] = []
    card = LocalJudge().card
    encoder = CrossEncoder(bundled_folder(), FOLDER / WEIGHTS, card.sha256)

    def counted(readings: Sequence[Reading]) -> list[Read]:
        asked.append(len(readings))
        return encoder.read(readings)

    judge = LocalJudge(reader=counted)
    said = (*(f"I like number {n}." for n in range(60)), SAID[0], *(f"Or {n} is fine." for n in range(60)))
    points = [point.text for point in task.points]
    many = judge.features(task, judge.hear(said, points))[:, ALONE]
    assert max(asked) == MOST_ALONE
    few = judge.features(task, judge.hear((SAID[0],), points))[:, ALONE]
    stated = few[:, MISSING] < np.log(0.1)
    assert stated.any()
    assert (many[stated, MISSING] <= few[stated, MISSING] + 1e-4).all()


def test_a_sentence_that_takes_back_another_is_heard(bank: Bank) -> None:
    task = bank_task(bank, bank.by_id["activations-dying-relu"])
    right, other, wrong = SAID
    contradicted = [
        max(one.probabilities[Verdict.CONTRADICTED] for one in LocalJudge().judge(task, " ".join(said)).judgements)
        for said in ((right, other), (right, other, wrong))
    ]
    assert contradicted[1] > contradicted[0]
