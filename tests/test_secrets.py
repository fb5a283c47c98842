"""The key of the language model is never written out: not even where a server repeats it."""

import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from interviewer.connection import check_connection
from interviewer.errors import InterviewerError
from interviewer.grading.grade import GraderName
from interviewer.grading.tasks import GradeRequest
from interviewer.personal import export
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from knowledge.vectors import BankVectors
from tests.openai_server import Request, openai_server
from ui import handlers, settings_handlers

KEY = "sk-CANARY-0123456789abcdef"


def spiteful(request: Request) -> tuple[int, object]:
    """An answer that repeats the key, as some gateways do."""
    return 401, {"error": {"message": f"Incorrect API key provided: {KEY}", "code": KEY, "type": "auth"}}


def test_a_server_that_repeats_the_key_does_not_get_it_written_down(
    bank: Bank, encoder: BankVectors, own_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with openai_server(spiteful, spiteful) as server, caplog.at_level(logging.DEBUG):
        interviewer = Interviewer(Settings(home=own_home, model="m", base_url=server.url, api_key=SecretStr(KEY)))
        vars(interviewer).update(shipped_bank=bank, encoder=encoder)
        page = handlers.start(interviewer, "practice", "mid", ["cnn"], 1, 0, 1)
        question = page.state.askings[0].question_id
        grade = interviewer.make_grader(GraderName.LLM).grade(
            GradeRequest(question_id=question), "A kernel shares its weights over all positions of the image."
        )
        with pytest.raises(InterviewerError) as failed:
            interviewer.suggest_points("Why?", "Because.")
        assert grade.ungraded is not None
        assert server.requests or server.probes
        said = [grade.model_dump_json(), str(failed.value), str(export(interviewer)), repr(interviewer.settings)]
        said += [str(settings_handlers.shown(interviewer)), settings_handlers.in_use(interviewer)]
        interviewer.sessions.close()
    assert KEY not in "".join(said)
    assert KEY not in caplog.text
    assert KEY.encode() not in b"".join(file.read_bytes() for file in own_home.rglob("*") if file.is_file())


def test_the_check_of_the_connection_does_not_say_the_key(own_home: Path) -> None:
    with openai_server(spiteful, spiteful) as server:
        settings = Settings(home=own_home, model="m", base_url=server.url, api_key=SecretStr(KEY))
        with pytest.raises(InterviewerError) as failed:
            check_connection(Interviewer(settings))
    assert KEY not in str(failed.value)
