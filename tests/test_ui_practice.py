"""The Practice and Progress parts of the page: handlers of plain values and views, without Gradio or a model."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from interviewer.errors import InputInvalid, UnknownSession
from interviewer.events import Mode, ReplyKind
from interviewer.practice import Habit
from interviewer.report import build_report
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from tests.conftest import Clock
from ui import handlers, practice_handlers, practice_view, progress_view
from ui.own_routes import rendered
from ui.practice_handlers import overview, press, today, zone_of
from ui.practice_view import DueItem, LoadDay


@pytest.fixture
def app(own_home: Path, bank: Bank, clock: Clock) -> Iterator[Interviewer]:
    """The program without its index: what these tests say is understood and graded by rules alone."""
    made = Interviewer(Settings(home=own_home), clock=clock)
    vars(made).update(shipped_bank=bank)
    yield made
    made.sessions.close()


def give_up(app: Interviewer, id: str) -> None:
    """Answers 'I don't know' until the session is over."""
    while app.sessions.state(id).finished is None:
        app.sessions.act(id, ReplyKind.DONT_KNOW)


def test_a_day_after_a_weak_answer_it_is_due_and_one_click_starts_it(app: Interviewer, clock: Clock) -> None:
    empty = today(app, "Europe/Madrid")
    assert (empty.due, empty.weak, empty.answered, empty.habit.streak) == ([], [], 0, 0)
    first = handlers.start(app, "interview", "senior", ["rnn"], 1, 0, 1)
    give_up(app, first.session_id)
    asked = first.state.askings[0].question_id
    assert today(app, "").due == []
    clock.now += timedelta(days=1)
    found = today(app, "Europe/Madrid")
    assert [item.question_id for item in found.due] == [asked]
    assert found.due[0].score == 0
    assert found.due[0].days_ago == 1
    assert (found.habit.today, found.habit.streak) == (0, 1)
    assert [day.due for day in found.load] == [1, 0, 0, 0, 0, 0, 0]
    begun = practice_handlers.begin(app, "Europe/Madrid", 3)
    assert begun.state.config.mode is Mode.PRACTICE
    assert begun.state.askings[0].question_id == asked
    assert begun.state.config.questions == 3
    assert begun.state.config.level.value == "senior"


def test_practice_set_up_on_the_first_page_begins_with_what_is_due_too(app: Interviewer, clock: Clock) -> None:
    first = handlers.start(app, "interview", "mid", ["rnn"], 1, 0, 1)
    give_up(app, first.session_id)
    clock.now += timedelta(days=1)
    due = first.state.askings[0].question_id
    assert handlers.start(app, "practice", "mid", [], 2, 0, 5).state.askings[0].question_id == due
    assert handlers.start(app, "practice", "mid", ["cnn"], 2, 0, 5).state.askings[0].question_id.startswith("cnn-")


def test_the_buttons_within_the_page_do_what_they_say(app: Interviewer) -> None:
    chosen = press(app, "", {"do": "practise", "ids": "rnn-lstm cnn-pooling"})
    assert chosen.state.config.planned == ("rnn-lstm", "cnn-pooling")
    assert chosen.state.config.questions == 2
    assert press(app, "", {"do": "open", "session": chosen.session_id}).state == chosen.state
    assert press(app, "", {"do": "topic", "topic": "cnn"}).state.askings[0].question_id.startswith("cnn-")
    assert press(app, "", {"do": "begin"}).state.config.mode is Mode.PRACTICE
    for data, says in (
        ({}, "reload the page"),
        ({"do": "topic", "topic": "cooking"}, "cooking"),
        ({"do": "practise", "ids": ""}, "0 questions"),
        ({"do": "practise", "ids": "no-such-question"}, "no-such-question"),
    ):
        with pytest.raises(InputInvalid, match=says):
            press(app, "", data)
    with pytest.raises(UnknownSession):
        press(app, "", {"do": "open", "session": "nobody"})


def test_a_time_zone_that_is_unknown_falls_back_to_utc() -> None:
    assert zone_of("Europe/Madrid") == ZoneInfo("Europe/Madrid")
    assert [zone_of(name) for name in ("", "Mars/Olympus", "../../etc/passwd")] == [UTC] * 3


def test_how_sure_one_was_is_kept_and_shows_in_progress(app: Interviewer) -> None:
    begun = handlers.start(app, "interview", "mid", ["rnn"], 1, 0, 1)
    handlers.accept(app, begun.session_id, "I don't know", sure=0.75)
    *_, last = handlers.advance(app, begun.session_id)
    assert last is not None
    assert last.state.askings[0].attempts[0].sure == 0.75
    found = overview(app, "")
    assert found.progress.calibration is not None
    assert found.progress.calibration.bias == pytest.approx(0.75)


def test_progress_lists_every_session_to_open_or_go_on_with(app: Interviewer) -> None:
    empty = overview(app, "")
    assert empty.past == []
    assert "No session yet" in progress_view.history(empty.past, UTC)
    assert 'data-do="begin"' in progress_view.empty()
    done = handlers.start(app, "interview", "mid", ["rnn", "cnn", "data"], 3, 0, 1)
    give_up(app, done.session_id)
    running = handlers.start(app, "practice", "mid", [], 3, 0, 2)
    found = overview(app, "")
    assert [item.summary.id for item in found.past] == [running.session_id, done.session_id]
    assert [item.score for item in found.past] == [None, 0.0]
    shown = progress_view.history(found.past, ZoneInfo("Europe/Madrid"))
    assert shown.index("Resume") < shown.index(">Open<")
    assert f'data-session="{done.session_id}"' in shown
    assert "10:00" in shown  # the clock stands at 09:00 UTC
    assert "and more" in shown


def test_a_report_is_written_in_every_format(app: Interviewer) -> None:
    begun = handlers.start(app, "practice", "mid", ["rnn"], 1, 0, 1)
    give_up(app, begun.session_id)
    for format, start in (("md", "# Practice report"), ("html", "<!doctype html>"), ("json", "{"), ("pdf", "%PDF")):
        assert rendered(
            build_report(begun.session_id, app.sessions.state(begun.session_id), app.bank), format
        ).startswith(start.encode())


def test_the_top_of_the_page_says_what_to_do_and_never_scolds() -> None:
    none = Habit(today=0, goal=3, streak=0, practised_today=False)
    kept = Habit(today=3, goal=3, streak=4, practised_today=True)
    open_ = Habit(today=0, goal=3, streak=4, practised_today=False)
    assert "Build a daily habit" in practice_view.hero(0, 0, none, 0)
    assert "1 question due today" in practice_view.hero(1, 0, open_, 9)
    assert "One answer today keeps it going" in practice_view.hero(1, 0, open_, 9)
    assert "Goal reached" in practice_view.hero(0, 0, kept, 9)
    assert "All caught up" in practice_view.hero(0, 0, kept, 9)
    assert "could be firmer" in practice_view.hero(0, 2, kept, 9)
    assert "3 of 3 questions answered today" in practice_view.hero(0, 2, kept, 9)


def test_what_is_due_is_listed_with_its_reason_and_escaped() -> None:
    item = DueItem("rnn-lstm", "<b>Why</b> LSTM?", "rnn", 0.5, 1, 2)
    shown = practice_view.due_list([item] * 10, [])
    assert shown.count('data-ids="rnn-lstm"') == practice_view.LISTED
    assert "and 2 more" in shown
    assert "&lt;b&gt;Why" in shown
    assert "<b>" not in shown
    assert "last 50% (borderline), yesterday · 2 open points" in shown
    assert practice_view.due_list([], []) == ""
    week = practice_view.week([LoadDay(date(2026, 11, 21), 2), LoadDay(date(2026, 11, 22), 0)])
    assert week.count("<li>") == 2
    assert "Today" in week
    assert practice_view.week([LoadDay(date(2026, 11, 21), 0)]) == ""
