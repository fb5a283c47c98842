"""A session's time: what is left, when to say so, when to end. Pure: the time comes from the events, or is passed in."""

from datetime import datetime

from interviewer.state import State

CUES_S = (90, 30)
"""Seconds left at which the interviewer says so, once each."""
CUE_SHARE = 0.4
"""A cue that would come when more than this share of the whole time is left is not given."""
SPOKEN_S = {
    90: "a minute and a half", 60: "a minute", 45: "forty-five seconds", 30: "half a minute", 15: "fifteen seconds",
    5: "a few seconds",
}  # fmt: skip
"""How a cue says what is left: seconds, and the words for about as many."""
LAST_QUESTION_S = 30
"""With less than this left no new question is begun."""


def left_s(state: State, now: datetime | None = None) -> float | None:
    """Seconds left at `now` (by default the time of the last event), negative when over; None without a limit."""
    limit = state.config.time_limit_s
    since = max(0.0, (now - state.now).total_seconds()) if now else 0.0
    return None if limit is None else limit - state.ran_s - since


def cue_due(state: State) -> int | None:
    """The cue to give now, or None: the smallest that has been reached, where neither it nor a smaller one was given."""
    left, limit = left_s(state), state.config.time_limit_s
    if left is None or limit is None or left <= 0:
        return None
    reached = [cue for cue in CUES_S if left <= cue <= CUE_SHARE * limit]
    return min(reached) if reached and min(reached) not in state.cued else None


def in_words(seconds: float) -> str:
    """What is left, as one says it: a reply may have taken most of the time between two cues."""
    return SPOKEN_S[min(SPOKEN_S, key=lambda spoken: abs(spoken - seconds))]


def is_over(state: State) -> bool:
    """Whether the time is up. The reply that was being written is still taken and graded; nothing is asked after it."""
    left = left_s(state)
    return left is not None and left <= 0


def too_late_to_ask(state: State) -> bool:
    """Whether too little time is left for another question."""
    left, limit = left_s(state), state.config.time_limit_s
    return left is not None and limit is not None and left < min(LAST_QUESTION_S, limit / 10)
