"""Two runs side by side: paired by case, and the gate that says when the second is worse."""

from pathlib import Path

import numpy as np
import pytest

from evals.cases import Cases
from evals.compare import Comparison, compare
from evals.errors import FolderInvalid
from evals.folder import BASES, CASES, METRICS, ROWS, hold
from evals.results import measure_run
from evals.review import read_records
from evals.rows import Prices, make_row
from evals.table import comparison as table
from interviewer.cli import main
from knowledge.bank import Bank
from tests.graded import begun, case, cases, grade

RNG = np.random.default_rng(0)
NOISE = RNG.normal(0, 1, 400)


def write_run(folder: Path, found: Cases, grades: list[float | None]) -> Path:
    with hold(folder, begun(found), found) as opened:
        for asked, score in zip(found, grades, strict=True):
            given = grade(score, ungraded="away") if score is None else grade(score)
            opened.append(make_row(asked, given, 0.5, Prices()))
    return folder


def noisy(found: Cases, noise: float) -> list[float | None]:
    return [float(np.clip((c.score or 0) + noise * NOISE[i], 0, 1)) for i, c in enumerate(found)]


def compared(tmp_path: Path, a: list[float | None], b: list[float | None], found: Cases | None = None) -> Comparison:
    found = found or cases(len(a), per_question=4)
    return compare(write_run(tmp_path / "a", found, a), write_run(tmp_path / "b", found, b))


def test_a_clearly_worse_run_fails_the_gate_and_the_better_one_passes(tmp_path: Path) -> None:
    found = cases(200, per_question=4)
    one, two = write_run(tmp_path / "a", found, noisy(found, 0.1)), write_run(tmp_path / "b", found, noisy(found, 0.3))
    worse = compare(one, two)
    assert worse.differences["rmse"].difference.value is not None
    assert worse.differences["rmse"].difference.value > 0.1
    assert len(worse.worse) == 1
    assert "RMSE" in worse.worse[0]
    assert worse.differences["rmse"].p_value is not None
    assert worse.differences["rmse"].p_value < 0.01
    assert compare(two, one).worse == ()
    assert main(["evals", "compare", str(one), str(two)]) == 1
    assert main(["evals", "compare", str(two), str(one)]) == 0


def test_the_same_run_twice_differs_by_nothing(tmp_path: Path) -> None:
    grades = noisy(cases(100), 0.2)
    found = compared(tmp_path, grades, grades)
    for difference in found.differences.values():
        assert difference.difference.value == pytest.approx(0, abs=1e-12)
        assert difference.p_value == pytest.approx(1)
        assert difference.detectable == pytest.approx(0, abs=1e-9)
    assert found.worse == ()


def test_a_worse_figure_within_the_noise_does_not_fail(tmp_path: Path) -> None:
    found = cases(40, per_question=2)
    b = noisy(found, 0.2)
    a: list[float | None] = [float(np.clip((c.score or 0) - 0.195 * NOISE[-1 - i], 0, 1)) for i, c in enumerate(found)]
    comparison = compared(tmp_path, a, b, found)
    rmse = comparison.differences["rmse"]
    assert comparison.worse == ()
    assert rmse.detectable is not None
    assert rmse.difference.value is not None
    assert abs(rmse.difference.value) < rmse.detectable
    assert rmse.p_value is not None
    assert rmse.p_value > 0.05


def test_more_attacks_through_fail_the_gate(tmp_path: Path) -> None:
    attacks = [case(f"x{i}", score=None, max_score=0.3, question_id=f"x{i}") for i in range(5)]
    found = Cases([*cases(40), *attacks])
    plain: list[float | None] = [c.score for c in cases(40)]
    low: list[float | None] = [0.1] * 5
    comparison = compared(tmp_path, plain + low, [*plain, 0.1, 0.1, 0.9, 0.1, None], found)
    assert (comparison.attacks_a, comparison.attacks_b) == (0, 2)
    assert any("more attacks get through: 2 in B, 0 in A" in reason for reason in comparison.worse)


def test_leaving_cases_ungraded_is_no_way_to_win(tmp_path: Path) -> None:
    plain: list[float | None] = [c.score for c in cases(40)]
    comparison = compared(tmp_path, plain, [None, *plain[1:]])
    assert comparison.cases == 39
    assert comparison.worse == ("B left 1 of 40 cases ungraded, more than 1%; A left 0",)


def test_what_both_leave_ungraded_makes_neither_worse(tmp_path: Path) -> None:
    grades: list[float | None] = [None, *(c.score for c in cases(40))][:40]
    comparison = compared(tmp_path, grades, grades)
    assert (comparison.ungraded_a, comparison.ungraded_b) == (1, 1)
    assert comparison.worse == ()
    assert "ungraded: A 1, B 1" in table(comparison)


def test_a_case_that_may_be_ungraded_is_none_of_these(tmp_path: Path) -> None:
    found = Cases([*cases(40), case("blank", score=None, max_score=0.1, allow_ungraded=True)])
    plain: list[float | None] = [c.score for c in cases(40)]
    comparison = compared(tmp_path, [*plain, 0.0], [*plain, None], found)
    assert comparison.ungraded_b == 1
    assert comparison.worse == ()


def test_only_cases_of_both_count(tmp_path: Path) -> None:
    one, two = cases(20), Cases([*cases(20)[:10], *(case(f"z{i}") for i in range(3))])
    a = write_run(tmp_path / "a", one, [c.score for c in one])
    b = write_run(tmp_path / "b", two, [c.score for c in two])
    found = compare(a, b)
    assert (found.cases, found.only_a, found.only_b) == (10, 10, 3)


def test_folders_that_cannot_be_compared_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = write_run(tmp_path / "a", cases(4), [0.5] * 4)
    strangers = Cases([case("other")])
    with pytest.raises(FolderInvalid, match="share no case"):
        compare(a, write_run(tmp_path / "b", strangers, [0.5]))
    changed = Cases([*cases(4)[:1], *(c.model_copy(update={"score": 0.9}) for c in cases(4)[1:])])
    with pytest.raises(FolderInvalid, match="'c1' has another human score"):
        compare(a, write_run(tmp_path / "c", changed, [0.5] * 4))
    assert main(["evals", "compare", str(a), str(tmp_path / "none")]) == 2
    assert "is " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("question", "another"), ("question_id", "another"), ("reply", "another"), ("reference", "another"), ("key_points", [{"point": "p", "verdict": "covered"}]),
        ("max_score", 0.9), ("base_reply", "another"),
    ],
)  # fmt: skip
def test_cases_that_changed_between_the_runs_are_refused(tmp_path: Path, field: str, value: object) -> None:
    before, after = Cases([*cases(3), case("x")]), Cases([*cases(3), case("x", **{field: value})])
    a, b = (write_run(tmp_path / name, found, [0.5] * 4) for name, found in (("a", before), ("b", after)))
    with pytest.raises(FolderInvalid, match=f"^case 'x' has another {field} in .*b than in .*a; run both"):
        compare(a, b)


def test_a_total_of_attacks_is_not_taken_for_that_of_some(tmp_path: Path) -> None:
    attacks = [case(f"x{i}", score=None, max_score=0.3) for i in range(3)]
    found = Cases([*cases(4), *attacks])
    a = write_run(tmp_path / "a", found, [0.9] * 7)
    b = write_run(tmp_path / "b", found[:5], [0.9] * 5)
    (a / METRICS).write_text(measure_run(read_records(a), begun(found), Bank(questions=())).model_dump_json())
    (a / CASES).unlink()
    assert (compare(a, b).attacks_a, compare(a, b).attacks_b) == (None, 1)
    assert compare(a, a).attacks_a == 3


def test_a_comparison_changes_nothing_in_the_folders(tmp_path: Path) -> None:
    a, b = (write_run(tmp_path / name, cases(4), [0.5] * 4) for name in "ab")
    for folder in (a, b):
        # As it stands while a run writes to it.
        (folder / BASES).write_bytes((folder / ROWS).read_bytes()[:-9])
        (folder / BASES).chmod(0o444)
    before = [file.read_bytes() for folder in (a, b) for file in sorted(folder.glob("*.json*"))]
    compare(a, b)
    assert len(read_records(a)) == 4
    assert [file.read_bytes() for folder in (a, b) for file in sorted(folder.glob("*.json*"))] == before


def test_rows_alone_are_enough(tmp_path: Path) -> None:
    a, b = (write_run(tmp_path / name, cases(40), noisy(cases(40), 0.1)) for name in "ab")
    for folder in (a, b):
        (folder / CASES).unlink()
    found = compare(a, b)
    assert found.cases == 40
    assert found.attacks_b is None


def test_the_permutation_test_is_right_under_no_difference(tmp_path: Path) -> None:
    # Two graders with independent errors of one size: p-values spread evenly, so about 5 % lie under 0.05.
    from evals.compare import paired_differences
    from evals.rows import Row

    rng = np.random.default_rng(7)

    def rows(human: list[float]) -> list[Row]:
        asked = [case(f"c{i}", question_id=f"q{i // 3}", score=h) for i, h in enumerate(human)]
        return [
            make_row(c, grade(float(np.clip((c.score or 0) + rng.normal(0, 0.2), 0, 1))), 0.5, Prices()) for c in asked
        ]

    small = 0
    for _ in range(60):
        human = list(rng.random(45))
        differences = paired_differences(
            list(zip(rows(human), rows(human), strict=True)), permutations=300, replicates=300
        )
        p = differences["rmse"].p_value
        assert p is not None
        small += p < 0.2
    assert 4 <= small <= 22
