"""The report as HTML for the page: each reply with its credited words marked. All text is escaped."""

import html
from collections.abc import Sequence

import prompts
from interviewer.doubt import is_unsure
from interviewer.estimate import Estimate
from interviewer.grading.grade import Grade, GraderName, PointGrade, Verdict
from interviewer.render import DIMENSIONS, duration, render_dimensions, render_pace
from interviewer.report import QuestionReport, Report, level_of
from knowledge.coverage import cite
from ui.marks import marked
from ui.markup import line, prose
from ui.names import grade_name, level_name, percent, topic_name, verdict_name, weight_name
from ui.texts import count, say

DOWNLOADS = {"md": "Markdown", "html": "HTML", "pdf": "PDF", "json": "JSON"}


def headline(report: Report) -> str:
    """Score with its interval, signal with its rule, pace, and who graded."""
    s = report.session
    graders = sorted({_grader(question.grade) for question in report.questions if not question.grade.rule})
    facts = [
        say("report.answered", answered=s.answered, planned=s.planned),
        say("report.level", level=level_name(s.level)),
    ]
    facts += [say("report.by", graders=_joined(graders))] if graders else []
    pace = f'<p class="small-print">{_text(render_pace(report))}</p>' if report.questions else ""
    return (
        f'<section class="headline"><h2>{say("report.title")}</h2>{_score(report)}<div class="facts">'
        f'<p class="small-print">{" · ".join(facts)}</p>{pace}{_levels(report)}</div></section>'
    )


def _joined(names: Sequence[str]) -> str:
    return say("report.both", one=", ".join(names[:-1]), other=names[-1]) if len(names) > 1 else names[0]


def _score(report: Report) -> str:
    if report.score is None:
        return f'<p class="score none">{_text(report.score_note or "")}</p>'
    low, high = report.interval or (report.score, report.score)
    signal = (
        f'<p class="signal">{say("report.signal")}: <strong>{report.signal}</strong><br><span class="small-print">'
        f"{_text(report.signal_rule or '').capitalize()}.</span></p>"
        if report.signal
        else ""
    )
    return (
        f'<div class="score"><strong>{percent(report.score)}</strong> <span class="level {level_of(report.score)}">'
        f"{grade_name(report.score)}</span>{_range(report.score, low, high)}</div>"
        f"<p>{say('report.likely', low=percent(low), high=percent(high))}</p>{signal}"
    )


def _range(mean: float, low: float, high: float) -> str:
    return (
        f'<div class="range" aria-hidden="true"><span class="span" style="left:{low:.1%};width:{high - low:.1%}"></span>'
        f'<span class="at" style="left:{mean:.1%}"></span></div>'
    )


def _levels(report: Report) -> str:
    if len(report.levels) < 2:
        return ""
    items = "; ".join(_one_level(level, found) for level, found in report.levels.items())
    return f'<p class="small-print">{say("report.by_level", levels=items)}</p>'


def _one_level(level: str, found: Estimate) -> str:
    low, mean, high = percent(found.low), percent(found.mean), percent(found.high)
    asked = count(found.n, "question")
    return say("report.one_level", level=level_name(level), mean=mean, low=low, high=high, questions=asked)


def strengths(report: Report) -> str:
    """What was good: the weightiest points covered without help, with the words that did it."""
    if not report.strengths:
        return ""
    items = "".join(
        f"<li>{_text(item.key_point)}{_quote(item.evidence)} <small>{topic_name(item.topic)}</small></li>"
        for item in report.strengths
    )
    return f'<section class="good"><h3>{say("report.good")}</h3><ul>{items}</ul></section>'


def rubric_table(report: Report) -> str:
    """The four dimensions with the words of their level."""
    words = prompts.phrases("rubric")
    rows = []
    for name in DIMENSIONS:
        value: float | None = getattr(report.rubric, name)
        meaning = say("report.nothing_yet") if value is None else words[f"{name}_{level_of(value)}"][0]
        shown = say("grades.not_available") if value is None else percent(value)
        rows.append(
            f"<tr><th scope='row'>{say(f'dimensions.{name}')}</th><td>{shown}</td><td>{grade_name(value)}</td>"
            f"<td>{_text(meaning)}</td></tr>"
        )
    heads = (say("report.dimension"), say("report.value"), say("report.dimension_level"), say("report.meaning"))
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f'<table class="rubric"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def questions(report: Report) -> str:
    """Each question, opening to its replies, points, corrections and model answer."""
    if not report.questions:
        return f"<p>{say('report.none')}</p>"
    return "".join(_question(i, question) for i, question in enumerate(report.questions, start=1))


def practise_next(report: Report) -> str:
    """The points worth practising, most costly first, each with a button that opens practice on it."""
    if not report.practise_next:
        return ""
    items = "".join(
        f"<li><div><strong>{_text(item.key_point)}</strong><span class='meta'>{topic_name(item.topic)}: {_text(item.question)}</span></div>"
        f'<button type="button" class="small" data-do="practise" data-ids="{_text(item.question_id)}" '
        f'aria-label="{_text(say("report.practise_named", name=item.key_point))}">{say("report.practise")}</button></li>'
        for item in report.practise_next
    )
    ids = " ".join(item.question_id for item in report.practise_next)
    n = len(report.practise_next)
    all_of_them = say("report.practise_both") if n == 2 else say("report.practise_all", n=n)
    every = (
        f'<button type="button" class="primary" data-do="practise" data-ids="{_text(ids)}">{all_of_them}</button>'
        if n > 1
        else ""
    )
    return f'<section class="next"><header><h3>{say("report.next")}</h3>{every}</header><ol>{items}</ol></section>'


def downloads(session_id: str) -> str:
    """Links that save the report; it is made when asked for, so that no copy of it lies anywhere."""
    links = "".join(
        f'<a class="download" id="download-{format}" href="/report/{_text(session_id)}.{format}?save=yes" download '
        f'aria-label="{say("report.download_as", name=name)}">{name}</a>'
        for format, name in DOWNLOADS.items()
    )
    return f'<p class="downloads"><span>{say("report.download")}</span> {links}</p>'


def _question(number: int, question: QuestionReport) -> str:
    grade = question.grade
    shown = say("report.not_graded") if grade.score is None else percent(grade.score)
    again = f'<span class="again">{say("report.second_try")}</span> ' if question.second_try else ""
    return (
        f'<details class="question"{" open" if number == 1 else ""}><summary><span class="number">{number}.</span> '
        f'<span class="asked">{again}{line(question.question)}</span> <span class="points">{shown}</span></summary>'
        f'<p class="small-print">{topic_name(question.topic)} · {level_name(question.level)} · {_pace(question)} · '
        f"{_judged_by(grade)}</p>"
        f"{_dimensions(question)}{_failure(grade)}{_replies(question)}{_points(grade.key_points)}{_corrections(grade)}"
        f"<h4>{say('report.strong_answer')}</h4>{prose(question.model_answer)}{_sources(question)}</details>"
    )


def _dimensions(question: QuestionReport) -> str:
    rubric = question.grade.rubric
    shown = rubric and question.replies and not question.grade.ungraded
    return f'<p class="small-print">{_text(render_dimensions(rubric))}</p>' if rubric and shown else ""


def _pace(question: QuestionReport) -> str:
    n = len(question.follow_ups)
    return duration(question.time_s) + (f" · {count(n, 'follow_up')}" if n else "")


def _judged_by(grade: Grade) -> str:
    rule = grade.rule
    by = say(f"rules.{rule}") if rule else say("report.by", graders=_grader(grade))
    return by if grade.trained_question else say("report.untrained", by=by)


def _grader(grade: Grade) -> str:
    """Who graded, as a person says it, with its version for whoever points at it."""
    model = _text(grade.model or grade.grader.value)
    local = grade.grader is GraderName.LOCAL
    return f'<span title="{model}">{say("report.local")}</span>' if local else model


def _failure(grade: Grade) -> str:
    why = say("report.failure", why=_text(grade.ungraded or ""))
    failure = f'<p class="failure">{why}</p>' if grade.ungraded else ""
    return failure + (f'<p class="note">{_text(grade.note)}</p>' if grade.note else "")


def _replies(question: QuestionReport) -> str:
    if not question.replies:
        return f"<p>{say('report.skipped')}</p>"
    parts = []
    for i, reply in enumerate(question.replies):
        if i and i <= len(question.follow_ups):
            parts.append(f'<p class="follow-up">{say("report.follow_up", text=_text(question.follow_ups[i - 1]))}</p>')
        evidence = [point for point in question.grade.key_points if point.reply == i and point.evidence]
        aided = f" <small>({say('report.after_hint')})</small>" if reply.aided else ""
        parts.append(
            f'<p class="who">{say("report.you")}{aided}</p><blockquote>{marked(reply.text, evidence)}</blockquote>'
        )
    return "".join(parts)


def _points(points: Sequence[PointGrade]) -> str:
    rows = "".join(_point(point) for point in points)
    return f'<h4>{say("report.points")}</h4><ul class="key-points">{rows}</ul>' if rows else ""


def _point(point: PointGrade) -> str:
    unsure = f' <span class="unsure">{say("report.not_sure")}</span>' if is_unsure(point) else ""
    aided = f' <span class="unsure">{say("report.after_hint")}</span>' if point.aided else ""
    # What stands nearest to a point that is missing is no evidence of anything.
    quote = "" if point.verdict is Verdict.MISSING else _quote(point.evidence)
    worth = say("report.credit", weight=weight_name(point.weight), credit=f"{point.credit:+.2f}")
    return (
        f'<li class="{point.verdict}"><span class="verdict">{verdict_name(point.verdict)}</span>{unsure}{aided} '
        f"{line(point.point)} <small>({worth})</small>{quote}</li>"
    )


def _quote(evidence: str | None) -> str:
    return f"<br><q>{line(' '.join(evidence.split()))}</q>" if evidence else ""


def _corrections(grade: Grade) -> str:
    items = "".join(
        f"<li>{line(m.correction)}"
        + (f"<br><small>{say('report.you_said')}: <q>{line(m.evidence)}</q></small>" if m.evidence else "")
        + "</li>"
        for m in grade.misconceptions
    )
    return f'<h4>{say("report.corrections")}</h4><ul class="corrections">{items}</ul>' if items else ""


def _sources(question: QuestionReport) -> str:
    """Where the model answer comes from, and the way to the question's own page."""
    cited = "; ".join(_text(cite(source)) for source in question.sources)
    named = f"{say('report.sources', sources=cited)} · " if cited else ""
    link = (
        f'<button type="button" class="link" data-do="bank" data-ids="{_text(question.question_id)}">'
        f"{say('report.in_bank')}</button>"
    )
    return f'<p class="small-print sources">{named}{link}</p>'


def _text(text: str) -> str:
    return html.escape(text)
