"""`metrics.json`: everything measured on a run, for the whole and for each data set and split."""

from collections.abc import Mapping, Sequence

import numpy as np

from evals.agreement import Agreement, BaselineAgreement, TwoRatings, agreement, baseline_agreement, two_ratings
from evals.attacks import AttackOutcome, AttackRate, by_family, outcome, rate
from evals.baselines import BASELINES
from evals.bootstrap import Bootstrap, Figure
from evals.calibration import Band, Calibration, Subgroup, calibration, quality_bands, subgroups
from evals.folder import Run
from evals.judged import label_figures, point_figures
from evals.metrics import Floats
from evals.records import Record, grades, human_scores
from evals.rows import Row
from evals.selective import Kept
from knowledge.bank import Bank, Frozen
from knowledge.text import words

MOST_UNGRADED = 0.01
"""A larger share of ungraded cases fails the gate. Source: the contract."""
SHORT_WORDS, LONG_WORDS = 25, 80


class Spread(Frozen):
    """How much repeated grades of the same reply differ: over `n` cases the mean and largest standard deviation."""

    n: int
    mean_sd: float
    largest_sd: float


class Group(Agreement):
    """All figures of some cases. Statistics are over the cases that have both a grade and a score to set it against
    (`scored`; of these `ours` have the project's own scores, the others a public set's). `ungraded_allowed` are those of
    the ungraded that may be so; they count against no limit.

    `human_human` is of the public sets' two graders, `our_ratings` of our own two passes, `key_point_ceiling` the kappa of
    two passes over the key points.
    """

    n: int
    scored: int
    ours: int
    clusters: int
    ungraded: int
    ungraded_allowed: int = 0
    too_many_ungraded: bool
    label_classes: tuple[str, ...] | None
    accuracy: Figure | None
    macro_f1: Figure | None
    accuracy_2way: Figure | None
    macro_f1_2way: Figure | None
    confusion: dict[str, dict[str, int]] | None
    key_points: int
    key_point_kappa: Figure | None
    key_point_ceiling: Figure | None = None
    key_point_f1: dict[str, Figure] | None
    key_point_confusion: dict[str, dict[str, int]] | None
    key_point_calibration: Calibration | None
    key_point_coverage: tuple[Kept, ...] = ()
    calibration: Calibration
    bands: tuple[Band, ...]
    subgroups: dict[str, dict[str, Subgroup]]
    human_human: TwoRatings | None
    our_ratings: TwoRatings | None
    baselines: dict[str, BaselineAgreement]
    attacks: AttackRate | None
    attacks_by_family: dict[str, AttackRate]
    repeat_spread: Spread | None
    latency_ms_p50: float | None
    latency_ms_p95: float | None
    replies_per_s: float | None
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None


class Metrics(Frozen):
    """The file `metrics.json`. Splits are named `dataset/split`. `replies_per_s` is one grade after another."""

    whole: Group
    datasets: dict[str, Group]
    splits: dict[str, Group]
    threshold: float
    run: Run


def measure_run(records: Sequence[Record], run: Run, bank: Bank) -> Metrics:
    """All figures of a run's records."""
    datasets = sorted({r.case.dataset for r in records if r.case.dataset})
    splits = sorted({(r.case.dataset or "", r.case.split) for r in records if r.case.split})
    return Metrics(
        whole=measure(records, bank),
        datasets={name: measure([r for r in records if r.case.dataset == name], bank) for name in datasets},
        splits={
            f"{dataset}/{split}": measure(
                [r for r in records if (r.case.dataset or "", r.case.split) == (dataset, split)], bank
            )
            for dataset, split in splits
        },
        threshold=run.versions.threshold,
        run=run,
    )


def measure(records: Sequence[Record], bank: Bank) -> Group:
    """All figures of one group of records."""
    scored = [r for r in records if r.row.score is not None and r.case.score is not None]
    human, grade = human_scores(scored), grades(scored)
    bootstrap = Bootstrap([r.case.question_id for r in scored])
    ungraded = [r.case for r in records if r.row.score is None]
    allowed = sum(case.may_be_ungraded for case in ungraded)
    outcomes = attack_outcomes(records)
    fields = agreement(human, grade, bootstrap).model_dump()
    return Group.model_validate(
        fields
        | label_figures(records)
        | point_figures(records)
        | _speed([r.row for r in records])
        | _costs([row for r in records for row in (r.row, *([r.base] if r.base else ()), *r.repeats)])
        | {
            "n": len(records),
            "scored": len(scored),
            "ours": sum(r.case.is_ours for r in scored),
            "clusters": bootstrap.clusters,
            "ungraded": len(ungraded),
            "ungraded_allowed": allowed,
            "too_many_ungraded": len(ungraded) - allowed > MOST_UNGRADED * len(records),
            "calibration": calibration(grade, human),
            "bands": quality_bands(human, grade),
            "subgroups": _subgroups(scored, human, grade, bank),
            "human_human": two_ratings([r for r in scored if not r.case.is_ours]),
            "our_ratings": two_ratings([r for r in scored if r.case.is_ours]),
            "baselines": {name: baseline_agreement(name, scored) for name in BASELINES},
            "attacks": rate(outcomes),
            "attacks_by_family": by_family(outcomes),
            "repeat_spread": repeat_spread(records),
        }
    )


def attack_outcomes(records: Sequence[Record]) -> list[AttackOutcome]:
    """What became of the attacks among the records."""
    return [outcome(r.case, r.row, r.base) for r in records if r.case.is_attack]


def repeat_spread(records: Sequence[Record]) -> Spread | None:
    """The spread over cases that were graded more than once; None where none was."""
    scores = [[row.score for row in (r.row, *r.repeats) if row.score is not None] for r in records]
    deviations = [float(np.std(found, ddof=1)) for found in scores if len(found) > 1]
    if not deviations:
        return None
    return Spread(n=len(deviations), mean_sd=float(np.mean(deviations)), largest_sd=max(deviations))


def _subgroups(scored: Sequence[Record], human: Floats, grade: Floats, bank: Bank) -> Mapping[str, dict[str, Subgroup]]:
    questions = [bank.by_id.get(r.case.question_id) for r in scored]
    by: dict[str, list[str | None]] = {
        "level": [q.level.value if q else r.case.extra("level") for r, q in zip(scored, questions, strict=True)],
        "topic": [q.topic.value if q else r.case.extra("topic") for r, q in zip(scored, questions, strict=True)],
        "length": [length_of(r.case.reply) for r in scored],
        "style": [r.case.extra("style") for r in scored],
        "kind": [r.case.extra("kind") for r in scored],
    }
    found = {name: subgroups(names, human, grade) for name, names in by.items()}
    return {name: groups for name, groups in found.items() if groups}


def length_of(reply: str) -> str:
    """short (under 25 words), medium, or long (over 80)."""
    count = len(words(reply))
    return "short" if count < SHORT_WORDS else "long" if count > LONG_WORDS else "medium"


def _speed(rows: Sequence[Row]) -> dict[str, object]:
    latencies = np.array([row.latency_ms for row in rows])
    mean = float(latencies.mean()) if len(rows) else 0.0
    return {
        "latency_ms_p50": float(np.quantile(latencies, 0.5)) if len(rows) else None,
        "latency_ms_p95": float(np.quantile(latencies, 0.95)) if len(rows) else None,
        "replies_per_s": 1000 / mean if mean > 0 else None,
    }


def _costs(rows: Sequence[Row]) -> dict[str, object]:
    """Tokens and cost of all grades, those of base replies and repeats too; no cost where that of some is not known."""
    paid = [row.cost_usd for row in rows if row.tokens_in is not None]
    return {
        "tokens_in": _sum([row.tokens_in for row in rows]),
        "tokens_out": _sum([row.tokens_out for row in rows]),
        "cost_usd": None if None in paid or not paid else sum(cost for cost in paid if cost is not None),
    }


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
