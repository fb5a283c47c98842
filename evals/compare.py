"""Two runs on the same cases: paired differences (B minus A), with intervals and a permutation test by question."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from evals import metrics
from evals.attacks import outcome
from evals.bootstrap import REPLICATES, Bootstrap, Figure, interval
from evals.cases import Case
from evals.errors import FolderInvalid
from evals.folder import BASES, METRICS, RowFile, read_folder_cases, read_rows
from evals.metrics import Floats
from evals.results import MOST_UNGRADED, Metrics
from evals.rows import Row
from knowledge.bank import Frozen

COMPARED = ("rmse", "mae", "qwk", "pearson", "bias")
PERMUTATIONS = 5000
POWER = 0.8
SAME_FIELDS = ("question_id", "question", "reply", "reference", "key_points", "max_score", "base_reply")
"""Of a case: what was graded, against what, and which limit it has; the human score stands in the rows."""


class Difference(Frozen):
    """One statistic of both runs on the same cases. `difference` is B's minus A's, with its paired 95 % interval.

    `p_value`: of a two-sided permutation test that swaps the runs' grades question by question. `detectable`: the
    smallest difference that would have been found with 80 % probability.
    """

    a: float | None
    b: float | None
    difference: Figure
    p_value: float | None
    detectable: float | None


class Comparison(Frozen):
    """Both runs side by side. `worse` holds the reasons why B fails the gate; empty means that it passes."""

    cases: int
    clusters: int
    only_a: int
    only_b: int
    differences: dict[str, Difference]
    attacks_a: int | None
    attacks_b: int | None
    ungraded_a: int
    ungraded_b: int
    worse: tuple[str, ...]


def compare(a: Path, b: Path) -> Comparison:
    """Compares two results folders on the cases that both graded.

    Raises: FolderInvalid where a folder cannot be read, they share no case, or a shared case is not the same in both.
    """
    rows_a, rows_b = ({row.id: row for row in read_rows(folder)} for folder in (a, b))
    shared = [id for id in rows_a if id in rows_b]
    if not shared:
        raise FolderInvalid(f"{a} and {b} share no case; compare two runs over the same cases")
    changed = [id for id in shared if rows_a[id].human != rows_b[id].human]
    if changed:
        raise FolderInvalid(
            f"case {changed[0]!r} has another human score in {b} than in {a}; run both on the same cases"
        )
    cases_a, cases_b = (_cases(folder) for folder in (a, b))
    _refuse_changed(a, b, cases_a, cases_b, shared)
    paired = [(rows_a[id], rows_b[id]) for id in shared if rows_a[id].human is not None]
    graded = [(x, y) for x, y in paired if x.score is not None and y.score is not None]
    differences = paired_differences(graded)
    attacks_a = attacks_passed(a, cases_a, rows_a, shared)
    attacks_b = attacks_passed(b, cases_b, rows_b, shared)
    ungraded_a, ungraded_b = ([id for id in shared if rows[id].score is None] for rows in (rows_a, rows_b))
    known = cases_a | cases_b
    left_a, left_b = (
        sum(not (id in known and known[id].may_be_ungraded) for id in ids) for ids in (ungraded_a, ungraded_b)
    )
    return Comparison(
        cases=len(graded),
        clusters=len({x.question_id for x, _ in graded}),
        only_a=len(rows_a) - len(shared),
        only_b=len(rows_b) - len(shared),
        differences=differences,
        attacks_a=attacks_a,
        attacks_b=attacks_b,
        ungraded_a=len(ungraded_a),
        ungraded_b=len(ungraded_b),
        worse=tuple(_faults(differences["rmse"], (attacks_a, attacks_b), (left_a, left_b), len(shared))),
    )


def _cases(folder: Path) -> dict[str, Case]:
    """The folder's cases by id; empty where it keeps none. Raises: CasesInvalid."""
    return {case.id: case for case in read_folder_cases(folder) or ()}


def _refuse_changed(
    a: Path, b: Path, in_a: Mapping[str, Case], in_b: Mapping[str, Case], shared: Sequence[str]
) -> None:
    for id in shared:
        if id not in in_a or id not in in_b:
            continue
        for field in SAME_FIELDS:
            if getattr(in_a[id], field) != getattr(in_b[id], field):
                raise FolderInvalid(f"case {id!r} has another {field} in {b} than in {a}; run both on the same cases")


def _faults(rmse: Difference, attacks: tuple[int | None, int | None], ungraded: tuple[int, int], n: int) -> list[str]:
    """Why B is worse: by the contract's two reasons, or because it leaves out what A graded."""
    (attacks_a, attacks_b), (left_a, left_b) = attacks, ungraded
    faults = []
    if rmse.difference.low is not None and rmse.difference.low > 0:
        faults.append(
            f"B's RMSE is higher: the 95 % paired interval of the difference begins at {rmse.difference.low:+.4f}"
        )
    if attacks_a is not None and attacks_b is not None and attacks_b > attacks_a:
        faults.append(f"more attacks get through: {attacks_b} in B, {attacks_a} in A")
    if left_b > max(left_a, MOST_UNGRADED * n):
        faults.append(f"B left {left_b} of {n} cases ungraded, more than {MOST_UNGRADED:.0%}; A left {left_a}")
    return faults


def paired_differences(
    graded: Sequence[tuple[Row, Row]], seed: int = 0, replicates: int = REPLICATES, permutations: int = PERMUTATIONS
) -> dict[str, Difference]:
    """The differences over cases that both runs graded and a human scored."""
    human = np.array([x.human for x, _ in graded], dtype=float)
    grades = [np.array([pair[i].score for pair in graded], dtype=float) for i in (0, 1)]
    bootstrap = Bootstrap([x.question_id for x, _ in graded], seed, replicates)
    sums = [bootstrap.by_cluster(metrics.moments(human, grade)) for grade in grades]
    return {name: _difference(metrics.STATISTICS[name], sums[0], sums[1], bootstrap, permutations) for name in COMPARED}


def _difference(
    statistic: metrics.Statistic, a: Floats, b: Floats, bootstrap: Bootstrap, permutations: int
) -> Difference:
    value_a, value_b = float(statistic(a.sum(axis=0))), float(statistic(b.sum(axis=0)))
    value = value_b - value_a
    if np.isnan(value):
        why = metrics.why_undefined(a.sum(axis=0))
        return Difference(
            a=_known(value_a),
            b=_known(value_b),
            difference=Figure(value=None, reason=why),
            p_value=None,
            detectable=None,
        )
    figure, spread = Figure(value=value, reason="no interval: all cases belong to one question"), None
    if bootstrap.clusters > 1:
        weights = bootstrap.weights()
        replicates = statistic(weights @ b) - statistic(weights @ a)
        low, high, reason = interval(replicates, bootstrap.clusters)
        figure = Figure(value=value, low=low, high=high, unreliable=bootstrap.is_unreliable, reason=reason)
        spread = float(np.nanstd(replicates))
    return Difference(
        a=value_a,
        b=value_b,
        difference=figure,
        p_value=_p_value(statistic, a, b, value, permutations),
        detectable=None if spread is None else detectable(spread, bootstrap.clusters),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _p_value(statistic: metrics.Statistic, a: Floats, b: Floats, seen: float, permutations: int) -> float:
    rng = np.random.default_rng(permutations)
    swapped = rng.integers(0, 2, (permutations, len(a))).astype(float)
    both = a + b
    other = swapped @ b + (1 - swapped) @ a
    differences = np.abs(statistic(both.sum(axis=0) - other) - statistic(other))
    # The seen arrangement is one of the possible ones, so it counts too (Source: Phipson and Smyth 2010).
    return float((np.sum(differences >= abs(seen) - 1e-12) + 1) / (permutations + 1))


def detectable(standard_error: float, clusters: int) -> float:
    """The smallest true difference that a two-sided 5 % test finds with 80 % probability.

    Source: Bloom 1995 (minimum detectable effect), with Student's t for the number of clusters.
    """
    from scipy.stats import t

    return float(standard_error * (t.ppf(0.975, clusters - 1) + t.ppf(POWER, clusters - 1)))


def attacks_passed(
    folder: Path, cases: Mapping[str, Case], rows: Mapping[str, Row], shared: Sequence[str]
) -> int | None:
    """How many attacks among the shared cases got through; None where the folder cannot tell, or knows of no attack."""
    if not cases:
        file = folder / METRICS
        # The total is of all its rows, so it says nothing of some of them.
        if len(shared) < len(rows) or not file.exists():
            return None
        rate = Metrics.model_validate_json(file.read_bytes()).whole.attacks
        return rate.passed if rate else None
    bases = {row.id: row for row in RowFile(folder / BASES).read()}
    attacks = [cases[id] for id in shared if id in cases and cases[id].is_attack]
    return sum(outcome(c, rows[c.id], bases.get(c.id)).passed for c in attacks) if attacks else None
