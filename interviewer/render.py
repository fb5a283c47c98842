"""A report in Markdown, for people; every text of the candidate's is fenced or escaped."""

import re

import prompts
from interviewer.grading.grade import Grade, PointGrade, Verdict
from interviewer.report import PractiseNext, QuestionReport, Report, level_of

DIMENSIONS = ("correctness", "completeness", "depth", "focus")
MARKS = {
    Verdict.COVERED: "✓ covered",
    Verdict.PARTIAL: "◐ partial",
    Verdict.MISSING: "– missing",
    Verdict.CONTRADICTED: "✗ contradicted",
}
NOT_SURE_BELOW = 0.55
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$!])")


def render_report(report: Report) -> str:
    """The whole report in Markdown."""
    parts = [f"# {'Interview' if report.session.mode == 'interview' else 'Practice'} report", render_headline(report)]
    parts.append(render_rubric(report))
    if report.by_topic:
        parts.append(
            "## By topic\n\n" + "\n".join(f"- {topic}: {value:.0%}" for topic, value in report.by_topic.items())
        )
    if report.practise_next:
        parts.append("## Practise next\n\n" + "\n".join(_practise(item) for item in report.practise_next))
    parts.append("## Question by question")
    parts += [render_question(i, question) for i, question in enumerate(report.questions, start=1)]
    if not report.questions:
        parts.append("No question has been answered yet.")
    return "\n\n".join(parts) + "\n"


def render_headline(report: Report) -> str:
    """Score, signal and how far the session went."""
    s = report.session
    lines = [
        f"{s.started_at:%d %B %Y, %H:%M} UTC · {s.level} level · {s.answered} of {s.planned} questions answered · {s.state.replace('_', ' ')}"
    ]
    if report.score is None:
        lines.append(report.score_note or "")
    else:
        low, high = report.interval or (report.score, report.score)
        lines.append(f"**Score {report.score:.0%}** ({level_of(report.score)}; 95 % interval {low:.0%} to {high:.0%})")
        lines.append(f"**Signal: {report.signal}** ({report.signal_rule})")
    lines.append(f"Graded by: {', '.join(report.graders) or 'nothing graded yet'}.")
    return "\n\n".join(lines)


def render_rubric(report: Report) -> str:
    """The four dimensions with their level in words."""
    words = prompts.phrases("rubric")
    rows = ["## Rubric", "", "| Dimension | | Level | What that means |", "|---|---|---|---|"]
    for name in DIMENSIONS:
        value: float | None = getattr(report.rubric, name)
        level = level_of(value)
        meaning = "Nothing can be said yet." if value is None else words[f"{name}_{level}"][0]
        rows.append(f"| {name} | {'n/a' if value is None else f'{value:.0%}'} | {level} | {meaning} |")
    return "\n".join(rows)


def render_question(number: int, question: QuestionReport) -> str:
    """One question: replies, key points with their quotes and credits, corrections, model answer, sources."""
    grade = question.grade
    shown = "not graded" if grade.score is None else f"{grade.score:.0%}"
    parts = [
        f"### {number}. {escape(question.question)}",
        f"**{shown}** · {question.topic} · {question.level} · {_judged_by(grade)}",
    ]
    if grade.ungraded:
        parts.append(f"This question has no grade: {escape(grade.ungraded)}")
    if grade.note:
        parts.append(f"_{escape(grade.note)}_")
    for i, reply in enumerate(question.replies):
        if i and i <= len(question.follow_ups):
            parts.append(f"Follow-up: {escape(question.follow_ups[i - 1])}")
        parts.append(f"You{' (after a hint)' if reply.aided else ''}:\n\n{quote_block(reply.text)}")
    if grade.key_points:
        parts.append("\n".join(_point_line(point) for point in grade.key_points))
    parts += [_correction(m.statement, m.correction, m.evidence) for m in grade.misconceptions]
    parts.append(f"**What a strong answer says:** {question.model_answer}")
    if question.sources:
        parts.append("Sources: " + ", ".join(f"article {s.article}, item {s.item}" for s in question.sources))
    return "\n\n".join(parts)


def _judged_by(grade: Grade) -> str:
    by = f"by rule: {grade.rule.replace('_', ' ')}" if grade.rule else f"graded by {grade.grader.value} ({grade.model})"
    return by if grade.trained_question else f"{by}, a question it was not trained on"


def _point_line(point: PointGrade) -> str:
    unsure = ", not sure" if point.confidence < NOT_SURE_BELOW else ""
    aided = ", after a hint" if point.aided else ""
    weight = {3: "essential", 2: "expected", 1: "bonus"}[point.weight]
    line = f"- **{MARKS[point.verdict]}** ({weight}, credit {point.credit:+.2f}{unsure}{aided}): {escape(point.point)}"
    return f"{line}\n  “{escape(' '.join(point.evidence.split()))}”" if point.evidence else line


def _correction(statement: str, correction: str, evidence: str | None) -> str:
    said = f" You said: “{escape(' '.join(evidence.split()))}”" if evidence else ""
    return f"**Worth correcting:** {escape(correction)}{said}"


def _practise(item: PractiseNext) -> str:
    return f"- {item.key_point} ({item.topic}: {item.question})"


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)


def quote_block(text: str) -> str:
    """A candidate's text as a block quote, line by line, escaped; code fences are kept as code."""
    out = []
    fenced = False
    for line in text.splitlines() or [""]:
        fence = line.lstrip().startswith("```")
        out.append("> " + (line if fenced or fence else escape(line)))
        fenced ^= fence
    return "\n".join(out if not fenced else [*out, "> ```"])
