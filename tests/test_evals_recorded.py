"""A model that cannot be reached from here: its requests recorded, its answers replayed, and the results measured."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.execute import Options, execute
from evals.recorded import record
from interviewer.cli import main
from interviewer.errors import InputInvalid
from interviewer.grading.grade import GraderName
from interviewer.llm.recorder import Replayer, canonical, request_hash
from interviewer.wiring import Interviewer
from knowledge.lines import read_lines
from tests.graded import case, cases, write_cases
from tests.openai_server import completion
from tests.plain_grader import judged

RUN = [sys.executable, "-c", "import sys; from interviewer.cli import main; sys.exit(main())"]
REFERENCE = "Plants turn light into chemical energy. They take in carbon dioxide and water. They release oxygen."
REPLIES = {
    "right": "Plants turn light into chemical energy, take in carbon dioxide and water, and release oxygen.",
    "half": "They take in carbon dioxide and water.",
    "idk": "I don't know",
}


def some_cases(file: Path) -> Path:
    found = [
        case(id, question="How does photosynthesis work?", reference=REFERENCE, reply=reply, question_id="plants")
        for id, reply in REPLIES.items()
    ]
    return write_cases(file, found)


def answer_all(folder: Path, leave_out: str | None = None) -> None:
    """Answers each recorded request by hand, as if a model had: everything covered, by the whole reply."""
    for file in folder.glob("*.request.json"):
        request = json.loads(file.read_bytes())
        reply = next(r for r in REPLIES.values() if f"\n{r}\n" in request["messages"][0]["content"])
        if reply != leave_out:
            response = completion(judged(request, "covered", reply))
            file.with_name(file.name.replace("request", "response")).write_text(json.dumps(response))


@pytest.fixture
def model(make: Callable[..., Interviewer]) -> Interviewer:
    return make(model="test-model", base_url="http://127.0.0.1:9/v1")


def test_the_hash_is_over_the_canonical_body() -> None:
    body = '{"b": "é", "a": [1, {"d": 2, "c": 3}]}'.encode()
    assert canonical(body) == '{"a":[1,{"c":3,"d":2}],"b":"é"}'.encode()
    assert request_hash(body) == hashlib.sha256(canonical(body)).hexdigest()
    assert request_hash(b'{"a":[1,{"c":3,"d":2}],"b":"\\u00e9"}') == request_hash(body)


def test_a_run_goes_out_as_files_and_comes_back_as_grades(model: Interviewer, tmp_path: Path) -> None:
    from evals.cases import read_cases

    file, folder = some_cases(tmp_path / "cases.jsonl"), tmp_path / "requests"
    found = read_cases([file])
    written = record(model, found, folder)
    assert (written.replies, written.requests) == (3, 2)  # "I don't know" is decided by a rule
    files = {f.name: f.read_bytes() for f in folder.iterdir()}
    assert len(files) == 2
    for name, body in files.items():
        assert name == f"{request_hash(body)}.request.json"
        assert json.loads(body)["model"] == "test-model"
        assert json.loads(body)["response_format"]["type"] == "json_schema"
    record(model, found, folder)
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == files

    answer_all(folder, leave_out=REPLIES["half"])
    options = Options(files=(file,), grader=GraderName.LLM, out=tmp_path / "out", cache=False, replay=folder)
    execute(model, found, options)
    right, half, idk = read_lines(tmp_path / "out" / "rows.jsonl")
    assert right["grader"] == half["grader"] == idk["grader"] == "llm"
    assert right["score"] > 0.5
    assert right["tokens_in"] == 100
    assert right["prompt_version"]
    assert half["score"] is None
    assert "holds no" in half["ungraded"]
    assert ".response.json" in half["ungraded"]
    assert idk["score"] == 0
    assert "replayed" in json.loads((tmp_path / "out" / "run.json").read_text())["versions"]["model"]


def test_answers_to_another_models_requests_are_refused(model: Interviewer, tmp_path: Path) -> None:
    from evals.cases import read_cases

    found = read_cases([some_cases(tmp_path / "cases.jsonl")])
    record(model, found, tmp_path / "requests")
    with pytest.raises(InputInvalid, match="INTERVIEWER_MODEL 'test-model', and now it is 'another'"):
        Replayer(tmp_path / "requests", "another")
    (tmp_path / "requests" / "0.request.json").write_text("{")
    with pytest.raises(InputInvalid, match="no recorded request"):
        Replayer(tmp_path / "requests", "test-model")


def test_requests_are_the_same_in_another_process(model: Interviewer, indexed_home: Path, tmp_path: Path) -> None:
    from evals.cases import read_cases

    file = some_cases(tmp_path / "cases.jsonl")
    record(model, read_cases([file]), tmp_path / "here")
    command = [*RUN, "evals", "run", "--cases", str(file), "--grader", "llm"]
    environment = {"INTERVIEWER_HOME": str(indexed_home), "INTERVIEWER_MODEL": "test-model", "PATH": "/usr/bin:/bin"}
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [*command, "--record", str(tmp_path / "there")],
        capture_output=True, text=True, check=False, timeout=300, cwd=root, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 requests" in done.stdout
    here, there = ({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in ("here", "there"))
    assert here == there


@pytest.mark.parametrize(
    "wrong",
    [
        ["--record", "DIR"],
        ["--replay", "DIR"],
        ["--grader", "llm", "--record", "DIR", "--replay", "DIR"],
        ["--grader", "llm", "--replay", "nowhere"],
    ],
)
def test_what_cannot_be_recorded_is_refused(
    wrong: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_cases(tmp_path / "cases.jsonl", cases(2))
    monkeypatch.setenv("INTERVIEWER_MODEL", "test-model")
    try:
        status: Any = main(["evals", "run", "--cases", str(file), *wrong])
    except SystemExit as stopped:
        status = stopped.code
    assert status == 2
    assert len(capsys.readouterr().err.strip().splitlines()) >= 1
