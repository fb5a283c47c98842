"""What weighs the local judge's findings, and how it is fitted."""

import numpy as np
import pytest

from evals.aggregations import Found, fit_scores, fit_verdicts
from interviewer.grading.aggregation import Aggregation, plain
from interviewer.grading.crossencoder import VERDICTS


def replies(count: int, seed: int, crossed: bool = False) -> list[Found]:
    """Made-up findings: the verdict is told by the sign of the first feature, or of the product of two."""
    random = np.random.default_rng(seed)
    found = []
    for i in range(count):
        features = random.normal(size=(5, 6))
        sign = features[:, 0] * features[:, 1] if crossed else features[:, 0]
        verdicts = [0 if value > 0 else 2 for value in sign]
        found.append(Found(features, verdicts, verdicts.count(0) / 5, f"made:{i % 30}"))
    return found


def share_right(aggregation: Aggregation, unseen: list[Found]) -> float:
    right = [aggregation.probabilities(one.features).argmax(axis=1) == one.verdicts for one in unseen]
    return float(np.mean(right))


@pytest.mark.parametrize("crossed", [False, True])
def test_networks_learn_what_carries_over_to_unseen_replies(crossed: bool) -> None:
    fit = fit_verdicts(replies(200, 1, crossed), [1.0] * 200, decays=(0.001,))
    assert share_right(fit.aggregation, replies(100, 2, crossed)) > 0.85
    assert fit.log_loss < 0.5
    assert "1000 points" in fit.line


def test_replies_without_weight_teach_nothing() -> None:
    turned = [one._replace(verdicts=[2 - verdict for verdict in one.verdicts]) for one in replies(100, 3)]
    fit = fit_verdicts([*replies(100, 1), *turned], [1.0] * 100 + [1e-9] * 100, decays=(0.001,))
    assert share_right(fit.aggregation, replies(100, 2)) > 0.85


def test_the_same_data_give_the_same_aggregation_which_survives_the_card() -> None:
    data = replies(40, 1)
    first, second = (fit_verdicts(data, [1.0] * 40, decays=(0.001,)).aggregation for _ in range(2))
    assert first == second
    read = Aggregation.model_validate_json(first.model_dump_json())
    np.testing.assert_array_equal(read.probabilities(data[0].features), first.probabilities(data[0].features))
    assert len(read.members[0].direct.coef[0]) == 6


def scored(count: int, seed: int, wrong: bool = False) -> list[Found]:
    """Made-up findings: what was read tells nothing, and the score is told by the sign of the feature after it."""
    random = np.random.default_rng(seed)
    found = []
    for i in range(count):
        read = np.log(random.dirichlet(np.ones(4), size=5))
        features = np.concatenate([read, random.normal(size=(5, 2))], axis=1)
        score = float(np.mean(features[:, 4] > 0))
        found.append(Found(features, [], 1 - score if wrong else score, f"made:{i % 30}"))
    return found


def r_of(aggregation: Aggregation) -> float:
    unseen = scored(100, 2)
    credit = [aggregation.probabilities(one.features)[:, 0].mean() for one in unseen]
    return float(np.corrcoef(credit, [one.score for one in unseen])[0, 1])


def test_scores_are_fitted_where_no_verdict_is_known() -> None:
    fitted, line = fit_scores(scored(300, 1), ["made"] * 300)
    assert "made: r 0." in line
    assert r_of(fitted) > 0.8


def test_a_group_counts_as_much_as_it_is_told_to_however_many_replies_it_has() -> None:
    findings = [*scored(40, 1), *scored(360, 3, wrong=True)]
    together, _ = fit_scores(findings, ["one"] * 400)
    assert r_of(together) < -0.8
    groups = ["few"] * 40 + ["many"] * 360
    assert r_of(fit_scores(findings, groups, {"few": 9})[0]) > 0.8
    assert r_of(fit_scores(findings, groups, {"many": 9})[0]) < -0.8


def test_only_what_was_read_tells_what_is_contradicted_from_what_is_missing() -> None:
    fitted, _ = fit_scores(scored(300, 1), ["made"] * 300)
    features = np.concatenate([np.log([[0.2, 0.1, 0.2, 0.5]] * 2), [[-2.0, 0.0], [2.0, 0.0]]], axis=1)
    low, high = fitted.probabilities(features)
    assert low[3] / low[2] == pytest.approx(high[3] / high[2])
    assert low[3] > low[2]
    assert high[0] > 0.5 > low[0]


def test_the_plain_aggregation_takes_what_was_read_as_it_is() -> None:
    read = np.array([[0.7, 0.1, 0.15, 0.05]])
    features = np.concatenate([np.log(read), [[3.0, -2.0]]], axis=1)
    np.testing.assert_allclose(plain(6).probabilities(features), read)
    assert len(VERDICTS) == 4
