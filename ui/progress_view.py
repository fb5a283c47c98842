"""From progress to what the page shows in HTML: pure functions, all text escaped."""

import html
from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from interviewer.estimate import Estimate
from interviewer.grading.grade import Verdict
from interviewer.practice import Habit
from interviewer.progress import Calibration, PointCell, Progress, QuestionCells, TopicCells
from interviewer.render import count_of
from interviewer.report import FEWEST_FOR_A_SCORE, SessionSummary, level_of
from ui.practice_view import LoadDay
from ui.view import TOPIC_NAMES

SIGNS = {Verdict.COVERED: "✓", Verdict.PARTIAL: "◐", Verdict.MISSING: "–", Verdict.CONTRADICTED: "✗"}
WORDS = {Verdict.COVERED: "covered", Verdict.PARTIAL: "partial", Verdict.MISSING: "missing", Verdict.CONTRADICTED: "wrong"}  # fmt: skip


class Past(NamedTuple):
    """A session in the history; `score` in [0, 1], None under three graded questions."""

    summary: SessionSummary
    score: float | None


READING = '<p class="more" role="status">Reading your sessions …</p>'
EMPTY = (
    '<section class="invite"><h2>Your progress will stand here</h2><p>After your first answers you see what you have '
    "mastered by topic, which points keep slipping, and when each question comes back.</p>"
    '<button type="button" class="primary" data-do="begin">Start with 3 questions</button></section>'
)


def tiles(progress: Progress, habit: Habit, load: Sequence[LoadDay]) -> str:
    """Four numbers: where one stands, how much was answered, the run of days, what comes back this week."""
    known = list(progress.mastery.values())
    answered = sum(estimate.n for estimate in known)
    mean = sum(estimate.mean * estimate.n for estimate in known) / answered
    shown = f"{mean:.0%}" if answered >= FEWEST_FOR_A_SCORE else "–"
    note = (
        f"{level_of(mean)}, over the last answer to each question"
        if answered >= FEWEST_FOR_A_SCORE
        else f"from {FEWEST_FOR_A_SCORE} questions on"
    )
    week = sum(day.due for day in load[:7])
    cells = [
        (shown, "Mastery", note),
        (str(answered), "Questions", f"answered in {count_of(len(known), 'topic')}"),
        (str(habit.streak), "Days in a row", "a single day off is fine"),
        (str(week), "Coming back", "in the next seven days"),
    ]
    return f'<section class="tiles"><h2 class="for-screen-readers">Your progress</h2>{"".join(_tile(*cell) for cell in cells)}</section>'


def _tile(value: str, name: str, note: str) -> str:
    return f'<div class="tile"><span class="name">{name}</span><strong>{value}</strong><small>{note}</small></div>'


def topics(progress: Progress) -> str:
    """Mastery by topic with its interval as a bar and in numbers, the lowest first; topics never touched come last."""
    rows = sorted(progress.mastery.items(), key=lambda item: item[1].mean)
    in_bank = {cells.topic: cells.in_bank for cells in progress.key_points}
    body = "".join(_topic_row(topic.value, found, in_bank[topic]) for topic, found in rows)
    fresh = [TOPIC_NAMES[cells.topic.value] for cells in progress.key_points if cells.in_bank and not cells.answered]
    untouched = f'<p class="more">Not tried yet: {", ".join(fresh)}.</p>' if fresh else ""
    return (
        '<section class="mastery"><h3>Mastery by topic</h3><table><thead><tr><th scope="col">Topic</th>'
        '<th scope="col">Mastery, with its 95 % interval</th><th scope="col">Answered</th><td></td></tr></thead>'
        f"<tbody>{body}</tbody></table>{untouched}</section>"
    )


def _topic_row(topic: str, found: Estimate, in_bank: int) -> str:
    name = TOPIC_NAMES[topic]
    return (
        f'<tr><th scope="row">{name}</th><td><div class="range" aria-hidden="true"><span class="span" '
        f'style="left:{found.low:.1%};width:{found.high - found.low:.1%}"></span><span class="at" style="left:{found.mean:.1%}">'
        f"</span></div><small><strong>{found.mean:.0%}</strong> ({found.low:.0%} to {found.high:.0%})</small></td>"
        f'<td>{found.n} of {in_bank}</td><td><button type="button" class="small" data-do="topic" data-topic="{topic}" '
        f'aria-label="Practise {html.escape(name)}">Practise</button></td></tr>'
    )


def heat_map(rows: Sequence[TopicCells]) -> str:
    """Every key point of the answered questions as a cell with a sign, grouped by question; each opens its practice."""
    answered = [row for row in rows if row.questions]
    if not answered:
        return ""
    legend = "".join(f'<span><i class="cell {v}" aria-hidden="true">{SIGNS[v]}</i>{WORDS[v]}</span>' for v in Verdict)
    body = "".join(
        f'<div class="heat-row"><h4>{TOPIC_NAMES[row.topic.value]}</h4><div class="heat-cells">'
        f"{''.join(_question_cells(question) for question in row.questions)}</div></div>"
        for row in answered
    )
    return (
        f'<section class="heat"><h3>Key points</h3><p class="more">Each group is a question, each square one of its key '
        f'points. Choose a group to practise it.</p><div class="legend">{legend}</div>{body}</section>'
    )


def _question_cells(question: QuestionCells) -> str:
    covered = sum(point.verdict is Verdict.COVERED for point in question.points)
    label = f"{question.question} {covered} of {len(question.points)} key points covered. Practise it."
    cells = "".join(_cell(point) for point in question.points)
    return (
        f'<button type="button" class="group" data-do="practise" data-ids="{html.escape(question.question_id)}" '
        f'title="{html.escape(question.question)}" aria-label="{html.escape(label)}">{cells}</button>'
    )


def _cell(point: PointCell) -> str:
    title = html.escape(f"{WORDS[point.verdict]}: {point.text}")
    return f'<i class="cell {point.verdict}" title="{title}" aria-hidden="true">{SIGNS[point.verdict]}</i>'


def calibration_words(found: Calibration | None) -> str:
    """What one's own sureness is worth, in a sentence; an invitation where it was never given."""
    if found is None:
        return (
            '<section class="invite small"><h3>How well do you know what you know?</h3><p>Say how sure you are when you '
            "send an answer, and you will see here whether your sureness matches your grades.</p></section>"
        )
    points = abs(found.bias) * 100
    if found.n < FEWEST_FOR_A_SCORE:
        words = f"From {FEWEST_FOR_A_SCORE} answers on this says how your sureness compares with your grades."
    elif points < 10:
        words = "Your sureness matches your grades well."
    else:
        how = "surer than your answers were worth" if found.bias > 0 else "better than you thought"
        words = f"On average you were {points:.0f} points {how}."
    return f'<section class="calibration"><h3>Your own sureness</h3><p>{words} <small>({count_of(found.n, "answer")})</small></p></section>'


def history(past: Sequence[Past], zone: tzinfo) -> str:
    """The sessions as a table, the newest first; each opens its report, or goes on."""
    if not past:
        return '<section class="history"><h3>Sessions</h3><p class="more">No session yet. Your first one will be listed here.</p></section>'
    body = "".join(_session(item, zone) for item in past)
    return (
        '<section class="history"><h3>Sessions</h3><table><thead><tr><th scope="col">When</th><th scope="col">What</th>'
        f'<th scope="col">Answered</th><th scope="col">Score</th><td></td></tr></thead><tbody>{body}</tbody></table></section>'
    )


def _session(item: Past, zone: tzinfo) -> str:
    s = item.summary
    running = s.state == "running"
    score = "–" if item.score is None else f"{item.score:.0%}"
    # A topic of a later version may be unknown here; it is shown as it is called.
    topics = ", ".join(TOPIC_NAMES.get(topic, topic) for topic in s.topics[:2]) + (
        " and more" if len(s.topics) > 2 else ""
    )
    what = f"{s.mode.value.capitalize()} · {topics or 'all topics'}"
    return (
        f'<tr><th scope="row">{s.started_at.astimezone(zone):%d %b %Y, %H:%M}</th><td>{html.escape(what)}</td>'
        f'<td>{s.answered} of {s.planned}</td><td>{score}</td><td><button type="button" class="small{" primary" if running else ""}" '
        f'data-do="open" data-session="{html.escape(s.id)}">{"Resume" if running else "Open"}</button></td></tr>'
    )
