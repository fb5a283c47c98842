"""What the Practice and Progress parts of the page do: functions of plain values, without Gradio."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from interviewer.errors import InputInvalid
from interviewer.events import Mode, SessionConfig
from interviewer.practice import (
    DAILY_GOAL,
    DueCard,
    GradedReply,
    Habit,
    due_cards,
    due_load,
    graded_replies,
    habit,
    schedule,
    weak_cards,
)
from interviewer.progress import Progress, progress
from interviewer.report import build_report
from interviewer.wiring import Interviewer
from knowledge.bank import Level, Question, Topic
from ui import handlers
from ui.handlers import Page
from ui.practice_view import DueItem, LoadDay
from ui.progress_view import Past
from ui.texts import say

SHOWN_SESSIONS = 50
MOST_QUESTIONS = 20


class Today(NamedTuple):
    """What the Practice part shows: what is due and weak today, the habit, and the load of the coming days."""

    due: list[DueItem]
    weak: list[DueItem]
    habit: Habit
    load: list[LoadDay]
    answered: int


class Overview(NamedTuple):
    """What the Progress part shows."""

    progress: Progress
    habit: Habit
    load: list[LoadDay]
    past: list[Past]


def zone_of(name: str) -> tzinfo:
    """The browser's time zone by name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def today(interviewer: Interviewer, zone_name: str) -> Today:
    """What is due, for the person's own day. Raises: StoreUnavailable."""
    zone, now = zone_of(zone_name), interviewer.now()
    replies = graded_replies(interviewer.sessions.states().values())
    cards = schedule(replies)
    return Today(
        due=_items(interviewer, due_cards(cards, now, zone), now),
        weak=_items(interviewer, weak_cards(cards, now, zone), now),
        habit=_habit(interviewer, replies, zone),
        load=[LoadDay(day, count) for day, count in due_load(cards, now, zone, days=7)],
        answered=len(replies),
    )


def begin(
    interviewer: Interviewer, zone_name: str, questions: int, ids: Sequence[str] = (), topics: tuple[Topic, ...] = ()
) -> Page:
    """Starts practice: with these questions alone, or with what is due, weak and then new.

    Raises: InputInvalid where a question is unknown.
    """
    planned = tuple(dict.fromkeys(ids))
    wanted = len(planned) or int(questions)
    if not 1 <= wanted <= MOST_QUESTIONS:
        raise InputInvalid(say("faults.many", n=wanted, most=MOST_QUESTIONS))
    config = SessionConfig(
        mode=Mode.PRACTICE,
        topics=topics,
        level=_level(interviewer, planned),
        questions=wanted,
        seed=random.SystemRandom().randrange(2**31),
        planned=planned,
    )
    sessions = interviewer.sessions
    id, state = sessions.start(sessions.plan_practice(config, zone_of(zone_name)))
    return handlers.page(interviewer, id, state)


def press(interviewer: Interviewer, zone_name: str, data: dict[str, str]) -> Page:
    """What a button within the page's HTML does, by its `data-` values: opens a session, grades again, or starts practice.

    Raises: InputInvalid for a button that this page does not know, UnknownSession, JudgeFailed.
    """
    match data.get("do"):
        case "open":
            return handlers.resume(interviewer, data.get("session", ""))
        case "grade_again":
            return handlers.grade_again(interviewer, data.get("session", ""))
        case "practise":
            return begin(interviewer, zone_name, 0, data.get("ids", "").split())
        case "topic":
            return begin_topic(interviewer, zone_name, data.get("topic", ""))
        case "begin":
            return begin(interviewer, zone_name, DAILY_GOAL)
    raise InputInvalid(say("faults.old_button"))


def begin_topic(interviewer: Interviewer, zone_name: str, topic: str) -> Page:
    """Starts practice of one topic. Raises: InputInvalid where the topic is unknown."""
    if topic not in set(Topic):
        raise InputInvalid(say("faults.topic", topic=topic))
    return begin(interviewer, zone_name, DAILY_GOAL, topics=(Topic(topic),))


def overview(interviewer: Interviewer, zone_name: str) -> Overview:
    """Everything that the Progress part shows. Raises: StoreUnavailable."""
    zone, now = zone_of(zone_name), interviewer.now()
    states = interviewer.sessions.states()
    replies = graded_replies(states.values())
    past = []
    for id, state in list(states.items())[:SHOWN_SESSIONS]:
        report = build_report(id, state, interviewer.bank)
        past.append(Past(report.session, report.score))
    return Overview(
        progress=progress(replies, interviewer.bank, zone),
        habit=_habit(interviewer, replies, zone),
        load=[LoadDay(day, count) for day, count in due_load(schedule(replies), now, zone)],
        past=past,
    )


def _habit(interviewer: Interviewer, replies: Sequence[GradedReply], zone: tzinfo) -> Habit:
    return habit(replies, interviewer.now(), zone, interviewer.settings.daily_goal or DAILY_GOAL)


def _items(interviewer: Interviewer, cards: list[DueCard], now: datetime) -> list[DueItem]:
    bank = interviewer.bank.by_id
    return [_item(bank[card.question_id], card, now) for card in cards if card.question_id in bank]


def _item(question: Question, card: DueCard, now: datetime) -> DueItem:
    return DueItem(
        question_id=question.id,
        question=question.question,
        topic=question.topic.value,
        score=card.score,
        days_ago=max(0, (now - card.last).days),
        weak=len(card.weak),
    )


def _level(interviewer: Interviewer, planned: tuple[str, ...]) -> Level:
    """New questions come at the level of the last session, or the middle one."""
    if planned and planned[0] in interviewer.bank.by_id:
        return interviewer.bank.by_id[planned[0]].level
    last = next(iter(interviewer.sessions.states().values()), None)
    return last.config.level if last else Level.MID
