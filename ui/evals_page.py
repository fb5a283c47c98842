"""The Evals part of the page: its layout and wiring in Gradio; what it does is in `ui/evals_handlers.py`."""

from typing import Any, NamedTuple

import gradio as gr

from interviewer.evaluations import Evaluations
from interviewer.grading.grade import GraderName
from interviewer.wiring import Interviewer
from ui import evals_handlers as handlers
from ui import evals_view as view
from ui.background import Background
from ui.evals_handlers import ALL, OWN
from ui.evals_results_page import Around, results_parts, review_parts, wire_results, wire_review
from ui.listeners import BUSY, QUIET, Told
from ui.texts import say

EVERY_S = 1.0
FIRST = (20, 100)


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

    @property
    def state(self) -> list[Any]:
        """What says how the run stands."""
        return [self.status, self.start, self.stop, self.see, self.timer]


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
            results = results_parts()
            review = review_parts()
    _wire_form(interviewer, evaluations, work, tab, form, told)
    around = Around(parts, results_tab, zone, form.see, form.state, lambda: _progress(work))
    wire_results(evaluations, work, around, results, review, told)
    wire_review(evaluations, results, review, told)


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
        grader = gr.Radio([], label=say("evals.grader"), elem_id="evals-grader", min_width=260)
        limits = [*((say("evals.first", n=n), n) for n in FIRST), (say("evals.all"), ALL)]
        limit = gr.Radio(limits, value=ALL, label=say("evals.limit"), elem_id="evals-limit", min_width=260)
    with gr.Row(elem_id="evals-go"):
        start = gr.Button(
            say("evals.start"), variant="primary", interactive=False, elem_id="evals-start", min_width=160, scale=0
        )
        stop = gr.Button(say("evals.stop"), visible=False, elem_id="evals-stop", min_width=120, scale=0)
        see = gr.Button(say("evals.see"), visible=False, elem_id="evals-see", min_width=160, scale=0)
    status = gr.HTML(elem_id="evals-status")
    return Form(cases, file, hint, grader, limit, start, status, stop, see, gr.Timer(EVERY_S, active=False))


def _wire_form(
    interviewer: Interviewer, evaluations: Evaluations, work: Background, tab: gr.Tab, form: Form, told: Told
) -> None:
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

    tab.select(told(opened), [form.cases, form.grader], [form.cases, form.grader, *form.state], **QUIET)
    form.cases.input(told(_upload), form.cases, [form.file, form.hint], **QUIET)
    form.start.click(told(began), [form.cases, form.file, form.grader, form.limit], form.state, **BUSY)
    form.stop.click(told(stopped), None, form.state, **QUIET)
    form.timer.tick(told(lambda: _progress(work)), None, form.state, **QUIET)


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
    """Values for `Form.state`."""
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
