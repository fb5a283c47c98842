"""Whole sessions with the real grader and store: accepted replies are kept, whatever happens next."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.errors import InputInvalid, ReplyTooLong, UnknownSession
from interviewer.events import REPLY_LIMIT, Graded, Replied, ReplyKind, SessionConfig
from interviewer.policy import Need, need
from interviewer.report import build_report
from interviewer.settings import Settings
from interviewer.store import open_store
from interviewer.wiring import Interviewer
from knowledge.bank import Topic
from tests.openai_server import completion, openai_server


def answer(interviewer: Interviewer, id: str) -> str:
    state = interviewer.sessions.state(id)
    return interviewer.bank.by_id[state.askings[-1].question_id].answer


def test_an_interview_from_greeting_to_report(interviewer: Interviewer) -> None:
    id, state = interviewer.sessions.start(SessionConfig(questions=3, seed=1))
    while need(state) is Need.REPLY:
        state = interviewer.sessions.reply(id, answer(interviewer, id))
    report = build_report(id, state, interviewer.bank)
    assert report.session.answered == 3
    assert report.score is not None
    assert report.interval is not None
    assert report.interval[0] <= report.score <= report.interval[1]
    assert interviewer.sessions.state(id) == state
    assert interviewer.sessions.ids() == [id]


def test_off_topic_text_is_no_answer_and_does_not_advance(interviewer: Interviewer) -> None:
    id, _ = interviewer.sessions.start(SessionConfig(questions=2, topics=(Topic.CNN,), seed=2))
    for text in (
        "My cat likes tuna more than chicken.",
        "What will the weather be in Madrid tomorrow?",
        "😀😀",
        "qwpoeiru zmxncb alskdj",
    ):
        state = interviewer.sessions.reply(id, text)
        assert state.askings[-1].attempts == (), text
    assert len(state.askings) == 1
    assert len([line for line in state.transcript if line.role == "candidate"]) == 4


def test_real_answers_are_not_taken_for_off_topic(interviewer: Interviewer) -> None:
    taken = [
        statement.text
        for statement in interviewer.bank.statements[::97]
        if interviewer.understand(statement.text, statement.question) is not ReplyKind.ANSWER
    ]
    assert len(taken) <= 0.02 * len(interviewer.bank.statements[::97]), taken


def test_a_reply_is_on_disk_before_anything_else_is_done_with_it(interviewer: Interviewer) -> None:
    id, _ = interviewer.sessions.start(SessionConfig(questions=1))
    state = interviewer.sessions.accept(id, "Weights are shared over positions.")
    assert need(state) is Need.UNDERSTANDING
    store, _ = open_store(interviewer.settings.database)
    assert store.load(id)[-1].event == Replied(text="Weights are shared over positions.")
    store.close()
    with pytest.raises(InputInvalid, match="still being read"):
        interviewer.sessions.accept(id, "second")
    assert need(interviewer.sessions.advance(id)) is Need.REPLY


def test_bad_replies_are_refused_with_a_line_and_change_nothing(interviewer: Interviewer) -> None:
    id, before = interviewer.sessions.start(SessionConfig(questions=1))
    with pytest.raises(ReplyTooLong, match="1,000,000 characters; the limit is 8,000"):
        interviewer.sessions.reply(id, "x" * 1_000_000)
    assert interviewer.sessions.state(id) == before
    interviewer.sessions.reply(id, "x" * REPLY_LIMIT)
    state = interviewer.sessions.reply(id, "a\x00b \ud800 lone gradient")
    assert "ab \ufffd lone gradient" in [line.text for line in state.transcript]
    with pytest.raises(UnknownSession):
        interviewer.sessions.reply("nobody", "x")
    interviewer.sessions.act(id, ReplyKind.STOP)
    with pytest.raises(InputInvalid, match="over"):
        interviewer.sessions.reply(id, "late")


def test_more_questions_than_there_are_is_refused(interviewer: Interviewer) -> None:
    with pytest.raises(InputInvalid, match="deployment: the bank has"):
        interviewer.sessions.start(SessionConfig(questions=50, topics=(Topic.DEPLOYMENT,)))
    assert interviewer.sessions.ids() == []


def test_many_advance_one_session_and_it_is_graded_once(make: Callable[..., Interviewer]) -> None:
    one, two = make(), make()
    id, _ = one.sessions.start(SessionConfig(questions=2))
    one.sessions.accept(id, answer(one, id))
    threads = [threading.Thread(target=app.sessions.advance, args=(id,)) for app in (one, two) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store, _ = open_store(one.settings.database)
    assert sum(isinstance(record.event, Graded) for record in store.load(id)) == 1
    store.close()
    assert one.sessions.state(id) == two.sessions.state(id)


def test_a_process_killed_between_the_reply_and_the_grade_loses_nothing(
    own_home: Path, interviewer: Interviewer
) -> None:
    """The model server never answers, so the process is killed while it waits for the grade."""
    hang = threading.Event()

    def answer_never(_: object) -> tuple[int, object]:
        hang.wait(60)
        return 500, completion(None)

    with openai_server(answer_never) as server:
        environment = {
            **os.environ,
            "INTERVIEWER_MODEL": "test-model",
            "OPENAI_BASE_URL": server.url,
            "OPENAI_API_KEY": "k",
        }
        command = [
            sys.executable,
            "-c",
            "import sys; from interviewer.cli import main; sys.exit(main())",
            "chat",
            "--questions",
            "2",
        ]
        process = subprocess.Popen(
            command, env={**environment, "PYTHONPATH": str(Path(__file__).parents[1])}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        id = process.stdout.readline().split()[1]
        reply = "The gradient tells how the loss changes with each weight of the network."
        process.stdin.write(reply + "\n")
        process.stdin.flush()
        deadline = time.monotonic() + 90
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.requests, "the reply never reached the grader"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        hang.set()
    state = interviewer.sessions.state(id)
    assert need(state) is Need.GRADE
    assert state.pending == Replied(text=reply)
    question = state.askings[-1].question_id
    resumed = interviewer.sessions.advance(id)
    assert need(resumed) is Need.REPLY
    assert resumed.askings[0].question_id == question
    assert [attempt.text for attempt in resumed.askings[0].attempts] == [reply]
    store, _ = open_store(Settings(home=own_home).database)
    assert sum(isinstance(record.event, Graded) for record in store.load(id)) == 1
    store.close()
