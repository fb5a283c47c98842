"""`metrics.json`: every figure that the contract names, over the right cases, and honest about what is missing."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from evals.attacks import AttackRate, outcome
from evals.baselines import BaselineValues, cross_fitted, measure, read_or_measure, token_coverage
from evals.calibration import calibration, quality_bands, subgroups
from evals.cases import Case, Cases
from evals.records import Record
from evals.results import Group, measure_run
from evals.results import measure as measure_group
from evals.rows import Prices, Row, make_row
from evals.table import summary
from interviewer.grading.grade import Verdict
from knowledge.bank import Bank
from knowledge.vectors import BankVectors
from tests.graded import begun, case, cases, grade

NO_BANK = Bank(questions=())


def row(asked: Case, score: float | None, *points: tuple[str, Verdict, float], **fields: Any) -> Row:
    fields |= {"ungraded": "no answer"} if score is None else {}
    return make_row(asked, grade(score, *points, **fields), 0.5, Prices())


def record(asked: Case, score: float | None, *points: tuple[str, Verdict, float], base: float | None = None) -> Record:
    return Record(asked, row(asked, score, *points), None if base is None else row(asked, base), None)


def group_of(records: list[Record]) -> Group:
    return measure_group(records, NO_BANK)


def test_figures_are_over_cases_with_a_grade_and_a_human_score() -> None:
    found = cases(40)
    records = [record(c, min(1.0, (c.score or 0) * 0.8 + 0.1)) for c in found]
    records += [record(case("none", score=None), 0.2), record(case("failed"), None)]
    group = group_of(records)
    assert (group.n, group.scored, group.clusters, group.ungraded) == (42, 40, 20, 1)
    assert group.too_many_ungraded
    assert group.pearson.value == pytest.approx(1)
    assert group.rmse.value == pytest.approx(np.sqrt(np.mean([(0.1 - 0.2 * (c.score or 0)) ** 2 for c in found])))
    assert not group.rmse.unreliable
    assert group.spearman.value == pytest.approx(1)
    assert group.accuracy is None
    assert group.attacks is None
    assert group.human_human is None


def test_one_percent_ungraded_is_the_most_that_passes() -> None:
    records = [record(case(str(i)), 0.5) for i in range(99)]
    assert not group_of([*records, record(case("x"), None)]).too_many_ungraded
    assert group_of([*records[1:], record(case("x"), None), record(case("y"), None)]).too_many_ungraded


def test_cases_that_may_be_ungraded_count_against_no_limit() -> None:
    group = group_of([record(case("a"), 0.5), record(case("b", max_score=0.1, allow_ungraded=True), None)])
    assert (group.ungraded, group.ungraded_allowed, group.too_many_ungraded) == (1, 1, False)


def test_without_any_human_score_every_figure_has_a_reason_and_no_value() -> None:
    group = group_of([record(case("a", score=None), 0.4)])
    for name in ("qwk", "qwk_int", "pearson", "spearman", "rmse", "mae", "smd"):
        figure = getattr(group, name)
        assert (figure.value, figure.low, figure.reason) == (None, None, "no graded case has a human score"), name
    assert group.calibration.error is None
    assert group.baselines["length"].pearson.value is None


def test_groups_by_dataset_and_split() -> None:
    found = [*cases(6, dataset="x", split="dev"), *(case(f"y{i}", dataset="y", split=None) for i in range(3))]
    metrics = measure_run([record(c, 0.5) for c in found], begun(cases(2)), NO_BANK)
    assert {name: group.n for name, group in metrics.datasets.items()} == {"x": 6, "y": 3}
    assert {name: group.n for name, group in metrics.splits.items()} == {"x/dev": 6}
    assert metrics.whole.n == 9
    assert metrics.run.versions.code == "c0de"
    assert "NaN" not in metrics.model_dump_json()


def test_labels_three_ways_where_the_set_has_these_and_else_two_ways() -> None:
    pairs = [("correct", 0.9), ("incorrect", 0.1), ("contradictory", 0.1), ("correct", 0.2)]
    records = [record(case(str(i), label=label), score) for i, (label, score) in enumerate(pairs)]
    group = group_of(records)
    assert group.label_classes == ("correct", "contradictory", "incorrect")
    assert group.accuracy is not None
    assert group.accuracy.value == 0.5
    assert group.confusion is not None
    assert group.confusion["contradictory"] == {"correct": 0, "incorrect": 1}
    partly = group_of([*records, record(case("p", label="Partially correct"), 0.1)])
    assert partly.label_classes == ("correct", "not correct")
    assert partly.accuracy is not None
    assert partly.accuracy.value == pytest.approx(0.8)


def test_a_set_without_contradictory_is_scored_two_ways() -> None:
    against = ("p", Verdict.CONTRADICTED, 0.9)
    group = group_of([record(case("a", label="correct"), 0.9), record(case("b", label="incorrect"), 0.1, against)])
    assert group.label_classes == ("correct", "not correct")
    assert group.accuracy is not None
    assert group.accuracy.value == 1
    assert group.confusion == {
        "correct": {"contradictory": 0, "correct": 1}, "incorrect": {"contradictory": 1, "correct": 0}
    }  # fmt: skip


def test_key_points_of_one_text_are_matched_in_their_order() -> None:
    points = [{"point": "same", "verdict": "covered"}, {"point": "same ", "verdict": "missing"}]
    found = record(
        case("a", key_points=points), 0.5, ("same", Verdict.COVERED, 0.9), ("same", Verdict.MISSING, 0.9),
        ("same", Verdict.PARTIAL, 0.9),
    )  # fmt: skip
    group = group_of([found])
    assert group.key_points == 2
    assert group.key_point_confusion == {
        "covered": {"covered": 1, "missing": 0},
        "missing": {"covered": 0, "missing": 1},
    }


def test_key_points_are_matched_by_text_and_calibrated_by_confidence() -> None:
    points = [{"point": "one", "verdict": "covered"}, {"point": "two", "verdict": "missing"}]
    records = [
        record(case(str(i), key_points=points), 0.5, ("two", Verdict.MISSING, 0.9), ("one", found, 0.6))
        for i, found in enumerate([Verdict.COVERED, Verdict.PARTIAL])
    ]
    group = group_of(records)
    assert group.key_points == 4
    assert group.key_point_confusion == {
        "covered": {"covered": 1, "missing": 0, "partial": 1}, "missing": {"covered": 0, "missing": 2, "partial": 0}
    }  # fmt: skip
    assert group.key_point_f1 is not None
    assert group.key_point_f1["missing"].value == 1
    assert group.key_point_f1["covered"].value == pytest.approx(2 / 3)
    assert group.key_point_f1["contradicted"].value is None
    assert group.key_point_f1["contradicted"].reason == "neither side gives this verdict"
    assert group.key_point_calibration is not None
    assert group.key_point_calibration.error == pytest.approx(0.1)


def test_two_human_graders_are_the_ceiling() -> None:
    rng = np.random.default_rng(0)
    both = rng.integers(0, 6, (60, 1)) + rng.integers(-1, 2, (60, 2))
    means = np.clip(both, 0, 7).mean(axis=1) / 7
    records = [
        record(case(str(i), graders=[float(a), float(b)], score=float(means[i])), float(means[i]))
        for i, (a, b) in enumerate(np.clip(both, 0, 7))
    ]
    ceiling = group_of(records).human_human
    assert ceiling is not None
    assert ceiling.n == 60
    clipped = np.clip(both, 0, 7)
    assert ceiling.pearson.value == pytest.approx(stats.pearsonr(clipped[:, 0], clipped[:, 1]).statistic)
    assert ceiling.spearman is not None
    assert ceiling.spearman.value == pytest.approx(stats.spearmanr(clipped[:, 0], clipped[:, 1]).statistic)
    assert ceiling.rmse.value == pytest.approx(np.sqrt(np.mean(np.diff(clipped / 7) ** 2)))
    assert ceiling.prmse is not None
    assert ceiling.prmse > 0.9


def test_our_own_two_ratings_are_never_called_human() -> None:
    ours = [
        record(case(f"g{i}", dataset="golden", graders=[i / 10, i / 10 + 0.1], score=i / 10), 0.5) for i in range(9)
    ]
    public = [
        record(case(f"m{i}", dataset="mohler", graders=[i / 2, i / 2 + 1], score=i / 10 + 0.1), 0.5) for i in range(9)
    ]
    group = group_of([*ours, *public])
    assert group.ours == 9
    assert group.our_ratings is not None
    assert group.human_human is not None
    assert (group.our_ratings.n, group.human_human.n) == (9, 9)
    # Each on its own scale: our ratings within 0..1, those of the public set within 0..5.
    assert group.our_ratings.rmse.value == pytest.approx(0.1)
    assert group.human_human.rmse.value == pytest.approx(0.2, abs=0.01)
    alone = measure_run(ours, begun(cases(2)), NO_BANK)
    assert alone.whole.human_human is None
    printed = summary(alone, Path("out"))
    assert "our two ratings whole" in printed
    assert "scores are the project's own" in printed
    assert "human" not in printed


def test_the_star_is_explained_where_a_figure_carries_one_and_only_there() -> None:
    many, few = cases(60, dataset="many"), [c.model_copy(update={"id": f"f{c.id}"}) for c in cases(6, dataset="few")]

    def printed(found: Iterable[Case], score: float | None = None) -> str:
        records = [record(c, (c.score or 0) * 0.8 if score is None else score) for c in found]
        return summary(measure_run(records, begun(cases(2)), NO_BANK), Path("out"))

    legend = "fewer than 20 questions"
    assert legend not in printed(many)
    assert legend in printed([*many, *few])
    # QWK is undefined here, and RMSE has no star on 30 questions.
    flat = printed([c.model_copy(update={"score": 0.5}) for c in many], 0.5)
    assert "]*" not in flat
    assert legend not in flat


def test_graders_within_zero_and_one_are_on_that_scale() -> None:
    # The human score is the first grader's, so that their mean over the score says nothing of a scale.
    records = [record(case(str(i), graders=[i / 10, i / 10 + 0.1], score=i / 10), 0.5) for i in range(1, 9)]
    ceiling = group_of(records).human_human
    assert ceiling is not None
    assert ceiling.rmse.value == pytest.approx(0.1)


def ceiling_of(
    marks: Sequence[tuple[float, float]], score_of: Callable[[int, float], float], questions: int = 17
) -> Any:
    """The ceiling over replies with two marks each; `score_of` takes the number of the question and the mean mark."""
    records = [
        record(
            case(str(i), question_id=f"q{i % questions}", graders=[a, b], score=score_of(i % questions, (a + b) / 2)),
            0.5,
        )
        for i, (a, b) in enumerate(marks)
    ]
    return group_of(records).human_human


MARKS = np.random.default_rng(1).integers(0, 5, (170, 2)) / 4
"""Two marks of each reply, from 0 to 1."""


@pytest.mark.parametrize("lowest", [0, 1])
@pytest.mark.parametrize("top", [2, 5, 10])
def test_marks_on_one_scale_are_brought_to_zero_and_one(lowest: int, top: int) -> None:
    marks = lowest + MARKS * (top - lowest)
    found = ceiling_of(marks.tolist(), lambda _, mean: round((mean - lowest) / (top - lowest), 2))
    assert found.n == 170
    assert found.rmse.value == pytest.approx(np.sqrt(np.mean(np.diff(MARKS) ** 2)), abs=1e-3)


def test_questions_worth_different_marks_have_each_its_own_scale() -> None:
    full = np.array([(1, 2, 5, 10)[i % 17 % 4] for i in range(170)])[:, None]
    found = ceiling_of((MARKS * full).tolist(), lambda question, mean: round(mean / (1, 2, 5, 10)[question % 4], 4))
    assert found.n == 170
    assert found.rmse.value == pytest.approx(np.sqrt(np.mean(np.diff(MARKS) ** 2)), abs=1e-3)


def test_a_part_in_which_no_mark_is_over_one_has_the_scale_of_the_whole() -> None:
    low = [(a, b) for a, b in (MARKS * 2).tolist() if max(a, b) <= 1]
    assert ceiling_of(low, lambda _, mean: mean / 2).rmse.value == pytest.approx(
        np.sqrt(np.mean([(a / 2 - b / 2) ** 2 for a, b in low]))
    )


def test_a_score_that_was_settled_by_a_third_person_is_no_reason_to_guess_another_scale() -> None:
    rng = np.random.default_rng(2)
    found = ceiling_of((MARKS * 5).tolist(), lambda _, mean: float(np.clip(mean / 5 + rng.normal(0, 0.05), 0, 1)))
    assert found.rmse.value == pytest.approx(np.sqrt(np.mean(np.diff(MARKS) ** 2)))


def test_marks_that_have_nothing_to_do_with_the_scores_are_no_ceiling() -> None:
    assert ceiling_of((MARKS * 5).tolist(), lambda question, _: question / 16) is None


def test_base_replies_and_repeats_cost_too_and_an_unknown_cost_is_none() -> None:
    def paid(asked: Case, price: float | None) -> Row:
        return make_row(asked, grade(0.5, tokens_in=100, tokens_out=0), 0.5, Prices(tokens_in=price, tokens_out=price))

    asked = case("a", base_reply="reply")
    whole = Record(asked, paid(asked, 10), paid(asked, 10), None, (paid(asked, 10), paid(asked, 10)))
    group = group_of([whole])
    assert group.tokens_in == 400
    assert group.cost_usd == pytest.approx(0.004)
    other = case("b")
    assert group_of([whole, Record(other, paid(other, None), None, None)]).cost_usd is None


@pytest.mark.parametrize("right", ["richtig", "1", "full"])
def test_labels_of_another_vocabulary_are_not_guessed_at(right: str) -> None:
    records = [record(case(f"{i}", label=right if i % 2 else "other", score=i % 2), i % 2) for i in range(8)]
    group = group_of(records)
    assert group.accuracy is not None
    assert (group.accuracy.value, group.macro_f1_2way and group.macro_f1_2way.value) == (None, None)
    assert "no human label is 'correct'" in str(group.accuracy.reason)
    assert "no human label is 'correct'" in summary(measure_run(records, begun(cases(2)), NO_BANK), Path("out"))


def test_a_blank_label_is_none() -> None:
    records = [record(case("1", label="Correct ", score=1), 1.0), record(case("2", label=" ", score=1), 1.0)]
    group = group_of(records)
    assert group.accuracy is not None
    assert group.accuracy.value == 1
    assert group.confusion == {"correct": {"correct": 1}}


@pytest.mark.parametrize(
    ("fields", "score", "base", "passed"),
    [
        ({"max_score": 0.2}, 0.2, None, False),
        ({"max_score": 0.2}, 0.21, None, True),
        ({"max_score": 0.2}, None, None, True),
        ({"max_score": 0.2, "allow_ungraded": True}, None, None, False),
        ({"base_reply": "b"}, 0.45, 0.4, False),
        ({"base_reply": "b"}, 0.46, 0.4, True),
        ({"base_reply": "b"}, 0.1, None, True),
        ({"base_reply": "b", "max_score": 0.3}, 0.4, 0.4, True),
    ],
)
def test_an_attack_passes_over_its_limit_and_when_ungraded(
    fields: dict[str, Any], score: float | None, base: float | None, passed: bool
) -> None:
    asked = case("a", score=None, **fields)
    found = outcome(asked, row(asked, score), None if base is None else row(asked, base))
    assert found.passed is passed


def test_attacks_by_family() -> None:
    records = [
        record(case(str(i), family="stuffing" if i % 2 else "blank", max_score=0.1, score=None), i / 10)
        for i in range(4)
    ]
    group = group_of(records)
    assert group.attacks is not None
    assert (group.attacks.passed, group.attacks.n, group.attacks.pass_rate) == (2, 4, 0.5)
    assert {f: (r.passed, r.n) for f, r in group.attacks_by_family.items()} == {"blank": (1, 2), "stuffing": (1, 2)}


def test_an_attack_rate_has_its_interval() -> None:
    def of(scores: list[float], per_question: int) -> AttackRate:
        attacks = [
            record(case(str(i), question_id=f"q{i // per_question}", max_score=0.1, score=None), score)
            for i, score in enumerate(scores)
        ]
        found = group_of(attacks).attacks
        assert found is not None
        return found

    some = of([0.9, 0.0, 0.0, 0.0] * 25, 1)
    assert some.low is not None
    assert some.high is not None
    # Near the binomial one where each attack has a question of its own, and wider where questions decide.
    exact = stats.binomtest(25, 100).proportion_ci(0.95)
    assert [some.low, some.high] == pytest.approx([exact.low, exact.high], abs=0.03)
    clustered = of([0.9] * 25 + [0.0] * 75, 25)
    assert clustered.low == 0
    assert (clustered.high or 0) > some.high
    for score in (0.0, 0.9):
        sure, bound = of([score] * 30, 1), stats.binomtest(30 if score else 0, 30).proportion_ci(0.95)
        assert [sure.low, sure.high] == pytest.approx([bound.low, bound.high])


def test_two_ratings_of_verdicts_are_the_ceiling_of_kappa() -> None:
    seconds = ["covered", "missing", "missing", "covered"]
    records = [
        record(case(str(i), key_points=[{"point": "p", "verdict": first} | second]), 0.5, ("p", Verdict.MISSING, 0.9))
        for i, (first, second) in enumerate(
            zip(["covered", "missing", "covered", "covered"], [{"second_verdict": s} for s in seconds], strict=True)
        )
    ]
    once = record(case("once", key_points=[{"point": "p", "verdict": "partial"}]), 0.5, ("p", Verdict.MISSING, 0.9))
    ceiling = group_of([*records, once]).key_point_ceiling
    assert ceiling is not None
    assert ceiling.value == pytest.approx(cohen_kappa_score(["covered", "missing", "covered", "covered"], seconds))
    assert group_of([once]).key_point_ceiling is None


def test_baselines_judge_labels_too() -> None:
    """Longer replies are the right ones here, so the baseline of length is right throughout."""
    records = [
        Record(asked, row(asked, 0.5), None, BaselineValues(id=asked.id, length=n, token_coverage=None, cosine=None))
        for i in range(40)
        for n, label in [(5.0 if i % 2 else 50.0, "incorrect" if i % 2 else "correct")]
        for asked in [case(f"c{i}", label=label, score=float(label == "correct"))]
    ]
    baselines = group_of(records).baselines
    assert baselines["length"].accuracy_2way is not None
    assert baselines["length"].accuracy_2way.value == 1
    assert baselines["cosine"].macro_f1_2way is None


def test_the_spread_of_repeated_grades() -> None:
    asked = case("a")
    again = tuple(row(asked, score) for score in (0.4, 0.6))
    group = group_of([Record(asked, row(asked, 0.5), None, None, again), record(case("b"), 0.5)])
    assert group.repeat_spread is not None
    assert group.repeat_spread.n == 1
    assert group.repeat_spread.mean_sd == pytest.approx(0.1)
    assert group_of([record(asked, 0.5)]).repeat_spread is None


def test_baselines_of_a_case(encoder: BankVectors) -> None:
    same = case("a", reply="It is because of this.", reference=["Cats are animals.", "It is because of this."])
    far, none = case("b", reply="Blue."), case("c", reference=None)
    first, second, third = measure([same, far, none], NO_BANK, encoder)
    assert first.length == 5
    assert first.cosine == pytest.approx(1, abs=1e-5)
    assert second.cosine is not None
    assert second.cosine < 0.5
    assert (third.token_coverage, third.cosine) == (None, None)
    assert token_coverage("Gradients vanished!", "the gradient vanishes slowly") == pytest.approx(2 / 3)


def test_baselines_are_read_again_whatever_an_id_holds(tmp_path: Path, encoder: BankVectors) -> None:
    found = Cases([case("one\u2028two"), case("three\x85four"), case("plain")])
    first = read_or_measure(tmp_path, found, NO_BANK, encoder)
    assert read_or_measure(tmp_path, found, NO_BANK, encoder) == first
    assert list(first) == [c.id for c in found]


def test_baselines_may_be_negative() -> None:
    found = cases(30)
    values = [
        BaselineValues(id=c.id, length=float(i), token_coverage=None, cosine=(c.score or 0) - 0.5)
        for i, c in enumerate(found)
    ]
    group = group_of([Record(c, row(c, 0.5), None, v) for c, v in zip(found, values, strict=True)])
    assert group.baselines["cosine"].pearson.value == pytest.approx(1)
    assert group.baselines["cosine"].rmse.value == pytest.approx(0, abs=1e-9)
    assert group.baselines["length"].qwk.value == pytest.approx(1, abs=1e-6)
    assert group.baselines["token_coverage"].qwk.value is None
    assert group.baselines["token_coverage"].qwk.reason is not None


def test_the_baselines_line_never_sees_its_own_question() -> None:
    # Two questions of opposite slope: a line from the other question predicts the reverse.
    values = np.array([0.0, 1.0, 0.0, 1.0])
    human = np.array([0.0, 1.0, 1.0, 0.0])
    fitted = cross_fitted(values, human, ["a", "a", "b", "b"])
    assert fitted is not None
    assert fitted == pytest.approx([1, 0, 0, 1])
    assert cross_fitted(values, human, ["a"] * 4) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_calibration_bins_hold_every_case_once(pairs: list[tuple[float, bool]]) -> None:
    stated, found = np.array(pairs, dtype=float).T
    curve = calibration(stated, found)
    assert sum(b.n for b in curve.bins) == len(pairs)
    assert curve.error is not None
    assert 0 <= curve.error <= 1
    assert all(b.low - 1e-12 <= b.stated <= b.high + 1e-12 for b in curve.bins)


def test_calibration_of_certain_and_wrong_is_one_and_of_nothing_has_a_reason() -> None:
    assert calibration(np.ones(5), np.zeros(5)).error == 1
    assert calibration(np.array([0.25, 0.25]), np.array([0.0, 0.5])).error == pytest.approx(0)
    empty = calibration(np.empty(0), np.empty(0))
    assert empty.error is None
    assert empty.reason


def test_bands_hold_their_lower_edge_and_the_last_its_upper_too() -> None:
    bands = quality_bands(np.array([0, 0.2, 0.399, 0.4, 0.65, 0.85, 1.0]), np.full(7, 0.5))
    assert [band.n for band in bands] == [1, 2, 1, 1, 2]
    assert bands[4].human == pytest.approx(0.925)
    assert bands[4].rmse == pytest.approx(np.sqrt((0.35**2 + 0.5**2) / 2))
    assert quality_bands(np.empty(0), np.empty(0))[0].rmse is None


def test_a_subgroup_graded_harder_stands_out() -> None:
    rng = np.random.default_rng(1)
    human = rng.random(200)
    harder = np.arange(200) % 2 == 0
    found = subgroups(["hard" if h else "plain" for h in harder], human, np.clip(human - 0.3 * harder, -1, 1))
    assert found["hard"].difference is not None
    assert found["hard"].difference < -0.1
    assert found["hard"].flagged
    assert found["hard"].n == 100
    assert subgroups([None] * 200, human, human) == {}
    even = subgroups(["a"] * 200, human, human)["a"]
    assert even.difference == pytest.approx(0)
    assert not even.flagged
