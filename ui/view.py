"""From a session's state to what the page shows: pure functions, no Gradio."""

import html
from collections.abc import Iterator
from typing import TypedDict

from interviewer.events import FinishReason, Mode
from interviewer.moves import MAX_FOLLOW_UPS
from interviewer.state import Line, State
from knowledge.bank import Bank
from ui.markup import formulas, typed
from ui.names import level_name, mode_name, topic_name
from ui.texts import say

THINKING = "…"
WORDS_A_CHUNK = 3
CHUNKS = 16
"""At most so many steps a message, so that a long one is not kept back."""


class Message(TypedDict):
    """A message as Gradio's chatbot takes it."""

    role: str
    content: str


def messages(state: State) -> list[Message]:
    """The transcript as chat messages; each question stands under its number, so that it is found again at a glance."""
    headings = iter(_headings(state))
    return [_mine(line) if line.role == "candidate" else _theirs(line, headings) for line in state.transcript]


def _mine(line: Line) -> Message:
    return {"role": "user", "content": typed(line.text)}


def _theirs(line: Line, headings: Iterator[tuple[str, str]]) -> Message:
    """What the interviewer said; a line that is no move asks the next question."""
    heading, asked = next(headings, ("", "")) if line.move is None else ("", "")
    if not asked:
        return {"role": "assistant", "content": formulas(line.text)}
    lead = formulas(line.text.removesuffix(asked).strip())
    return {"role": "assistant", "content": f"{lead}\n\n### {heading}\n\n{formulas(asked)}".strip()}


def _headings(state: State) -> Iterator[tuple[str, str]]:
    """The heading of each question that was asked, and its text; a second try has the number of the first."""
    n, total = 0, state.config.questions
    for asking in state.askings:
        n += not asking.second_try
        again = asking.second_try
        yield say("room.again", n=n, total=total) if again else say("room.question", n=n, total=total), asking.text


def streamed(before: list[Message], after: list[Message]) -> Iterator[list[Message]]:
    """The chat growing from `before` to `after`, a few words at a time; the last one yielded is `after`."""
    shown = list(after[: len(before)])
    for message in after[len(before) :]:
        pieces = message["content"].split(" ")
        step = max(WORDS_A_CHUNK, -(-len(pieces) // CHUNKS))
        for end in range(step, len(pieces), step):
            yield [*shown, {"role": message["role"], "content": " ".join(pieces[:end])}]
        shown = [*shown, message]
        yield shown
    if len(after) <= len(before):
        yield list(after)


def progress(state: State, bank: Bank, spent: str | None = None) -> str:
    """The side panel in HTML: question n of N, topic, follow-ups, and the time with what a clock script needs.

    Args:
        spent: what the language model has cost, in words; None without one.
    """
    total = state.config.questions
    n = state.asked
    rows = [
        (say("room.mode"), mode_name(state.config.mode)),
        (say("room.question_name"), say("room.n_of", n=n, total=total)),
    ]
    current = state.current
    question = bank.by_id.get(current.question_id) if current else None
    if current and question:
        rows.append((say("room.topic"), topic_name(question.topic.value)))
        rows.append((say("room.level"), level_name(question.level)))
        if not is_practice(state):
            rows.append((say("room.follow_ups"), say("room.at_most", n=current.follow_ups, most=MAX_FOLLOW_UPS)))
    rows.append((say("room.time"), _clock(state)))
    if spent:
        rows.append((say("room.model"), spent))
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    done = (n - (state.finished is None)) / total
    return (
        f'<div class="progress"><div class="bar" role="progressbar" aria-label="{say("room.done")}" aria-valuemin="0" '
        f'aria-valuemax="{total}" aria-valuenow="{round(done * total)}"><span style="width:{done:.0%}"></span></div>'
        f"<dl>{cells}</dl></div>"
    )


def _clock(state: State) -> str:
    if state.finished is not None:
        return say("room.in_all", time=minutes(state.elapsed_s))
    limit = state.config.time_limit_s
    started = state.started_at.timestamp()
    return (
        f'<span class="clock" data-started="{started:.0f}" data-limit="{limit or ""}">{minutes(state.elapsed_s)}</span>'
    )


def minutes(seconds: float) -> str:
    """A duration as m:ss."""
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def ending(state: State) -> str:
    """What the page says when a session is over."""
    return {
        FinishReason.COMPLETED: say("room.completed"),
        FinishReason.STOPPED: say("room.stopped"),
        FinishReason.OUT_OF_TIME: say("room.out_of_time"),
    }[state.finished or FinishReason.COMPLETED]


def ungraded(id: str, state: State) -> str:
    """The replies that a failed grader left without a grade, the last reason, and a button to try again; empty without."""
    if not state.ungraded:
        return ""
    n = len(state.ungraded)
    told = say("ungraded.one") if n == 1 else say("ungraded.many", n=n)
    why = say("ungraded.why", reason=html.escape(state.why_ungraded or ""))
    return (
        f'<p class="no-grade" role="status">{told} {why} <button type="button" class="small" data-do="grade_again" '
        f'data-session="{html.escape(id)}">{say("ungraded.button")}</button></p>'
    )


def is_practice(state: State) -> bool:
    """Whether hints are given."""
    return state.config.mode is Mode.PRACTICE
