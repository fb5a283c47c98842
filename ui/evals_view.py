"""From runs and their figures to what the Evals part of the page shows: pure functions, all text escaped."""

import html
from datetime import tzinfo
from itertools import zip_longest

from interviewer.evaluations import Disagreement, Measured, Outcome, PastRun, SecondLook
from interviewer.grading.grade import PointGrade, Verdict
from ui.background import Status
from ui.evals_handlers import UNJUDGED
from ui.marks import marked
from ui.names import verdict_name
from ui.texts import say

SCALES = {
    "qwk": (0.0, 1.0),
    "pearson": (0.0, 1.0),
    "rmse": (0.0, 0.5),
    "smd": (-1.0, 1.0),
    "key_point_kappa": (0.0, 1.0),
}
"""The ends of each figure's bar; what lies beyond stands at the end."""
SIGNED = ("smd",)
LISTED_QUESTION = 70


def status_card(status: Status | None) -> str:
    """How the run under way stands, or how the last one ended."""
    if status is None:
        return ""
    if status.state in ("running", "stopping"):
        return _running(status)
    words = {
        "done": say("evals.done", time=clock(status.elapsed_s)),
        "stopped": say("evals.stopped", done=status.done, total=status.total),
        "failed": say("evals.failed", fault=_text(status.fault or "")),
    }[status.state]
    return f'<section class="run-card {status.state}" role="status"><p>{words}</p></section>'


def _running(status: Status) -> str:
    share = status.done / status.total if status.total else 0.0
    stage = say("evals.measuring") if status.total and status.done >= status.total else _stage(status.stage)
    left = "" if status.left_s is None else say("evals.left", time=clock(status.left_s))
    words = say("evals.stopping") if status.state == "stopping" else left
    counted = say("evals.counted", done=status.done, total=status.total) if status.total else ""
    return (
        f'<section class="run-card"><p><strong>{stage}</strong> <span class="counted">{counted}</span></p>'
        f'<div class="bar" role="progressbar" aria-label="{stage}" aria-valuemin="0" aria-valuemax="{status.total}" '
        f'aria-valuenow="{status.done}"><span style="width:{share:.1%}"></span></div>'
        f'<p class="meta">{say("evals.elapsed", time=clock(status.elapsed_s))} {words}</p></section>'
    )


def _stage(name: str) -> str:
    return {"": say("evals.begins"), "Grading": say("evals.grading"), "Baselines": say("evals.baselines")}.get(
        name, _text(name)
    )


def clock(seconds: float) -> str:
    """A duration as m:ss, or h:mm:ss."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def run_label(run: PastRun, zone: tzinfo, busy: bool = False) -> str:
    """One run in the list; `busy`: it is under way."""
    counts = {"done": run.graded, "total": run.total}
    unfinished = say("evals.under_way", **counts) if busy else say("evals.unfinished", **counts)
    how_far = say("evals.replies", n=run.total) if run.finished else unfinished
    return f"{run.at.astimezone(zone):%d %b %Y, %H:%M} · {run.cases} · {grader_name(run)} · {how_far}"


def grader_name(run: PastRun) -> str:
    """Who graded, in words."""
    return say("evals.grader_local") if run.model == "local" else run.model


def headline(run: PastRun, outcome: Outcome | None, fault: str | None = None, busy: bool = False) -> str:
    """The figures with their intervals; for a run that was stopped, how to go on."""
    if fault:
        return f'<p class="eval-note">{_text(fault)}</p>'
    if outcome is None:
        counts = {"done": run.graded, "total": run.total}
        words = say("evals.wait", **counts) if busy else say("evals.go_on", **counts)
        return f'<p class="eval-note">{words}</p>'
    tiles = "".join(_tile(name, figure) for name, figure in outcome.figures.items() if figure.value is not None)
    if outcome.through is not None:
        tiles += _attacks(outcome.through, outcome.attacks)
    return f'<section class="figures">{tiles}</section><p class="eval-note">{_notes(outcome)}</p>'


def _tile(name: str, figure: Measured) -> str:
    assert figure.value is not None
    low, high = figure.low, figure.high
    sign = "+" if name in SIGNED else ""
    interval = say("evals.no_interval")
    bar = ""
    if low is not None and high is not None:
        interval = say("evals.interval", low=f"{low:{sign}z.2f}", high=f"{high:{sign}z.2f}")
        at, left, right = (_share(name, value) for value in (figure.value, low, high))
        bar = (
            f'<div class="range" aria-hidden="true"><span class="span" style="left:{left:.1%};width:{right - left:.1%}">'
            f'</span><span class="at" style="left:{at:.1%}"></span></div>'
        )
    return (
        f'<div class="figure"><span class="name">{say(f"figures.{name}")}</span><strong>{figure.value:{sign}z.2f}</strong>'
        f"{bar}<span>{interval}</span><small>{say(f'figures.{name}_hint')}</small></div>"
    )


def _share(name: str, value: float) -> float:
    low, high = SCALES[name]
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _attacks(through: int, attacks: int) -> str:
    return (
        f'<div class="figure"><span class="name">{say("figures.attacks")}</span><strong>{through}/{attacks}</strong>'
        f"<span>{say('figures.attacks_share', share=f'{through / attacks:.0%}')}</span>"
        f"<small>{say('figures.attacks_hint')}</small></div>"
    )


def _notes(outcome: Outcome) -> str:
    notes = [say("evals.over", replies=outcome.scored, questions=outcome.questions)]
    if outcome.ungraded:
        notes.append(say("evals.ungraded", n=outcome.ungraded))
    if outcome.ours:
        notes.append(say("evals.ours"))
    if any(figure.unreliable for figure in outcome.figures.values() if figure.value is not None):
        notes.append(say("evals.few"))
    return " ".join(notes)


def disagreement_label(one: Disagreement) -> str:
    """One reply in the list: its two scores, and the beginning of its question."""
    question = one.question if len(one.question) <= LISTED_QUESTION else f"{one.question[:LISTED_QUESTION].rstrip()}…"
    mark = "✓ " if one.looks else ""
    return f"{mark}{one.given:.2f} → {one.grade:.2f} · {question}"


def disagreement_card(one: Disagreement) -> str:
    """A reply with its quotes, both scores, its points with both verdicts, and earlier second looks."""
    evidence = [point for point in one.points if point.evidence]
    given = say("evals.our_score") if one.ours else say("evals.human_score")
    return (
        f'<article class="disagreement"><h4>{_text(one.question)}</h4>'
        f'<p class="scores"><span>{given} <strong>{one.given:.2f}</strong></span>'
        f"<span>{say('evals.grade')} <strong>{one.grade:.2f}</strong></span></p>"
        f"<blockquote>{marked(one.reply, evidence) or _text(say('evals.empty_reply'))}</blockquote>{_points(one)}{_looks(one)}"
        "</article>"
    )


def _points(one: Disagreement) -> str:
    if not one.points:
        return ""
    judged = one.looks[-1].verdicts if one.looks else ()
    rater = say("evals.we_said") if one.ours else say("evals.humans_said")
    verdicts = zip_longest(one.points, one.given_verdicts, judged[: len(one.points)])
    rows = "".join(_point(point, given, rater, own) for point, given, own in verdicts)
    return (
        f'<table class="points"><thead><tr><th scope="col">{say("evals.point")}</th><th scope="col">{say("evals.grader_said")}</th>'
        f'<th scope="col">{rater}</th><th scope="col">{say("evals.you_say")}</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _point(point: PointGrade, given: Verdict | None, rater: str, judged: Verdict | None) -> str:
    quote = f"<br><q>{_text(' '.join(point.evidence.split()))}</q>" if point.evidence else ""
    differs = ' class="differs"' if given is not None and given is not point.verdict else ""
    return (
        f'<tr{differs}><td>{_text(point.point)}{quote}</td><td data-said="{say("evals.grader_said")}">{_verdict(point.verdict)} '
        f'<small>{point.confidence:.0%}</small></td><td data-said="{rater}">{_verdict(given)}</td>'
        f'<td data-said="{say("evals.you_say")}">{_choice(point, judged)}</td></tr>'
    )


def _choice(point: PointGrade, judged: Verdict | None) -> str:
    """Where a person chooses a verdict of their own; `evals_results_page.JUDGED_JS` reads it."""
    options = "".join(
        f'<option value="{verdict}"{" selected" if verdict is judged else ""}>{verdict_name(verdict)}</option>'
        for verdict in Verdict
    )
    name = html.escape(say("evals.your_verdict", point=point.point))
    return f'<select aria-label="{name}"><option value="{UNJUDGED}">–</option>{options}</select>'


def _verdict(verdict: Verdict | None) -> str:
    return "–" if verdict is None else f'<span class="verdict {verdict}">{verdict_name(verdict)}</span>'


def _looks(one: Disagreement) -> str:
    items = "".join(
        f"<li><strong>{look.score:.2f}</strong> {_text(look.by)}, {look.at:%d %b %Y}: {_text(look.why)}{_judged(one, look)}</li>"
        for look in one.looks
    )
    return f'<h5>{say("evals.looks")}</h5><ul class="looks">{items}</ul>' if items else ""


def _judged(one: Disagreement, look: SecondLook) -> str:
    judged = [(point, verdict) for point, verdict in zip(one.points, look.verdicts, strict=False) if verdict]
    items = "".join(f"<li>{_verdict(verdict)} {_text(point.point)}</li>" for point, verdict in judged)
    return f"<ul>{items}</ul>" if items else ""


def _text(text: str) -> str:
    return html.escape(text)
