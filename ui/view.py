"""From a session's state to what the page shows: pure functions, no Gradio."""

import html
from collections.abc import Iterator
from typing import TypedDict

from interviewer.events import FinishReason, Mode
from interviewer.moves import MAX_FOLLOW_UPS
from interviewer.state import State
from knowledge.bank import Bank
from ui.markup import formulas, typed
from ui.texts import say

TOPIC_NAMES = {
    "fundamentals": "Fundamentals",
    "activations": "Activations",
    "losses-optimisers": "Losses & optimisers",
    "regularisation": "Regularisation",
    "initialisation-normalisation": "Initialisation & normalisation",
    "cnn": "CNNs & vision",
    "rnn": "RNNs & sequences",
    "attention-transformers": "Attention & transformers",
    "generative": "Generative models",
    "transfer": "Transfer learning",
    "training-evaluation": "Training & evaluation",
    "deployment": "Deployment",
    "frameworks": "Frameworks",
    "llm": "Language models",
    "data": "Data",
    "my-material": "My material",
}
THINKING = "…"
WORDS_A_CHUNK = 3
CHUNKS = 16
"""At most so many steps a message, so that a long one is not kept back."""


class Message(TypedDict):
    """A message as Gradio's chatbot takes it."""

    role: str
    content: str


def messages(state: State) -> list[Message]:
    """The transcript as chat messages."""
    roles = {"interviewer": "assistant", "candidate": "user"}
    return [
        {"role": roles[line.role], "content": typed(line.text) if line.role == "candidate" else formulas(line.text)}
        for line in state.transcript
    ]


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
    rows = [("Mode", state.config.mode.value.capitalize()), ("Question", f"{n} of {total}")]
    current = state.current
    question = bank.by_id.get(current.question_id) if current else None
    if current and question:
        rows.append(("Topic", TOPIC_NAMES[question.topic.value]))
        rows.append(("Level", question.level.value.capitalize()))
        if not is_practice(state):
            rows.append(("Follow-ups", f"{current.follow_ups} of at most {MAX_FOLLOW_UPS}"))
    rows.append(("Time", _clock(state)))
    if spent:
        rows.append(("Model", spent))
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    done = (n - (state.finished is None)) / total
    return (
        f'<div class="progress"><div class="bar" role="progressbar" aria-label="Questions done" aria-valuemin="0" '
        f'aria-valuemax="{total}" aria-valuenow="{round(done * total)}"><span style="width:{done:.0%}"></span></div>'
        f"<dl>{cells}</dl></div>"
    )


def _clock(state: State) -> str:
    if state.finished is not None:
        return f"{minutes(state.elapsed_s)} in all"
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
        FinishReason.COMPLETED: "That was the last question. Your report is below.",
        FinishReason.STOPPED: "You stopped here. Your report covers what you answered.",
        FinishReason.OUT_OF_TIME: "Time is up. Your report covers what you answered.",
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
