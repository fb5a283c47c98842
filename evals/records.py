"""A run's records: each case with its row, and what else is known of it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from evals.baselines import BaselineValues
from evals.cases import Case
from evals.metrics import Floats
from evals.rows import Row


class Record(NamedTuple):
    """A case with its row, the grade of its base reply, its baseline values and its repeated grades, where it has these."""

    case: Case
    row: Row
    base: Row | None
    baseline: BaselineValues | None
    repeats: tuple[Row, ...] = ()


def join(
    cases: Sequence[Case],
    rows: Sequence[Row],
    bases: Mapping[str, Row],
    baselines: Mapping[str, BaselineValues],
    repeats: Mapping[str, Sequence[Row]] | None = None,
) -> list[Record]:
    """A record for each row, in order; the rows are those of the first cases."""
    further = repeats or {}
    return [
        Record(case, row, bases.get(case.id), baselines.get(case.id), tuple(further.get(case.id, ())))
        for case, row in zip(cases, rows, strict=False)
    ]


def human_scores(scored: Sequence[Record]) -> Floats:
    """Human scores, shape (cases,)."""
    return np.array([r.case.score for r in scored], dtype=float)


def grades(scored: Sequence[Record]) -> Floats:
    """Grades, shape (cases,)."""
    return np.array([r.row.score for r in scored], dtype=float)
