"""The Interview part's layout in Gradio: the set-up card, the chat with its side panel, and the report."""

from typing import Any

import gradio as gr

from interviewer.events import REPLY_LIMIT
from interviewer.job import LONGEST_TEXT
from interviewer.wiring import Interviewer
from knowledge.bank import Level, Topic
from ui import resume_view
from ui.interview_show import ACTIONS, grader_line
from ui.listeners import PRESS
from ui.names import SURENESS, level_name, sureness_name, topic_name
from ui.resume_page import resume_list
from ui.texts import count, say

TIMES = (10, 20, 30, 45, 60)
"""Time limits to choose from, in minutes."""
FORMULAS: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},
]
"""Single dollars are not among them, which Gradio would pair across prices; `ui/markup.py` reads them."""


def interview_layout(interviewer: Interviewer) -> dict[str, Any]:
    """Fills the open tab; the parts by name. Exactly one of set-up card and room shows, the report below the room."""
    zone = gr.Textbox("UTC", visible=False)
    return {"zone": zone} | _setup() | _room(interviewer) | _report()


def _setup() -> dict[str, Any]:
    """The card on which a session is set up."""
    parts: dict[str, Any] = {}
    with gr.Column(elem_id="setup") as parts["setup"]:
        gr.HTML(f"<p>{say('page.about')}</p>", elem_id="about")
        parts["unfinished"] = resume_list()
        gr.HTML(f"<h2>{say('setup.title')}</h2>")
        with gr.Accordion(say("setup.job"), open=False, elem_id="from-job"):
            parts["job"] = gr.Textbox(
                lines=4, max_lines=10, max_length=LONGEST_TEXT, show_label=False, elem_id="job",
                placeholder=say("setup.job_hint"),
            )  # fmt: skip
            parts["propose"] = gr.Button(say("setup.propose"), elem_id="propose")
            parts["why"] = gr.Markdown(elem_id="why")
        with gr.Row():
            parts["mode"] = gr.Radio(
                [(say("setup.interview"), "interview"), (say("setup.practice"), "practice")],
                value="interview", label=say("setup.kind"), scale=2, min_width=480,
            )  # fmt: skip
            levels = [(level_name(level), level.value) for level in Level]
            parts["level"] = gr.Radio(levels, value="mid", label=say("setup.level"), scale=1, min_width=290)
        parts["topics"] = gr.CheckboxGroup(
            [(topic_name(topic.value), topic.value) for topic in Topic],
            label=say("setup.topics"),
            info=say("setup.topics_hint"),
        )
        with gr.Row():
            parts["questions"] = gr.Slider(1, 20, value=5, step=1, label=say("setup.questions"), min_width=260)
            times = [(say("setup.no_limit"), 0), *((count(n, "minute"), n) for n in TIMES)]
            parts["minutes"] = gr.Dropdown(times, value=0, label=say("setup.time"), min_width=260)
        parts["start"] = gr.Button(say("buttons.start"), variant="primary", elem_id="start")
    return parts


def _room(interviewer: Interviewer) -> dict[str, Any]:
    """The chat, the composer below it and the panel beside it."""
    parts: dict[str, Any] = {}
    with gr.Row(visible=False, elem_id="room") as parts["room"]:
        with gr.Column(scale=3, elem_id="talk"):
            parts["chat"] = gr.Chatbot(
                show_label=False, height=None, elem_id="chat", sanitize_html=True, buttons=["copy"], feedback_options=None,
                latex_delimiters=FORMULAS,
            )  # fmt: skip
            parts["ungraded"] = gr.HTML(elem_id="ungraded", js_on_load=PRESS)
            parts |= _composer()
        parts |= _side(interviewer)
    return parts


def _composer() -> dict[str, Any]:
    """Where the reply is written, with the buttons."""
    parts: dict[str, Any] = {}
    with gr.Column(elem_id="composer") as parts["composer"]:
        parts["reply"] = gr.Textbox(
            lines=3, max_lines=12, max_length=REPLY_LIMIT, label=say("room.answer"), elem_id="reply", autofocus=True,
            placeholder=say("room.answer_hint"),
        )  # fmt: skip
        sure = [(sureness_name(value), value) for value in SURENESS]
        parts["sure"] = gr.Radio(sure, value=None, label=say("sure.question"), elem_id="sure")
        with gr.Row():
            parts["send"] = gr.Button(say("buttons.send"), variant="primary", elem_id="send", min_width=140, scale=2)
            parts["actions"] = [
                gr.Button(name, elem_id=f"act-{kind}", size="md", min_width=90, scale=1) for name, kind in ACTIONS
            ]
        gr.HTML(f"<p class='keys'>{say('room.keys')}</p>", elem_id="keys")
    return parts


def _side(interviewer: Interviewer) -> dict[str, Any]:
    """How far the session is, its link and its grader."""
    parts: dict[str, Any] = {}
    with gr.Column(scale=1, min_width=220, elem_id="side"):
        parts["progress"] = gr.HTML(elem_id="progress")
        parts["link"] = gr.HTML(elem_id="session-link", js_on_load=resume_view.COPY_LINK)
        parts["grader"] = gr.Markdown(grader_line(interviewer), elem_id="grader")
        parts["new"] = gr.Button(say("buttons.new"), elem_id="new")
    return parts


def _report() -> dict[str, Any]:
    """What a session ends with."""
    parts: dict[str, Any] = {}
    with gr.Column(visible=False, elem_id="report") as parts["report"]:
        parts["ending"] = gr.Markdown()
        parts["headline"] = gr.HTML(elem_id="headline")
        parts["next"] = gr.HTML(elem_id="practise-next", js_on_load=PRESS)
        parts["strengths"] = gr.HTML(elem_id="strengths")
        with gr.Row():
            with gr.Column(min_width=300):
                parts["dimensions"] = gr.Plot(show_label=False, elem_id="radar")
            with gr.Column(min_width=300):
                parts["by_topic"] = gr.Plot(show_label=False, elem_id="topic-bars")
        parts["rubric"] = gr.HTML()
        gr.HTML(f"<h3>{say('report.by_question')}</h3>", elem_id="by-question")
        parts["questions_view"] = gr.HTML(elem_id="questions", js_on_load=PRESS)
        parts["downloads"] = gr.HTML(elem_id="downloads")
    return parts
