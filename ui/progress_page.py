"""The Progress part of the page: its layout and wiring in Gradio; what it shows is in `ui/progress_view.py`."""

from typing import Any

import gradio as gr

from interviewer.wiring import Interviewer
from knowledge.bank import Topic
from ui import practice_handlers as handlers
from ui import progress_charts as charts
from ui import progress_view as view
from ui.listeners import PRESS, QUIET, ZONE_JS, Told
from ui.names import topic_name
from ui.practice_handlers import Overview
from ui.practice_page import Opening, wire_presses
from ui.texts import say

ALL = "all"


def progress_tab(interviewer: Interviewer, tab: gr.Tab, opening: Opening, told: Told) -> None:
    """Fills the open tab."""
    zone = gr.Textbox("UTC", visible=False)
    empty = gr.HTML(view.empty(), visible=False, elem_id="progress-empty", js_on_load=PRESS)
    with gr.Column(visible=False, elem_id="progress-page") as full:
        tiles = gr.HTML(elem_id="progress-tiles")
        with gr.Row():
            with gr.Column(min_width=300):
                topic = gr.Dropdown(
                    [(say("progress.all_topics"), ALL)],
                    value=ALL,
                    label=say("progress.over_time"),
                    elem_id="progress-topic",
                )
                over_time = gr.Plot(show_label=False, elem_id="progress-trend")
            with gr.Column(min_width=300):
                load = gr.Plot(show_label=False, elem_id="progress-load")
        mastery = gr.HTML(elem_id="progress-mastery", js_on_load=PRESS)
        heat = gr.HTML(elem_id="progress-heat", js_on_load=PRESS)
        sure = gr.HTML(elem_id="progress-sure")
        sure_chart = gr.Plot(show_label=False, visible=False, elem_id="progress-calibration")
    history = gr.HTML(view.reading(), elem_id="progress-history", js_on_load=PRESS)

    def shown(zone_name: str, wanted: str) -> list[Any]:
        found = handlers.overview(interviewer, zone_name)
        past = view.history(found.past, handlers.zone_of(zone_name))
        if not found.progress.replies:
            return [gr.HTML(visible=True), gr.Column(visible=False), *[gr.skip()] * 8, past]
        calibration = found.progress.calibration
        drawn = charts.calibration_chart(calibration) if calibration else None
        return [
            gr.HTML(visible=False),
            gr.Column(visible=True),
            view.tiles(found.progress, found.habit, found.load),
            _topics(found, wanted),
            _over_time(found, wanted),
            charts.load_chart(found.load),
            view.topics(found.progress),
            view.heat_map(found.progress.key_points),
            view.calibration_words(calibration),
            gr.Plot(value=drawn, visible=drawn is not None),
            past,
        ]

    def drawn(zone_name: str, wanted: str) -> Any:
        return _over_time(handlers.overview(interviewer, zone_name), wanted)

    outputs = [empty, full, tiles, topic, over_time, load, mastery, heat, sure, sure_chart, history]
    tab.select(told(shown), [zone, topic], outputs, js=ZONE_JS, **QUIET)
    topic.input(told(drawn), [zone, topic], over_time, js=ZONE_JS, **QUIET)
    for part in (empty, mastery, heat, history):
        wire_presses(interviewer, part, zone, opening, told)


def _topics(found: Overview, wanted: str) -> gr.Dropdown:
    choices = [(say("progress.all_topics"), ALL), *((topic_name(t.value), t.value) for t in found.progress.over_time)]
    return gr.Dropdown(choices=choices, value=wanted if wanted in dict(choices).values() else ALL)


def _over_time(found: Overview, wanted: str) -> Any:
    if wanted in set(Topic) and (days := found.progress.over_time.get(Topic(wanted))):
        return charts.over_time_chart(days, say("charts.topic_by_day", topic=topic_name(wanted)))
    return charts.over_time_chart(found.progress.trend, say("charts.by_day"))
