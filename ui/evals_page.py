"""The Evals part of the page: its layout and wiring in Gradio; what it does is in `ui/evals_handlers.py`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import gradio as gr

from interviewer.evaluations import Disagreement, Evaluations
from interviewer.grading.grade import GraderName
from interviewer.wiring import Interviewer
from ui import evals_handlers as handlers
from ui import evals_view as view
from ui.background import Background
from ui.evals_handlers import ALL, OWN
from ui.practice_handlers import zone_of
from ui.practice_page import QUIET, ZONE_JS, Told
from ui.texts import say

BUSY: dict[str, Any] = QUIET | {"show_progress": "minimal"}
EVERY_S = 1.0
FIRST = (20, 100)
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


class Form(NamedTuple):
    """The components that begin a run and say how it stands."""

    cases: gr.Radio
    file: gr.File
    hint: gr.HTML
    grader: gr.Radio
    limit: gr.Radio
    start: gr.Button
    status: gr.HTML
    stop: gr.Button
    see: gr.Button
    timer: gr.Timer


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
    keep: gr.Button
    kept: gr.HTML


def evals_tab(interviewer: Interviewer, evaluations: Evaluations, work: Background, tab: gr.Tab, told: Told) -> None:
    """Fills the open tab.

    Args:
        work: runs what takes long.
        told: wraps a handler so that its errors are told, and only those get in who may.
    """
    zone = gr.Textbox("UTC", visible=False)
    with gr.Tabs(elem_id="evals-parts") as parts:
        with gr.Tab(say("evals.tab_run"), id="evals-run"):
            form = _form()
        with gr.Tab(say("evals.tab_results"), id="evals-results") as results_tab:
            results = _results()
            review = _review()
    _wire_form(interviewer, evaluations, work, tab, form, told)
    _wire_results(evaluations, work, parts, results_tab, zone, form, results, review, told)
    _wire_review(evaluations, results, review, told)


def _form() -> Form:
    gr.HTML(f"<p>{say('evals.about')}</p>", elem_id="evals-about")
    # Nothing can be chosen before it is loaded, or what is loaded would undo the choice.
    cases = gr.Radio([], label=say("evals.cases"), elem_id="evals-cases")
    file = gr.File(
        label=say("evals.file"), file_types=[".jsonl", ".json", ".txt"], type="filepath", height=140, visible=False,
        elem_id="evals-file",
    )  # fmt: skip
    hint = gr.HTML(f'<p class="eval-note">{say("evals.file_hint")}</p>', visible=False)
    with gr.Row():
        grader = gr.Radio([], label=say("evals.grader"), elem_id="evals-grader")
        limits = [*((say("evals.first", n=n), n) for n in FIRST), (say("evals.all"), ALL)]
        limit = gr.Radio(limits, value=ALL, label=say("evals.limit"), elem_id="evals-limit")
    with gr.Row(elem_id="evals-go"):
        start = gr.Button(
            say("evals.start"), variant="primary", interactive=False, elem_id="evals-start", min_width=160, scale=0
        )
        stop = gr.Button(say("evals.stop"), visible=False, elem_id="evals-stop", min_width=120, scale=0)
        see = gr.Button(say("evals.see"), visible=False, elem_id="evals-see", min_width=160, scale=0)
    status = gr.HTML(elem_id="evals-status")
    return Form(cases, file, hint, grader, limit, start, status, stop, see, gr.Timer(EVERY_S, active=False))


def _results() -> Results:
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


def _review() -> Review:
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
                keep = gr.Button(say("evals.keep"), variant="primary", elem_id="evals-keep", min_width=160, scale=0)
                kept = gr.HTML(elem_id="evals-kept")
    return Review(column, entries, card, score, by, why, keep, kept)


def _wire_form(
    interviewer: Interviewer, evaluations: Evaluations, work: Background, tab: gr.Tab, form: Form, told: Told
) -> None:
    shown = [form.status, form.start, form.stop, form.see, form.timer]

    def opened(chosen: str | None, grader: str | None) -> list[Any]:
        sets = [(say("evals.set_choice", name=one.name, n=one.replies), one.id) for one in evaluations.shipped()]
        choices = [*sets, (say("evals.own_file"), OWN)]
        return [
            gr.Radio(choices=choices, value=chosen or choices[0][1]),
            _graders(interviewer, grader),
            *_progress(work),
        ]

    def began(cases: str, upload: str | None, grader: str, limit: int) -> list[Any]:
        handlers.begin(evaluations, work, cases, upload, grader, limit)
        return _progress(work)

    def stopped() -> list[Any]:
        work.stop()
        return _progress(work)

    tab.select(told(opened), [form.cases, form.grader], [form.cases, form.grader, *shown], **QUIET)
    form.cases.input(told(_upload), form.cases, [form.file, form.hint], **QUIET)
    form.start.click(told(began), [form.cases, form.file, form.grader, form.limit], shown, **BUSY)
    form.stop.click(told(stopped), None, shown, **QUIET)
    form.timer.tick(told(lambda: _progress(work)), None, shown, **QUIET)


def _upload(chosen: str) -> list[Any]:
    """Values that show where a file is given, and what it is to hold, only where one is wanted."""
    return [gr.File(visible=chosen == OWN), gr.HTML(visible=chosen == OWN)]


def _graders(interviewer: Interviewer, chosen: str | None) -> gr.Radio:
    model = interviewer.settings.model
    choices = [(say("evals.grader_local"), GraderName.LOCAL.value)]
    if model:
        choices.append((say("evals.grader_model", model=model), GraderName.LLM.value))
    known = chosen in {value for _, value in choices}
    return gr.Radio(
        choices=choices,
        value=chosen if known else GraderName.LOCAL.value,
        info=say("evals.grader_hint") if model else say("evals.no_model"),
    )


def _progress(work: Background) -> list[Any]:
    """Values for the status, its buttons, and the timer that asks again."""
    status = work.status()
    running = status is not None and status.state in ("running", "stopping")
    done = status is not None and status.state in ("done", "stopped")
    return [
        view.status_card(status),
        gr.Button(interactive=not running),
        gr.Button(visible=running, interactive=status is not None and status.state == "running"),
        gr.Button(visible=done),
        gr.Timer(active=running),
    ]


def _wire_results(
    evaluations: Evaluations, work: Background, parts: gr.Tabs, tab: gr.Tab, zone: gr.Textbox, form: Form, results: Results,
    review: Review, told: Told,
) -> None:  # fmt: skip
    run_parts = [results.headline, results.report, results.resume, results.frame]
    review_parts = [review.view, review.entries, review.card, review.score, review.why, review.kept]

    def opened(zone_name: str, chosen: str | None) -> list[Any]:
        runs = evaluations.runs()
        busy = handlers.under_way(runs, work.status())
        choices = [(view.run_label(run, zone_of(zone_name), run.id == busy), run.id) for run in runs]
        kept = chosen if chosen in {run.id for run in runs} else (runs[0].id if runs else None)
        return [
            gr.HTML(visible=not runs),
            gr.Dropdown(choices=choices, value=kept, visible=bool(runs)),
            *(shown(kept) if kept else [gr.skip()] * (len(run_parts) + len(review_parts))),
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
        return [gr.Tabs(selected="evals-run"), *_progress(work)]

    def reported(id: str | None) -> str:
        return handlers.packed_report(evaluations, id)

    listing = [results.none, results.runs, *run_parts, *review_parts]
    progress = [form.status, form.start, form.stop, form.see, form.timer]
    tab.select(told(opened), [zone, results.runs], listing, js=ZONE_JS, **QUIET)
    results.runs.input(told(shown), results.runs, [*run_parts, *review_parts], **QUIET)
    results.report.click(told(reported), results.runs, results.frame, **BUSY)
    results.resume.click(told(resumed), results.runs, [parts, *progress], **QUIET)
    form.see.click(told(seen), zone, [parts, *listing], js=ZONE_JS, **QUIET)


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


def _wire_review(evaluations: Evaluations, results: Results, review: Review, told: Told) -> None:
    shown = [review.view, review.entries, review.card, review.score, review.why, review.kept]

    def chosen(id: str | None, case_id: str | None) -> list[Any]:
        found = handlers.result(evaluations, id).disagreements
        return [*_reviewing(found, handlers.find_disagreement(found, case_id)), ""]

    def kept(id: str | None, case_id: str | None, score: float, by: str, why: str) -> list[Any]:
        found = handlers.review(evaluations, id, case_id, score, by, why, datetime.now(UTC))
        looked_at = sum(bool(one.looks) for one in found)
        told_so = f'<p class="eval-note" role="status">{say("evals.kept", n=looked_at)}</p>'
        return [*_reviewing(found, handlers.next_open(found, case_id)), told_so]

    review.entries.input(told(chosen), [results.runs, review.entries], shown, **QUIET)
    sent = [results.runs, review.entries, review.score, review.by, review.why]
    review.keep.click(told(kept), sent, shown, **QUIET)
