"""From what is due to what the Practice part of the page shows: pure functions, all text escaped."""

import html
import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from interviewer.practice import Habit
from interviewer.render import count_of
from interviewer.report import level_of
from ui.view import TOPIC_NAMES

MINUTES_A_QUESTION = 2
LISTED = 8
READING = '<p class="more" role="status">Looking up what is due today …</p>'


class DueItem(NamedTuple):
    """A question to practise; `score` in [0, 1] of its last answer, `weak` its points not covered then."""

    question_id: str
    question: str
    topic: str
    score: float
    days_ago: int
    weak: int


class LoadDay(NamedTuple):
    """How many questions come due on a day."""

    day: date
    due: int


def hero(due: int, weak: int, habit: Habit, answered: int) -> str:
    """The top of the page: what there is to do today, the day's goal as a ring, and the streak."""
    return (
        f'<section class="today"><div class="today-words"><h2>{_headline(due, weak, answered)}</h2>'
        f"<p>{_advice(due, weak, answered)}</p>{_streak(habit)}</div>{_ring(habit)}</section>"
    )


def _headline(due: int, weak: int, answered: int) -> str:
    if not answered:
        return "Build a daily habit"
    if due:
        return f"{count_of(due, 'question')} due today"
    return "Nothing is due, and a few points could be firmer" if weak else "All caught up"


def _advice(due: int, weak: int, answered: int) -> str:
    if not answered:
        return (
            "Answer a few questions, and each comes back just before you would forget it. Feedback is immediate, and "
            "a weak answer gets a second try in other words."
        )
    if due:
        return f"About {count_of(due * MINUTES_A_QUESTION, 'minute')}. They come back now because this is when a repeat helps most."
    if weak:
        return "You can go over answers that left something out, or take new questions."
    return "You are ahead of your schedule. New questions are always there if you feel like it."


def _streak(habit: Habit) -> str:
    if habit.streak == 0:
        return ""
    kept = "" if habit.practised_today else " One answer today keeps it going."
    days = "First day of practice." if habit.streak == 1 else f"{habit.streak} days of practice in a row."
    return f'<p class="streak"><span aria-hidden="true">●</span> {days}{kept}</p>'


def _ring(habit: Habit) -> str:
    """The day's goal as a ring; the number stands in it, so that colour carries nothing alone."""
    share = min(1.0, habit.today / habit.goal)
    around = 2 * math.pi * 52
    words = "Goal reached" if share >= 1 else "today's goal"
    label = f"{habit.today} of {habit.goal} questions answered today"
    return (
        f'<div class="ring" role="img" aria-label="{label}"><svg viewBox="0 0 120 120" aria-hidden="true">'
        f'<circle cx="60" cy="60" r="52" class="track"/><circle cx="60" cy="60" r="52" class="done" '
        f'stroke-dasharray="{share * around:.1f} {around:.1f}" transform="rotate(-90 60 60)"/></svg>'
        f'<div class="ring-words" aria-hidden="true"><strong>{habit.today}<span>/{habit.goal}</span></strong>'
        f"<small>{words}</small></div></div>"
    )


def start_label(due: int, questions: int) -> str:
    """What the start button says."""
    return f"Practise {count_of(questions, 'question')}" if due else f"Start with {count_of(questions, 'question')}"


def due_list(due: Sequence[DueItem], weak: Sequence[DueItem]) -> str:
    """What practice would begin with, each with a button that starts it alone."""
    parts = [_items("Due today", due)]
    if len(due) < LISTED:
        parts.append(_items("Could be firmer", weak[: LISTED - len(due)], len(weak)))
    return "".join(parts)


def _items(title: str, items: Sequence[DueItem], total: int | None = None) -> str:
    if not items:
        return ""
    rows = "".join(_item(item) for item in items[:LISTED])
    more = (total or len(items)) - min(len(items), LISTED)
    rest = f'<p class="more">and {more} more</p>' if more else ""
    return f'<section class="due"><h3>{title}</h3><ul>{rows}</ul>{rest}</section>'


def _item(item: DueItem) -> str:
    ago = {0: "today", 1: "yesterday"}.get(item.days_ago, f"{item.days_ago} days ago")
    weak = f" · {count_of(item.weak, 'open point')}" if item.weak else ""
    return (
        f'<li><div><span class="asked">{_text(item.question)}</span>'
        f'<span class="meta">{TOPIC_NAMES[item.topic]} · last {item.score:.0%} ({level_of(item.score)}), {ago}{weak}</span></div>'
        f'<button type="button" class="small" data-do="practise" data-ids="{_text(item.question_id)}" '
        f'aria-label="Practise: {_text(item.question)}">Practise</button></li>'
    )


def week(load: Sequence[LoadDay]) -> str:
    """The coming days as small columns with their counts."""
    most = max((day.due for day in load), default=0)
    if not most:
        return ""
    columns = "".join(
        f'<li><span class="count">{day.due or ""}</span><span class="column" style="height:{4 + 44 * day.due / most:.0f}px"></span>'
        f'<span class="day">{"Today" if i == 0 else day.day.strftime("%a")}</span></li>'
        for i, day in enumerate(load)
    )
    return f'<section class="week" aria-label="Questions due in the coming days"><h3>The coming days</h3><ol>{columns}</ol></section>'


def _text(text: str) -> str:
    return html.escape(text)
