"""The Practice part of the page: its layout and wiring in Gradio; what it does is in `ui/practice_handlers.py`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import gradio as gr

from interviewer.practice import DAILY_GOAL
from interviewer.wiring import Interviewer
from ui import practice_handlers as handlers
from ui import practice_view as view
from ui.handlers import Page
from ui.listeners import PRESS, QUIET, ZONE_JS, Told, leave
from ui.texts import say

SIZES = [("3", 3), ("5", 5), ("10", 10)]


class Opening(NamedTuple):
    """How another part of the page opens a session: the components that show it, and the values for them.

    `outputs` are the tabs and then what `show` gives values for; `answering` are the listeners that show an answer as it comes.
    """

    tabs: gr.Tabs
    outputs: list[Any]
    show: Callable[[Page], list[Any]]
    answering: list[Any]

    def values(self, page: Page) -> list[Any]:
        """Values for `outputs` that bring a session to the front."""
        return [gr.Tabs(selected="interview"), *self.show(page)]

    def on(self, pressed: Callable[..., Any], handler: Callable[..., Any], inputs: list[Any]) -> None:
        """Lets a press open a session; the browser's time zone takes the place of the first input."""
        leave(pressed, self.answering)
        pressed(handler, inputs, self.outputs, js=ZONE_JS, **QUIET)


def practice_tab(interviewer: Interviewer, tab: gr.Tab, opening: Opening, told: Told) -> None:
    """Fills the open tab."""
    zone = gr.Textbox("UTC", visible=False)
    with gr.Column(elem_id="practice"):
        hero = gr.HTML(view.reading(), elem_id="practice-hero")
        with gr.Row(elem_id="practice-start"):
            size = gr.Radio(SIZES, value=DAILY_GOAL, label=say("practice.size"), elem_id="practice-size")
            start = gr.Button(say("practice.start"), variant="primary", size="lg", elem_id="practise", min_width=220)
        week = gr.HTML(elem_id="practice-week")
        due = gr.HTML(elem_id="practice-due", js_on_load=PRESS)

    def shown(zone_name: str) -> list[Any]:
        today = handlers.today(interviewer, zone_name)
        return [
            view.hero(len(today.due), len(today.weak), today.habit, today.answered),
            view.week(today.load),
            view.due_list(today.due, today.weak),
        ]

    def begun(zone_name: str, questions: int) -> list[Any]:
        return opening.values(handlers.begin(interviewer, zone_name, questions))

    tab.select(told(shown), zone, [hero, week, due], js=ZONE_JS, **QUIET)
    opening.on(start.click, told(begun), [zone, size])
    wire_presses(interviewer, due, zone, opening, told)


def wire_presses(interviewer: Interviewer, within: gr.HTML, zone: gr.Textbox, opening: Opening, told: Told) -> None:
    """Makes the buttons within a piece of HTML work; see `listeners.PRESS`."""

    def pressed(zone_name: str, event: gr.EventData) -> list[Any]:
        return opening.values(handlers.press(interviewer, zone_name, dict(event._data or {})))

    opening.on(within.click, told(pressed), [zone])
