"""The Ray engine: the same rows as the local one, over actors of a real cluster on this machine."""

from pathlib import Path

import pytest

from evals.adapters import read_any
from evals.execute import Options, execute
from evals.folder import read_rows
from interviewer.settings import Settings
from interviewer.wiring import Interviewer

SOME = 18


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_rows_over_ray_are_those_of_the_local_engine(tmp_path: Path, own_home: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'interviewer[ray]'")
    golden = Path(__file__).parents[1] / "evals" / "data" / "golden.jsonl"
    some = tmp_path / "some.jsonl"
    some.write_text("".join(golden.read_text(encoding="utf-8").splitlines(keepends=True)[:SOME]), encoding="utf-8")
    found = read_any([some])
    rows = {}
    for engine in ("local", "ray"):
        options = Options(files=(Path("some.jsonl"),), out=tmp_path / engine, engine=engine, workers=2, cache=False)
        assert execute(Interviewer(Settings(home=own_home)), found, options).graded == SOME
        rows[engine] = [row.model_copy(update={"latency_ms": 0.0}) for row in read_rows(tmp_path / engine)]
    assert rows["ray"] == rows["local"]
    assert len({row.score for row in rows["local"]}) > 1
