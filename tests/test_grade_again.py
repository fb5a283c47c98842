"""A reply that a failed grader left ungraded: it is told, and graded once when the grader is back."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interviewer.cli.talk import graded_again
from interviewer.errors import JudgeFailed
from interviewer.events import Graded, Record, Regraded, Replied, ReplyKind, SessionConfig, Understood
from interviewer.grading.grade import Grade, GraderName, Verdict
from interviewer.policy import Need, need
from interviewer.report import build_report
from interviewer.sessions import Sessions
from interviewer.state import State, apply
from interviewer.store import open_store
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from tests.openai_server import OpenAIServer, Request, openai_server
from tests.plain_grader import QUICK, grader, language_model, sessions
from tests.test_dialogue import Play
from tests.wire_faults import good, status
from ui import handlers, practice_handlers, view

REPLY = "For negative inputs the gradient of ReLU is zero, so a dead unit never learns again."
CONFIG = SessionConfig(questions=2, seed=1)


class Server:
    """A language model's server that is down until it is mended, and the grader that has nothing behind it."""

    def __init__(self, server: OpenAIServer, well: threading.Event, bank: Bank) -> None:
        self.requests, self.well = server.requests, well
        self.model = language_model(server.url, QUICK.model_copy(update={"breaker_failures": 0}))
        self.grader = grader(self.model, bank, fall_back=False)


@pytest.fixture
def server(bank: Bank) -> Iterator[Server]:
    well = threading.Event()

    def answer(request: Request) -> tuple[int, Any]:
        return (good if well.is_set() else status(401))(request)

    with openai_server(answer) as found:
        made = Server(found, well, bank)
        yield made
        made.model.close()


@pytest.fixture
def held(tmp_path: Path, bank: Bank, server: Server) -> Iterator[Sessions]:
    made = sessions(tmp_path, bank, server.grader)
    yield made
    made.close()


def records(folder: Path, id: str) -> list[Any]:
    store, _ = open_store(f"sqlite:///{folder / 'test.db'}")
    found = [record.event for record in store.load(id)]
    store.close()
    return found


def test_a_reply_is_graded_once_when_the_grader_is_back(
    tmp_path: Path, bank: Bank, server: Server, held: Sessions
) -> None:
    id, _ = held.start(CONFIG)
    before = held.reply(id, REPLY)
    assert need(before) is Need.REPLY
    assert before.ungraded == ((0, 0),)
    with pytest.raises(JudgeFailed, match=r"still no grade: .* 401 .*; try again later"):
        held.grade_again(id)
    assert held.state(id) == before

    server.well.set()
    after = held.grade_again(id)
    grade = after.askings[0].attempts[0].grade
    assert grade is not None
    assert (grade.grader, grade.model, grade.ungraded) == (GraderName.LLM, "test-model", None)
    assert after.ungraded == ()
    assert (after.transcript, after.elapsed_s, after.now) == (before.transcript, before.elapsed_s, before.now)
    assert build_report(id, before, bank).questions[0].grade.score is None
    assert build_report(id, after, bank).questions[0].grade.score is not None

    sent = len(server.requests)
    assert held.grade_again(id) == held.state(id) == after
    assert len(server.requests) == sent
    assert [type(event) for event in records(tmp_path, id)].count(Regraded) == 1


def test_what_is_over_can_still_get_its_grade(server: Server, held: Sessions) -> None:
    id, _ = held.start(CONFIG)
    held.reply(id, REPLY)
    over = held.act(id, ReplyKind.STOP)
    server.well.set()
    after = held.grade_again(id)
    assert after.finished is over.finished is not None
    assert after.ungraded == ()


def test_two_at_once_grade_it_once(tmp_path: Path, bank: Bank, server: Server, held: Sessions) -> None:
    id, _ = held.start(CONFIG)
    held.reply(id, REPLY)
    server.well.set()
    other = sessions(tmp_path, bank, server.grader)
    threads = [threading.Thread(target=one.grade_again, args=(id,)) for one in (held, other) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held.state(id) == other.state(id)
    other.close()
    assert [type(event) for event in records(tmp_path, id)].count(Regraded) == 1


def test_a_grade_stays_as_it_is(bank: Bank) -> None:
    session = Play(bank, questions=2)
    session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    state, grade = session.state, session.state.askings[0].attempts[0].grade
    assert grade is not None
    for asking, attempt in ((0, 0), (0, 7), (9, 0)):
        with pytest.raises(ValueError, match="has none"):
            apply(
                state,
                Record(seq=state.seq + 1, at=state.now, event=Regraded(asking=asking, attempt=attempt, grade=grade)),
            )


def test_another_language_is_not_graded_again_and_takes_nothing_from_the_other_replies(bank: Bank) -> None:
    session = Play(bank, questions=2)
    foreign = Grade(
        question_id=session.question.id, score=None, ungraded="not English", rule="not_english", grader=GraderName.LOCAL
    )
    session.say(ReplyKind.ANSWER, session.all(Verdict.PARTIAL))
    assert len(session.state.askings) == 1  # a follow-up
    session.add(Replied(text="Das weiß ich."), Understood(kind=ReplyKind.ANSWER), Graded(grade=foreign))
    assert session.state.ungraded == ()
    [question] = build_report("x", session.state, bank).questions
    assert question.grade.ungraded is None
    assert question.grade.score is not None
    only = Play(bank, questions=2)
    only.add(Replied(text="Das weiß ich."), Understood(kind=ReplyKind.ANSWER), Graded(grade=foreign))
    assert build_report("x", only.state, bank).questions[0].grade.ungraded == "not English"


@pytest.fixture
def waiting(interviewer: Interviewer, server: Server) -> tuple[str, State]:
    """A session of the whole program with a reply that has no grade."""
    vars(interviewer)["grader"] = server.grader
    id, state = interviewer.sessions.start(CONFIG)
    answer = interviewer.bank.by_id[state.askings[-1].question_id].answer
    state = interviewer.sessions.reply(id, answer)
    assert state.ungraded == ((0, 0),)
    return id, state


def test_the_page_tells_and_has_a_button(interviewer: Interviewer, server: Server, waiting: tuple[str, State]) -> None:
    id, state = waiting
    shown = view.ungraded(id, state)
    assert "One reply has no grade yet." in shown
    assert "401" in shown
    assert f'data-do="grade_again" data-session="{id}"' in shown
    press: dict[str, str] = {"do": "grade_again", "session": id}
    with pytest.raises(JudgeFailed, match="still no grade"):
        practice_handlers.press(interviewer, "UTC", press)
    server.well.set()
    page = practice_handlers.press(interviewer, "UTC", press)
    assert view.ungraded(id, page.state) == ""
    assert handlers.api_grade_again(interviewer, id)["questions"] != []


def test_the_terminal_tries_again_when_the_session_is_opened(
    interviewer: Interviewer, server: Server, waiting: tuple[str, State], capsys: pytest.CaptureFixture[str]
) -> None:
    id, state = waiting
    assert graded_again(interviewer, id, state) == state
    assert "still no grade" in capsys.readouterr().out
    server.well.set()
    after = graded_again(interviewer, id, state)
    assert after.ungraded == ()
    assert "graded now" in capsys.readouterr().out
    assert graded_again(interviewer, id, after) == after
    assert capsys.readouterr().out == ""
