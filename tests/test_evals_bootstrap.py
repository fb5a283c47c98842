"""Intervals over questions: right coverage, the same for the same seed, and honest where there is no interval."""

import numpy as np
import pytest

from evals.bootstrap import Bootstrap, expanded_tail
from evals.coverage import coverage, simulate
from evals.metrics import STATISTICS, moments, pearson, rmse, spearman, why_undefined


def test_simulated_coverage_at_forty_questions() -> None:
    # 500 sets: the share has a standard error of 1 %, so 91.5-98 is what 93-97 % looks like here.
    for name, share in coverage(clusters=40, runs=500, replicates=400, seed=5).items():
        assert 0.915 <= share <= 0.98, name


def test_intervals_over_cases_instead_of_questions_would_be_too_narrow() -> None:
    human, grade, of = simulate(np.random.default_rng(1), 40)
    columns = moments(human, grade)
    by_question = Bootstrap(of).figure(columns, STATISTICS["bias"], why_undefined)
    by_case = Bootstrap([str(i) for i in range(len(of))]).figure(columns, STATISTICS["bias"], why_undefined)
    assert by_question.low is not None
    assert by_question.high is not None
    assert by_case.low is not None
    assert by_case.high is not None
    assert by_question.high - by_question.low > 1.2 * (by_case.high - by_case.low)


def test_a_replicate_is_the_statistic_of_the_cases_drawn() -> None:
    human, grade, of = simulate(np.random.default_rng(2), 6)
    bootstrap = Bootstrap(of, seed=9, replicates=5)
    drawn = bootstrap.weights()[0]
    rows = np.concatenate(
        [np.flatnonzero(np.array(of) == str(q)) for q, times in enumerate(drawn) for _ in range(times)]
    )
    replicate = rmse(bootstrap.weights() @ bootstrap.by_cluster(moments(human, grade)))[0]
    assert replicate == pytest.approx(np.sqrt(np.mean((human[rows] - grade[rows]) ** 2)), abs=1e-12)


def test_the_same_seed_gives_the_same_interval() -> None:
    human, grade, of = simulate(np.random.default_rng(2), 30)
    columns = moments(human, grade)
    one = Bootstrap(of, seed=1).figure(columns, pearson, why_undefined)
    assert one == Bootstrap(of, seed=1).figure(columns, pearson, why_undefined)
    assert one != Bootstrap(of, seed=2).figure(columns, pearson, why_undefined)
    assert one.low is not None
    assert one.value is not None
    assert one.high is not None
    assert one.low < one.value < one.high
    assert not one.unreliable


def test_fewer_than_twenty_questions_are_marked() -> None:
    human, grade, of = simulate(np.random.default_rng(2), 19)
    assert Bootstrap(of).figure(moments(human, grade), rmse, why_undefined).unreliable


def test_one_question_has_a_value_and_no_interval() -> None:
    human, grade = np.array([0.1, 0.9, 0.5]), np.array([0.2, 0.8, 0.5])
    figure = Bootstrap(["q"] * 3).figure(moments(human, grade), pearson, why_undefined)
    assert figure.value is not None
    assert (figure.low, figure.high, figure.unreliable) == (None, None, True)
    assert figure.reason == "no interval: all cases belong to one question"


def test_no_case_has_no_value_and_a_reason() -> None:
    figure = Bootstrap([]).figure(moments(np.empty(0), np.empty(0)), rmse, why_undefined)
    assert (figure.value, figure.reason) == (None, "no graded case has a human score")


def test_a_statistic_that_most_resamples_leave_undefined_has_no_interval() -> None:
    human, grade = np.array([0.0, 0.0, 1.0]), np.array([0.1, 0.2, 0.3])
    figure = Bootstrap(["a", "b", "c"]).figure(moments(human, grade), pearson, why_undefined)
    assert figure.value is not None
    assert figure.low is None
    assert figure.reason is not None
    assert "undefined in" in figure.reason


def test_ranks_are_bootstrapped_over_questions_too() -> None:
    human, grade, of = simulate(np.random.default_rng(4), 30)
    figure = Bootstrap(of).figure_of_cases(lambda weights: spearman(human, grade, weights), "no reason")
    linear = Bootstrap(of).figure(moments(human, grade), pearson, why_undefined)
    assert figure.low is not None
    assert linear.low is not None
    assert figure.low == pytest.approx(linear.low, abs=0.05)


def test_the_tail_is_wider_for_few_questions_and_plain_for_many() -> None:
    assert expanded_tail(10) < expanded_tail(40) < 0.025
    assert expanded_tail(100_000) == pytest.approx(0.025, abs=1e-4)
