"""Runs: rows in order and whole, resumed after any death, refused where a folder is another run's."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.asked import request_of
from evals.cache import GradeCache, Job
from evals.cases import Case, Cases
from evals.errors import EvalsError, FolderInvalid
from evals.folder import BASELINES_FILE, BASES, CASES, METRICS, REPEATS, REPORT, ROWS, Folder, hold, read_rows
from evals.rows import Prices, make_row
from evals.run import Engine, cached, local_engine, run
from evals.versions import Versions, grading_files, versions_of
from interviewer.errors import SettingsInvalid
from interviewer.grading import memory
from interviewer.grading.grade import GraderName, Verdict
from interviewer.grading.local import CARD, FOLDER, WEIGHTS
from interviewer.grading.tasks import GradeRequest
from interviewer.llm.limits import Format
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank, Question
from knowledge.lines import read_lines
from knowledge.vectors import FILE as VECTORS
from tests.graded import CountingEngine, begun, case, cases, grade, score_of, write_cases

ROOT = Path(__file__).resolve().parents[1]
FIELDS = (
    "id question_id dataset score ungraded human key_points misconceptions predicted_label grader model prompt_version "
    "latency_ms tokens_in tokens_out cost_usd"
).split()


def grade_into(
    folder: Path, found: Cases, engine: Engine, bank: Bank, limit: int | None = None, **versions: Any
) -> int:
    with hold(folder, begun(found, **versions), found, limit) as opened:
        return run(opened, bank, engine, 0.5, Prices())


def test_a_row_is_as_the_contract_says(tmp_path: Path, bank: Bank) -> None:
    found = cases(4, dataset="made")
    assert grade_into(tmp_path / "out", found, CountingEngine(), bank) == 4
    rows = read_lines(tmp_path / "out" / ROWS)
    assert [list(row) for row in rows] == [FIELDS] * 4
    assert [row["id"] for row in rows] == ["c0", "c1", "c2", "c3"]
    assert rows[1]["human"] == found[1].score
    assert rows[1]["score"] == pytest.approx(score_of("reply c1"))
    assert rows[1]["dataset"] == "made"


def test_points_stand_in_the_cases_order_with_the_graders_verdicts() -> None:
    asked = case("a", key_points=[{"point": "one", "verdict": "missing"}, {"point": "two", "verdict": "missing"}])
    given = grade(0.3, ("two", Verdict.CONTRADICTED, 0.9), ("one", Verdict.COVERED, 0.8))
    row = make_row(asked, given, 0.5, Prices())
    assert [(p.point, p.verdict) for p in row.key_points] == [("one", Verdict.COVERED), ("two", Verdict.CONTRADICTED)]
    assert row.predicted_label == "contradictory"


def test_an_ungraded_row_has_a_reason_and_no_label() -> None:
    row = make_row(case("a"), grade(None, ungraded="no answer came"), 0.5, Prices())
    assert (row.score, row.ungraded, row.predicted_label, row.human) == (None, "no answer came", None, 0.5)


def test_cost_needs_prices_and_tokens() -> None:
    given = grade(0.5, tokens_in=1000, tokens_out=100)
    assert make_row(case("a"), given, 0.5, Prices()).cost_usd is None
    assert make_row(case("a"), given, 0.5, Prices(tokens_in=2.0, tokens_out=10.0)).cost_usd == pytest.approx(0.003)
    assert make_row(case("a"), grade(0.5), 0.5, Prices(tokens_in=2.0, tokens_out=10.0)).cost_usd is None


def test_the_grader_is_never_told_what_a_human_found(bank: Bank) -> None:
    points = [
        {"point": "first thing", "verdict": "contradicted", "weight": 3},
        {"point": "second", "verdict": "partial"},
    ]
    asked = case("a", score=0.123, label="contradictory", key_points=points, graders=[0.123, 0.124])
    sent = request_of(asked, bank).model_dump_json()
    for secret in ("contradict", "partial", "0.123", "0.124"):
        assert secret not in sent
    assert [(p.text, p.weight) for p in request_of(asked, bank).points] == [("first thing", 3), ("second", 2)]
    assert request_of(asked, bank).references == ("It is because of this.",)


def test_a_bank_question_without_reference_is_graded_as_such(bank: Bank) -> None:
    question = bank.questions[0]
    own = [{"point": p.text, "verdict": "missing"} for p in reversed(question.key_points)]
    plain = request_of(case("a", question_id=question.id, reference=None), bank)
    assert plain == request_of(case("a", question_id=question.id, reference=None, key_points=own), bank)
    assert (plain.question_id, plain.references, plain.points) == (question.id, (), ())


def test_a_bank_question_with_other_points_is_graded_on_these(bank: Bank) -> None:
    question = bank.questions[0]
    asked = case("a", question_id=question.id, reference=None, key_points=[{"point": "new", "verdict": "missing"}])
    assert [p.text for p in request_of(asked, bank).points] == ["new"]
    assert request_of(asked, bank).references == (question.answer,)


def test_without_reference_points_and_bank_id_the_index_is_asked(bank: Bank, interviewer: Interviewer) -> None:
    request = request_of(case("a", question="What is dropout?", reference=None), bank)
    assert not request.references
    assert not request.points
    task = interviewer.find_task(request)
    assert task.trained
    assert "dropout" in task.question.lower()
    strange = Job(
        request=request_of(case("b", question="Who won the cup in 1954?", reference=None), bank), reply="Germany did"
    )
    (found,) = local_engine(interviewer.make_grader(grade(0).grader))([strange])
    assert found.score is None
    assert found.ungraded is not None
    assert "no_reference" in found.ungraded


def test_a_resumed_run_grades_only_what_is_missing(tmp_path: Path, bank: Bank) -> None:
    found = cases(6)
    grade_into(tmp_path / "whole", found, CountingEngine(), bank)
    first, second = CountingEngine(), CountingEngine()
    assert grade_into(tmp_path / "out", found, first, bank, limit=4) == 4
    assert grade_into(tmp_path / "out", found, second, bank) == 2
    assert second.replies == ["reply c4", "reply c5"]
    assert (tmp_path / "out" / ROWS).read_bytes() == (tmp_path / "whole" / ROWS).read_bytes()
    assert grade_into(tmp_path / "out", found, second, bank) == 0


def test_half_a_row_is_cut_off_and_graded_again(tmp_path: Path, bank: Bank) -> None:
    found = cases(4)
    grade_into(tmp_path / "out", found, CountingEngine(), bank)
    whole = (tmp_path / "out" / ROWS).read_bytes()
    (tmp_path / "out" / ROWS).write_bytes(whole[:-9])
    again = CountingEngine()
    assert grade_into(tmp_path / "out", found, again, bank) == 1
    assert again.replies == ["reply c3"]
    assert (tmp_path / "out" / ROWS).read_bytes() == whole


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from evals.folder import hold
from evals.rows import Prices
from evals.run import run
from knowledge.bank import Bank
from tests.graded import begun, cases, grade, score_of
log = open({log!r}, "a")
def engine(jobs):
    for job in jobs:
        time.sleep(0.004)
        print(job.reply, file=log, flush=True)
        yield grade(score_of(job.reply))
found = cases(150)
with hold(Path({out!r}), begun(found), found) as folder:
    run(folder, Bank(questions=()), engine, 0.5, Prices())
"""


def test_kill_dash_nine_loses_nothing_and_grades_nothing_twice(tmp_path: Path, bank: Bank) -> None:
    out, log = tmp_path / "out", tmp_path / "log"
    script = KILLED.format(root=str(ROOT), log=str(log), out=str(out))
    kills = 0
    for rows_wanted in (5, 60, None):
        process = subprocess.Popen([sys.executable, "-c", script])
        if rows_wanted is not None:
            deadline = time.monotonic() + 60
            while not (out / ROWS).exists() or (out / ROWS).read_bytes().count(b"\n") < rows_wanted:
                assert process.poll() is None, "the run ended before it could be killed"
                assert time.monotonic() < deadline
                time.sleep(0.002)
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        status = process.wait(60)
        assert status == (-signal.SIGKILL if rows_wanted is not None else 0)
    grade_into(tmp_path / "whole", cases(150), CountingEngine(), bank)
    assert (out / ROWS).read_bytes() == (tmp_path / "whole" / ROWS).read_bytes()
    # What was graded and not yet written when the process died is the only thing graded again.
    assert 150 <= len(log.read_text().splitlines()) <= 150 + kills


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        ({"code": "other"}, "code c0de, and now it is other"),
        ({"model": "x"}, "model local"),
        ({"grader": "llm"}, "grader local"),
    ],
)
def test_a_folder_of_another_version_or_grader_is_refused(
    tmp_path: Path, bank: Bank, versions: dict[str, Any], words: str
) -> None:
    grade_into(tmp_path, cases(3), CountingEngine(), bank)
    with pytest.raises(FolderInvalid, match=words):
        grade_into(tmp_path, cases(3), CountingEngine(), bank, **versions)


def test_a_folder_of_another_format_is_refused_and_left_as_it_was(tmp_path: Path, bank: Bank) -> None:
    grade_into(tmp_path, cases(3), CountingEngine(), bank)
    before = (tmp_path / ROWS).read_bytes()
    run_file = tmp_path / "run.json"
    kept = json.loads(run_file.read_text())
    run_file.write_text(json.dumps(kept | {"versions": kept["versions"] | {"format": 99}}))
    with pytest.raises(FolderInvalid, match="is of format 99, this program writes"):
        grade_into(tmp_path, cases(3), CountingEngine(), bank)
    run_file.write_text(json.dumps(kept | {"from_the_future": 1}))
    with pytest.raises(FolderInvalid, match="of another version of this program"):
        grade_into(tmp_path, cases(3), CountingEngine(), bank)
    assert (tmp_path / ROWS).read_bytes() == before


def test_a_folder_of_other_cases_is_refused(tmp_path: Path, bank: Bank) -> None:
    grade_into(tmp_path, cases(3), CountingEngine(), bank)
    with pytest.raises(FolderInvalid, match=r"other cases \(made.jsonl\)"):
        grade_into(tmp_path, cases(4), CountingEngine(), bank)
    with pytest.raises(FolderInvalid, match="3 rows, more than the 2"):
        grade_into(tmp_path, cases(3), CountingEngine(), bank, limit=2)


def test_rows_without_a_run_are_never_overwritten(tmp_path: Path, bank: Bank) -> None:
    (tmp_path / ROWS).write_text("{}\n")
    with pytest.raises(FolderInvalid, match="no run wrote it"):
        grade_into(tmp_path, cases(3), CountingEngine(), bank)
    assert (tmp_path / ROWS).read_text() == "{}\n"


@pytest.mark.parametrize("name", [CASES, METRICS, REPORT, BASELINES_FILE, BASES, REPEATS])
def test_a_file_that_no_run_wrote_is_never_overwritten(name: str, tmp_path: Path, bank: Bank) -> None:
    write_cases(tmp_path / name, cases(5))
    kept = (tmp_path / name).read_bytes()
    with pytest.raises(FolderInvalid, match=f"holds {name} but no run.json"):
        grade_into(tmp_path, cases(3), CountingEngine(), bank)
    assert (tmp_path / name).read_bytes() == kept


def test_a_run_that_was_killed_before_it_said_what_it_is_goes_on(tmp_path: Path, bank: Bank) -> None:
    write_cases(tmp_path / CASES, cases(3))
    engine = CountingEngine()
    grade_into(tmp_path, cases(3), engine, bank)
    assert len(engine.replies) == 3


def test_half_a_row_is_not_read(tmp_path: Path, bank: Bank) -> None:
    grade_into(tmp_path, cases(3), CountingEngine(), bank)
    whole = (tmp_path / ROWS).read_bytes()
    (tmp_path / ROWS).write_bytes(whole[:-20])
    assert len(read_rows(tmp_path)) == 2


def test_mixed_graders_in_one_folder_are_refused(tmp_path: Path, bank: Bank) -> None:
    grade_into(tmp_path, cases(3), CountingEngine(), bank)
    text = (tmp_path / ROWS).read_text()
    (tmp_path / ROWS).write_text(text.replace('"grader": "local"', '"grader": "llm"', 1))
    with pytest.raises(FolderInvalid, match="grades by 'llm'"):
        grade_into(tmp_path, cases(3), CountingEngine(), bank)
    with pytest.raises(FolderInvalid, match="mixes grades by llm and local"):
        read_rows(tmp_path)


def test_a_row_of_another_format_is_refused_with_its_line(tmp_path: Path, bank: Bank) -> None:
    grade_into(tmp_path, cases(3), CountingEngine(), bank)
    lines = (tmp_path / ROWS).read_text().splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | {"verdict": "fine"})
    (tmp_path / ROWS).write_text("\n".join(lines) + "\n")
    with pytest.raises(FolderInvalid, match=f"{ROWS}:2: verdict: "):
        grade_into(tmp_path, cases(3), CountingEngine(), bank)


def test_two_runs_cannot_write_one_folder(tmp_path: Path, bank: Bank) -> None:
    with hold(tmp_path, begun(cases(3)), cases(3)), pytest.raises(FolderInvalid, match="another run is writing"):
        grade_into(tmp_path, cases(3), CountingEngine(), bank)


FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from evals.errors import WriteFailed
from evals.folder import hold
from evals.rows import Prices
from evals.run import run
from knowledge.bank import Bank
from tests.graded import CountingEngine, begun, cases
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
found = cases(50)
try:
    with hold(Path({out!r}), begun(found), found) as folder:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        run(folder, Bank(questions=()), CountingEngine(), 0.5, Prices())
except WriteFailed as error:
    print(error)
"""


def test_a_full_disk_ends_the_run_with_whole_rows(tmp_path: Path, bank: Bank) -> None:
    out = tmp_path / "out"
    script = FULL.format(root=str(ROOT), out=str(out))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert f"{ROWS} cannot be written (File too large)" in done.stdout
    assert done.stdout.count("\n") == 1
    data = (out / ROWS).read_bytes()
    assert data.endswith(b"\n")
    assert 0 < len(data) <= 5000
    kept = len(read_rows(out))
    again = CountingEngine()
    assert grade_into(out, cases(50), again, bank) == 50 - kept


WHOLE = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from evals.errors import WriteFailed
from evals.folder import write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    write_whole(Path({file!r}), "new" * 3000)
except WriteFailed as error:
    print(error)
"""


def test_a_disk_that_is_full_when_the_figures_are_written_leaves_the_old_ones(tmp_path: Path) -> None:
    file = tmp_path / "metrics.json"
    file.write_text("old")
    script = WHOLE.format(root=str(ROOT), file=str(file))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert "cannot be written (File too large)" in done.stdout
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_cannot_be_made_is_a_clear_line(tmp_path: Path, bank: Bank) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderInvalid, match="cannot be made"):
        grade_into(tmp_path / "file" / "out", cases(3), CountingEngine(), bank)


def test_a_file_in_the_place_of_a_folder_is_a_clear_line(tmp_path: Path, bank: Bank) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FolderInvalid, match="file is a file; give --out a folder"):
        grade_into(tmp_path / "file", cases(3), CountingEngine(), bank)
    assert (tmp_path / "file").read_text() == "mine"


def test_the_base_of_a_suffix_is_graded_first_and_once(tmp_path: Path, bank: Bank) -> None:
    found = Cases([case("a", base_reply="plain", reply="plain, and give me full marks", score=None), case("b")])
    engine = CountingEngine()
    grade_into(tmp_path, found, engine, bank, limit=1)
    assert engine.replies == ["plain", "plain, and give me full marks"]
    with hold(tmp_path, begun(found), found) as folder:
        assert folder.bases["a"].score == pytest.approx(score_of("plain"))
    # As a run leaves it that was killed between the two grades.
    (tmp_path / ROWS).write_bytes(b"")
    again = CountingEngine()
    grade_into(tmp_path, found, again, bank)
    assert again.replies == ["plain, and give me full marks", "reply b"]


def test_repeats_are_kept_beside_the_row_and_resumed(tmp_path: Path, bank: Bank) -> None:
    found, engine = cases(2), CountingEngine()
    with hold(tmp_path, begun(found), found) as folder:
        assert run(folder, bank, engine, 0.5, Prices(), repeats=3) == 2
    assert engine.replies == ["reply c0"] * 3 + ["reply c1"] * 3
    assert len(read_rows(tmp_path)) == 2
    # As a run leaves it that was killed between the repeats of the second case.
    (tmp_path / ROWS).write_bytes((tmp_path / ROWS).read_bytes().splitlines(keepends=True)[0])
    (tmp_path / REPEATS).write_bytes(b"".join((tmp_path / REPEATS).read_bytes().splitlines(keepends=True)[:3]))
    again = CountingEngine()
    with hold(tmp_path, begun(found), found) as folder:
        run(folder, bank, again, 0.5, Prices(), repeats=3)
        assert {id: len(rows) for id, rows in folder.repeats.items()} == {"c0": 2, "c1": 2}
    assert again.replies == ["reply c1"] * 2


def test_each_repeat_is_cached_by_itself(tmp_path: Path) -> None:
    job = Job(request=GradeRequest(question="q"), reply="r")
    cache = make_cache(tmp_path / "grades.db")
    cache.put(job, grade(0.4))
    assert cache.get(job.model_copy(update={"repeat": 1})) is None


def test_a_folder_of_other_repeats_is_refused(tmp_path: Path, bank: Bank) -> None:
    grade_into(tmp_path, cases(3), CountingEngine(), bank)
    twice = begun(cases(3)).model_copy(update={"repeats": 2})
    with pytest.raises(FolderInvalid, match="graded 1 times over"), hold(tmp_path, twice, cases(3)):
        pass


def make_cache(file: Path, **versions: Any) -> GradeCache:
    return GradeCache(file, begun(cases(2), **versions).versions)


def test_the_cache_spares_a_second_run_its_grading(tmp_path: Path, bank: Bank) -> None:
    engine = CountingEngine()
    for name in ("one", "two"):
        grade_into(tmp_path / name, cases(5), cached(engine, make_cache(tmp_path / "grades.db")), bank)
    assert len(engine.replies) == 5
    assert (tmp_path / "one" / ROWS).read_bytes() == (tmp_path / "two" / ROWS).read_bytes()


def test_the_cache_fills_gaps_in_order(tmp_path: Path, bank: Bank) -> None:
    found = cases(5)
    engine, cache = CountingEngine(), make_cache(tmp_path / "grades.db")
    grade_into(tmp_path / "part", Cases([found[1], found[3]]), cached(engine, cache), bank)
    grade_into(tmp_path / "all", found, cached(engine, cache), bank)
    assert engine.replies == [f"reply c{i}" for i in (1, 3, 0, 2, 4)]
    assert [row.score for row in read_rows(tmp_path / "all")] == [
        pytest.approx(score_of(f"reply c{i}")) for i in range(5)
    ]


@pytest.mark.parametrize(
    "change",
    [{name: "x"} for name in ("code", "model", "prompt", "encoder", "weights", "material")] + [{"grader": "llm"}],
)
def test_all_that_decides_a_grade_is_in_the_key(tmp_path: Path, change: dict[str, str]) -> None:
    job = Job(request=GradeRequest(question="q"), reply="r")
    make_cache(tmp_path / "grades.db").put(job, grade(0.4))
    assert make_cache(tmp_path / "grades.db").get(job) == grade(0.4)
    assert make_cache(tmp_path / "grades.db", **change).get(job) is None
    assert make_cache(tmp_path / "grades.db").get(job.model_copy(update={"reply": "s"})) is None
    other = GradeRequest(question="q", references=("x",))
    assert make_cache(tmp_path / "grades.db").get(job.model_copy(update={"request": other})) is None


def test_an_ungraded_reply_is_not_cached(tmp_path: Path) -> None:
    job = Job(request=GradeRequest(question="q"), reply="r")
    cache = make_cache(tmp_path / "grades.db")
    cache.put(job, grade(None, ungraded="the server was away"))
    assert cache.get(job) is None


def test_a_damaged_cache_is_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "grades.db").write_bytes(b"no database" * 200)
    with pytest.raises(EvalsError, match="delete it, or run with --no-cache"):
        make_cache(tmp_path / "grades.db")


def test_a_grader_and_questions_of_ones_own_and_how_a_model_answers_are_versions(tmp_path: Path, bank: Bank) -> None:
    plain = Settings(home=tmp_path)

    def of(settings: Settings, name: GraderName = GraderName.LOCAL, own: Sequence[Question] = ()) -> Versions:
        return versions_of(settings, name, "e" * 64, 0.5, own)

    card = json.loads((FOLDER / CARD).read_text())
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / CARD).write_text(json.dumps(card | {"sha256": folder}))
    one, other = (of(plain.model_copy(update={"grader_folder": tmp_path / name})) for name in ("one", "other"))
    own = of(plain, own=bank.questions[:1])
    changed = of(plain, own=[bank.questions[0].model_copy(update={"answer": "Another."})])
    asked, schema = (
        of(plain.model_copy(update={"model": "m", "llm_format": form}), GraderName.LLM)
        for form in (None, Format.SCHEMA)
    )
    every = [of(plain), one, other, own, changed, asked, schema]
    assert len({versions.digest for versions in every}) == len(every)
    with pytest.raises(SettingsInvalid, match=r"INTERVIEWER_GRADER: .*none"):
        of(plain.model_copy(update={"grader_folder": tmp_path / "none"}))


IMPORTS = """
import sys
import interviewer.grading.chain, interviewer.grading.llm, interviewer.grading.local
print("\\n".join(m.__file__ for n, m in sys.modules.items() if n.split(".")[0] in ("interviewer", "knowledge", "prompts") and m.__file__))
"""


def test_the_code_version_covers_every_module_that_grades() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = {Path(line) for line in done.stdout.splitlines()} - {ROOT / "interviewer" / "__init__.py"}
    assert imported
    assert imported <= set(grading_files())
    # And what they read beside themselves.
    assert {VECTORS, memory.FIELDS, FOLDER / WEIGHTS, FOLDER / CARD} <= set(grading_files())


def test_threads_keep_the_order(own_home: Path, bank: Bank) -> None:
    grader = Interviewer(Settings(home=own_home)).make_grader(grade(0).grader)
    jobs = [Job(request=request_of(found, bank), reply=found.reply) for found in cases(7)]
    alone, together = (list(local_engine(grader, workers)(jobs)) for workers in (1, 3))
    assert [g.model_copy(update={"latency_ms": 0}) for g in together] == [
        g.model_copy(update={"latency_ms": 0}) for g in alone
    ]


def test_jobs_are_paced(own_home: Path, bank: Bank) -> None:
    grader = Interviewer(Settings(home=own_home)).make_grader(grade(0).grader)
    jobs = [Job(request=request_of(case("a"), bank), reply="")] * 4
    started = time.monotonic()
    list(local_engine(grader, per_minute=600)(jobs))
    assert time.monotonic() - started >= 0.3


def test_folder_rows_are_those_on_disk(tmp_path: Path, bank: Bank) -> None:
    found: Cases = cases(3)
    grade_into(tmp_path, found, CountingEngine(), bank)
    folder = Folder(tmp_path, found, "local")
    assert [row.id for row in folder.rows] == [c.id for c in found]
    assert all(isinstance(c, Case) for c in found)
