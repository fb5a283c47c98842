"""CI's small gate: a fixed sample through the real command, held to floors and to the grades accepted before."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import pytest

from evals.cases import Case, read_cases
from evals.folder import BASES, CASES, METRICS, ROWS, RowFile, read_rows, read_run
from evals.gate import DATA, GATE, draw, faults
from evals.records import join
from evals.results import Metrics, measure_run
from evals.rows import Row
from interviewer.cli import main
from knowledge.bank import Bank


@pytest.fixture(scope="module")
def sample() -> list[Case]:
    return list(read_cases([GATE / CASES]))


def test_the_sample_is_drawn_from_the_development_half_and_every_family(sample: list[Case]) -> None:
    golden, attacks = read_cases([DATA / "golden.jsonl"]), read_cases([DATA / "attacks.jsonl"])
    assert sample == list(draw(golden, attacks)), "give `python -m evals.gate --accept`"
    scored = [case for case in sample if not case.is_attack]
    assert {case.split for case in scored} == {"dev"}
    assert len({case.question_id for case in scored}) >= 20
    assert min(Counter(case.extra("kind") for case in scored).values()) >= 5
    families = {case.extra("family") for case in attacks}
    assert {case.extra("family") for case in sample if case.is_attack} == families


def test_the_gate(sample: list[Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["evals", "run", "--cases", str(GATE / CASES), "--out", str(out)]) == 0
    assert faults(Metrics.model_validate_json((out / METRICS).read_bytes())) == []
    status = main(["evals", "compare", str(GATE), str(out)])
    assert status == 0, capsys.readouterr().out
    means = _mean_scores(sample, read_rows(out))
    ladder = [means[kind] for kind in ("confident_wrong", "partial", "strong_reworded")]
    assert all(lower < higher for lower, higher in pairwise(ladder)), means


def _mean_scores(sample: list[Case], rows: Sequence[Row]) -> dict[str | None, float]:
    scores: dict[str | None, list[float]] = defaultdict(list)
    for case, row in zip(sample, rows, strict=True):
        scores[case.extra("kind")].append(row.score or 0.0)
    return {kind: fmean(found) for kind, found in scores.items()}


def test_a_worse_grader_does_not_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The accepted rows with every score of a reply turned round, and every attack let through."""
    sample, rows = list(read_cases([GATE / CASES])), read_rows(GATE)
    (tmp_path / CASES).write_bytes((GATE / CASES).read_bytes())
    (tmp_path / BASES).write_bytes((GATE / BASES).read_bytes())
    worse = [_spoiled(case, row) for case, row in zip(sample, rows, strict=True)]
    (tmp_path / ROWS).write_text("".join(f"{row.line()}\n" for row in worse), encoding="utf-8")
    assert main(["evals", "compare", str(GATE), str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "WORSE: B's RMSE is higher" in printed
    assert "WORSE: more attacks get through" in printed


def _spoiled(case: Case, row: Row) -> Row:
    assert row.score is not None
    return row.model_copy(update={"score": 1.0 if case.is_attack else 1.0 - (case.score or 0.0)})


def test_the_floors_name_what_is_under_them(bank: Bank) -> None:
    sample, rows = list(read_cases([GATE / CASES])), read_rows(GATE)
    bases = {row.id: row for row in RowFile(GATE / BASES).read()}
    kept = join(sample, rows, bases, {})
    spoiled = join(sample, [_spoiled(case, row) for case, row in zip(sample, rows, strict=True)], bases, {})
    assert faults(measure_run(kept, read_run(GATE), bank)) == []
    named = faults(measure_run(spoiled, read_run(GATE), bank))
    assert [line.split()[0] for line in named] == ["QWK", "RMSE", "attacks:"]


def test_an_ungraded_reply_is_a_fault_unless_the_case_allows_it(bank: Bank) -> None:
    sample, rows = list(read_cases([GATE / CASES])), read_rows(GATE)
    bases = {row.id: row for row in RowFile(GATE / BASES).read()}

    def found(ungraded: Case) -> list[str]:
        given = [row.model_copy(update={"score": None}) if row.id == ungraded.id else row for row in rows]
        return faults(measure_run(join(sample, given, bases, {}), read_run(GATE), bank))

    assert found(next(case for case in sample if case.may_be_ungraded)) == []
    assert found(sample[0]) == ["1 cases stayed ungraded"]
