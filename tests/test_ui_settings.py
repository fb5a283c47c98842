"""The Settings part of the page without a browser: what is saved where, who wins, and that the key never comes back."""

import json
import logging
import stat
from pathlib import Path

import pytest

from interviewer.errors import InputInvalid, SettingsInvalid
from interviewer.events import ReplyKind
from interviewer.practice import DAILY_GOAL
from interviewer.saved import FILE, read_saved
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from tests.openai_server import completion, openai_server
from tests.test_dialogue import START, Play
from ui import resume_view
from ui.practice_handlers import today
from ui.settings_handlers import forget_key, in_use, save_goal, save_server, shown, try_server

KEY = "sk-a-very-secret-key-0123456789"
LOCAL = "http://127.0.0.1:11434/v1"


@pytest.fixture
def app(own_home: Path) -> Interviewer:
    """The program over the test's home, as a command would open it."""
    return Interviewer(read_settings())


def test_what_is_saved_counts_at_once_and_after_a_restart(app: Interviewer, own_home: Path) -> None:
    assert "local grader" in in_use(app)
    save_server(app, f" {LOCAL}/ ", " llama3 ", KEY)
    for settings in (app.settings, read_settings()):
        assert (settings.base_url, settings.model) == (LOCAL, "llama3")
        assert settings.api_key is not None
        assert settings.api_key.get_secret_value() == KEY
    assert app.language_model.endpoint.base_url == LOCAL
    assert app.grader.name == "llm"
    save_server(app, LOCAL, "other", "")
    assert app.language_model.endpoint.model == "other"
    assert app.settings.api_key is not None, "an empty box leaves the key as it is"
    save_server(app, LOCAL, "", "")
    assert app.settings.model is None
    assert app.grader.name == "local"


def test_the_file_can_be_read_by_its_owner_alone(app: Interviewer, own_home: Path) -> None:
    save_server(app, "", "gpt-x", KEY)
    file = own_home / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {"model": "gpt-x", "api_key": KEY}.items() <= json.loads(file.read_text()).items()
    file.chmod(0o644)
    save_goal(app, 7)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in own_home.iterdir() if "settings" in path.name) == [FILE]


def test_the_key_never_comes_back(
    app: Interviewer, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        told = [
            save_server(app, LOCAL, "m", KEY),
            save_goal(app, 4),
            try_server(app, "http://127.0.0.1:9/v1", "m", KEY),
        ]
        for key in (f"{KEY}\n{KEY}", KEY * 100):
            with pytest.raises(InputInvalid) as refused:
                save_server(app, LOCAL, "m", key)
            told.append(str(refused.value))
    assert shown(app).has_key
    seen = "".join([*told, repr(shown(app)), repr(app.settings), in_use(app), caplog.text, *capsys.readouterr()])
    assert KEY not in seen
    (app.settings.home / FILE).write_text(json.dumps({"model": "m", "api_key": [KEY]}))
    with pytest.raises(SettingsInvalid, match="api_key") as broken:
        read_settings()
    assert KEY not in str(broken.value)


def test_the_key_does_not_follow_to_another_address(app: Interviewer) -> None:
    save_server(app, "", "gpt-x", KEY)
    assert "was removed" in save_server(app, LOCAL, "llama3", "")
    assert app.settings.api_key is None
    assert read_saved(app.settings.home).api_key is None
    save_server(app, LOCAL, "llama3", KEY)
    assert forget_key(app) == "The key is gone from this machine."
    assert app.settings.api_key is None
    with pytest.raises(InputInvalid, match="No key"):
        forget_key(app)


def test_the_environment_wins_and_the_page_says_so(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_server(Interviewer(read_settings()), LOCAL, "saved", KEY)
    monkeypatch.setenv("INTERVIEWER_MODEL", "from-outside")
    app = Interviewer(read_settings())
    assert (app.settings.model, app.settings.base_url) == ("from-outside", LOCAL)
    assert shown(app).outside == {"model"}
    save_server(app, LOCAL, "typed", "")
    assert app.settings.model == "from-outside"
    assert read_saved(own_home).model == "saved", "what the environment sets is not written over"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-outside")
    app = Interviewer(read_settings())
    with pytest.raises(InputInvalid, match="OPENAI_API_KEY in the environment"):
        save_server(app, "http://elsewhere.example/v1", "m", "")
    with pytest.raises(InputInvalid, match="OPENAI_API_KEY in the environment"):
        try_server(app, "http://elsewhere.example/v1", "m", "")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("localhost:11434", "begins with http"),
        ("ftp://x/v1", "begins with http"),
        ("http://", "begins with http"),
        ("http://host:99999/v1", "begins with http"),
        ("https://me:secret@host/v1", "name or password"),
        ("http://ho st/\x07", "cannot be sent"),
        ("http://" + "a" * 600, "the limit is 500"),
    ],
)
def test_an_address_that_cannot_be_used_is_not_saved(app: Interviewer, address: str, says: str) -> None:
    with pytest.raises(InputInvalid, match=says):
        save_server(app, address, "m", "")
    assert read_saved(app.settings.home) == read_saved(Path("nowhere"))


def test_the_connection_is_tested_with_what_stands_in_the_boxes(app: Interviewer) -> None:
    assert "Nothing to test" in try_server(app, LOCAL, " ", "")
    with openai_server(lambda request: (200, completion("fine"))) as server:
        found = try_server(app, server.url, "test-model", KEY)
        assert "It works." in found
        assert "test-model at " in found
        assert "does not list" in try_server(app, server.url, "<b>no</b>", KEY)
        assert "<b>" not in try_server(app, server.url, "<b>no</b>", KEY)
    assert "does not answer" in try_server(app, "http://127.0.0.1:9/v1", "m", "")
    assert not (app.settings.home / FILE).exists(), "a test saves nothing"


def test_a_file_that_is_broken_is_told(own_home: Path) -> None:
    own_home.mkdir()
    (own_home / FILE).write_text('{"daily_goal": 0}')
    with pytest.raises(SettingsInvalid, match=r"daily_goal.*delete the file"):
        read_settings()


def test_the_goal_is_the_rings(app: Interviewer) -> None:
    assert today(app, "").habit.goal == shown(app).goal == DAILY_GOAL
    assert save_goal(app, 10) == "Saved: 10 questions a day."
    assert today(app, "").habit.goal == shown(app).goal == 10
    app.sessions.close()


def test_unfinished_sessions_are_listed_with_what_they_are(bank: Bank) -> None:
    left = Play(bank, questions=3, topics=("rnn", "cnn", "data"))
    states = {f"s{i}": left.state for i in range(5)}
    page = resume_view.unfinished(states, START)
    assert page.count('data-do="open"') == resume_view.LISTED
    assert 'data-session="s0"' in page
    assert "Interview · RNNs &amp; sequences, CNNs &amp; vision…" in page
    assert "question 1 of 3 · today" in page
    assert "Further unfinished sessions under Progress: 2." in page
    left.say(ReplyKind.STOP)
    assert left.state.finished
    assert resume_view.unfinished({"s": left.state}, START) == ""
    assert 'href="?session=abc"' in resume_view.link("abc")
    assert "<" not in resume_view.link('"><script>').split('data-copy="')[1].split('"')[0]
