"""The results of evaluations on the page: one run's figures, its report and its disagreements. Layout and wiring in Gradio."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import gradio as gr

from interviewer.evaluations import Disagreement, Evaluations
from ui import evals_handlers as handlers
from ui import evals_view as view
from ui.background import Background
from ui.listeners import BUSY, QUIET, ZONE_JS, Told
from ui.practice_handlers import zone_of
from ui.texts import say

FRAME = """<div class="report-view" hidden><div class="report-bar"><strong>{title}</strong><span><button type="button" class="small" data-do="save">{save}</button>
<button type="button" class="small" data-do="close">{close}</button></span></div>
<iframe sandbox="allow-scripts" title="{title}"></iframe></div>"""
SHOW_REPORT = """
// The report runs its own script in a frame of no origin, from where it reaches neither this page nor its cookies.
let text = '';
const unpack = async (packed) => {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
};
const show = async () => {
  text = props.value ? await unpack(props.value) : '';
  const nonce = document.querySelector('script[nonce]')?.nonce;
  const frame = element.querySelector('iframe');
  frame.srcdoc = nonce ? text.replaceAll('<script>', `<script nonce="${nonce}">`) : text;
  element.querySelector('.report-view').hidden = !text;
  if (text) element.scrollIntoView({behavior: 'smooth', block: 'start'});
};
watch('value', show);
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('button[data-do]')?.dataset.do;
  if (pressed === 'close') element.querySelector('.report-view').hidden = true;
  if (pressed === 'save') {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], {type: 'text/html'}));
    link.download = 'evaluation.html';
    link.click();
    URL.revokeObjectURL(link.href);
  }
});
"""


JUDGED_JS = """(...values) => [...values.slice(0, -1),
  [...document.querySelectorAll('#evals-card select')].map((choice) => choice.value).join(' ')]"""
"""Puts the verdicts that were chosen within the card in the place of the last value."""


class Results(NamedTuple):
    """The components that show one run."""

    none: gr.HTML
    runs: gr.Dropdown
    resume: gr.Button
    headline: gr.HTML
    report: gr.Button
    frame: gr.HTML


class Review(NamedTuple):
    """The components of the disagreements."""

    view: gr.Column
    entries: gr.Radio
    card: gr.HTML
    score: gr.Slider
    by: gr.Textbox
    why: gr.Textbox
    verdicts: gr.Textbox
    keep: gr.Button
    kept: gr.HTML

    @property
    def shown(self) -> list[Any]:
        """What changes with the disagreement that is shown."""
        return [self.view, self.entries, self.card, self.score, self.why, self.kept]


class Around(NamedTuple):
    """What the results know of the rest of the part: its tabs and the one of the results, the person's time zone, the
    button that leads here, and what says how a run stands, with its values.
    """

    tabs: gr.Tabs
    tab: gr.Tab
    zone: gr.Textbox
    see: gr.Button
    progress: list[Any]
    state: Callable[[], list[Any]]


def results_parts() -> Results:
    """Lays them out."""
    none = gr.HTML(f'<p class="eval-note">{say("evals.none")}</p>', visible=False, elem_id="evals-none")
    runs = gr.Dropdown([], label=say("evals.run"), elem_id="evals-runs")
    headline = gr.HTML(elem_id="evals-headline")
    with gr.Row():
        report = gr.Button(say("evals.report"), visible=False, elem_id="evals-report", min_width=200, scale=0)
        resume = gr.Button(
            say("evals.resume"), variant="primary", visible=False, elem_id="evals-resume", min_width=200, scale=0
        )
    frame = gr.HTML(
        "", elem_id="evals-frame", js_on_load=SHOW_REPORT,
        html_template=FRAME.format(title=say("evals.report_title"), save=say("evals.download"), close=say("evals.close")),
    )  # fmt: skip
    return Results(none, runs, resume, headline, report, frame)


def review_parts() -> Review:
    """Lays them out."""
    with gr.Column(visible=False, elem_id="evals-review") as column:
        gr.HTML(f"<h3>{say('evals.disagreements')}</h3><p class='eval-note'>{say('evals.disagreements_hint')}</p>")
        with gr.Row():
            with gr.Column(scale=2, min_width=280):
                entries = gr.Radio([], label=say("evals.entries"), elem_id="evals-entries")
            with gr.Column(scale=3, min_width=300):
                card = gr.HTML(elem_id="evals-card")
                score = gr.Slider(0, 1, step=0.05, label=say("evals.your_score"), elem_id="evals-score")
                by = gr.Textbox(
                    "", label=say("evals.by"), max_lines=1, max_length=handlers.LONGEST_NAME, elem_id="evals-by"
                )
                why = gr.Textbox(
                    "", label=say("evals.why"), info=say("evals.why_hint"), lines=2, max_lines=6,
                    max_length=handlers.LONGEST_WHY, elem_id="evals-why",
                )  # fmt: skip
                verdicts = gr.Textbox("", visible=False)
                keep = gr.Button(say("evals.keep"), variant="primary", elem_id="evals-keep", min_width=160, scale=0)
                kept = gr.HTML(elem_id="evals-kept")
    return Review(column, entries, card, score, by, why, verdicts, keep, kept)


def wire_results(
    evaluations: Evaluations, work: Background, around: Around, results: Results, review: Review, told: Told
) -> None:
    """Fills the list of runs, and shows the one that is chosen."""
    run_parts = [results.headline, results.report, results.resume, results.frame]

    def opened(zone_name: str, chosen: str | None) -> list[Any]:
        runs = evaluations.runs()
        busy = handlers.under_way(runs, work.status())
        choices = [(view.run_label(run, zone_of(zone_name), run.id == busy), run.id) for run in runs]
        kept = chosen if chosen in {run.id for run in runs} else (runs[0].id if runs else None)
        return [
            gr.HTML(visible=not runs),
            gr.Dropdown(choices=choices, value=kept, visible=bool(runs)),
            *(shown(kept) if kept else [gr.skip()] * (len(run_parts) + len(review.shown))),
        ]

    def shown(id: str | None) -> list[Any]:
        found = handlers.result(evaluations, id)
        busy = handlers.under_way(evaluations.runs(), work.status()) == id
        return [
            view.headline(found.run, found.outcome, found.fault, busy),
            gr.Button(visible=found.run.finished and not found.fault),
            gr.Button(visible=not found.run.finished and not busy),
            "",
            *_reviewing(found.disagreements, handlers.next_open(found.disagreements, None)),
            "",
        ]

    def seen(zone_name: str) -> list[Any]:
        status = work.status()
        newest = status.result if status else None
        return [gr.Tabs(selected="evals-results"), *opened(zone_name, newest)]

    def resumed(id: str | None) -> list[Any]:
        handlers.resume(evaluations, work, id)
        return [gr.Tabs(selected="evals-run"), *around.state()]

    def reported(id: str | None) -> str:
        return handlers.packed_report(evaluations, id)

    listing = [results.none, results.runs, *run_parts, *review.shown]
    around.tab.select(told(opened), [around.zone, results.runs], listing, js=ZONE_JS, **QUIET)
    results.runs.input(told(shown), results.runs, [*run_parts, *review.shown], **QUIET)
    results.report.click(told(reported), results.runs, results.frame, **BUSY)
    results.resume.click(told(resumed), results.runs, [around.tabs, *around.progress], **QUIET)
    around.see.click(told(seen), around.zone, [around.tabs, *listing], js=ZONE_JS, **QUIET)


def _reviewing(found: Sequence[Disagreement], one: Disagreement | None) -> list[Any]:
    """Values for the list of disagreements, the card and the score, with `one` shown; without any they are hidden."""
    if one is None:
        return [gr.Column(visible=bool(found)), gr.Radio(choices=[], value=None), "", gr.skip(), ""]
    choices = [(view.disagreement_label(each), each.case_id) for each in found]
    latest = one.looks[-1].score if one.looks else one.given
    return [
        gr.Column(visible=True),
        gr.Radio(choices=choices, value=one.case_id),
        view.disagreement_card(one),
        latest,
        "",
    ]


def wire_review(evaluations: Evaluations, results: Results, review: Review, told: Told) -> None:
    """Shows the disagreement that is chosen, and keeps second looks."""

    def chosen(id: str | None, case_id: str | None) -> list[Any]:
        found = handlers.result(evaluations, id).disagreements
        return [*_reviewing(found, handlers.find_disagreement(found, case_id)), ""]

    def kept(id: str | None, case_id: str | None, score: float, by: str, why: str, verdicts: str) -> list[Any]:
        found = handlers.review(evaluations, id, case_id, score, by, why, datetime.now(UTC), verdicts)
        looked_at = sum(bool(one.looks) for one in found)
        told_so = f'<p class="eval-note" role="status">{say("evals.kept", n=looked_at)}</p>'
        return [*_reviewing(found, handlers.next_open(found, case_id)), told_so]

    review.entries.input(told(chosen), [results.runs, review.entries], review.shown, **QUIET)
    sent = [results.runs, review.entries, review.score, review.by, review.why, review.verdicts]
    review.keep.click(told(kept), sent, review.shown, js=JUDGED_JS, **QUIET)
