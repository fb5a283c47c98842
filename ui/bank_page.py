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
from ui.names import kind_name, level_name, topic_name
from ui.practice_page import Opening, wire_presses
from ui.texts import say
from ui.visitor import is_admin


class Browser(NamedTuple):
    """The components of the list of questions; `tabs` is what it stands in."""

    tabs: gr.Tabs
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
        setup: the Interview part's components; `topics` and `questions` are set when a person goes on to practise,
            `zone` takes the browser's time zone, and `questions_view` links to questions.
        told: wraps a handler so that its errors are told.
    """
    has_model = bool(interviewer.settings.model)
    with gr.Tabs(elem_id="bank-parts") as tabs:
        with gr.Tab(say("bank.questions"), id="bank-questions") as questions:
            browser = _browser(tabs)
        with gr.Tab(say("bank.material"), id="bank-material") as material:
            adding = adding_parts(has_model)
            review = review_parts(has_model)
    _wire_browser(interviewer, [tab.select, questions.select], browser, told)
    wire_presses(interviewer, browser.results, setup["zone"], opening, told)
    _wire_links(interviewer, browser, opening.tabs, setup["questions_view"], told)
    wire_material(interviewer, [tab.select, material.select], adding, review, told)
    wire_practise(interviewer, adding, opening.tabs, setup, told)
    if interviewer.settings.auth:
        app.load(told(lambda: gr.Tab(visible=is_admin(interviewer))), None, material, **QUIET)


def _browser(tabs: gr.Tabs) -> Browser:
    with gr.Row(elem_id="bank-search"):
        text = gr.Textbox(
            value="",
            label=say("bank.search"),
            placeholder=say("bank.search_hint"),
            scale=4,
            elem_id="bank-text",
            max_lines=1,
        )
        search = gr.Button(say("bank.search"), variant="primary", scale=0, min_width=110, elem_id="bank-go")
    with gr.Row(elem_id="bank-filters"):
        topic = gr.Dropdown(
            [(say("bank.any_topic"), ANY), *((topic_name(topic.value), topic.value) for topic in Topic)],
            value=ANY,
            label=say("bank.topic"),
            elem_id="bank-topic",
        )
        levels = [(level_name(level), level.value) for level in Level]
        level = gr.Dropdown([(say("bank.any_level"), ANY), *levels], value=ANY, label=say("bank.level"))
        kinds = [(kind_name(kind), kind.value) for kind in Kind]
        kind = gr.Dropdown([(say("bank.any_kind"), ANY), *kinds], value=ANY, label=say("bank.kind"))
    total = gr.HTML(elem_id="bank-count")
    results = gr.HTML(elem_id="bank-results", js_on_load=PRESS)
    more = gr.Button(say("bank.show_more", n=PAGE_SIZE), visible=False, elem_id="bank-more")
    return Browser(tabs, text, topic, level, kind, search, total, results, more, gr.State(PAGE_SIZE))


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


def _wire_links(interviewer: Interviewer, parts: Browser, tabs: gr.Tabs, report: gr.HTML, told: Told) -> None:
    """Lets a report's question be seen in the bank, with no filter in its way."""

    def seen(event: gr.EventData) -> list[Any]:
        wanted = handlers.linked(interviewer, dict(event._data or {}))
        return [gr.Tabs(selected="bank"), gr.Tabs(selected="bank-questions"), *wanted]

    # The list is filled as the tab opens, by the words that stand there then.
    filters = [parts.text, parts.topic, parts.level, parts.kind]
    report.click(told(seen), None, [tabs, parts.tabs, *filters], **QUIET)
