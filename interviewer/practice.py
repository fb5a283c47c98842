"""Practice: which questions are due, from the graded replies of all sessions. A pure fold; the clock is passed in.

Nothing of this is stored: the event log holds the replies, and the schedule is computed from them.

Source: FSRS-6 with its default parameters, as the `fsrs` package (py-fsrs) implements it; no fuzz, whole days.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from fsrs import Card as FsrsCard
from fsrs import Rating, Scheduler

from interviewer.grading.grade import PointGrade, Verdict
from interviewer.grading.scoring import BONUS_WEIGHT, score
from interviewer.moves import point_states
from interviewer.state import Asking, Attempt, State
from knowledge.bank import Bank, Frozen, Standing, Topic

DAILY_GOAL = 3
"""Questions a day that count as a day's practice: a few minutes."""
DAYS_OFF = 1
"""Days in a row that a streak forgives."""
LONGEST_INTERVAL_DAYS = 90
"""An interview may come at any time, so nothing rests for longer."""
CUTS = ((0.8, Rating.Easy), (0.6, Rating.Good), (0.4, Rating.Hard), (0.0, Rating.Again))
"""Least score of a rating; the same cuts as the report's strong, solid, borderline and weak."""


class GradedReply(Frozen):
    """A question answered once, with the grade over its replies.

    `score` in [0, 1] is over all replies, `unaided` over those before any hint; `aided` tells whether there were others;
    `second_try` is practice's immediate repeat. `sure` in [0, 1] is what the candidate said first of a reply, before its
    grade, and `sure_of` the score reached with that reply; None where nothing was said.
    """

    question_id: str
    at: datetime
    score: float
    unaided: float
    aided: bool
    second_try: bool = False
    sure: float | None = None
    sure_of: float | None = None
    points: tuple[PointGrade, ...] = ()


class DueCard(Frozen):
    """A question's place in the schedule.

    `stability_days` is the time after which it is recalled with probability 0.9; `score` is that of the last first try;
    `weak` are the ids of its essential and expected points not covered then, the weightiest first.
    """

    question_id: str
    due: datetime
    last: datetime
    stability_days: float
    difficulty: float
    replies: int
    score: float
    weak: tuple[str, ...] = ()


class Habit(Frozen):
    """A person's practice by local days: questions answered today, the goal, and days practised in the current run."""

    today: int
    goal: int
    streak: int
    practised_today: bool


def graded_replies(states: Iterable[State]) -> list[GradedReply]:
    """Every question that was answered and graded, in the order of time; what could not be graded is left out."""
    found = []
    for state in states:
        for asking in state.askings:
            graded = [a for a in asking.attempts if a.grade and a.grade.ungraded is None and a.grade.score is not None]
            if graded:
                found.append(_graded_reply(asking, graded))
    return sorted(found, key=lambda reply: reply.at)


def _graded_reply(asking: Asking, graded: Sequence[Attempt]) -> GradedReply:
    points = point_states(asking)
    stated = next((i for i, attempt in enumerate(graded) if attempt.sure is not None), None)
    return GradedReply(
        question_id=asking.question_id,
        at=graded[-1].at,
        score=score(points) or 0.0,
        unaided=_reached(asking, [attempt for attempt in graded if not attempt.aided]),
        aided=any(attempt.aided for attempt in graded),
        second_try=asking.second_try,
        sure=None if stated is None else graded[stated].sure,
        sure_of=None if stated is None else _reached(asking, graded[: stated + 1]),
        points=points,
    )


def _reached(asking: Asking, attempts: Sequence[Attempt]) -> float:
    """The score in [0, 1] over some of the replies to a question."""
    return score(point_states(asking.model_copy(update={"attempts": tuple(attempts)}))) or 0.0


def rating_of(reply: GradedReply) -> Rating:
    """What a reply says of the memory: its score by fixed cuts, and at most 'hard' where help was given."""
    rating = next(rating for cut, rating in CUTS if reply.score >= cut)
    return min(rating, Rating.Hard) if reply.aided else rating


def schedule(replies: Iterable[GradedReply]) -> dict[str, DueCard]:
    """Each answered question's card after its replies, in order of time."""
    scheduler = Scheduler(
        learning_steps=(), relearning_steps=(), maximum_interval=LONGEST_INTERVAL_DAYS, enable_fuzzing=False
    )
    memory: dict[str, FsrsCard] = {}
    cards: dict[str, DueCard] = {}
    for reply in replies:
        at = reply.at.astimezone(UTC)
        # An id and a due time are given, or the library would look at the clock.
        card = memory.get(reply.question_id) or FsrsCard(card_id=len(memory), due=at)
        card, _ = scheduler.review_card(card, rating_of(reply), at)
        memory[reply.question_id] = card
        cards[reply.question_id] = _due_card(reply, card, cards.get(reply.question_id))
    return cards


def _due_card(reply: GradedReply, card: FsrsCard, before: DueCard | None) -> DueCard:
    assert card.stability is not None
    assert card.difficulty is not None
    kept = before if before and reply.second_try else None
    return DueCard(
        question_id=reply.question_id,
        due=card.due,
        last=reply.at,
        stability_days=card.stability,
        difficulty=card.difficulty,
        replies=1 + (before.replies if before else 0),
        score=kept.score if kept else reply.score,
        weak=kept.weak if kept else _weak(reply.points),
    )


def _weak(points: Sequence[PointGrade]) -> tuple[str, ...]:
    open_points = [p for p in points if p.weight > BONUS_WEIGHT and p.verdict is not Verdict.COVERED]
    return tuple(p.point_id for p in sorted(open_points, key=lambda p: p.weight * (p.credit - 1)))


def due_cards(cards: Mapping[str, DueCard], now: datetime, zone: tzinfo) -> list[DueCard]:
    """Cards due by the end of the person's day, the longest overdue for its stability first."""
    end = end_of_day(now, zone)
    waiting = [card for card in cards.values() if card.due < end]
    return sorted(waiting, key=lambda card: (-_overdue(card, now), card.score, card.question_id))


def weak_cards(cards: Mapping[str, DueCard], now: datetime, zone: tzinfo) -> list[DueCard]:
    """Cards not due yet that have weak key points and were not answered today, the lowest score first."""
    end, today = end_of_day(now, zone), local_day(now, zone)
    waiting = [c for c in cards.values() if c.due >= end and c.weak and local_day(c.last, zone) != today]
    return sorted(waiting, key=lambda card: (card.score, card.due, card.question_id))


def plan(
    bank: Bank,
    replies: Iterable[GradedReply],
    now: datetime,
    zone: tzinfo,
    questions: int,
    topics: Iterable[Topic] = (),
) -> tuple[str, ...]:
    """Ids of the questions that practice begins with: what is due, then weak points; at most `questions` of them.

    Args:
        topics: only these; none means all.
    """
    cards = schedule(replies)
    wanted = set(topics)
    order = [*due_cards(cards, now, zone), *weak_cards(cards, now, zone)]
    known = [bank.by_id[card.question_id] for card in order if card.question_id in bank.by_id]
    asked = [question for question in known if question.standing is Standing.ACCEPTED]
    return tuple(question.id for question in asked if not wanted or question.topic in wanted)[:questions]


def due_load(cards: Mapping[str, DueCard], now: datetime, zone: tzinfo, days: int = 14) -> list[tuple[date, int]]:
    """How many cards come due on each of the coming days; what is overdue counts for today."""
    today = local_day(now, zone)
    counts = {today + timedelta(days=i): 0 for i in range(days)}
    for card in cards.values():
        day = max(today, local_day(card.due, zone))
        if day in counts:
            counts[day] += 1
    return list(counts.items())


def habit(replies: Iterable[GradedReply], now: datetime, zone: tzinfo, goal: int = DAILY_GOAL) -> Habit:
    """Today's count and the streak: days practised in a row, where a single day off is forgiven.

    A second try is part of the same question, so it does not count again.
    """
    days: dict[date, int] = {}
    for reply in replies:
        if not reply.second_try:
            day = local_day(reply.at, zone)
            days[day] = days.get(day, 0) + 1
    today = local_day(now, zone)
    streak, at = 0, today
    for day in sorted((day for day in days if day <= today), reverse=True):
        if (at - day).days > 1 + DAYS_OFF:
            break
        streak, at = streak + 1, day
    return Habit(today=days.get(today, 0), goal=goal, streak=streak, practised_today=today in days)


def local_day(at: datetime, zone: tzinfo) -> date:
    """The person's calendar day of an instant."""
    return at.astimezone(zone).date()


def end_of_day(now: datetime, zone: tzinfo) -> datetime:
    """The person's next midnight."""
    tomorrow = local_day(now, zone) + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)


def _overdue(card: DueCard, now: datetime) -> float:
    return (now - card.due) / timedelta(days=1) / card.stability_days
