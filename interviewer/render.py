"""A report in Markdown, for people; every text of the candidate's is fenced or escaped."""

import re

import prompts
from interviewer.doubt import is_unsure
from interviewer.estimate import Estimate
from interviewer.grading.grade import Grade, PointGrade, Rubric, Verdict
from interviewer.report import PractiseNext, QuestionReport, Report, Strength, level_of
from knowledge.coverage import cite

DIMENSIONS = ("correctness", "completeness", "depth", "focus")
MARKS = {
    Verdict.COVERED: "✓ covered",
    Verdict.PARTIAL: "◐ partial",
    Verdict.MISSING: "– missing",
    Verdict.CONTRADICTED: "✗ contradicted",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$!])")


def render_report(report: Report) -> str:
    """The whole report in Markdown."""
    parts = [f"# {'Interview' if report.session.mode == 'interview' else 'Practice'} report", render_headline(report)]
    if report.strengths:
        parts.append("## What was good\n\n" + "\n".join(_strength(item) for item in report.strengths))
    parts.append(render_rubric(report))
    if report.topics:
        parts.append(f"## By topic\n\n{_estimates(report.topics)}")
    if len(report.levels) > 1:
        parts.append(f"## By level\n\n{_estimates(report.levels)}")
    if report.practise_next:
        parts.append("## Practise next\n\n" + "\n".join(_practise(item) for item in report.practise_next))
        parts.append(f"`interviewer chat --practise {report.session.id}` opens practice on them.")
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
        if report.signal:
            lines.append(f"**Signal: {report.signal}** ({report.signal_rule})")
    if report.questions:
        lines.append(render_pace(report))
    lines.append(f"Graded by: {', '.join(report.graders) or 'nothing graded yet'}.")
    return "\n\n".join(lines)


def render_pace(report: Report) -> str:
    """Time used and follow-ups needed, in a sentence."""
    first = [question for question in report.questions if not question.second_try]
    follow_ups = sum(len(question.follow_ups) for question in first)
    needed = {0: "no follow-up", 1: "one follow-up"}.get(follow_ups, f"{follow_ups} follow-ups")
    again = len(report.questions) - len(first)
    tries = f", and {'one second try' if again == 1 else f'{again} second tries'}" if again else ""
    return f"Time used: {duration(report.session.elapsed_s)}; {needed} over {count_of(len(first), 'question')}{tries}."


def duration(seconds: float) -> str:
    """A time in words: seconds under a minute, else minutes, else hours."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def count_of(n: int, noun: str) -> str:
    """A number with its noun: '1 question', '3 questions'."""
    return f"{n} {noun}{'' if n == 1 else 's'}"


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


def render_dimensions(rubric: Rubric) -> str:
    """The four dimensions of one question in a line: the level's word and the value of each."""
    values: list[tuple[str, float | None]] = [(name, getattr(rubric, name)) for name in DIMENSIONS]
    said = [name + (" n/a" if value is None else f" {level_of(value)} ({value:.0%})") for name, value in values]
    return ", ".join(said).capitalize()


def render_question(number: int, question: QuestionReport) -> str:
    """One question: replies, key points with their quotes and credits, corrections, model answer, sources."""
    grade = question.grade
    shown = "not graded" if grade.score is None else f"{grade.score:.0%}"
    again = "Second try: " if question.second_try else ""
    parts = [
        f"### {number}. {again}{escape(question.question)}",
        f"**{shown}** · {question.topic} · {question.level} · {duration(question.time_s)} · {_judged_by(grade)}",
    ]
    if grade.rubric and not grade.ungraded and question.replies:
        parts.append(f"{render_dimensions(grade.rubric)}.")
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
        parts.append("Sources: " + "; ".join(escape(cite(source)) for source in question.sources))
    return "\n\n".join(parts)


def _judged_by(grade: Grade) -> str:
    by = f"by rule: {grade.rule.replace('_', ' ')}" if grade.rule else f"graded by {grade.grader.value} ({grade.model})"
    return by if grade.trained_question else f"{by}, a question it was not trained on"


def _point_line(point: PointGrade) -> str:
    unsure = ", not sure" if is_unsure(point) else ""
    aided = ", after a hint" if point.aided else ""
    weight = {3: "essential", 2: "expected", 1: "bonus"}[point.weight]
    line = f"- **{MARKS[point.verdict]}** ({weight}, credit {point.credit:+.2f}{unsure}{aided}): {escape(point.point)}"
    return f"{line}\n  “{escape(' '.join(point.evidence.split()))}”" if point.evidence else line


def _correction(statement: str, correction: str, evidence: str | None) -> str:
    said = f" You said: “{escape(' '.join(evidence.split()))}”" if evidence else ""
    return f"**Worth correcting:** {escape(correction)}{said}"


def _estimates(found: dict[str, Estimate]) -> str:
    rows = ["| | Score | 95 % interval | Questions |", "|---|---|---|---|"]
    rows += [f"| {name} | {e.mean:.0%} | {e.low:.0%} to {e.high:.0%} | {e.n} |" for name, e in found.items()]
    return "\n".join(rows)


def _strength(item: Strength) -> str:
    quote = f" “{escape(' '.join(item.evidence.split()))}”" if item.evidence else ""
    return f"- {item.key_point} ({item.topic}){quote}"


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
