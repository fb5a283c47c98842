"""The page's layout and wiring in Gradio; what the buttons do is in `ui/handlers.py`."""

import logging
import random
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import api

from interviewer.evaluations import Evaluations
from interviewer.events import REPLY_LIMIT, Order
from interviewer.job import LONGEST_TEXT
from interviewer.wiring import Interviewer
from knowledge.bank import Level, Topic
from ui import handlers, report_view, resume_view
from ui.arguments import checked
from ui.background import Background
from ui.bank_page import bank_tab
from ui.charts import rubric_chart, topic_chart
from ui.evals_page import evals_tab
from ui.handlers import Page
from ui.practice_handlers import zone_of
from ui.practice_page import ZONE_JS, Opening, practice_tab, wire_presses
from ui.practice_view import PRESS
from ui.progress_page import progress_tab
from ui.resume_page import resume_list, wire_resume_list
from ui.settings_page import settings_tab
from ui.texts import say
from ui.view import TOPIC_NAMES, ending, is_practice, progress
from ui.visitor import for_admins, is_admin, visiting

log = logging.getLogger("interviewer.ui")

FOLDER = Path(__file__).parent
TIMES = [
    ("No limit", 0),
    ("10 minutes", 10),
    ("20 minutes", 20),
    ("30 minutes", 30),
    ("45 minutes", 45),
    ("60 minutes", 60),
]
ACTIONS = [
    (say("buttons.dont_know"), "dont_know"),
    (say("buttons.hint"), "hint"),
    (say("buttons.skip"), "skip"),
    (say("buttons.repeat"), "repeat"),
    (say("buttons.end"), "stop"),
]
FORMULAS: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},
]
"""Single dollars are not among them, which Gradio would pair across prices; `ui/markup.py` reads them."""
KEYS = (
    "<p class='keys'>Keys: <kbd>Shift</kbd> <kbd>Enter</kbd> or <kbd>Ctrl</kbd> <kbd>Enter</kbd> sends; "
    "<kbd>Alt</kbd> with <kbd>I</kbd> I don't know, <kbd>H</kbd> hint, <kbd>S</kbd> skip, <kbd>R</kbd> repeat, <kbd>E</kbd> end.</p>"
)
"""Shown beside the buttons; `ui/chat.js` acts on them."""
SURENESS = [("Guessing", 0.25), ("Half sure", 0.5), ("Fairly sure", 0.75), ("Certain", 1.0)]
TO_THE_REPORT = (
    "() => document.querySelector('#report')?.scrollIntoView({behavior: "
    "matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'})"
)
"""Brings the report into view; before the end there is none and nothing moves."""
NOTHING_NEW_S = 1.0
"""Seconds until a page that waits for a kept reply's answer looks again."""
OVER: Any = object()
UNEXPECTED = (
    "Something went wrong on our side; your replies are safe. Reload the page to go on. The log has the details."
)


def build_app(
    interviewer: Interviewer, evaluations: Evaluations | None = None, work: Background | None = None
) -> gr.Blocks:
    """The whole page over the program's parts.

    Args:
        evaluations: what the Evals part shows; None leaves that part out.
        work: runs what takes long; who stops the app stops it.
    """
    app = gr.Blocks(title="Interviewer", analytics_enabled=False)
    with app:
        session = gr.BrowserState("", storage_key="interviewer-session")
        gr.HTML(
            "<h1>Interviewer</h1><p>Mock interviews for deep-learning jobs: real questions, follow-ups, and a grade for "
            "every point with your own words as evidence.</p><a id='your-data' href='/account'>Your data</a>",
            elem_id="hero",
        )
        with gr.Tabs() as tabs:
            with gr.Tab(say("tabs.interview"), id="interview"):
                parts = _interview_tab(interviewer)
                shown = [session, *(parts[name] for name in SHOWN), *parts["actions"]]
                opening = Opening(tabs, [tabs, *shown], lambda page: _show(interviewer, page))
            with gr.Tab(say("tabs.practice"), id="practice") as practice:
                practice_tab(interviewer, app, practice, opening, _told)
            with gr.Tab(say("tabs.progress"), id="progress") as progress_part:
                progress_tab(interviewer, progress_part, opening, _told)
            with gr.Tab(say("tabs.bank"), id="bank"):
                bank_tab(interviewer, app, tabs, parts, _told)
            guarded = for_admins(interviewer, _told)
            shared: list[gr.Tab | gr.Column] = []
            if evaluations is not None:
                with gr.Tab(say("tabs.evals"), id="evals") as evals_part:
                    evals_tab(interviewer, evaluations, work or Background(), evals_part, guarded)
                shared.append(evals_part)
            with gr.Tab(say("tabs.settings"), id="settings") as settings_part:
                line = partial(_grader_line, interviewer)
                shared.append(settings_tab(interviewer, settings_part, parts["grader"], line, guarded))
        _wire(interviewer, app, session, parts, shown)
        _wire_report(interviewer, parts, opening)
        wire_resume_list(interviewer, app, parts["unfinished"], parts["new"], parts["zone"], opening, _told)
        if interviewer.settings.auth:
            _hide_from_others(interviewer, app, shared)
        _endpoints(interviewer)
    return app


def _hide_from_others(interviewer: Interviewer, app: gr.Blocks, shared: list[gr.Tab | gr.Column]) -> None:
    """What all share is for admins; the handlers refuse others, and this spares them the sight."""

    def seen() -> list[Any]:
        return [type(part)(visible=is_admin(interviewer)) for part in shared]

    app.load(_told(seen), None, list(shared), api_visibility="private", show_progress="hidden")


def _interview_tab(interviewer: Interviewer) -> dict[str, Any]:
    """The set-up card, the chat and the report; exactly one of the first two shows."""
    parts: dict[str, Any] = {"zone": gr.Textbox("UTC", visible=False)}
    with gr.Column(elem_id="setup") as parts["setup"]:
        parts["unfinished"] = resume_list()
        gr.HTML("<h2>Set up your session</h2>")
        with gr.Accordion("From a job description or CV (optional)", open=False, elem_id="from-job"):
            parts["job"] = gr.Textbox(
                lines=4, max_lines=10, max_length=LONGEST_TEXT, show_label=False, elem_id="job",
                placeholder="Paste the text here; topics and level are proposed from it, and you can change them.",
            )  # fmt: skip
            parts["propose"] = gr.Button("Propose topics and level", elem_id="propose")
            parts["why"] = gr.Markdown(elem_id="why")
        with gr.Row():
            parts["mode"] = gr.Radio(
                [("Interview: feedback at the end", "interview"), ("Practice: hints and feedback as you go", "practice")],
                value="interview", label="Kind of session",
            )  # fmt: skip
            parts["level"] = gr.Radio(
                [(level.value.capitalize(), level.value) for level in Level], value="mid", label="Level"
            )
        parts["topics"] = gr.CheckboxGroup(
            [(TOPIC_NAMES[topic.value], topic.value) for topic in Topic],
            label="Topics",
            info="None chosen means all of them.",
        )
        with gr.Row():
            parts["questions"] = gr.Slider(1, 20, value=5, step=1, label="Questions")
            parts["minutes"] = gr.Dropdown(TIMES, value=0, label="Time limit")
        parts["start"] = gr.Button(say("buttons.start"), variant="primary", elem_id="start")
    with gr.Row(visible=False, elem_id="room") as parts["room"]:
        with gr.Column(scale=3, elem_id="talk"):
            parts["chat"] = gr.Chatbot(
                show_label=False, height=None, elem_id="chat", sanitize_html=True, buttons=["copy"], feedback_options=None,
                latex_delimiters=FORMULAS,
            )  # fmt: skip
            with gr.Column(elem_id="composer") as parts["composer"]:
                parts["reply"] = gr.Textbox(
                    lines=3, max_lines=12, max_length=REPLY_LIMIT, label="Your answer", elem_id="reply", autofocus=True,
                    placeholder="Type your answer. Put code between ``` fences.",
                    info=f"In your own words. Up to {REPLY_LIMIT:,} characters.",
                )  # fmt: skip
                parts["sure"] = gr.Radio(SURENESS, value=None, label="How sure are you? (optional)", elem_id="sure")
                with gr.Row():
                    parts["send"] = gr.Button(
                        say("buttons.send"), variant="primary", elem_id="send", min_width=140, scale=2
                    )
                    parts["actions"] = [
                        gr.Button(name, elem_id=f"act-{kind}", size="md", min_width=90, scale=1)
                        for name, kind in ACTIONS
                    ]
                gr.HTML(KEYS, elem_id="keys")
        with gr.Column(scale=1, min_width=220, elem_id="side"):
            parts["progress"] = gr.HTML(elem_id="progress")
            parts["link"] = gr.HTML(elem_id="session-link", js_on_load=resume_view.COPY_LINK)
            parts["grader"] = gr.Markdown(_grader_line(interviewer), elem_id="grader")
            parts["new"] = gr.Button(say("buttons.new"), elem_id="new")
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
        gr.HTML("<h3>Question by question</h3>", elem_id="by-question")
        parts["questions_view"] = gr.HTML(elem_id="questions")
        parts["downloads"] = gr.HTML(elem_id="downloads")
    return parts


def _grader_line(interviewer: Interviewer) -> str:
    model = interviewer.settings.model
    return f"Grader: **{model}**, with the local grader behind it" if model else "Grader: **local**, on this machine"


def _wire(
    interviewer: Interviewer, app: gr.Blocks, session: gr.BrowserState, parts: dict[str, Any], shown: list[Any]
) -> None:
    quiet: dict[str, Any] = {"api_visibility": "private", "concurrency_limit": None, "show_progress": "hidden"}

    def started(zone: str, mode: str, level: str, topics: list[str], questions: int, minutes: int) -> list[Any]:
        seed = random.SystemRandom().randrange(2**31)
        page = handlers.start(interviewer, mode, level, topics, questions, minutes, seed, zone_of(zone), Order.ADAPTIVE)
        return _show(interviewer, page)

    def accepted(id: str, text: str, sure: float | None) -> list[Any]:
        return _show(interviewer, handlers.accept(interviewer, id, text, sure=sure), keep_draft=False)

    def pressed(kind: str) -> Callable[[str], list[Any]]:
        return lambda id: _show(interviewer, handlers.accept(interviewer, id, "", kind))

    def advanced(id: str) -> Iterator[list[Any] | None]:
        for page in handlers.advance(interviewer, id):
            speaking = page is not None and not page.waiting and page.report is None
            yield _said_so_far(page) if page and speaking else page and _show(interviewer, page)

    def taken_up(id: str) -> Iterator[list[Any] | None]:
        """What was kept while the app was busy is shown when it is answered, in a page that was loaded anew too."""
        # A generator that ends without a value would empty every part, the labels of buttons too.
        return advanced(id) if id and handlers.is_due(interviewer, id) else iter(([gr.skip() for _ in shown],))

    def opened(id: str | None) -> list[Any]:
        return _show(interviewer, handlers.resume(interviewer, id)) if id else _blank()

    def loaded(id: str, request: gr.Request) -> list[Any]:
        wanted = request.query_params.get("session") or id
        try:
            return opened(wanted)
        except handlers.EXPECTED_ERRORS:
            # A session of another home, or one that was deleted: begin anew rather than greet with an error.
            return _blank()

    def proposed(text: str) -> tuple[list[str], str, str]:
        found = interviewer.propose(text)
        return [topic.value for topic in found.topics], found.level.value, found.why

    parts["propose"].click(_told(proposed), parts["job"], [parts["topics"], parts["level"], parts["why"]], **quiet)
    setup = [parts[name] for name in ("zone", "mode", "level", "topics", "questions", "minutes")]
    gr.on([parts["start"].click], _told(started), setup, shown, js=ZONE_JS, **quiet)
    sent = [session, parts["reply"], parts["sure"]]
    gr.on([parts["send"].click, parts["reply"].submit], _told(accepted), sent, shown, **quiet).success(
        _told_each(advanced), session, shown, **quiet
    ).success(None, None, None, js=TO_THE_REPORT, **quiet)
    for button, (_, kind) in zip(parts["actions"], ACTIONS, strict=True):
        button.click(_told(pressed(kind)), session, shown, **quiet).success(
            _told_each(advanced), session, shown, **quiet
        ).success(None, None, None, js=TO_THE_REPORT, **quiet)
    parts["new"].click(_blank, None, shown, **quiet)
    app.load(_told(loaded), session, shown, **quiet).success(_told_each(taken_up), session, shown, **quiet)


def _wire_report(interviewer: Interviewer, parts: dict[str, Any], opening: Opening) -> None:
    """Practice from the report."""
    wire_presses(interviewer, parts["next"], parts["zone"], opening, _told)


SHOWN = (
    "setup", "room", "chat", "composer", "reply", "sure", "progress", "link", "report", "ending", "headline", "strengths",
    "by_topic", "dimensions", "rubric", "next", "questions_view", "downloads",
)  # fmt: skip


def _show(interviewer: Interviewer, page: Page, keep_draft: bool = True) -> list[Any]:
    """Values for the session's id, the parts in SHOWN and the action buttons."""
    values: dict[str, Any] = {
        "setup": gr.Column(visible=False),
        "room": gr.Row(visible=True),
        "chat": page.chat,
        "composer": gr.Column(visible=page.report is None),
        "reply": gr.skip() if keep_draft else "",
        "sure": gr.skip() if keep_draft else None,
        "progress": progress(page.state, interviewer.bank, handlers.spent(interviewer, page.session_id)),
        "link": resume_view.link(page.session_id),
        "report": gr.Column(visible=page.report is not None),
    } | _report_values(interviewer, page)
    practice = is_practice(page.state)
    actions = [gr.Button(interactive=page.waiting, visible=kind != "hint" or practice) for _, kind in ACTIONS]
    return [page.session_id, *(values[name] for name in SHOWN), *actions]


def _said_so_far(page: Page) -> list[Any]:
    """While the interviewer speaks only the chat changes; to send the rest with every word would slow the words."""
    return [gr.skip(), *(page.chat if name == "chat" else gr.skip() for name in SHOWN), *(gr.skip() for _ in ACTIONS)]


def _report_values(interviewer: Interviewer, page: Page) -> dict[str, Any]:
    report = page.report
    if report is None:
        return {name: gr.skip() for name in SHOWN[SHOWN.index("ending") :]}
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


def _blank() -> list[Any]:
    """The page before a session."""
    values: dict[str, Any] = {name: gr.skip() for name in SHOWN} | {
        "setup": gr.Column(visible=True),
        "room": gr.Row(visible=False),
        "chat": [],
        "reply": "",
        "sure": None,
        "report": gr.Column(visible=False),
    }
    return ["", *(values[name] for name in SHOWN), *(gr.skip() for _ in ACTIONS)]


def _told(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler with errors told to the person; the app's only catch-all, which logs."""
    import functools

    @functools.wraps(handler)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        try:
            with visiting():
                return handler(*arguments, **named)
        except handlers.EXPECTED_ERRORS as error:
            raise gr.Error(str(error), print_exception=False, title="Not yet") from error
        except Exception as error:
            log.exception("a handler failed")
            raise gr.Error(UNEXPECTED, print_exception=False) from error

    return wrapped


def _told_each(handler: Callable[..., Iterator[Any | None]]) -> Callable[..., AsyncIterator[Any]]:
    """The same for a handler that streams: each step is told, and no thread is held where there is nothing new (None)."""

    async def wrapped(*arguments: Any) -> AsyncIterator[Any]:
        from anyio import sleep, to_thread

        steps = await to_thread.run_sync(_told(handler), *arguments)
        step = _told(lambda: next(steps, OVER))
        while (value := await to_thread.run_sync(step)) is not OVER:
            if value is None:
                await sleep(NOTHING_NEW_S)
            else:
                yield value

    return wrapped


def _endpoints(interviewer: Interviewer) -> None:
    """The named endpoints for programs."""

    def start(mode: str, level: str, topics: list[str], questions: int, minutes: int, seed: int) -> dict[str, Any]:
        return handlers.api_start(interviewer, mode, level, topics, questions, minutes, seed)

    def reply(session_id: str, text: str) -> dict[str, Any]:
        return handlers.api_reply(interviewer, session_id, text)

    def act(session_id: str, action: str) -> dict[str, Any]:
        return handlers.api_act(interviewer, session_id, action)

    def report(session_id: str) -> dict[str, Any]:
        return handlers.api_report(interviewer, session_id)

    def search(text: str, k: int) -> list[dict[str, Any]]:
        return handlers.api_search(interviewer, text, k)

    def resume(session_id: str) -> dict[str, Any]:
        return handlers.api_resume(interviewer, session_id)

    for endpoint in (start, reply, act, resume, report, search):
        api(_told(checked(endpoint)), api_name=endpoint.__name__, concurrency_limit=None)
