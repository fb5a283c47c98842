"""Accuracy over the share of verdicts that is taken, the surest first."""

import numpy as np
import pytest

from evals.selective import COVERAGES, accuracy_by_coverage


def test_the_surest_share_is_taken_first() -> None:
    confidence = np.array([0.5, 0.9, 0.6, 0.8])
    right = np.array([0.0, 1.0, 0.0, 1.0])

    curve = {kept.coverage: kept for kept in accuracy_by_coverage(confidence, right, ["a", "b", "a", "b"])}

    assert curve[1.0].n == 4
    assert curve[1.0].accuracy.value == pytest.approx(0.5)
    assert curve[0.5].n == 2
    assert curve[0.5].accuracy.value == pytest.approx(1.0)
    assert curve[0.5].least_confidence == pytest.approx(0.8)
    assert curve[0.8].n == 3
    assert curve[0.8].accuracy.value == pytest.approx(2 / 3)


def test_confidence_that_tells_nothing_gives_a_flat_curve_and_one_that_tells_a_rising_one() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(4000)
    questions = [str(i % 50) for i in range(4000)]

    blind = accuracy_by_coverage(confidence, (rng.random(4000) < 0.7).astype(float), questions)
    telling = accuracy_by_coverage(confidence, (rng.random(4000) < confidence).astype(float), questions)

    for kept in blind:
        assert kept.accuracy.low is not None
        assert kept.accuracy.high is not None
        assert kept.accuracy.low - 0.03 <= 0.7 <= kept.accuracy.high + 0.03
    values = [kept.accuracy.value or 0.0 for kept in telling]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(0.95, abs=0.03)


def test_a_single_verdict_and_none() -> None:
    assert accuracy_by_coverage(np.empty(0), np.empty(0), []) == ()
    curve = accuracy_by_coverage(np.array([0.4]), np.array([1.0]), ["a"])
    assert len(curve) == len(COVERAGES)
    assert all(kept.n == 1 for kept in curve)
