"""The practice schedule: golden sequences, and what holds for any history."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fsrs import Rating
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.events import Asked, Graded, Mode, Move, Replied, ReplyKind, SessionConfig, Spoke, Understood
from interviewer.grading.grade import Verdict
from interviewer.policy import Need, need
from interviewer.practice import (
    LONGEST_INTERVAL_DAYS,
    GradedReply,
    due_cards,
    due_load,
    graded_replies,
    habit,
    plan,
    rating_of,
    schedule,
    weak_cards,
)
from interviewer.progress import progress
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank, Topic
from tests.conftest import Clock
from tests.test_dialogue import Play, grade_of

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RELU = "activations-dying-relu"


def reply(id: str, at: datetime, score: float, aided: bool = False, second_try: bool = False) -> GradedReply:
    return GradedReply(
        question_id=id, at=at, score=score, unaided=0.0 if aided else score, aided=aided, second_try=second_try
    )


def on_time(scores: Sequence[float], aided: bool = False) -> tuple[list[int], float, float]:
    """One question answered with these scores, each time on the day it is due: days between, stability, difficulty."""
    at, replies, days = START, [], []
    for score in scores:
        replies.append(reply("q", at, score, aided))
        card = schedule(replies)["q"]
        days.append((card.due - at).days)
        at = card.due
    return days, card.stability_days, card.difficulty


@pytest.mark.parametrize(
    ("scores", "aided", "days", "stability", "difficulty"),
    [
        ([0.7] * 4, False, [2, 11, 46, 90], 162.9, 2.1),
        ([0.9] * 3, False, [8, 66, 90], 397.4, 1.0),
        ([0.5] * 5, False, [1, 3, 7, 12, 18], 18.24, 9.02),
        ([0.1, 0.7, 0.7, 0.1, 0.7, 0.9], False, [1, 2, 6, 1, 2, 6], 6.29, 8.36),
        ([1.0] * 4, True, [1, 3, 7, 12], 11.92, 8.54),
    ],
)
def test_golden_sequences(
    scores: list[float], aided: bool, days: list[int], stability: float, difficulty: float
) -> None:
    got_days, got_stability, got_difficulty = on_time(scores, aided)
    assert got_days == days
    assert got_stability == pytest.approx(stability, rel=0.003)
    assert got_difficulty == pytest.approx(difficulty, abs=0.05)


def test_a_rating_follows_the_reports_cuts_and_help_makes_it_hard_at_most() -> None:
    assert [rating_of(reply("q", START, score)) for score in (0, 0.39, 0.4, 0.6, 0.8, 1)] == [
        Rating.Again, Rating.Again, Rating.Hard, Rating.Good, Rating.Easy, Rating.Easy,
    ]  # fmt: skip
    assert rating_of(reply("q", START, 1.0, aided=True)) is Rating.Hard
    assert rating_of(reply("q", START, 0.1, aided=True)) is Rating.Again


def test_a_second_try_does_not_push_the_due_day_away_nor_hide_what_was_weak() -> None:
    first = reply("q", START, 0.1)
    again = reply("q", START + timedelta(minutes=3), 1.0, aided=True, second_try=True)
    alone, both = schedule([first])["q"], schedule([first, again])["q"]
    assert both.due.date() == alone.due.date() == date(2026, 11, 21)
    assert both.score == alone.score == 0.1
    assert (alone.replies, both.replies) == (1, 2)


def test_what_is_due_comes_by_how_overdue_it_is_for_its_strength() -> None:
    now = START + timedelta(days=10)
    cards = schedule([reply("strong", START, 0.9), reply("fresh", now, 0.1), reply("lapsed", START, 0.0)])
    assert [card.question_id for card in due_cards(cards, now, UTC)] == ["lapsed", "strong"]


def test_a_day_is_the_persons_own() -> None:
    # Due at 09:00 UTC on the 21st: 22:00 of that day in Auckland, 01:00 in Los Angeles.
    cards = schedule([reply("q", START, 0.0)])
    evening = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert due_cards(cards, evening, UTC) == []
    assert len(due_cards(cards, evening, ZoneInfo("Pacific/Auckland"))) == 1
    assert due_cards(cards, evening, ZoneInfo("America/Los_Angeles")) == []
    assert len(due_cards(cards, datetime(2026, 11, 21, 0, 1, tzinfo=UTC), UTC)) == 1


def days_ago(*days: int) -> list[GradedReply]:
    return [reply(f"q{day}", START - timedelta(days=day), 0.5) for day in sorted(days, reverse=True)]


@pytest.mark.parametrize(
    ("days", "streak", "today"),
    [
        ((), 0, 0),
        ((0,), 1, 1),
        ((1,), 1, 0),
        ((2,), 1, 0),
        ((3,), 0, 0),
        ((0, 1, 2), 3, 1),
        ((0, 2, 4), 3, 1),
        ((0, 1, 4), 2, 1),
    ],
)
def test_a_streak_forgives_one_day_off_but_not_two(days: tuple[int, ...], streak: int, today: int) -> None:
    found = habit(days_ago(*days), START, UTC)
    assert (found.streak, found.today) == (streak, today)
    assert found.practised_today == (today > 0)


def test_second_tries_do_not_count_towards_the_day() -> None:
    replies = [reply("q", START, 0.1), reply("q", START, 0.9, second_try=True)]
    assert habit(replies, START, UTC).today == 1


def test_the_load_of_the_coming_days_counts_the_overdue_today() -> None:
    now = START + timedelta(days=30)
    cards = schedule([reply("old", START, 0.0), reply("a", now, 0.0), reply("b", now, 0.7), reply("far", now, 0.9)])
    load = due_load(cards, now, UTC, days=5)
    assert [count for _, count in load] == [1, 1, 1, 0, 0]
    assert load[0][0] == now.date()


histories = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 60), st.floats(0, 1), st.booleans()), max_size=25
)


@settings(deadline=None)
@given(history=histories, later=st.integers(0, 100))
def test_any_history_gives_a_schedule_that_is_a_fold(history: list[tuple[str, int, float, bool]], later: int) -> None:
    replies = [
        reply(id, START + timedelta(days=day), score, aided)
        for id, day, score, aided in sorted(history, key=lambda entry: entry[1])
    ]
    cards = schedule(replies)
    assert set(cards) == {entry[0] for entry in history}
    for id, card in cards.items():
        # Each question's card rests on its own replies alone.
        assert card == schedule([one for one in replies if one.question_id == id])[id]
        assert 1 <= (card.due - card.last).days <= LONGEST_INTERVAL_DAYS
        assert 1 <= card.difficulty <= 10
        assert card.replies == sum(one.question_id == id for one in replies)
    now = START + timedelta(days=later)
    due, weak = due_cards(cards, now, UTC), weak_cards(cards, now, UTC)
    assert not {card.question_id for card in due} & {card.question_id for card in weak}
    assert sum(count for _, count in due_load(cards, now, UTC, days=400)) == len(cards)
    assert due_load(cards, now, UTC)[0][1] == len(due)


def test_planned_questions_come_first_in_other_words_and_then_new_ones(bank: Bank) -> None:
    planned = ("rnn-lstm", "cnn-pooling")
    session = Play(bank, questions=3, mode="practice", planned=planned)
    while need(session.state) is not Need.NOTHING:
        session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    asked = [event for record in session.log if isinstance(event := record.event, Asked)]
    assert tuple(event.question_id for event in asked[:2]) == planned
    assert asked[2].question_id not in planned
    for event in asked[:2]:
        assert event.text in bank.by_id[event.question_id].variants
    assert asked[2].text == bank.by_id[asked[2].question_id].question


def test_a_weak_answer_gets_feedback_at_once_and_one_second_try_on_fresh_words(bank: Bank) -> None:
    session = Play(bank, questions=1, mode="practice")
    first = session.question
    events = session.say(ReplyKind.ANSWER, {})
    while isinstance(events[-1], Spoke):
        events = session.say(ReplyKind.ANSWER, {})
    feedback, again = events[-2:]
    assert isinstance(feedback, Spoke)
    assert feedback.move is Move.FEEDBACK
    assert first.answer in feedback.text
    assert isinstance(again, Asked)
    assert again.second_try
    assert again.text in first.variants
    assert session.state.asked == 1
    session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    assert session.state.finished is not None
    assert session.state.askings[1].attempts[0].aided


def test_the_model_answer_is_shown_once_and_not_again_after_the_second_try(bank: Bank) -> None:
    session = Play(bank, questions=1, mode=Mode.PRACTICE, planned=[RELU])
    for _ in range(4):
        session.say(ReplyKind.DONT_KNOW)
    said = [line.text for line in session.state.transcript if line.move is Move.FEEDBACK]
    assert [bank.by_id[RELU].answer in text for text in said] == [True, False]
    assert said[1].endswith("The strong answer stands above.")


def test_feedback_says_what_the_grader_is_not_sure_of(bank: Bank) -> None:
    session = Play(bank, mode="practice", questions=1)
    first, second, third, *_ = session.question.key_points
    found = {
        first.id: (Verdict.COVERED, 0.4),
        second.id: (Verdict.CONTRADICTED, 0.5),
        third.id: (Verdict.CONTRADICTED, 0.9),
    }
    points = tuple(
        point.model_copy(update={"verdict": verdict, "confidence": confidence})
        for point in grade_of(session.question, {}).key_points
        if point.point_id in found
        for verdict, confidence in [found[point.point_id]]
    )
    feedback, *_ = session.say(ReplyKind.ANSWER, key_points=points)
    assert isinstance(feedback, Spoke)
    had, worth, compare = feedback.text.split("\n\n")[:3]
    assert had == f"**You had:**\n- {first.text} _(not sure)_"
    assert worth == f"**Worth correcting:**\n- {third.text}"
    assert compare.startswith("**Compare this")
    assert second.text in compare


def test_feedback_counts_what_is_missing_after_all_replies(bank: Bank) -> None:
    session = Play(bank, mode="practice", questions=1)
    counted = [point.id for point in session.question.key_points if point.weight > 1]
    for done, left in ((1, len(counted) - 1), (2, len(counted) - 2)):
        feedback, *_ = session.say(ReplyKind.ANSWER, {counted[done - 1]: Verdict.COVERED})
        assert isinstance(feedback, Spoke)
        assert f"{left} more point" in feedback.text or (left == 1 and "one more point" in feedback.text)


def test_a_good_answer_a_skip_and_an_interview_get_no_second_try(bank: Bank) -> None:
    for mode, kind, verdict in (
        ("practice", ReplyKind.ANSWER, Verdict.COVERED),
        ("practice", ReplyKind.SKIP, Verdict.MISSING),
        ("interview", ReplyKind.DONT_KNOW, Verdict.MISSING),
    ):
        session = Play(bank, questions=1, mode=mode)
        session.say(kind, session.all(verdict))
        assert session.state.finished is not None
        assert len(session.state.askings) == 1


def test_graded_replies_fold_the_log_and_leave_out_what_has_no_grade(bank: Bank) -> None:
    session = Play(bank, questions=3)
    session.say(ReplyKind.SKIP)
    session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    session.add(Replied(text="no grade yet"), Understood(kind=ReplyKind.ANSWER))
    [found] = graded_replies([session.state])
    assert found.score == 1
    assert found.question_id == session.state.askings[1].question_id
    assert not found.aided


def test_sureness_goes_with_the_reply_it_was_said_of_and_help_earns_no_mastery(bank: Bank) -> None:
    session = Play(bank, questions=1, mode=Mode.PRACTICE, planned=[RELU])
    points = session.question.key_points
    half = {point.id: Verdict.PARTIAL for point in points}
    session.add(Replied(text="about half of it", sure=0.5), Understood(kind=ReplyKind.ANSWER))
    session.add(Graded(grade=grade_of(session.question, half)))
    session.respond()
    session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    [found] = graded_replies([session.state])
    assert (found.score, found.aided, found.sure) == (1.0, True, 0.5)
    assert found.sure_of == grade_of(bank.by_id[RELU], half).score
    assert found.unaided == found.sure_of
    assert found.unaided < found.score
    [mastered] = progress([found], bank, UTC).mastery.values()
    assert mastered.mean == found.unaided


@pytest.fixture
def app(own_home: Path, bank: Bank, clock: Clock) -> Iterator[Interviewer]:
    """The program without its index: 'I don't know' is understood and graded by rules alone."""
    made = Interviewer(Settings(home=own_home), clock=clock)
    vars(made).update(bank=bank)
    yield made
    made.sessions.close()


def test_practice_begins_with_what_an_earlier_session_left_due(app: Interviewer, clock: Clock) -> None:
    sessions = app.sessions
    config = SessionConfig(questions=1, topics=(Topic.CNN,), seed=4)
    id, state = sessions.start(config)
    first = state.askings[0].question_id
    sessions.reply(id, "I don't know")
    practice = SessionConfig(mode=Mode.PRACTICE, questions=2, seed=4)
    assert sessions.plan_practice(config, UTC) == config
    # Answered today and due tomorrow: nothing to do yet.
    assert sessions.plan_practice(practice, UTC).planned == ()
    clock.now += timedelta(days=1)
    planned = sessions.plan_practice(practice, UTC)
    assert planned.planned == (first,)
    _, state = sessions.start(planned)
    assert state.askings[0].question_id == first
    assert plan(app.bank, graded_replies(sessions.states().values()), clock.now, UTC, 5, [Topic.RNN]) == ()


def test_states_are_read_again_only_where_a_session_went_on(app: Interviewer) -> None:
    one, _ = app.sessions.start(SessionConfig(questions=1, seed=1))
    two, _ = app.sessions.start(SessionConfig(questions=1, seed=2))
    before = app.sessions.states()
    assert list(before) == [two, one] == app.sessions.ids()
    app.sessions.act(one, ReplyKind.STOP)
    after = app.sessions.states()
    assert after[two] is before[two]
    assert after[one] == app.sessions.state(one) != before[one]
