"""Measures: each held to scikit-learn, SciPy or RSMTool's published formula, and honest where there is nothing to measure."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from evals import labels, metrics
from evals.metrics import Floats

SCORES = st.lists(st.tuples(st.floats(0, 1, width=16), st.floats(0, 1, width=16)), min_size=2, max_size=40)
CLASSES = ("covered", "partial", "missing", "contradicted")
VERDICTS = st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=1, max_size=40)


def totals(human: Floats, grade: Floats) -> Floats:
    sums: Floats = metrics.moments(human, grade).sum(axis=0)
    return sums


def split(pairs: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    human, grade = np.array(pairs, dtype=float).T
    return human, grade


@given(SCORES)
def test_continuous_measures_agree_with_the_libraries(pairs: list[tuple[float, float]]) -> None:
    human, grade = split(pairs)
    assume(human.var() > 1e-6 and grade.var() > 1e-6)
    sums = totals(human, grade)
    assert metrics.pearson(sums) == pytest.approx(stats.pearsonr(human, grade).statistic, abs=1e-9)
    assert metrics.rmse(sums) == pytest.approx(sk.root_mean_squared_error(human, grade), abs=1e-9)
    assert metrics.mae(sums) == pytest.approx(sk.mean_absolute_error(human, grade), abs=1e-9)
    cov = np.cov(human, grade, ddof=0)
    expected = 2 * cov[0, 1] / (cov[0, 0] + cov[1, 1] + (human.mean() - grade.mean()) ** 2)
    assert metrics.qwk(sums) == pytest.approx(expected, abs=1e-9)
    pooled = math.sqrt((human.var(ddof=1) + grade.var(ddof=1)) / 2)
    assert metrics.smd(sums) == pytest.approx((grade.mean() - human.mean()) / pooled, rel=1e-9, abs=1e-9)
    assert metrics.spearman(human, grade)[0] == pytest.approx(stats.spearmanr(human, grade).statistic, abs=1e-9)


@given(SCORES)
def test_integer_measures_agree_with_the_libraries(pairs: list[tuple[float, float]]) -> None:
    human, grade = (metrics.integer(scores) for scores in split(pairs))
    sums = totals(*split(pairs))
    assert metrics.exact_agreement(sums) == pytest.approx(sk.accuracy_score(human, grade), abs=1e-12)
    assert metrics.adjacent_agreement(sums) == pytest.approx(np.mean(np.abs(human - grade) <= 1), abs=1e-12)
    assume(len(set(human) | set(grade)) > 1)
    levels = [str(i) for i in range(metrics.LEVELS)]
    cells = labels.pairs([str(h) for h in human], [str(g) for g in grade], levels).sum(axis=0)
    expected = sk.cohen_kappa_score(human, grade, weights="quadratic", labels=range(metrics.LEVELS))
    assert labels.quadratic_kappa(cells) == pytest.approx(expected, abs=1e-9)


@given(VERDICTS)
def test_label_measures_agree_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    human, predicted = zip(*pairs, strict=True)
    cells = labels.pairs(human, predicted, CLASSES).sum(axis=0)
    assert labels.accuracy(cells) == pytest.approx(sk.accuracy_score(human, predicted), abs=1e-12)
    assert labels.macro_f1(cells) == pytest.approx(sk.f1_score(human, predicted, average="macro"), abs=1e-9)
    used = [name for name in CLASSES if name in human or name in predicted]
    expected = sk.f1_score(human, predicted, labels=used, average=None)
    found = labels.f1(cells)
    assert found[[CLASSES.index(name) for name in used]] == pytest.approx(expected, abs=1e-9)
    assert np.isnan(found[[i for i, name in enumerate(CLASSES) if name not in used]]).all()
    if len(used) > 1:
        assert labels.kappa(cells) == pytest.approx(sk.cohen_kappa_score(human, predicted), abs=1e-9)
    else:
        assert np.isnan(labels.kappa(cells))


@given(SCORES, st.data())
def test_weights_mean_repeated_cases(pairs: list[tuple[float, float]], data: st.DataObject) -> None:
    human, grade = split(pairs)
    times = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(human), max_size=len(human))))
    repeated_h, repeated_g = np.repeat(human, times), np.repeat(grade, times)
    assume(times.sum() > 1 and repeated_h.var() > 1e-6 and repeated_g.var() > 1e-6)
    expected = stats.spearmanr(repeated_h, repeated_g).statistic
    assert metrics.spearman(human, grade, times[None, :].astype(float))[0] == pytest.approx(expected, abs=1e-9)
    weighted = times @ metrics.moments(human, grade)
    assert metrics.qwk(weighted) == pytest.approx(float(metrics.qwk(totals(repeated_h, repeated_g))), abs=1e-9)


@pytest.mark.filterwarnings("ignore:Mean of empty slice:RuntimeWarning")
@pytest.mark.parametrize("name", metrics.STATISTICS)
def test_no_case_gives_nan_with_a_reason(name: str) -> None:
    empty = totals(np.empty(0), np.empty(0))
    assert np.isnan(metrics.STATISTICS[name](empty))
    assert metrics.why_undefined(empty) == "no graded case has a human score"


def test_scores_without_variance_give_nan_with_a_reason() -> None:
    flat, varied = np.full(5, 0.3), np.linspace(0, 1, 5)
    assert np.isnan(metrics.pearson(totals(flat, varied)))
    assert metrics.why_undefined(totals(flat, varied)) == "all human scores are 0.3"
    assert metrics.why_undefined(totals(varied, flat)) == "all grades are 0.3"
    assert np.isnan(metrics.spearman(varied, flat)[0])
    assert np.isnan(metrics.qwk(totals(flat, flat)))
    assert metrics.qwk(totals(varied, flat)) == 0
    assert metrics.rmse(totals(flat, flat)) == 0
    assert np.isnan(metrics.smd(totals(flat[:1], varied[:1])))
    assert metrics.why_undefined(totals(flat[:1], flat[:1])) == "only one graded case has a human score"


def test_qwk_of_two_constants_is_undefined_or_zero_and_never_beyond_one() -> None:
    for n in range(2, 30):
        for at in np.linspace(0.05, 0.95, 19):
            flat = np.full(n, at)
            assert np.isnan(metrics.qwk(totals(flat, np.nextafter(flat, 1))))
            assert metrics.qwk(totals(flat, flat + 0.01)) == pytest.approx(0, abs=1e-9)


def test_empty_labels_give_nan() -> None:
    cells = labels.pairs([], [], CLASSES).sum(axis=0)
    assert all(np.isnan(measure(cells)) for measure in (labels.accuracy, labels.macro_f1, labels.kappa))


def test_prmse_of_perfect_grades_is_one_and_of_the_mean_is_zero() -> None:
    rng = np.random.default_rng(3)
    true = rng.normal(0, 1, 4000)
    humans = true[:, None] + rng.normal(0, 0.5, (4000, 2))
    assert metrics.prmse(true, humans) == pytest.approx(1, abs=0.02)
    assert metrics.prmse(np.full(4000, humans.mean()), humans) == pytest.approx(0, abs=0.02)
    noisy = true + rng.normal(0, 0.5, 4000)
    assert metrics.prmse(noisy, humans) == pytest.approx(0.75, abs=0.03)


def test_prmse_by_hand_and_with_single_scored_cases() -> None:
    # By RSMTool's formulas: error variance ((0.5)^2*2 + 0)/2 = 0.25 over two double-scored cases.
    humans = np.array([[1.0, 2.0], [3.0, 3.0], [5.0, np.nan]])
    grade = np.array([1.5, 3.0, 4.0])
    error = 0.25
    means, counts = np.array([1.5, 3.0, 5.0]), np.array([2, 2, 1])
    centre = (1 + 2 + 3 + 3 + 5) / 5
    variance = ((counts * (means - centre) ** 2).sum() - 2 * error) / (5 - 9 / 5)
    mse = ((counts * (means - grade) ** 2).sum() - 3 * error) / 5
    assert metrics.prmse(grade, humans) == pytest.approx(1 - mse / variance, abs=1e-12)


def test_prmse_needs_a_case_scored_twice() -> None:
    assert np.isnan(metrics.prmse(np.array([0.1, 0.2]), np.array([[0.1, np.nan], [0.2, np.nan]])))


@pytest.mark.parametrize(
    ("score", "contradicts", "label"),
    [(0.5, True, "correct"), (0.49, True, "contradictory"), (0.49, False, "incorrect"), (0.0, False, "incorrect")],
)
def test_predicted_label(score: float, contradicts: bool, label: str) -> None:
    assert labels.predict_label(score, contradicts, 0.5) == label
