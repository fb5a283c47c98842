"""The whole page: its parts in their tabs, and the named endpoints for programs."""

from functools import partial
from typing import Any

import gradio as gr
from gradio.events import api

from interviewer.evaluations import Evaluations
from interviewer.wiring import Interviewer
from ui import handlers
from ui.arguments import checked
from ui.background import Background
from ui.bank_page import bank_tab
from ui.evals_page import evals_tab
from ui.interview_layout import interview_layout
from ui.interview_page import wire_interview, wire_report
from ui.interview_show import SHOWN, grader_line, show
from ui.practice_page import Opening, practice_tab
from ui.progress_page import progress_tab
from ui.resume_page import wire_resume_list
from ui.settings_page import settings_tab
from ui.texts import say
from ui.told import told
from ui.visitor import for_admins, is_admin


def build_app(
    interviewer: Interviewer, evaluations: Evaluations | None = None, work: Background | None = None
) -> gr.Blocks:
    """The whole page over the program's parts.

    Args:
        evaluations: what the Evals part shows; None leaves that part out.
        work: runs what takes long; who stops the app stops it.
    """
    app = gr.Blocks(title=say("page.title"), analytics_enabled=False)
    with app:
        session = gr.BrowserState("", storage_key="interviewer-session")
        gr.HTML(
            f"<h1>{say('page.title')}</h1><a id='your-data' href='/account'>{say('page.your_data')}</a>",
            elem_id="hero",
        )
        with gr.Tabs() as tabs:
            with gr.Tab(say("tabs.interview"), id="interview"):
                parts = interview_layout(interviewer)
                shown = [session, *(parts[name] for name in SHOWN), *parts["actions"]]
                answering = wire_interview(interviewer, app, session, parts, shown)
                opening = Opening(tabs, [tabs, *shown], lambda page: show(interviewer, page), answering)
            with gr.Tab(say("tabs.practice"), id="practice") as practice:
                practice_tab(interviewer, practice, opening, told)
            with gr.Tab(say("tabs.progress"), id="progress") as progress_part:
                progress_tab(interviewer, progress_part, opening, told)
            with gr.Tab(say("tabs.bank"), id="bank") as bank:
                bank_tab(interviewer, app, bank, opening, parts, told)
            guarded = for_admins(interviewer, told)
            shared: list[gr.Tab | gr.Column] = []
            if evaluations is not None:
                with gr.Tab(say("tabs.evals"), id="evals") as evals_part:
                    evals_tab(interviewer, evaluations, work or Background(), evals_part, guarded)
                shared.append(evals_part)
            with gr.Tab(say("tabs.settings"), id="settings") as settings_part:
                line = partial(grader_line, interviewer)
                shared.append(settings_tab(interviewer, settings_part, parts["grader"], line, guarded))
        wire_report(interviewer, parts, opening)
        wire_resume_list(interviewer, app, parts["unfinished"], parts["new"], parts["zone"], opening, told)
        if interviewer.settings.auth:
            _hide_from_others(interviewer, app, shared)
        _endpoints(interviewer)
    return app


def _hide_from_others(interviewer: Interviewer, app: gr.Blocks, shared: list[gr.Tab | gr.Column]) -> None:
    """What all share is for admins; the handlers refuse others, and this spares them the sight."""

    def seen() -> list[Any]:
        return [type(part)(visible=is_admin(interviewer)) for part in shared]

    app.load(told(seen), None, list(shared), api_visibility="private", show_progress="hidden")


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

    def grade_again(session_id: str) -> dict[str, Any]:
        return handlers.api_grade_again(interviewer, session_id)

    for endpoint in (start, reply, act, resume, report, search, grade_again):
        api(told(checked(endpoint)), api_name=endpoint.__name__, concurrency_limit=None)
