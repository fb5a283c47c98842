"""From a session's page to values for the components that show it; their layout is in `ui/interview_layout.py`."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from interviewer.wiring import Interviewer
from ui import handlers, report_view, resume_view
from ui.charts import rubric_chart, topic_chart
from ui.handlers import Page
from ui.texts import say
from ui.view import ending, is_practice, progress, ungraded

ACTIONS = [
    (say("buttons.dont_know"), "dont_know"),
    (say("buttons.hint"), "hint"),
    (say("buttons.skip"), "skip"),
    (say("buttons.repeat"), "repeat"),
    (say("buttons.end"), "stop"),
]
"""The buttons below the reply: what stands on each, and the kind of reply that it is."""
SHOWN = (
    "setup", "room", "chat", "ungraded", "composer", "reply", "sure", "progress", "link", "report", "ending", "headline", "strengths",
    "by_topic", "dimensions", "rubric", "next", "questions_view", "downloads",
)  # fmt: skip
"""The parts of the layout that a session sets, in the order of the values."""


def show(interviewer: Interviewer, page: Page) -> list[Any]:
    """Values for the session's id, the parts in SHOWN and the action buttons."""
    values: dict[str, Any] = {
        "setup": gr.Column(visible=False),
        "room": gr.Row(visible=True),
        "chat": page.chat,
        "ungraded": ungraded(page.session_id, page.state),
        "composer": gr.Column(visible=page.report is None),
        "progress": progress(page.state, interviewer.bank, handlers.spent(interviewer, page.session_id)),
        "link": resume_view.link(page.session_id),
        "report": gr.Column(visible=page.report is not None),
    } | _report_values(interviewer, page)
    practice = is_practice(page.state)
    actions = [gr.Button(interactive=page.waiting, visible=kind != "hint" or practice) for _, kind in ACTIONS]
    return _in_order(page.session_id, values, actions)


def taken(page: Page, keep_draft: bool = True) -> list[Any]:
    """A reply that was sent stands in the chat and the buttons wait: the rest is as it was, and to send it costs time."""
    changed: dict[str, Any] = {"chat": page.chat} | ({} if keep_draft else {"reply": "", "sure": None})
    return _in_order(page.session_id, changed, [gr.Button(interactive=False) for _ in ACTIONS])


def said_so_far(page: Page) -> list[Any]:
    """While the interviewer speaks only the chat changes; to send the rest with every word would slow the words."""
    return _in_order(gr.skip(), {"chat": page.chat})


def _in_order(id: Any, parts: dict[str, Any], actions: Sequence[Any] = ()) -> list[Any]:
    """The values in their order; what is not among them stays as it is."""
    return [id, *(parts.get(name, gr.skip()) for name in SHOWN), *(actions or (gr.skip() for _ in ACTIONS))]


def _report_values(interviewer: Interviewer, page: Page) -> dict[str, Any]:
    report = page.report
    if report is None:
        return {}
    by_topic, dimensions = (topic_chart(report), rubric_chart(report)) if report.topics else (None, None)
    return {
        "ending": ending(page.state),
        "headline": report_view.headline(report),
        "strengths": report_view.strengths(report),
        "by_topic": gr.Plot(value=by_topic, visible=by_topic is not None),
        "dimensions": gr.Plot(value=dimensions, visible=dimensions is not None),
        "rubric": report_view.rubric_table(report),
        "next": report_view.practise_next(report),
        "questions_view": report_view.questions(report),
        "downloads": report_view.downloads(page.session_id),
    }


def blank() -> list[Any]:
    """The page before a session."""
    values = {
        "setup": gr.Column(visible=True),
        "room": gr.Row(visible=False),
        "chat": [],
        "ungraded": "",
        "reply": "",
        "sure": None,
        "report": gr.Column(visible=False),
    }
    return _in_order("", values)


def grader_line(interviewer: Interviewer) -> str:
    """Which grader is in use, in Markdown."""
    model = interviewer.settings.model
    return say("room.grader_model", model=model) if model else say("room.grader_local")
