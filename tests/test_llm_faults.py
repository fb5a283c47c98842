"""Every fault over the wire: the grade comes in time and says who gave it, the requests are counted, the interview goes on."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

import prompts
from interviewer.events import SessionConfig
from interviewer.grading.grade import Grade, GraderName
from interviewer.grading.tasks import GradeRequest
from interviewer.policy import Need, need
from interviewer.render import render_report
from interviewer.report import build_report
from knowledge.bank import Bank
from tests.openai_server import Answer, Request, openai_server, prompt_of
from tests.plain_grader import QUICK, grader, language_model, sessions
from tests.wire_faults import FAULTS, HARMLESS, Fault, good, status

QUESTION = "activations-dying-relu"
REPLY = "For negative inputs the gradient of ReLU is zero, so a dead unit never learns again."
SLACK_S = 5.0
"""For what is not the call: the local judge, the store, and a busy machine."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_costs_no_interview_and_no_wrong_number(fault: Fault, bank: Bank, tmp_path: Path) -> None:
    with openai_server(fault.answer) as server:
        model = language_model(server.url, QUICK)
        held = sessions(tmp_path, bank, grader(model, bank))
        id, _ = held.start(SessionConfig(questions=2, seed=1))
        started = time.perf_counter()
        state = held.reply(id, REPLY)
        took = time.perf_counter() - started
        model.close()
        held.close()
    assert len(server.requests) == fault.requests
    assert took < QUICK.call_s + SLACK_S
    assert need(state) is Need.REPLY
    grade = state.askings[0].attempts[0].grade
    assert grade is not None
    assert grade.grader is GraderName.LOCAL
    assert grade.model == "words"
    assert fault.says in str(grade.note)
    assert "the local grader judged instead" in str(grade.note)


def test_a_report_says_which_reply_the_model_judged_before_its_server_died(bank: Bank, tmp_path: Path) -> None:
    def dies(request: Request) -> tuple[int, object]:
        return (good if len(server.requests) == 1 else status(403))(request)

    with openai_server(dies) as server:
        model = language_model(server.url)
        held = sessions(tmp_path, bank, grader(model, bank))
        id, _ = held.start(SessionConfig(questions=2, seed=1))
        held.reply(id, "It has to do with numbers in some way, and that is about what I know of it.")
        state = held.reply(id, "The numbers are small ones, I think, and they get smaller as the training goes on.")
        model.close()
        held.close()
    assert len(state.askings[0].attempts) == 2
    report = build_report(id, state, bank)
    assert report.graders == ("llm (test-model)", "local (words)")
    note = str(report.questions[0].grade.note)
    assert "reply 2: the language model gave no grade (it answered 403" in note
    assert "the local grader judged instead" in note
    assert "test-model, words" in render_report(report)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.requests == 2], ids=lambda fault: fault.name)
def test_what_passes_is_cured_by_the_second_request(fault: Fault, bank: Bank) -> None:
    def once(request: Request) -> tuple[int, object]:
        return (fault.answer if len(server.requests) == 1 else good)(request)

    with openai_server(once) as server:
        model = language_model(server.url, QUICK.model_copy(update={"call_s": 20.0}))
        grade = grader(model, bank).grade(GradeRequest(question_id=QUESTION), REPLY)
        model.close()
    assert grade.grader is GraderName.LLM
    assert len(server.requests) == 2
    first, again = (prompt_of(request) for request in server.requests)
    assert again in (first, f"{first}\n{prompts.render('again')}")


@pytest.mark.parametrize("name", HARMLESS)
def test_what_models_add_to_an_answer_costs_neither_a_request_nor_a_grade(name: str, bank: Bank) -> None:
    def graded(answer: Answer) -> Grade:
        with openai_server(answer) as server:
            model = language_model(server.url)
            grade = grader(model, bank).grade(GradeRequest(question_id=QUESTION), REPLY)
            model.close()
        assert len(server.requests) == 1
        return grade

    plain, found = graded(good), graded(HARMLESS[name])
    assert found.grader is GraderName.LLM
    assert found.score == plain.score is not None
    for one, other in zip(found.key_points, plain.key_points, strict=True):
        assert (one.verdict, one.credit) == (other.verdict, other.credit)
        # Marks that a model puts around a quote are no part of it.
        assert (one.evidence or "").rstrip(".") == (other.evidence or "").rstrip(".")


@pytest.mark.parametrize("fault", FAULTS[::4], ids=lambda fault: fault.name)
def test_without_fallback_a_fault_leaves_the_reply_ungraded(fault: Fault, bank: Bank) -> None:
    with openai_server(fault.answer) as server:
        model = language_model(server.url, QUICK)
        grade = grader(model, bank, fall_back=False).grade(GradeRequest(question_id=QUESTION), REPLY)
        model.close()
    assert grade.score is None
    assert grade.key_points == ()
    assert fault.says in str(grade.ungraded)


@pytest.mark.parametrize(("scheme", "says"), [("http", "cannot be reached"), ("https", "cannot be reached")])
def test_a_refused_connection_is_told_at_once(scheme: str, says: str, bank: Bank) -> None:
    model = language_model(f"{scheme}://127.0.0.1:9/v1", QUICK)
    started = time.perf_counter()
    grade = grader(model, bank).grade(GradeRequest(question_id=QUESTION), REPLY)
    assert time.perf_counter() - started < QUICK.call_s + SLACK_S
    assert grade.grader is GraderName.LOCAL
    assert says in str(grade.note)
    model.close()


def test_a_tls_error_is_told_and_not_tried_again(bank: Bank) -> None:
    with openai_server(good) as server:
        model = language_model(server.url.replace("http:", "https:"), QUICK)
        grade = grader(model, bank).grade(GradeRequest(question_id=QUESTION), REPLY)
        model.close()
    assert "TLS" in str(grade.note)
    assert server.requests == []


def test_under_mixed_faults_every_grade_is_whole_and_rightly_labelled(bank: Bank) -> None:
    chance = random.Random(7)
    quick = [
        fault for fault in FAULTS if fault.name not in ("hang", "drip", "drip in the head", "429 after 1 s", "10 MB")
    ]
    sent = Counter[str]()

    def mixed(request: Request) -> tuple[int, object]:
        if chance.random() >= 0.3:
            sent["good"] += 1
            return good(request)
        return chance.choice(quick).answer(request)

    with openai_server(mixed) as server:
        model = language_model(server.url, QUICK.model_copy(update={"breaker_failures": 0}))
        over = grader(model, bank)
        grades = [over.grade(GradeRequest(question_id=QUESTION), f"{REPLY} Number {i}.") for i in range(60)]
        model.close()
    by = Counter(grade.grader for grade in grades)
    assert by[GraderName.LLM] == sent["good"]
    assert by[GraderName.LOCAL] == 60 - sent["good"] > 0
    for grade in grades:
        assert grade.score is not None
        assert (grade.grader is GraderName.LLM) == (grade.model == "test-model") == ("instead" not in str(grade.note))
