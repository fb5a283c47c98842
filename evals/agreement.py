"""Agreement figures with intervals: of the grader, of the baselines, of two ratings of the same replies."""

from collections.abc import Iterator, Sequence

import numpy as np

from evals import labels, metrics
from evals.baselines import cross_fitted
from evals.bootstrap import Bootstrap, Figure
from evals.metrics import Floats
from evals.records import Record, grades, human_scores
from knowledge.bank import Frozen

HALF = 0.5
Scale = tuple[float, float]
"""Lowest and highest mark."""
UNIT: Scale = (0.0, 1.0)
SAME_SCORE, BY_AND_LARGE = 0.02, 0.1
"""How far each score may be off the marks, as it is rounded; and most scores where people settled them in another way."""


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
        (r.case.question_id, labels.plain(r.case.label), at)
        for r, at in zip(kept, fitted, strict=True)
        if r.case.label and r.case.label.strip()
    ]
    if not given or not labels.say_correct(label for _, label, _ in given):
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
    scales = _scales(double)
    known = [(record, scale) for record, scale in zip(double, scales, strict=True) if scale is not None]
    if not known:
        return None
    double = [record for record, _ in known]
    low, top = np.array([scale for _, scale in known], dtype=float).T
    both = np.array([(r.case.graders or [])[:2] for r in double], dtype=float)
    both = (both - low[:, None]) / (top - low)[:, None]
    bootstrap = Bootstrap([r.case.question_id for r in double])
    columns = metrics.moments(both[:, 0], both[:, 1])
    names = ("qwk", "pearson", "rmse", "mae", "smd")
    figures = {name: bootstrap.figure(columns, metrics.STATISTICS[name], metrics.why_undefined) for name in names}
    prmse = metrics.prmse(grades(double), both)
    why = metrics.why_undefined(columns.sum(axis=0))
    spearman = bootstrap.figure_of_cases(lambda weights: metrics.spearman(both[:, 0], both[:, 1], weights), why)
    return TwoRatings(n=len(double), prmse=None if np.isnan(prmse) else prmse, spearman=spearman, **figures)


def _scales(double: Sequence[Record]) -> list[Scale | None]:
    """The scale that each record's graders used."""
    names = {r.case.dataset for r in double}
    found = {name: _by_question([r for r in double if r.case.dataset == name]) for name in names}
    return [found[r.case.dataset][r.case.question_id] for r in double]


def _by_question(records: Sequence[Record]) -> dict[str, Scale | None]:
    """One scale for a whole data set, or one a question, as in an exam whose questions are worth different marks, or what is likely."""
    of: dict[str, list[Record]] = {}
    for record in records:
        of.setdefault(record.case.question_id, []).append(record)
    if (one := grader_scale(records)) is not None:
        return dict.fromkeys(of, one)
    own = {question: grader_scale(replies) for question, replies in of.items()}
    if sum(scale is not None for scale in own.values()) > len(own) / 2:
        return own
    return dict.fromkeys(of, _likely_scale(records))


def _likely_scale(records: Sequence[Record]) -> Scale | None:
    """0 to 1 where no mark is higher; else 0 to the highest mark, if the scores are by and large the marks over it."""
    scores, marks = _scores_and_marks(records)
    top = float(marks.max())
    if top <= 1:
        return UNIT
    off = float(np.median(np.abs(marks.mean(axis=1) / top - scores)))
    return (0.0, top) if off <= BY_AND_LARGE else None


def _scores_and_marks(records: Sequence[Record]) -> tuple[Floats, Floats]:
    scores = np.array([r.case.score for r in records], dtype=float)
    return scores, np.array([(r.case.graders or [])[:2] for r in records], dtype=float)


def grader_scale(records: Sequence[Record]) -> Scale | None:
    """Lowest and highest mark of the scale on which the marks, their mean or one of them, give the human scores; None where none does.

    It begins at 0, or else both ends are whole numbers, as of marks from 1 to 5.
    """
    scores, marks = _scores_and_marks(records)
    for values in (marks.mean(axis=1), marks[:, 0], marks[:, 1]):
        for low, top in _possible_scales(values, scores):
            if low < top and np.abs((values - low) / (top - low) - scores).max() <= SAME_SCORE:
                return low, top
    return None


def _possible_scales(values: Floats, scores: Floats) -> Iterator[Scale]:
    if scores.any():
        yield 0.0, float(np.median(values[scores > 0] / scores[scores > 0]))
    if len(np.unique(values)) > 2 and len(np.unique(scores)) > 1:
        slope, start = np.polyfit(values, scores, 1)
        if slope > 0:
            yield float(np.round(-start / slope)), float(np.round((1 - start) / slope))
