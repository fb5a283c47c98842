"""The command line as a person or a script uses it: real processes, real pipes."""

import json
import os
import resource
import socket
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from knowledge.encoder import bundled_folder

ROOT = Path(__file__).parents[1]
SECOND_REFUSED_WITHIN_S = 2.0
RUN = [sys.executable, "-c", "import sys; from interviewer.cli import main; sys.exit(main())"]


@pytest.fixture(autouse=True)
def with_index(indexed_home: Path) -> None:
    """Every command of these tests finds an index in its home."""


def run(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """One command, in this test's home."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(
        [*RUN, *arguments], input=stdin, capture_output=True, text=True, env=environment, timeout=300, check=False
    )


def refused(done: subprocess.CompletedProcess[str], status: int, says: str) -> None:
    """One clear line on standard error, the right status, no traceback."""
    assert done.returncode == status, done.stderr
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def replies() -> str:
    return (
        "I don't know\n\nskip\ncould you repeat the question?\n"
        "```python\nx = relu(w @ x + b)\n```\n"
        "A hidden layer transforms its input and the gradient flows back through it by the chain rule.\n"
        * 1
        + "idk\n" * 9
    )


def test_a_whole_interview_runs_in_a_pipe_and_ends_in_a_report(replies: str) -> None:
    done = run("chat", "--questions", "3", "--topic", "fundamentals", "--seed", "5", stdin=replies)
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert first.startswith("session ")
    assert "# Interview report" in done.stdout
    assert "3 of 3" in done.stdout or "2 of 3" in done.stdout
    listed = [json.loads(line) for line in run("sessions", "--json").stdout.splitlines()]
    assert [row["id"] for row in listed] == [first.split()[1]]
    assert set(listed[0]) == {"id", "mode", "started_at", "state", "questions", "answered", "score"}
    assert listed[0]["state"] == "completed"


def test_the_end_of_input_leaves_the_session_resumable() -> None:
    done = run("chat", "--questions", "2", "--mode", "practice", "--seed", "1", stdin="hint\n")
    id = done.stdout.splitlines()[0].split()[1]
    assert done.returncode == 0
    assert "No question has been answered yet" in done.stdout
    again = run("chat", "--session", id, stdin="stop\n")
    assert again.returncode == 0
    assert again.stdout.splitlines()[0] == f"session {id}"
    assert json.loads(run("sessions", "--json").stdout)["state"] == "stopped"


def test_a_resumed_session_shows_its_question_again_and_an_ended_one_its_report() -> None:
    done = run("chat", "--questions", "1", "--seed", "1", stdin="one moment please\n")
    id, _, question, wait = (part for part in done.stdout.split("# Interview report")[0].split("\n\n") if part)
    assert run("chat", "--session", id.split()[1], stdin="stop\n").stdout.startswith(f"{id}\n\n{question}\n\n{wait}\n")
    over = run("chat", "--session", id.split()[1], stdin="so is this\n")
    assert over.returncode == 0
    assert "We'll stop here" in over.stdout
    assert "# Interview report" in over.stdout


def test_sessions_are_listed_in_local_time() -> None:
    run("chat", "--questions", "1")
    begun = datetime.fromisoformat(json.loads(run("sessions", "--json").stdout)["started_at"])
    listed = run("sessions", TZ="XYZ-05:30").stdout
    assert f"{begun.astimezone(timezone(timedelta(hours=5, minutes=30))):%Y-%m-%d %H:%M}" in listed


def test_what_a_report_names_opens_in_practice() -> None:
    done = run("chat", "--questions", "1", stdin="idk\n")
    id = done.stdout.splitlines()[0].split()[1]
    assert f"interviewer chat --practise {id}" in done.stdout
    practice = run("chat", "--practise", id, stdin="stop\n")
    assert "(1 of 1 come back from earlier sessions)" in practice.stdout
    nothing = run("chat", "--practise", practice.stdout.splitlines()[0].split()[1])
    assert nothing.returncode == 2
    assert "names nothing to practise" in nothing.stderr


def test_the_same_seed_asks_the_same_questions() -> None:
    asked = [
        run("chat", "--questions", "1", "--seed", "9").stdout.split("Interviewer: ")[2].splitlines()[0]
        for _ in range(2)
    ]
    assert asked[0] == asked[1]


def test_report_formats(tmp_path: Path) -> None:
    done = run("chat", "--questions", "3", stdin="idk\nidk\nidk\n")
    id = done.stdout.splitlines()[0].split()[1]
    report = json.loads(run("report", id, "--format", "json").stdout)
    assert set(report) >= {"session", "score", "interval", "signal", "rubric", "by_topic", "questions", "practise_next"}
    assert set(report["questions"][0]) >= {
        "question_id",
        "question",
        "replies",
        "grade",
        "follow_ups",
        "model_answer",
        "sources",
    }
    assert report["score"] == 0
    assert run("report", id).stdout.startswith("# Interview report")
    assert "<html" in run("report", id, "--format", "html").stdout
    with (tmp_path / "r.pdf").open("wb") as file:
        subprocess.run(
            [*RUN, "report", id, "--format", "pdf"],
            stdout=file,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
        )
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_grade_with_json_has_the_contracts_shape(tmp_path: Path) -> None:
    reference = tmp_path / "reference.txt"
    reference.write_text("Plants turn light into chemical energy. They release oxygen.")
    done = run(
        "grade", "--question", "How does photosynthesis work?", "--reply", "Plants release oxygen.",
        "--reference-file", str(reference), "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    grade = json.loads(done.stdout)
    assert set(grade) >= {
        "score", "ungraded", "grader", "question_id", "key_points", "misconceptions", "rubric", "sources", "trained_question",
    }  # fmt: skip
    assert set(grade["rubric"]) == {"correctness", "completeness", "depth", "focus"}
    assert grade["grader"] == "local"
    assert grade["trained_question"] is False
    assert {"point", "verdict", "confidence", "credit", "evidence"} <= set(grade["key_points"][0])


def test_grade_finds_the_question_or_refuses() -> None:
    found = run(
        "grade",
        "--question",
        "What is the dying ReLU problem?",
        "--reply-file",
        "-",
        "--json",
        stdin="The gradient is zero.",
    )
    assert json.loads(found.stdout)["question_id"] == "activations-dying-relu"
    refused(run("grade", "--question", "Who won the cup in 1974?", "--reply", "We did."), 2, "no_reference")


def test_search_answers_one_query_or_a_stream_of_them() -> None:
    one = json.loads(run("search", "vanishing gradients in rnn", "-k", "3", "--json").stdout)
    assert len(one) == 3
    assert set(one[0]) == {"question_id", "question", "passage", "sources", "similarity"}
    many = run("search", "-", "-k", "1", "--json", stdin="what is relu\n\nwhat is dropout\n").stdout.splitlines()
    assert json.loads(many.pop(1)) == [], "nothing is asked, and each line has its answer"
    assert [json.loads(line)[0]["question_id"].split("-")[0] for line in many] == ["activations", "regularisation"]


def test_bank_lists_and_filters() -> None:
    lines = run("bank", "--json", "--topic", "cnn", "--source", "004").stdout.splitlines()
    questions = [json.loads(line) for line in lines]
    assert questions
    assert {question["topic"] for question in questions} == {"cnn"}
    assert set(questions[0]) == {
        "id",
        "topic",
        "level",
        "kind",
        "question",
        "answer",
        "key_points",
        "misconceptions",
        "sources",
    }
    assert "the bank is valid" in run("bank").stdout


@pytest.mark.parametrize("given", ["file", "standard input"])
def test_a_reply_that_is_not_utf8_is_refused_rather_than_guessed(tmp_path: Path, given: str) -> None:
    file = tmp_path / "reply.txt"
    file.write_bytes("café: it drops units".encode("latin-1"))
    name = str(file) if given == "file" else "-"
    done = subprocess.run(
        [*RUN, "grade", "--question", "What is dropout?", "--reply-file", name],
        input=file.read_bytes(), capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300, check=False,
    )  # fmt: skip
    told = done.stderr.decode()
    assert (done.returncode, len(told.strip().splitlines())) == (2, 1), told
    assert "is not UTF-8 text (byte 3); save it as UTF-8" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chat", "--topic", "cooking"], "unknown topic 'cooking'; use one of: fundamentals"),
        (["chat", "--level", "guru"], "unknown level 'guru'; use one of: junior, mid, senior"),
        (["chat", "--questions", "0"], "'0' is no number of 1 or more"),
        (["chat", "--questions", "1000"], "1000 is too many; give 50 or fewer"),
        (["chat", "--minutes", "300"], "--minutes: 300 is too long; give 240 or less"),
        (["chat", "--questions", "50", "--topic", "rnn"], "ask for fewer"),
        (["chat", "--session", "nobody"], "there is no session 'nobody'"),
        (["report", "nobody"], "there is no session 'nobody'"),
        (["grade", "--question", "What is ReLU?", "--reply-file", "/nowhere/at/all"], "cannot be read"),
        (["grade", "--question", "What is ReLU?", "--reply", "x" * 8001], "the limit is 8,000"),
        (["grade", "--question", " ", "--reply", "x"], "--question is empty"),
        (["grade", "--question", "What is ReLU?", "--reply", "x", "--grader", "llm"], "INTERVIEWER_MODEL"),
        (["search", "  "], "is empty"),
        (["bank", "--source", "999"], "unknown source '999'; use one of: 000, 001"),
        (["serve", "--port", "0"], "--port: '0' is no number of 1 or more"),
        (["nonsense"], "invalid choice"),
        (
            ["grade", "--question", "x", "--reply", "y", "--grader", "gpt"],
            "unknown grader 'gpt'; use one of: local, llm",
        ),
    ],
)
def test_wrong_input_gets_one_clear_line(arguments: list[str], says: str) -> None:
    refused(run(*arguments), 2, says)


def test_wrong_settings_get_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(run("sessions", INTERVIEWER_HOME=str(tmp_path / "file" / "home")), 2, "INTERVIEWER_HOME")
    refused(run("sessions", INTERVIEWER_PORT="nine"), 2, "INTERVIEWER_PORT")
    refused(run("sessions", INTERVIEWER_DATABASE_URL="nonsense"), 2, "INTERVIEWER_DATABASE_URL")
    refused(run("doctor", INTERVIEWER_DATABASE_URL="nonsense"), 2, "INTERVIEWER_DATABASE_URL")
    refused(run("sessions", INTERVIEWER_DATABASE_URL="mysql://a@b/c"), 2, "INTERVIEWER_DATABASE_URL")
    refused(run("search", "x", INTERVIEWER_EMBEDDING_MODEL=str(tmp_path)), 1, "INTERVIEWER_EMBEDDING_MODEL")
    refused(run("search", "x", INTERVIEWER_EMBEDDING_MODEL="no-such-model"), 1, "no model of that name was downloaded")


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG" + bytes(200))
    refused(run("sessions", INTERVIEWER_DATABASE_URL=f"sqlite:///{picture}"), 2, "is no SQLite database")
    assert [path.name for path in tmp_path.iterdir() if path.is_file() and "lock" not in path.name] == ["picture.png"]
    assert picture.read_bytes() == b"\x89PNG" + bytes(200)


def test_a_downloaded_model_is_found_by_its_name(tmp_path: Path) -> None:
    snapshots = tmp_path / "models--sentence-transformers--all-MiniLM-L6-v2"
    (snapshots / "refs").mkdir(parents=True)
    (snapshots / "refs" / "main").write_text("0" * 40)
    (snapshots / "snapshots").mkdir()
    (snapshots / "snapshots" / ("0" * 40)).symlink_to(bundled_folder())
    found = [
        json.loads(
            run("search", "dropout", "--json", INTERVIEWER_EMBEDDING_MODEL=name, HF_HUB_CACHE=str(tmp_path)).stdout
        )
        for name in ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", str(bundled_folder()))
    ]
    assert found[0] == found[1] == found[2]
    assert found[0]


@pytest.mark.parametrize("option", ["--session", "--practise"])
def test_an_empty_id_begins_no_interview(option: str) -> None:
    refused(run("chat", option, ""), 2, "there is no session ''")


def test_a_reply_of_a_megabyte_is_refused_and_the_interview_goes_on() -> None:
    done = run("chat", "--questions", "1", stdin="x" * 1_000_000 + "\nstop\n")
    assert done.returncode == 0
    assert "the limit is 8,000" in done.stdout
    assert "We'll stop here" in done.stdout


def test_a_damaged_database_is_kept_aside_and_told(own_home: Path) -> None:
    (own_home / "interviewer.db").write_bytes(b"garbage" * 500)
    assert run("doctor").returncode == 1
    done = run("sessions")
    assert done.returncode == 0
    assert "was kept as" in done.stderr
    assert [path.read_bytes() for path in own_home.glob("interviewer.db.damaged-*")] == [b"garbage" * 500]


def test_doctor_finds_nothing_wrong_and_names_what_is(own_home: Path) -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    for part in ("home", "embedding model", "local grader", "question bank", "index", "database", "language model"):
        assert f"ok     {part}:" in done.stdout
    broken = run("doctor", INTERVIEWER_MODEL="m", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert broken.returncode == 1
    assert "does not answer" in broken.stdout


def serve(port: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*RUN, "serve", "--port", str(port)], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def free_port() -> int:
    """A free port of this test worker's own: workers beside one another never try the same."""
    worker, workers = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        # Linux hands out odd ports first.
        if port // 2 % int(workers) == int(worker.removeprefix("gw")):
            return port


def test_a_second_serve_on_one_home_is_refused_and_a_taken_port_too(tmp_path: Path) -> None:
    port = free_port()
    first = serve(port)
    try:
        assert first.stdout is not None
        assert f"http://127.0.0.1:{port}" in first.stdout.readline()
        # In processor seconds, which a busy machine does not lengthen as it does those of the clock.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        refused(run("serve", "--port", str(free_port())), 1, "another `interviewer serve`")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECOND_REFUSED_WITHIN_S
        refused(
            run("serve", "--port", str(port), INTERVIEWER_HOME=str(tmp_path / "other")), 2, "choose another with --port"
        )
        assert run("sessions").returncode == 0
    finally:
        first.terminate()
        first.communicate(timeout=30)
    assert first.returncode == 0
