"""The Bank part of the page: its layout and wiring in Gradio; what it does is in `ui/bank_handlers.py`."""

from typing import Any, NamedTuple

import gradio as gr

from interviewer.wiring import Interviewer
from knowledge.bank import Kind, Level, Topic
from ui import bank_handlers as handlers
from ui import bank_view as view
from ui.bank_handlers import ANY, PAGE_SIZE, Filters
from ui.listeners import BUSY, PRESS, QUIET, Told
from ui.material_page import adding_parts, review_parts, wire_material, wire_practise
from ui.practice_page import Opening, wire_presses
from ui.view import TOPIC_NAMES
from ui.visitor import is_admin


class Browser(NamedTuple):
    """The components of the list of questions."""

    text: gr.Textbox
    topic: gr.Dropdown
    level: gr.Dropdown
    kind: gr.Dropdown
    search: gr.Button
    total: gr.HTML
    results: gr.HTML
    more: gr.Button
    limit: gr.State


def bank_tab(
    interviewer: Interviewer, app: gr.Blocks, tab: gr.Tab, opening: Opening, setup: dict[str, Any], told: Told
) -> None:
    """Fills the open tab.

    Args:
        setup: the set-up card's components; `topics` and `questions` are set when a person goes on to practise, and
            `zone` takes the browser's time zone.
        told: wraps a handler so that its errors are told.
    """
    has_model = bool(interviewer.settings.model)
    with gr.Tabs(elem_id="bank-parts"):
        with gr.Tab("Questions", id="bank-questions") as questions:
            browser = _browser()
        with gr.Tab("Your material", id="bank-material") as material:
            adding = adding_parts(has_model)
            review = review_parts(has_model)
    _wire_browser(interviewer, [tab.select, questions.select], browser, told)
    wire_presses(interviewer, browser.results, setup["zone"], opening, told)
    wire_material(interviewer, [tab.select, material.select], adding, review, told)
    wire_practise(interviewer, adding, opening.tabs, setup, told)
    if interviewer.settings.auth:
        app.load(told(lambda: gr.Tab(visible=is_admin(interviewer))), None, material, **QUIET)


def _browser() -> Browser:
    with gr.Row(elem_id="bank-search"):
        text = gr.Textbox(
            value="",
            label="Search",
            placeholder="For example: why does dropout help",
            scale=4,
            elem_id="bank-text",
            max_lines=1,
        )
        search = gr.Button("Search", variant="primary", scale=0, min_width=110, elem_id="bank-go")
    with gr.Row(elem_id="bank-filters"):
        topic = gr.Dropdown(
            [("Any topic", ANY), *((TOPIC_NAMES[topic.value], topic.value) for topic in Topic)],
            value=ANY,
            label="Topic",
            elem_id="bank-topic",
        )
        level = gr.Dropdown([("Any level", ANY), *_choices(Level)], value=ANY, label="Level")
        kind = gr.Dropdown([("Any kind", ANY), *_choices(Kind)], value=ANY, label="Kind")
    total = gr.HTML(elem_id="bank-count")
    results = gr.HTML(elem_id="bank-results", js_on_load=PRESS)
    more = gr.Button(f"Show {PAGE_SIZE} more", visible=False, elem_id="bank-more")
    return Browser(text, topic, level, kind, search, total, results, more, gr.State(PAGE_SIZE))


def _choices(kinds: type[Level] | type[Kind]) -> list[tuple[str, str]]:
    return [(kind.value.capitalize(), kind.value) for kind in kinds]


def _wire_browser(interviewer: Interviewer, opened: list[Any], parts: Browser, told: Told) -> None:
    filters = [parts.text, parts.topic, parts.level, parts.kind]
    shown = [parts.total, parts.results, parts.more, parts.limit]

    def listed(text: str, topic: str, level: str, kind: str, limit: int) -> list[Any]:
        found = handlers.browse(interviewer, Filters(text, topic, level, kind), limit)
        return [view.count_line(found), view.results(found), gr.Button(visible=found.total > limit), limit]

    def first(text: str, topic: str, level: str, kind: str) -> list[Any]:
        return listed(text, topic, level, kind, PAGE_SIZE)

    def longer(text: str, topic: str, level: str, kind: str, limit: int) -> list[Any]:
        return listed(text, topic, level, kind, limit + PAGE_SIZE)

    changed = [parts.text.submit, parts.search.click, parts.topic.input, parts.level.input, parts.kind.input]
    gr.on(changed, told(first), filters, shown, **BUSY)
    gr.on(opened, told(first), filters, shown, **QUIET)
    parts.more.click(told(longer), [*filters, parts.limit], shown, **QUIET)
