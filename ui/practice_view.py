"""From what is due to what the Practice part of the page shows: pure functions, all text escaped."""

import html
import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from interviewer.practice import Habit
from ui.names import days_ago, grade_name, percent, topic_name
from ui.texts import count, say

MINUTES_A_QUESTION = 2
LISTED = 8
MANY = 10
"""More due questions than this are no longer asked for at once."""


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
        f"<p>{_advice(due, weak, habit, answered)}</p>{_streak(habit)}</div>{_ring(habit)}</section>"
    )


def reading() -> str:
    """What stands here until it is known what is due."""
    return f'<p class="more" role="status">{say("practice.reading")}</p>'


def _headline(due: int, weak: int, answered: int) -> str:
    if not answered:
        return say("practice.build")
    if due:
        return say("practice.due", questions=count(due, "question"))
    return say("practice.firmer") if weak else say("practice.caught_up")


def _advice(due: int, weak: int, habit: Habit, answered: int) -> str:
    if not answered:
        return say("practice.invite")
    if due > max(MANY, habit.goal):
        # A pile is worked off by the day; its whole length would only discourage.
        return say("practice.due_many", goal=habit.goal, minutes=count(habit.goal * MINUTES_A_QUESTION, "minute"))
    if due:
        return say("practice.due_few", minutes=count(due * MINUTES_A_QUESTION, "minute"))
    return say("practice.firmer_hint") if weak else say("practice.ahead")


def _streak(habit: Habit) -> str:
    if habit.streak == 0:
        return ""
    kept = "" if habit.practised_today else say("practice.keep")
    days = say("practice.first_day") if habit.streak == 1 else say("practice.days", n=habit.streak)
    return f'<p class="streak"><span aria-hidden="true">●</span> {days} {kept}</p>'


def _ring(habit: Habit) -> str:
    """The day's goal as a ring; the number stands in it, so that colour carries nothing alone."""
    share = min(1.0, habit.today / habit.goal)
    around = 2 * math.pi * 52
    words = say("practice.reached") if share >= 1 else say("practice.goal")
    label = say("practice.ring", n=habit.today, goal=habit.goal)
    return (
        f'<div class="ring" role="img" aria-label="{label}"><svg viewBox="0 0 120 120" aria-hidden="true">'
        f'<circle cx="60" cy="60" r="52" class="track"/><circle cx="60" cy="60" r="52" class="done" '
        f'stroke-dasharray="{share * around:.1f} {around:.1f}" transform="rotate(-90 60 60)"/></svg>'
        f'<div class="ring-words" aria-hidden="true"><strong>{habit.today}<span>/{habit.goal}</span></strong>'
        f"<small>{words}</small></div></div>"
    )


def due_list(due: Sequence[DueItem], weak: Sequence[DueItem]) -> str:
    """What practice would begin with, each with a button that starts it alone."""
    parts = [_items(say("practice.due_today"), due)]
    if len(due) < LISTED:
        parts.append(_items(say("practice.could_be_firmer"), weak[: LISTED - len(due)], len(weak)))
    return "".join(parts)


def _items(title: str, items: Sequence[DueItem], total: int | None = None) -> str:
    if not items:
        return ""
    rows = "".join(_item(item) for item in items[:LISTED])
    more = (total or len(items)) - min(len(items), LISTED)
    rest = f'<p class="more">{say("practice.more", n=more)}</p>' if more else ""
    return f'<section class="due"><h3>{title}</h3><ul>{rows}</ul>{rest}</section>'


def _item(item: DueItem) -> str:
    last = say("practice.last", score=percent(item.score), level=grade_name(item.score), when=days_ago(item.days_ago))
    weak = f" · {count(item.weak, 'open_point')}" if item.weak else ""
    return (
        f'<li><div><span class="asked">{_text(item.question)}</span>'
        f'<span class="meta">{topic_name(item.topic)} · {last}{weak}</span></div>'
        f'<button type="button" class="small" data-do="practise" data-ids="{_text(item.question_id)}" '
        f'aria-label="{_text(say("report.practise_named", name=item.question))}">{say("report.practise")}</button></li>'
    )


def week(load: Sequence[LoadDay]) -> str:
    """The coming days as small columns with their counts."""
    most = max((day.due for day in load), default=0)
    if not most:
        return ""
    columns = "".join(
        f'<li><span class="count">{day.due or ""}</span><span class="column" style="height:{4 + 44 * day.due / most:.0f}px"></span>'
        f'<span class="day">{say("practice.today") if i == 0 else day.day.strftime("%a")}</span></li>'
        for i, day in enumerate(load)
    )
    return f'<section class="week" aria-label="{say("practice.coming_label")}"><h3>{say("practice.coming")}</h3><ol>{columns}</ol></section>'


def _text(text: str) -> str:
    return html.escape(text)
