"""The report as HTML for the page: each reply with its credited words marked. All text is escaped."""

import html
from collections.abc import Sequence

import prompts
from interviewer.grading.grade import Grade, GraderName, PointGrade
from interviewer.render import DIMENSIONS, MARKS, NOT_SURE_BELOW, count_of, duration, render_dimensions, render_pace
from interviewer.report import QuestionReport, Report, level_of
from knowledge.coverage import cite
from ui.marks import marked
from ui.markup import prose
from ui.texts import say
from ui.view import TOPIC_NAMES

DOWNLOADS = {"md": "Markdown", "html": "HTML", "json": "JSON", "pdf": "PDF"}
WEIGHT_NAMES = {3: "essential", 2: "expected", 1: "bonus"}


def headline(report: Report) -> str:
    """Score with its interval, signal with its rule, pace, and who graded."""
    s = report.session
    graders = " and ".join(
        sorted({_grader(question.grade) for question in report.questions if not question.grade.rule})
    )
    by = f" · graded by {graders}" if graders else ""
    pace = f"<p>{_text(render_pace(report))}</p>" if report.questions else ""
    return (
        f'<section class="headline"><h2>Your report</h2>{_score(report)}{pace}<p class="small-print">{s.answered} of {s.planned} questions '
        f"answered · {s.level} level{by}</p>{_levels(report)}</section>"
    )


def _score(report: Report) -> str:
    if report.score is None:
        return f'<p class="score none">{_text(report.score_note or "")}</p>'
    low, high = report.interval or (report.score, report.score)
    signal = (
        f'<p class="signal">Hiring signal: <strong>{report.signal}</strong><br><span class="small-print">{_text(report.signal_rule or "").capitalize()}.</span></p>'
        if report.signal
        else ""
    )
    return (
        f'<div class="score"><strong>{report.score:.0%}</strong> <span class="level {level_of(report.score)}">'
        f"{level_of(report.score)}</span>{_range(report.score, low, high)}</div>"
        f"<p>Likely between {low:.0%} and {high:.0%}, judging by the questions asked (95 % interval).</p>{signal}"
    )


def _range(mean: float, low: float, high: float) -> str:
    return (
        f'<div class="range" aria-hidden="true"><span class="span" style="left:{low:.1%};width:{high - low:.1%}"></span>'
        f'<span class="at" style="left:{mean:.1%}"></span></div>'
    )


def _levels(report: Report) -> str:
    if len(report.levels) < 2:
        return ""
    items = "; ".join(
        f"{level} {e.mean:.0%} ({e.low:.0%} to {e.high:.0%}, {count_of(e.n, 'question')})"
        for level, e in report.levels.items()
    )
    return f'<p class="small-print">By level: {items}.</p>'


def strengths(report: Report) -> str:
    """What was good: the weightiest points covered without help, with the words that did it."""
    if not report.strengths:
        return ""
    items = "".join(
        f"<li>{_text(item.key_point)}"
        + (f"<br><q>{_text(' '.join(item.evidence.split()))}</q>" if item.evidence else "")
        + f" <small>{TOPIC_NAMES[item.topic]}</small></li>"
        for item in report.strengths
    )
    return f'<section class="good"><h3>What was good</h3><ul>{items}</ul></section>'


def rubric_table(report: Report) -> str:
    """The four dimensions with the words of their level."""
    words = prompts.phrases("rubric")
    rows = []
    for name in DIMENSIONS:
        value: float | None = getattr(report.rubric, name)
        level = level_of(value)
        meaning = "Nothing can be said yet." if value is None else words[f"{name}_{level}"][0]
        shown = "n/a" if value is None else f"{value:.0%}"
        rows.append(
            f"<tr><th scope='row'>{name.capitalize()}</th><td>{shown}</td><td>{level}</td><td>{_text(meaning)}</td></tr>"
        )
    head = "<tr><th>Dimension</th><th>Value</th><th>Level</th><th>What that means</th></tr>"
    return f'<table class="rubric"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def questions(report: Report) -> str:
    """Each question, opening to its replies, points, corrections and model answer."""
    if not report.questions:
        return "<p>No question has been answered yet. Your answers and what they were worth will stand here.</p>"
    return "".join(_question(i, question) for i, question in enumerate(report.questions, start=1))


def practise_next(report: Report) -> str:
    """The points worth practising, most costly first, each with a button that opens practice on it."""
    if not report.practise_next:
        return ""
    items = "".join(
        f"<li><div><strong>{_text(item.key_point)}</strong><span class='meta'>{TOPIC_NAMES[item.topic]}: {_text(item.question)}</span></div>"
        f'<button type="button" class="small" data-do="practise" data-ids="{_text(item.question_id)}" '
        f'aria-label="Practise: {_text(item.key_point)}">Practise</button></li>'
        for item in report.practise_next
    )
    ids = " ".join(item.question_id for item in report.practise_next)
    n = len(report.practise_next)
    every = (
        f'<button type="button" class="primary" data-do="practise" data-ids="{_text(ids)}">Practise {"both" if n == 2 else f"all {n}"}</button>'
        if n > 1
        else ""
    )
    return f'<section class="next"><header><h3>Practise next</h3>{every}</header><ol>{items}</ol></section>'


def downloads(session_id: str) -> str:
    """Links that save the report; it is made when asked for, so that no copy of it lies anywhere."""
    return "".join(
        f'<a class="download" id="download-{format}" href="/report/{_text(session_id)}.{format}?save=yes" download>'
        f"Download as {name}</a>"
        for format, name in DOWNLOADS.items()
    )


def _question(number: int, question: QuestionReport) -> str:
    grade = question.grade
    shown = "not graded" if grade.score is None else f"{grade.score:.0%}"
    again = '<span class="again">Second try</span> ' if question.second_try else ""
    return (
        f'<details class="question"{" open" if number == 1 else ""}><summary><span class="number">{number}.</span> '
        f'<span class="asked">{again}{_text(question.question)}</span> <span class="points">{shown}</span></summary>'
        f'<p class="small-print">{TOPIC_NAMES[question.topic]} · {question.level} · {_pace(question)} · {_judged_by(grade)}</p>'
        f"{_dimensions(question)}{_failure(grade)}{_replies(question)}{_points(grade.key_points)}{_corrections(grade)}"
        f"<h4>What a strong answer says</h4>{prose(question.model_answer)}{_sources(question)}</details>"
    )


def _dimensions(question: QuestionReport) -> str:
    rubric = question.grade.rubric
    shown = rubric and question.replies and not question.grade.ungraded
    return f'<p class="small-print">{_text(render_dimensions(rubric))}</p>' if rubric and shown else ""


def _pace(question: QuestionReport) -> str:
    n = len(question.follow_ups)
    return duration(question.time_s) + (f" · {count_of(n, 'follow-up')}" if n else "")


def _judged_by(grade: Grade) -> str:
    rule = grade.rule
    by = say(f"rules.{rule}") if rule else f"graded by {_grader(grade)}"
    return by if grade.trained_question else f"{by}, which was not trained on this question"


def _grader(grade: Grade) -> str:
    """Who graded, as a person says it, with its version for whoever points at it."""
    model = _text(grade.model or grade.grader.value)
    local = grade.grader is GraderName.LOCAL
    return f'<span title="{model}">the local grader</span>' if local else model


def _failure(grade: Grade) -> str:
    failure = f'<p class="failure">This question has no grade: {_text(grade.ungraded)}</p>' if grade.ungraded else ""
    return failure + (f'<p class="note">{_text(grade.note)}</p>' if grade.note else "")


def _replies(question: QuestionReport) -> str:
    if not question.replies:
        return "<p>You skipped this question.</p>"
    parts = []
    for i, reply in enumerate(question.replies):
        if i and i <= len(question.follow_ups):
            parts.append(f'<p class="follow-up">Follow-up: {_text(question.follow_ups[i - 1])}</p>')
        evidence = [point for point in question.grade.key_points if point.reply == i and point.evidence]
        aided = " <small>(after a hint)</small>" if reply.aided else ""
        parts.append(f'<p class="who">You{aided}</p><blockquote>{marked(reply.text, evidence)}</blockquote>')
    return "".join(parts)


def _points(points: Sequence[PointGrade]) -> str:
    rows = "".join(_point(point) for point in points)
    return f'<h4>Point by point</h4><ul class="key-points">{rows}</ul>' if rows else ""


def _point(point: PointGrade) -> str:
    unsure = ' <span class="unsure">not sure</span>' if point.confidence < NOT_SURE_BELOW else ""
    aided = ' <span class="unsure">after a hint</span>' if point.aided else ""
    quote = f"<br><q>{_text(' '.join(point.evidence.split()))}</q>" if point.evidence else ""
    return (
        f'<li class="{point.verdict}"><span class="verdict">{MARKS[point.verdict]}</span>{unsure}{aided} '
        f"{_text(point.point)} <small>({WEIGHT_NAMES[point.weight]}, credit {point.credit:+.2f})</small>{quote}</li>"
    )


def _corrections(grade: Grade) -> str:
    items = "".join(
        f"<li>{_text(m.correction)}"
        + (f"<br><small>You said: <q>{_text(m.evidence)}</q></small>" if m.evidence else "")
        + "</li>"
        for m in grade.misconceptions
    )
    return f'<h4>Worth correcting</h4><ul class="corrections">{items}</ul>' if items else ""


def _sources(question: QuestionReport) -> str:
    if not question.sources:
        return ""
    return f'<p class="small-print">Sources: {"; ".join(_text(cite(source)) for source in question.sources)}</p>'


def _text(text: str) -> str:
    return html.escape(text)
