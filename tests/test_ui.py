"""The page's functions without a browser, and the named endpoints through `gradio_client`."""

import itertools
from collections.abc import Iterator

import pytest

from interviewer.errors import InputInvalid
from interviewer.events import ReplyKind
from interviewer.wiring import Interviewer
from tests.test_cli import free_port
from tests.test_dialogue import Play
from ui import handlers, view
from ui.charts import rubric_chart, topic_chart
from ui.markup import typed
from ui.report_view import headline


@pytest.fixture
def page(interviewer: Interviewer) -> handlers.Page:
    return handlers.start(interviewer, "interview", "mid", ["cnn"], 2, 0, 1)


def test_a_reply_shows_at_once_and_then_the_answer_streams(interviewer: Interviewer, page: handlers.Page) -> None:
    shown = handlers.accept(interviewer, page.session_id, "Kernels share their weights.")
    assert [message["content"] for message in shown.chat[-2:]] == ["Kernels share their weights.", view.THINKING]
    assert not shown.waiting
    steps = [step for step in handlers.advance(interviewer, page.session_id) if step is not None]
    assert steps[-1].waiting
    assert steps[-1].chat == view.messages(interviewer.sessions.state(page.session_id))
    last = [step.chat[-1]["content"] for step in steps]
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(last))
    assert len(steps) > 2


def test_the_report_comes_with_the_end(interviewer: Interviewer, page: handlers.Page) -> None:
    handlers.accept(interviewer, page.session_id, "", "stop")
    *_, last = handlers.advance(interviewer, page.session_id)
    assert last is not None
    assert last.report is not None
    assert not last.waiting
    assert handlers.resume(interviewer, page.session_id) == last


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (("karaoke", "mid", [], 2, 0), "karaoke"),
        (("interview", "guru", [], 2, 0), "guru"),
        (("interview", "mid", ["cooking"], 2, 0), "cooking"),
        (("interview", "mid", [], 0, 0), "questions"),
        (("interview", "mid", ["rnn"], 50, 0), "ask for fewer"),
    ],
)
def test_a_choice_that_cannot_be_used_is_told(
    interviewer: Interviewer, choice: tuple[str, str, list[str], int, int], says: str
) -> None:
    with pytest.raises(InputInvalid, match=says):
        handlers.start(interviewer, *choice, 0)


def test_an_empty_reply_is_not_sent(interviewer: Interviewer, page: handlers.Page) -> None:
    with pytest.raises(InputInvalid, match="write your answer first"):
        handlers.accept(interviewer, page.session_id, "  \n")


def test_streaming_ends_with_the_whole_and_only_grows() -> None:
    before = [view.Message(role="user", content="hi")]
    after = [*before, view.Message(role="assistant", content="one two three four five six seven")]
    steps = list(view.streamed(before, after))
    assert steps[-1] == after
    assert [len(step[-1]["content"]) for step in steps] == sorted(len(step[-1]["content"]) for step in steps)
    assert list(view.streamed(after, after)) == [after]


def test_a_candidates_tags_stay_visible_text(interviewer: Interviewer, page: handlers.Page) -> None:
    assert typed("a < b & <b>") == "a &lt; b &amp; &lt;b&gt;"
    assert typed("```\na < b\n```") == "```\na < b\n```"


def test_progress_and_headline_say_where_one_is(interviewer: Interviewer) -> None:
    session = Play(interviewer.bank, questions=3)
    assert "1 of 3" in view.progress(session.state, interviewer.bank)
    session.say(ReplyKind.SKIP)
    assert "2 of 3" in view.progress(session.state, interviewer.bank)
    from interviewer.report import build_report

    assert "No overall score" in headline(build_report("x", session.state, interviewer.bank))


def test_charts_write_their_values(interviewer: Interviewer) -> None:
    from interviewer.grading.grade import Verdict
    from interviewer.report import build_report

    session = Play(interviewer.bank, questions=3)
    while session.state.finished is None:
        session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    report = build_report("x", session.state, interviewer.bank)
    assert all("100% · strong" in name for name in topic_chart(report).data[0].y)
    assert list(topic_chart(report).data[0].error_x.arrayminus) == pytest.approx([1.0] * len(report.topics))
    radar = rubric_chart(report)
    assert radar.data[0].theta[0].startswith("Correctness<br>100% · strong")
    assert len(radar.data[0].r) == 4  # three corners, the first again
    assert "n/a: Focus" in radar.layout.title.text


@pytest.fixture
def url(interviewer: Interviewer) -> Iterator[str]:
    from ui.app import build_app

    app = build_app(interviewer)
    _, address, _ = app.launch(
        server_port=free_port(), prevent_thread_lock=True, quiet=True, ssr_mode=False, _frontend=False
    )
    yield address
    app.close(verbose=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_program_can_hold_an_interview_through_the_named_endpoints(interviewer: Interviewer, url: str) -> None:
    from gradio_client import Client

    client = Client(url, verbose=False)
    started = client.predict("practice", "mid", ["cnn"], 2, 0, 3, api_name="/start")
    id = started["session_id"]
    assert started["question_id"].startswith("cnn-")
    assert len(started["messages"]) == 2
    hint = client.predict(id, "hint", api_name="/act")
    assert hint["messages"]
    told = client.predict(id, "Kernels share their weights over all positions.", api_name="/reply")
    assert told["messages"]
    assert client.predict(id, api_name="/resume") == told
    assert client.predict(id, "stop", api_name="/act")["finished"] == "stopped"
    report = client.predict(id, api_name="/report")
    assert report["session"]["id"] == id
    assert report["questions"][0]["replies"][0]["aided"] is True
    assert client.predict(id, api_name="/grade_again") == report
    hits = client.predict("what is relu", 2, api_name="/search")
    assert len(hits) == 2
    with pytest.raises(Exception, match="there is no session"):
        client.predict("nobody", "hi", api_name="/reply")
    names = set(client.view_api(return_format="dict")["named_endpoints"])
    assert names == {"/start", "/reply", "/act", "/resume", "/report", "/search", "/grade_again"}
