"""What the page's buttons do: functions of plain values over the program, without Gradio."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from typing import NamedTuple

from pydantic import ValidationError

from interviewer.errors import Busy, InputInvalid, InterviewerError
from interviewer.events import Mode, Order, ReplyKind, SessionConfig
from interviewer.grading.quotes import clean
from interviewer.llm.ledger import in_words
from interviewer.policy import Need, need
from interviewer.report import Report, build_report
from interviewer.sessions import BUTTONS, STILL_READ
from interviewer.state import State
from interviewer.wiring import Interviewer
from knowledge.bank import Level, Topic
from knowledge.errors import KnowledgeError
from ui.live import live
from ui.texts import say
from ui.view import THINKING, Message, messages, streamed

LONGEST_QUERY = 2_000
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
        raise InputInvalid(say("room.cannot_use", problem=f"{problem['loc'][0]}: {problem['msg']}")) from error
    except ValueError as error:
        raise InputInvalid(say("room.cannot_use", problem=error)) from error
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
        raise InputInvalid(say("room.no_answer"))
    state = interviewer.sessions.accept(id, BUTTONS[pressed] if pressed else text, pressed, sure)
    chat = [*messages(state), Message(role="assistant", content=THINKING)]
    return Page(id, chat, state, False, None)


def advance(interviewer: Interviewer, id: str) -> Iterator[Page | None]:
    """Grades and responds, streaming what the interviewer says; the last page is the whole one. None: nothing new yet,
    ask again in a moment.

    What a language model phrases shows as it comes; the state then says what was said, should that be something else.
    """
    state = interviewer.sessions.state(id)
    before, said, told = messages(state), "", False
    pieces = live(lambda tell: interviewer.waiting.advance(id, tell))
    while True:
        try:
            said += next(pieces)
        except StopIteration as done:
            state = done.value
            break
        except Busy as busy:
            yield None if told else _kept(interviewer, id, busy)
            told = True
            pieces = live(lambda tell: interviewer.waiting.advance(id, tell))
            continue
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
    """Opens a session and finishes what was left undone, or says that it will be."""
    try:
        return page(interviewer, id, interviewer.waiting.advance(id))
    except Busy as busy:
        return _kept(interviewer, id, busy)


def grade_again(interviewer: Interviewer, id: str) -> Page:
    """Grades what a failed grader left ungraded. Raises: JudgeFailed where it fails again."""
    return page(interviewer, id, interviewer.sessions.grade_again(id))


def is_due(interviewer: Interviewer, id: str) -> bool:
    """Whether a reply still waits for its answer."""
    return need(interviewer.sessions.state(id)) not in (Need.REPLY, Need.NOTHING)


def _kept(interviewer: Interviewer, id: str, busy: Busy) -> Page:
    state = interviewer.sessions.state(id)
    return Page(id, [*messages(state), Message(role="assistant", content=str(busy))], state, False, None)


# The named endpoints, for programs.


def api_start(
    interviewer: Interviewer, mode: str, level: str, topics: list[str], questions: int, minutes: int, seed: int
) -> dict[str, object]:
    """Begins a session and returns its id and first messages."""
    return _told(start(interviewer, mode, level, topics, questions, minutes, seed), 0)


def api_reply(interviewer: Interviewer, session_id: str, text: str) -> dict[str, object]:
    """Sends a reply and returns what the interviewer said to it."""
    waiting = interviewer.waiting
    return _answered(
        interviewer, session_id, text, lambda: interviewer.sessions.reply(session_id, text, None, waiting.advance)
    )


def api_act(interviewer: Interviewer, session_id: str, action: str) -> dict[str, object]:
    """Presses a button: hint, skip, repeat, stop or dont_know."""
    try:
        kind = ReplyKind(action)
        text, waiting = BUTTONS[kind], interviewer.waiting
    except (ValueError, KeyError) as error:
        raise InputInvalid(say("faults.action", action=action)) from error
    return _answered(interviewer, session_id, text, lambda: interviewer.sessions.act(session_id, kind, waiting.advance))


def api_resume(interviewer: Interviewer, session_id: str) -> dict[str, object]:
    """What was said to the last reply; for one that was kept while the app was busy."""
    return _answered(interviewer, session_id, None, lambda: interviewer.waiting.advance(session_id))


def _answered(interviewer: Interviewer, id: str, sent: str | None, reply: Callable[[], State]) -> dict[str, object]:
    """What was said to the last reply, or that it is kept. `sent`: the reply's text, where one was sent now."""
    try:
        state = reply()
    except Busy as busy:
        state = interviewer.sessions.state(id)
        if sent is not None and (state.pending is None or state.pending.text != clean(sent)):
            # It is the one before that is kept.
            raise InputInvalid(STILL_READ) from busy
        return _told(page(interviewer, id, state), len(state.transcript)) | {"messages": [str(busy)], "busy": True}
    last = max((at for at, line in enumerate(state.transcript) if line.role == "candidate"), default=-1)
    return _told(page(interviewer, id, state), last + 1)


def api_report(interviewer: Interviewer, session_id: str) -> dict[str, object]:
    """The report as JSON."""
    return build_report(session_id, interviewer.sessions.state(session_id), interviewer.bank).model_dump(mode="json")


def api_grade_again(interviewer: Interviewer, session_id: str) -> dict[str, object]:
    """Grades what a failed grader left ungraded, and returns the report as JSON."""
    interviewer.sessions.grade_again(session_id)
    return api_report(interviewer, session_id)


def api_search(interviewer: Interviewer, text: str, k: int) -> list[dict[str, object]]:
    """What the index retrieves."""
    if not text.strip():
        raise InputInvalid(say("faults.search_empty"))
    if len(text) > LONGEST_QUERY:
        raise InputInvalid(say("faults.search_long", n=f"{len(text):,}", limit=f"{LONGEST_QUERY:,}"))
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
        "busy": False,
    }


EXPECTED_ERRORS = (InterviewerError, KnowledgeError)
"""Errors whose message is meant for the person."""
