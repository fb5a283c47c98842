"""The sessions to go on with, above the set-up card: wiring in Gradio; what it shows is in `ui/resume_view.py`."""

import gradio as gr

from interviewer.wiring import Interviewer
from ui import resume_view as view
from ui.listeners import PRESS, QUIET, Told
from ui.practice_page import Opening, wire_presses


def resume_list() -> gr.HTML:
    """Where the list stands."""
    return gr.HTML(elem_id="unfinished", js_on_load=PRESS)


def wire_resume_list(
    interviewer: Interviewer, app: gr.Blocks, place: gr.HTML, new: gr.Button, zone: gr.Textbox, opening: Opening, told: Told
) -> None:  # fmt: skip
    """Fills the list when the page loads and when somebody wants a new session, and makes its buttons work."""

    def listed() -> str:
        return view.unfinished(interviewer.sessions.states(), interviewer.now())

    gr.on([app.load, new.click], told(listed), None, place, **QUIET)
    wire_presses(interviewer, place, zone, opening, told)
