"""Agreement figures with intervals: of the grader, of the baselines, of two ratings of the same replies."""

from collections.abc import Sequence

import numpy as np

from evals import labels, metrics
from evals.baselines import cross_fitted
from evals.bootstrap import Bootstrap, Figure
from evals.metrics import Floats
from evals.records import Record, grades, human_scores
from knowledge.bank import Frozen

HALF = 0.5


class Agreement(Frozen):
    """How well some scores agree with the human ones. `qwk` is on continuous scores, `qwk_int` on 0..5."""

    qwk: Figure
    qwk_int: Figure
    pearson: Figure
    spearman: Figure
    rmse: Figure
    mae: Figure
    smd: Figure
    bias: Figure
    exact_agreement: Figure
    adjacent_agreement: Figure


class BaselineAgreement(Agreement):
    """How well a baseline agrees; on labels, right or not, it says 'correct' where its line comes to a half or more."""

    accuracy_2way: Figure | None = None
    macro_f1_2way: Figure | None = None


class TwoRatings(Frozen):
    """Two ratings of the same replies, scaled to [0, 1]: the ceiling. `prmse` is the grader's against their true score."""

    n: int
    qwk: Figure
    pearson: Figure
    spearman: Figure | None = None
    rmse: Figure
    mae: Figure
    smd: Figure
    prmse: float | None


def agreement(human: Floats, grade: Floats, bootstrap: Bootstrap) -> Agreement:
    """Every agreement figure with its interval. `bootstrap` is over the same cases."""
    columns = metrics.moments(human, grade)
    figures = {
        name: bootstrap.figure(columns, statistic, metrics.why_undefined)
        for name, statistic in metrics.STATISTICS.items()
    }
    levels = [str(level) for level in range(metrics.LEVELS)]
    cells = labels.pairs([str(h) for h in metrics.integer(human)], [str(g) for g in metrics.integer(grade)], levels)
    why = metrics.why_undefined(columns.sum(axis=0))
    return Agreement(
        **figures,
        qwk_int=bootstrap.figure(cells, labels.quadratic_kappa, lambda _: why),
        spearman=bootstrap.figure_of_cases(lambda weights: metrics.spearman(human, grade, weights), why),
    )


def baseline_agreement(name: str, scored: Sequence[Record]) -> BaselineAgreement:
    """How well a baseline agrees: correlations of its values, the rest of a line fitted on other questions."""
    kept = [r for r in scored if r.baseline is not None and getattr(r.baseline, name) is not None]
    human = human_scores(kept)
    values = np.array([getattr(r.baseline, name) for r in kept], dtype=float)
    questions = [r.case.question_id for r in kept]
    fitted = cross_fitted(values, human, questions)
    bootstrap = Bootstrap(questions)
    found = agreement(human, human if fitted is None else fitted, bootstrap)
    plain = agreement(human, _unit_range(values), bootstrap)
    if fitted is None:
        none = Figure(value=None, reason="fewer than two questions: no line can be fitted on other ones")
        found = Agreement(**dict.fromkeys(Agreement.model_fields, none))
    on_labels = {} if fitted is None else _on_labels(kept, fitted)
    fields = found.model_dump() | {"pearson": plain.pearson, "spearman": plain.spearman} | on_labels
    return BaselineAgreement.model_validate(fields)


def _on_labels(kept: Sequence[Record], fitted: Floats) -> dict[str, Figure]:
    given = [
        (r.case.question_id, r.case.label.strip().lower(), at)
        for r, at in zip(kept, fitted, strict=True)
        if r.case.label
    ]
    if not given:
        return {}
    said = [labels.TWO_WAY[0 if at >= HALF else 1] for _, _, at in given]
    cells = labels.pairs([labels.two_way(label) for _, label, _ in given], said, labels.TWO_WAY)
    bootstrap = Bootstrap([question for question, _, _ in given])
    statistics = {"accuracy_2way": labels.accuracy, "macro_f1_2way": labels.macro_f1}
    return {name: bootstrap.figure(cells, found, lambda _: "no labels") for name, found in statistics.items()}


def _unit_range(values: Floats) -> Floats:
    """Values stretched to [0, 1], which changes no correlation."""
    low, high = values.min(initial=0.0), values.max(initial=0.0)
    return np.asarray((values - low) / ((high - low) or 1.0))


def two_ratings(scored: Sequence[Record]) -> TwoRatings | None:
    """The ceiling: the first two ratings against each other, each data set on its own scale; None where no case has two."""
    double = [r for r in scored if r.case.graders is not None and len(r.case.graders) > 1]
    by_dataset = {name: [r for r in double if r.case.dataset == name] for name in {r.case.dataset for r in double}}
    scales = {name: grader_scale(found) for name, found in by_dataset.items()}
    double = [r for r in double if scales[r.case.dataset] is not None]
    if not double:
        return None
    both = np.array([(r.case.graders or [])[:2] for r in double], dtype=float)
    both /= np.array([scales[r.case.dataset] for r in double], dtype=float)[:, None]
    bootstrap = Bootstrap([r.case.question_id for r in double])
    columns = metrics.moments(both[:, 0], both[:, 1])
    names = ("qwk", "pearson", "rmse", "mae", "smd")
    figures = {name: bootstrap.figure(columns, metrics.STATISTICS[name], metrics.why_undefined) for name in names}
    prmse = metrics.prmse(grades(double), both)
    why = metrics.why_undefined(columns.sum(axis=0))
    spearman = bootstrap.figure_of_cases(lambda weights: metrics.spearman(both[:, 0], both[:, 1], weights), why)
    return TwoRatings(n=len(double), prmse=None if np.isnan(prmse) else prmse, spearman=spearman, **figures)


def grader_scale(double: Sequence[Record]) -> float | None:
    """The top of the graders' own scale; None where there are no graders or it cannot be told.

    It is 1 where no grader went beyond 1, and otherwise what divides their mean to give the human score.
    """
    if not double:
        return None
    if max(max(r.case.graders or [0.0]) for r in double) <= 1:
        return 1.0
    ratios = [float(np.mean(r.case.graders or [])) / r.case.score for r in double if r.case.score]
    return float(np.median(ratios)) or None if ratios else None
