"""What the page's buttons do: functions of plain values over the program, without Gradio."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, tzinfo
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from interviewer.errors import InputInvalid, InterviewerError
from interviewer.events import Mode, Order, ReplyKind, SessionConfig
from interviewer.llm.ledger import in_words
from interviewer.policy import Need, need
from interviewer.render import render_report
from interviewer.report import Report, build_report
from interviewer.state import State
from interviewer.wiring import Interviewer
from knowledge.bank import Level, Topic
from knowledge.errors import KnowledgeError
from ui.live import live
from ui.view import THINKING, Message, messages, streamed

STREAM_PAUSE_S = 0.02


class Page(NamedTuple):
    """What the page shows of a session; `report` once it is over."""

    session_id: str
    chat: list[Message]
    state: State
    waiting: bool
    report: Report | None


def start(
    interviewer: Interviewer,
    mode: str,
    level: str,
    topics: list[str],
    questions: int,
    minutes: int,
    seed: int,
    zone: tzinfo = UTC,
    order: Order = Order.FIXED,
) -> Page:
    """Begins a session; practice begins with what is due. Raises: InputInvalid where a choice cannot be used.

    Args:
        zone: the person's, whose day it is.
        order: fixed by the seed, or by what the replies say of the candidate.
    """
    try:
        config = SessionConfig(
            mode=Mode(mode),
            level=Level(level),
            topics=tuple(Topic(topic) for topic in topics),
            questions=int(questions),
            time_limit_s=int(minutes) * 60 if minutes else None,
            seed=int(seed),
            order=order,
        )
    except ValidationError as error:
        problem = error.errors()[0]
        raise InputInvalid(f"{problem['loc'][0]}: {problem['msg']}; change it and start again") from error
    except ValueError as error:
        raise InputInvalid(f"{error}; change it and start again") from error
    id, state = interviewer.sessions.start(interviewer.sessions.plan_practice(config, zone))
    return page(interviewer, id, state)


def page(interviewer: Interviewer, id: str, state: State) -> Page:
    """The page of a session as it stands."""
    over = need(state) is Need.NOTHING
    return Page(id, messages(state), state, not over, build_report(id, state, interviewer.bank) if over else None)


def accept(interviewer: Interviewer, id: str, text: str, kind: str | None = None, sure: float | None = None) -> Page:
    """Commits a reply and shows it with a sign that it is being read; `sure` in [0, 1] is what the person said to be."""
    pressed = ReplyKind(kind) if kind else None
    if pressed is None and not text.strip():
        raise InputInvalid("write your answer first, or use one of the buttons below")
    from interviewer.sessions import BUTTONS

    state = interviewer.sessions.accept(id, BUTTONS[pressed] if pressed else text, pressed, sure)
    chat = [*messages(state), Message(role="assistant", content=THINKING)]
    return Page(id, chat, state, False, None)


def advance(interviewer: Interviewer, id: str) -> Iterator[Page]:
    """Grades and responds, streaming what the interviewer says; the last page is the whole one.

    What a language model phrases shows as it comes; the state then says what was said, should that be something else.
    """
    state = interviewer.sessions.state(id)
    before, said = messages(state), ""
    pieces = live(lambda tell: interviewer.sessions.advance(id, tell))
    while True:
        try:
            said += next(pieces)
        except StopIteration as done:
            state = done.value
            break
        chat = [*before, Message(role="assistant", content=said)]
        yield Page(id, chat, interviewer.sessions.state(id), False, None)
    after = page(interviewer, id, state)
    if not said:
        for chat in streamed(before, after.chat):
            if chat != after.chat:
                yield after._replace(chat=chat, waiting=False, report=None)
                time.sleep(STREAM_PAUSE_S)
    yield after


def spent(interviewer: Interviewer, id: str) -> str | None:
    """What a session has cost, in words; None without a language model."""
    return in_words(interviewer.ledger.session(id)) if interviewer.settings.model else None


def resume(interviewer: Interviewer, id: str) -> Page:
    """Opens a session and finishes what was left undone."""
    return page(interviewer, id, interviewer.sessions.advance(id))


def report_file(interviewer: Interviewer, id: str, format: str) -> str:
    """The path of a new file with the report as md, html, json or pdf, for download."""
    report = build_report(id, interviewer.sessions.state(id), interviewer.bank)
    file = Path(tempfile.mkdtemp(prefix="interviewer-")) / f"{report.session.mode.value}-{id[:8]}.{format}"
    if format == "pdf":
        from interviewer.export import report_pdf

        file.write_bytes(report_pdf(report))
    else:
        file.write_text(_as_text(report, format), encoding="utf-8")
    return str(file)


def _as_text(report: Report, format: str) -> str:
    if format == "html":
        from interviewer.export import report_html

        return report_html(report)
    return render_report(report) if format == "md" else report.model_dump_json(indent=2)


# The named endpoints, for programs.


def api_start(
    interviewer: Interviewer, mode: str, level: str, topics: list[str], questions: int, minutes: int, seed: int
) -> dict[str, object]:
    """Begins a session and returns its id and first messages."""
    return _told(start(interviewer, mode, level, topics, questions, minutes, seed), 0)


def api_reply(interviewer: Interviewer, session_id: str, text: str) -> dict[str, object]:
    """Sends a reply and returns what the interviewer said to it."""
    before = len(interviewer.sessions.state(session_id).transcript)
    return _told(page(interviewer, session_id, interviewer.sessions.reply(session_id, text)), before + 1)


def api_act(interviewer: Interviewer, session_id: str, action: str) -> dict[str, object]:
    """Presses a button: hint, skip, repeat, stop or dont_know."""
    try:
        kind = ReplyKind(action)
        before = len(interviewer.sessions.state(session_id).transcript)
        return _told(page(interviewer, session_id, interviewer.sessions.act(session_id, kind)), before + 1)
    except (ValueError, KeyError) as error:
        raise InputInvalid(f"unknown action {action!r}; use one of: hint, skip, repeat, stop, dont_know") from error


def api_report(interviewer: Interviewer, session_id: str) -> dict[str, object]:
    """The report as JSON."""
    return build_report(session_id, interviewer.sessions.state(session_id), interviewer.bank).model_dump(mode="json")


def api_search(interviewer: Interviewer, text: str, k: int) -> list[dict[str, object]]:
    """What the index retrieves."""
    if not text.strip():
        raise InputInvalid("the text to search for is empty")
    return [hit.model_dump(mode="json") for hit in interviewer.index.search([text], max(1, min(int(k), 50)))[0]]


def _told(page: Page, since: int) -> dict[str, object]:
    said = [line.text for line in page.state.transcript[since:] if line.role == "interviewer"]
    current = page.state.current
    return {
        "session_id": page.session_id,
        "messages": said,
        "question_id": current.question_id if current else None,
        "question": page.state.asked,
        "questions": page.state.config.questions,
        "finished": page.state.finished.value if page.state.finished else None,
    }


EXPECTED_ERRORS = (InterviewerError, KnowledgeError)
"""Errors whose message is meant for the person."""
