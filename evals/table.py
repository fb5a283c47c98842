"""What `evals run` and `evals compare` print: short tables of plain text."""

from pathlib import Path

from evals.agreement import Agreement, TwoRatings
from evals.attacks import AttackRate
from evals.bootstrap import Figure
from evals.compare import Comparison
from evals.folder import REPORT
from evals.labels import TWO_WAY
from evals.results import Group, Metrics

STAR = "]*"
"""The end of a figure's text whose interval is unreliable."""
SHOWN = ("qwk", "pearson", "spearman", "rmse", "mae", "smd")


def figure_text(figure: Figure | None) -> str:
    """`0.71 [0.65, 0.77]`; a star marks an interval over fewer than 20 questions, `n/a` what is undefined."""
    if figure is None or figure.value is None:
        return "n/a"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]" + ("*" if figure.unreliable else "")


def summary(metrics: Metrics, folder: Path) -> str:
    """The table of a run: figures with intervals by data set, baselines and human ceiling, attacks, labels, costs."""
    blocks = [_agreement(metrics)] if metrics.whole.scored else []
    blocks += [part for part in (_labels(metrics), _key_points(metrics.whole), _attacks(metrics.whole)) if part]
    if any(STAR in block for block in blocks):
        blocks.append("* fewer than 20 questions: unreliable")
    blocks.append(_foot(metrics, folder))
    return "\n\n".join(blocks)


def _agreement(metrics: Metrics) -> str:
    lines: list[tuple[str, ...]] = [("", "n", *SHOWN)]
    for name, group in _groups(metrics).items():
        if group.scored:
            lines.append((name, f"{group.scored}/{group.clusters}", *_cells(group)))
    for name, baseline in metrics.whole.baselines.items():
        lines.append((f"  baseline {name.replace('_', ' ')}", "", *_cells(baseline)))
    for name, group in _groups(metrics).items():
        for ceiling, found in (("human-human", group.human_human), ("our two ratings", group.our_ratings)):
            if found:
                lines.append((f"  {ceiling} {name}", str(found.n), *_cells(found)))
    return columns(lines) + "\n" + _notes(metrics.whole)


def _notes(whole: Group) -> str:
    undefined = {f.reason for f in (whole.qwk, whole.pearson, whole.rmse) if f.value is None and f.reason}
    why = f" n/a: {'; '.join(sorted(undefined))}." if undefined else ""
    ours = " The golden sets' scores are the project's own." if whole.ours else ""
    return (
        "[95 % interval over questions]; n is replies/questions. Baselines' rmse, mae, qwk and smd are of a line fitted on "
        f"other questions.{ours}{why}"
    )


def _groups(metrics: Metrics) -> dict[str, Group]:
    """The groups by name; one that measures the same replies as the group above it is left out."""
    groups = {"whole": metrics.whole}
    groups |= {name: group for name, group in metrics.datasets.items() if group.scored < metrics.whole.scored}
    for name, group in metrics.splits.items():
        above = metrics.datasets.get(name.rsplit("/", 1)[0], metrics.whole)
        if group.scored < above.scored:
            groups[name] = group
    return groups


def _cells(found: Agreement | TwoRatings) -> list[str]:
    return [figure_text(getattr(found, name, None)) for name in SHOWN]


def _labels(metrics: Metrics) -> str | None:
    lines: list[tuple[str, ...]] = [
        (
            name,
            "/".join(group.label_classes),
            figure_text(group.accuracy),
            figure_text(group.macro_f1),
            figure_text(group.macro_f1_2way),
        )
        for name, group in _groups(metrics).items()
        if group.label_classes
    ]
    baselines = [
        (
            f"  baseline {name.replace('_', ' ')}",
            "/".join(TWO_WAY),
            figure_text(b.accuracy_2way),
            "",
            figure_text(b.macro_f1_2way),
        )
        for name, b in metrics.whole.baselines.items()
        if b.macro_f1_2way
    ]
    head = ("labels", "classes", "accuracy", "macro F1", "macro F1 2-way")
    unknown = {g.accuracy.reason for g in _groups(metrics).values() if g.accuracy and g.accuracy.value is None}
    why = [f"n/a: {reason}" for reason in sorted(filter(None, unknown))]
    return "\n".join([columns([head, *lines, *baselines]), *why]) if lines else None


def _key_points(whole: Group) -> str | None:
    if not whole.key_points or whole.key_point_f1 is None:
        return None
    scores = ", ".join(f"{verdict} {figure_text(figure)}" for verdict, figure in whole.key_point_f1.items())
    twice = f" (two ratings: {figure_text(whole.key_point_ceiling)})" if whole.key_point_ceiling else ""
    return f"key points ({whole.key_points}): kappa {figure_text(whole.key_point_kappa)}{twice}; F1 {scores}"


def _attacks(whole: Group) -> str | None:
    if whole.attacks is None:
        return None
    lines: list[tuple[str, ...]] = [
        (family, f"{rate.passed}/{rate.n}", _share(rate))
        for family, rate in whole.attacks_by_family.items()
        if rate.passed
    ]
    head = f"attacks: {whole.attacks.passed} of {whole.attacks.n} got through ({_share(whole.attacks)})"
    return "\n".join([head, columns(lines)]) if lines else head


def _share(rate: AttackRate) -> str:
    interval = "" if rate.low is None or rate.high is None else f" [{rate.low:.1%}, {rate.high:.1%}]"
    return f"{rate.pass_rate:.1%}{interval}"


def _foot(metrics: Metrics, folder: Path) -> str:
    whole = metrics.whole
    speed = (
        f"median {whole.latency_ms_p50:.0f} ms, p95 {whole.latency_ms_p95:.0f} ms"
        if whole.latency_ms_p50 is not None
        else ""
    )
    cost = f"; {whole.tokens_in} tokens in, {whole.tokens_out} out" if whole.tokens_in else ""
    cost += f"; {whole.cost_usd:.4f} USD" if whole.cost_usd is not None else ""
    spread = whole.repeat_spread
    varied = (
        f"\nrepeated grades of a reply differ by {spread.mean_sd:.3f} (mean SD), {spread.largest_sd:.3f} at most"
        if spread
        else ""
    )
    return f"{whole.n} cases, {whole.ungraded} ungraded; {speed}{cost}{varied}\n{folder / REPORT}"


def comparison(found: Comparison) -> str:
    """The table of a comparison."""
    lines: list[tuple[str, ...]] = [("", "A", "B", "B - A", "p", "detectable")]
    for name, difference in found.differences.items():
        figure = difference.difference
        change = "n/a" if figure.value is None else f"{figure.value:+.4f}"
        if figure.low is not None:
            change += f" [{figure.low:+.4f}, {figure.high:+.4f}]" + ("*" if figure.unreliable else "")
        lines.append(
            (
                name,
                _number(difference.a),
                _number(difference.b),
                change,
                _number(difference.p_value),
                _number(difference.detectable),
            )
        )
    texts = [f"{found.cases} cases of {found.clusters} questions that both graded", columns(lines)]
    if found.only_a or found.only_b:
        texts.append(f"left out: {found.only_a} cases only in A, {found.only_b} only in B")
    if found.ungraded_a or found.ungraded_b:
        texts.append(f"ungraded: A {found.ungraded_a}, B {found.ungraded_b}")
    if found.attacks_a is not None or found.attacks_b is not None:
        texts.append(f"attacks that get through: A {found.attacks_a}, B {found.attacks_b}")
    if any(difference.difference.unreliable for difference in found.differences.values()):
        texts.append("* fewer than 20 questions: unreliable")
    return "\n".join(
        [*texts, *(f"WORSE: {reason}" for reason in found.worse)] if found.worse else [*texts, "B is not worse"]
    )


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4f}"


def columns(lines: list[tuple[str, ...]]) -> str:
    """Lines of cells, each column as wide as its widest cell."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
