"""The Ray engine: the same rows as the local one, over actors of a real cluster on this machine."""

from pathlib import Path

import pytest
from compare_engines import first_difference, gather

from evals.adapters import read_any
from evals.cache import Job
from evals.engine_ray import ray_engine
from evals.errors import EngineFailed
from evals.execute import Options, execute
from evals.folder import read_rows
from evals.rows import Prices, make_row
from interviewer.grading.grade import GraderName
from interviewer.grading.tasks import GradeRequest
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from tests.graded import case, cases, grade, write_cases

SOME = 18


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_rows_over_ray_are_those_of_the_local_engine(tmp_path: Path, own_home: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'interviewer[ray]'")
    golden = Path(__file__).parents[1] / "evals" / "data" / "golden.jsonl"
    some = tmp_path / "some.jsonl"
    # The shortest are the quickest to grade.
    lines = sorted(golden.read_text(encoding="utf-8").splitlines(keepends=True), key=len)[:SOME]
    some.write_text("".join(lines), encoding="utf-8")
    found = read_any([some])
    rows = {}
    for engine in ("local", "ray"):
        options = Options(files=(Path("some.jsonl"),), out=tmp_path / engine, engine=engine, workers=2, cache=False)
        assert execute(Interviewer(Settings(home=own_home)), found, options).graded == SOME
        rows[engine] = [row.model_copy(update={"latency_ms": 0.0}) for row in read_rows(tmp_path / engine)]
    assert rows["ray"] == rows["local"]
    assert len({row.score for row in rows["local"]}) > 1


def test_a_cluster_that_is_not_there_is_one_clear_line(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'interviewer[ray]'")
    monkeypatch.setenv("RAY_ADDRESS", "no such cluster")
    grades = ray_engine(Settings(home=own_home), GraderName.LOCAL, 1)(
        iter([Job(request=GradeRequest(question="Why?", references=("So.",)), reply="So.")])
    )
    with pytest.raises(EngineFailed, match="Ray did not start"):
        next(grades)


def test_the_mixture_holds_every_set(tmp_path: Path) -> None:
    write_cases(tmp_path / "beetle.jsonl", cases(3, dataset="beetle"))
    write_cases(tmp_path / "saf.jsonl", [case("s1", dataset="saf")])
    found = gather(tmp_path, 12)
    assert [c.dataset for c in found][:5] == ["beetle", "saf", "golden", "attacks", "short-correct"]
    assert [c.dataset for c in found].count("beetle") == 3
    assert len(found) == 12


def test_a_difference_is_found_and_the_time_is_none() -> None:
    local = [make_row(c, grade(0.5), 0.5, Prices()) for c in cases(3)]
    ray = [row.model_copy(update={"latency_ms": 9.0}) for row in local]
    assert first_difference(local, ray) is None
    assert first_difference(local, ray[:2]) == "3 rows by the local engine, 2 over Ray"
    other = [*ray[:2], ray[2].model_copy(update={"score": 0.5001})]
    assert "case c2" in (first_difference(local, other) or "")
