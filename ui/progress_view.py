"""From progress to what the page shows in HTML: pure functions, all text escaped."""

import html
from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from interviewer.estimate import Estimate
from interviewer.grading.grade import Verdict
from interviewer.practice import DAILY_GOAL, Habit
from interviewer.progress import Calibration, PointCell, Progress, QuestionCells, TopicCells
from interviewer.report import FEWEST_FOR_A_SCORE, SessionSummary
from ui.names import SIGNS, grade_name, mode_name, percent, topic_name
from ui.practice_view import LoadDay
from ui.texts import count, say

LISTED = 10
"""So many sessions show at once, the earlier ones behind a toggle."""


class Past(NamedTuple):
    """A session in the history; `score` in [0, 1], None under three graded questions."""

    summary: SessionSummary
    score: float | None


def reading() -> str:
    """What stands here until the sessions are read."""
    return f'<p class="more" role="status">{say("progress.reading")}</p>'


def empty() -> str:
    """What invites somebody who has not answered anything yet."""
    begin = say("progress.begin", questions=count(DAILY_GOAL, "question"))
    return (
        f'<section class="invite"><h2>{say("progress.empty_title")}</h2><p>{say("progress.empty")}</p>'
        f'<button type="button" class="primary" data-do="begin">{begin}</button></section>'
    )


def tiles(progress: Progress, habit: Habit, load: Sequence[LoadDay]) -> str:
    """Four numbers: where one stands, how much was answered, the run of days, what comes back this week."""
    known = list(progress.mastery.values())
    answered = sum(estimate.n for estimate in known)
    mean = sum(estimate.mean * estimate.n for estimate in known) / answered
    enough = answered >= FEWEST_FOR_A_SCORE
    note = (
        say("progress.mastery_note", level=grade_name(mean))
        if enough
        else say("progress.mastery_from", n=FEWEST_FOR_A_SCORE)
    )
    week = sum(day.due for day in load[:7])
    cells = [
        (percent(mean) if enough else "–", say("progress.mastery"), note),
        (str(answered), say("progress.questions"), say("progress.questions_note", topics=count(len(known), "topic"))),
        (str(habit.streak), say("progress.streak"), say("progress.streak_note")),
        (str(week), say("progress.coming"), say("progress.coming_note")),
    ]
    tiles = "".join(_tile(*cell) for cell in cells)
    return f'<section class="tiles"><h2 class="for-screen-readers">{say("progress.title")}</h2>{tiles}</section>'


def _tile(value: str, name: str, note: str) -> str:
    return f'<div class="tile"><span class="name">{name}</span><strong>{value}</strong><small>{note}</small></div>'


def topics(progress: Progress) -> str:
    """Mastery by topic with its interval as a bar and in numbers, the lowest first; topics never touched come last."""
    rows = sorted(progress.mastery.items(), key=lambda item: item[1].mean)
    in_bank = {cells.topic: cells.in_bank for cells in progress.key_points}
    body = "".join(_topic_row(topic.value, found, in_bank[topic]) for topic, found in rows)
    fresh = [topic_name(cells.topic.value) for cells in progress.key_points if cells.in_bank and not cells.answered]
    untouched = f'<p class="more">{say("progress.untouched", topics=", ".join(fresh))}</p>' if fresh else ""
    return (
        f'<section class="mastery"><h3>{say("progress.by_topic")}</h3><table><thead><tr><th scope="col">{say("progress.topic")}</th>'
        f'<th scope="col">{say("progress.with_interval")}</th><th scope="col">{say("progress.answered")}</th><td></td></tr></thead>'
        f"<tbody>{body}</tbody></table>{untouched}</section>"
    )


def _topic_row(topic: str, found: Estimate, in_bank: int) -> str:
    name = topic_name(topic)
    interval = say("progress.interval", low=percent(found.low), high=percent(found.high))
    practise = html.escape(say("report.practise_named", name=name))
    return (
        f'<tr><th scope="row">{name}</th><td><div class="range" aria-hidden="true"><span class="span" '
        f'style="left:{found.low:.1%};width:{found.high - found.low:.1%}"></span><span class="at" style="left:{found.mean:.1%}">'
        f"</span></div><small><strong>{percent(found.mean)}</strong> {interval}</small></td>"
        f'<td>{say("progress.n_of", n=found.n, total=in_bank)}</td><td><button type="button" class="small" data-do="topic" data-topic="{topic}" '
        f'aria-label="{practise}">{say("report.practise")}</button></td></tr>'
    )


def heat_map(rows: Sequence[TopicCells]) -> str:
    """Every key point of the answered questions as a cell with a sign, grouped by question; each opens its practice."""
    answered = [row for row in rows if row.questions]
    if not answered:
        return ""
    legend = "".join(f'<span><i class="cell {v}" aria-hidden="true">{SIGNS[v]}</i>{_word(v)}</span>' for v in Verdict)
    body = "".join(
        f'<div class="heat-row"><h4>{topic_name(row.topic.value)}</h4><div class="heat-cells">'
        f"{''.join(_question_cells(question) for question in row.questions)}</div></div>"
        for row in answered
    )
    return (
        f'<section class="heat"><h3>{say("progress.points")}</h3><p class="more">{say("progress.points_hint")}</p>'
        f'<div class="legend">{legend}</div>{body}</section>'
    )


def _question_cells(question: QuestionCells) -> str:
    covered = sum(point.verdict is Verdict.COVERED for point in question.points)
    label = say("progress.cells", question=question.question, covered=covered, total=len(question.points))
    cells = "".join(_cell(point) for point in question.points)
    return (
        f'<button type="button" class="group" data-do="practise" data-ids="{html.escape(question.question_id)}" '
        f'title="{html.escape(question.question)}" aria-label="{html.escape(label)}">{cells}</button>'
    )


def _word(verdict: Verdict) -> str:
    """A verdict in a word that fits beside a square."""
    return say("progress.wrong") if verdict is Verdict.CONTRADICTED else say(f"verdicts.{verdict.value}")


def _cell(point: PointCell) -> str:
    title = html.escape(say("report.mark", verdict=_word(point.verdict), point=point.text))
    return f'<i class="cell {point.verdict}" title="{title}" aria-hidden="true">{SIGNS[point.verdict]}</i>'


def calibration_words(found: Calibration | None) -> str:
    """What one's own sureness is worth, in a sentence; an invitation where it was never given."""
    if found is None:
        return f'<section class="invite small"><h3>{say("progress.know_title")}</h3><p>{say("progress.know")}</p></section>'
    points = abs(found.bias) * 100
    if found.n < FEWEST_FOR_A_SCORE:
        words = say("progress.sure_from", n=FEWEST_FOR_A_SCORE)
    elif points < 10:
        words = say("progress.sure_well")
    elif found.bias > 0:
        words = say("progress.sure_over", points=f"{points:.0f}")
    else:
        words = say("progress.sure_under", points=f"{points:.0f}")
    return (
        f'<section class="calibration"><h3>{say("progress.sureness")}</h3><p>{words} '
        f"<small>({count(found.n, 'answer')})</small></p></section>"
    )


def history(past: Sequence[Past], zone: tzinfo) -> str:
    """The sessions as a table, the newest first; each opens its report, or goes on. Earlier ones stand behind a toggle."""
    title = f"<h3>{say('progress.sessions')}</h3>"
    if not past:
        return f'<section class="history">{title}<p class="more">{say("progress.no_session")}</p></section>'
    older = past[LISTED:]
    more = (
        f"<details><summary>{say('progress.older', n=len(older))}</summary>{_table(older, zone)}</details>"
        if older
        else ""
    )
    return f'<section class="history">{title}{_table(past[:LISTED], zone)}{more}</section>'


def _table(past: Sequence[Past], zone: tzinfo) -> str:
    names = (say("progress.when"), say("progress.what"), say("progress.answered"), say("progress.score"))
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(_session(item, zone) for item in past)
    return f"<table><thead><tr>{head}<td></td></tr></thead><tbody>{body}</tbody></table>"


def _session(item: Past, zone: tzinfo) -> str:
    s = item.summary
    running = s.state == "running"
    topics = ", ".join(topic_name(topic) for topic in s.topics[:2]) or say("resume.all_topics")
    what = f"{mode_name(s.mode)} · {say('progress.and_more', topics=topics) if len(s.topics) > 2 else topics}"
    button = say("resume.button") if running else say("progress.open")
    return (
        f'<tr><th scope="row">{s.started_at.astimezone(zone):%d %b %Y, %H:%M}</th><td>{html.escape(what)}</td>'
        f"<td>{say('progress.n_of', n=s.answered, total=s.planned)}</td>"
        f'<td data-name="{say("progress.score")}">{"–" if item.score is None else percent(item.score)}</td>'
        f'<td><button type="button" class="small{" primary" if running else ""}" '
        f'data-do="open" data-session="{html.escape(s.id)}">{button}</button></td></tr>'
    )
