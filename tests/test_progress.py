"""Progress across sessions and the estimates it rests on."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.estimate import PRIOR_SPREAD, estimate, interval, t_quantile_975
from interviewer.grading.grade import PointGrade, Verdict
from interviewer.practice import GradedReply, Habit
from interviewer.progress import calibration, key_point_cells, mastery_over_time, progress, trend
from knowledge.bank import Bank, Topic
from ui import progress_charts, progress_view
from ui.practice_view import LoadDay

START = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
RELU, SWISH, LSTM = "activations-dying-relu", "activations-swish", "rnn-lstm"


def reply(
    id: str, score: float, hours: float = 0, sure: float | None = None, second_try: bool = False,
    points: tuple[PointGrade, ...] = (),
) -> GradedReply:  # fmt: skip
    return GradedReply(
        question_id=id, at=START + timedelta(hours=hours), score=1.0, unaided=score, aided=False, sure=sure, sure_of=score,
        second_try=second_try, points=points,
    )  # fmt: skip


def test_an_estimate_is_wide_where_evidence_is_thin_and_equal_scores_are_no_certainty() -> None:
    one, two, many = estimate([1.0]), estimate([1.0] * 3), estimate([1.0] * 30)
    assert one.low == 0
    assert one.low < two.low < many.low < 1
    assert (one.mean, one.high, one.n) == (1.0, 1.0, 1)
    # Golden: t with 4 degrees of freedom, variance (2 / 12 + 0.5) / 4, three scores.
    low, high = interval([0.0, 0.5, 1.0])
    half = 2.776 * ((2 * PRIOR_SPREAD**2 + 0.5) / 4) ** 0.5 / 3**0.5
    assert [low, high] == pytest.approx([max(0, 0.5 - half), min(1, 0.5 + half)])
    with pytest.raises(ValueError, match="at least one"):
        estimate([])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_an_estimate_holds_its_mean_and_narrows_as_the_same_scores_repeat(scores: list[float]) -> None:
    once, twice = estimate(scores), estimate(scores * 2)
    assert -1e-9 <= once.low <= once.mean + 1e-9
    assert once.mean - 1e-9 <= once.high <= 1 + 1e-9
    assert twice.high - twice.low <= once.high - once.low + 1e-9
    assert t_quantile_975(len(scores)) > 1.95


def test_mastery_is_the_mean_of_each_questions_last_score_at_the_end_of_each_local_day(bank: Bank) -> None:
    replies = [reply(RELU, 0.2), reply(LSTM, 0.5, 1), reply(SWISH, 0.8, 2), reply(RELU, 0.6, 30)]
    found = mastery_over_time(replies, bank, UTC)
    assert list(found) == [Topic.ACTIVATIONS, Topic.RNN]
    days = found[Topic.ACTIVATIONS]
    assert [day.day for day in days] == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
    assert [day.estimate.mean for day in days] == pytest.approx([0.2, 0.5, 0.7])
    assert [day.estimate.n for day in days] == [1, 2, 2]
    # In Madrid the first reply already falls on the 21st.
    there = mastery_over_time(replies, bank, ZoneInfo("Europe/Madrid"))
    assert [day.day for day in there[Topic.ACTIVATIONS]] == [date(2026, 11, 21), date(2026, 11, 22)]


def test_the_trend_is_the_mean_of_each_day(bank: Bank) -> None:
    found = trend([reply(RELU, 0.2), reply(LSTM, 0.6), reply(RELU, 1.0, 24)], UTC)
    assert [day.estimate.mean for day in found] == pytest.approx([0.4, 1.0])
    assert [day.estimate.n for day in found] == [2, 1]


def point(id: str, verdict: Verdict) -> PointGrade:
    return PointGrade(point_id=id, point=id, weight=3, aspect=None, verdict=verdict, confidence=1.0, credit=0.0)


def test_the_heat_map_shows_the_last_verdict_of_every_key_point_of_what_was_answered(bank: Bank) -> None:
    first = reply(RELU, 0.1, points=(point("zero-gradient", Verdict.CONTRADICTED), point("causes", Verdict.COVERED)))
    later = reply(RELU, 0.5, 5, points=(point("zero-gradient", Verdict.COVERED), point("causes", Verdict.PARTIAL)))
    rows = {row.topic: row for row in key_point_cells([first, later], bank)}
    assert set(rows) == set(Topic)
    assert rows[Topic.RNN].questions == ()
    [question] = rows[Topic.ACTIVATIONS].questions
    verdicts = {cell.point_id: cell.verdict for cell in question.points}
    assert verdicts["zero-gradient"] is Verdict.COVERED
    assert verdicts["causes"] is Verdict.PARTIAL
    assert verdicts["diagnosis"] is Verdict.MISSING
    assert len(verdicts) == len(bank.by_id[RELU].key_points)
    shown = progress_view.heat_map(tuple(rows.values()))
    assert shown.count('class="cell covered"') == 2  # one in the legend
    assert f'data-ids="{RELU}"' in shown


def test_second_tries_and_questions_that_left_the_bank_do_not_count(bank: Bank) -> None:
    found = progress([reply(RELU, 0.2), reply(RELU, 1.0, second_try=True), reply("gone-question", 1.0)], bank, UTC)
    assert found.replies == 1
    assert found.mastery[Topic.ACTIVATIONS].mean == pytest.approx(0.2)
    assert progress([], bank, UTC).mastery == {}


def test_calibration_sets_sureness_against_the_grades() -> None:
    assert calibration([reply(RELU, 0.5)]) is None
    found = calibration([reply(RELU, 0.5, sure=1.0), reply(LSTM, 0.3, sure=1.0), reply(SWISH, 0.4, sure=0.5)])
    assert found is not None
    assert [(level.sure, level.scores.n) for level in found.levels] == [(0.5, 1), (1.0, 2)]
    assert [level.scores.mean for level in found.levels] == pytest.approx([0.4, 0.4])
    assert found.bias == pytest.approx((0.5 + 0.7 + 0.1) / 3)
    assert "43 points surer than your answers were worth" in progress_view.calibration_words(found)
    assert "Say how sure you are" in progress_view.calibration_words(None)


def test_the_page_gives_an_overall_number_only_from_three_answers_on(bank: Bank) -> None:
    habit = Habit(today=1, goal=3, streak=2, practised_today=True)
    load = [LoadDay(date(2026, 11, 21), 2), LoadDay(date(2026, 11, 22), 0)]
    few = progress_view.tiles(progress([reply(RELU, 0.5)], bank, UTC), habit, load)
    assert "from 3 questions on" in few
    assert "50%" not in few
    enough = progress([reply(RELU, 0.5), reply(SWISH, 0.7), reply(LSTM, 0.9)], bank, UTC)
    assert "70%" in progress_view.tiles(enough, habit, load)
    assert "Not tried yet" in progress_view.topics(enough)
    assert "2 of 14" in progress_view.topics(enough)


def test_charts_carry_the_numbers(bank: Bank) -> None:
    found = progress([reply(RELU, 0.5, sure=0.75), reply(SWISH, 0.7, 30)], bank, UTC)
    band, line = progress_charts.over_time_chart(found.over_time[Topic.ACTIVATIONS], "Activations").data
    assert list(line.y) == pytest.approx([0.5, 0.6])
    assert len(band.x) == 4
    load = progress_charts.load_chart([LoadDay(date(2026, 11, 21), 2), LoadDay(date(2026, 11, 22), 0)]).data[0]
    assert list(load.text) == ["2", ""]
    assert list(load.x) == ["Today", "Sun 22"]
    assert found.calibration is not None
    ideal, points = progress_charts.calibration_chart(found.calibration).data
    assert list(points.x) == [0.75]
    assert points.text[0] == "n = 1"
    assert list(ideal.x) == list(ideal.y)
