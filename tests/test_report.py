"""The report and its renderings."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.estimate import interval, t_quantile_975
from interviewer.events import Replied, ReplyKind
from interviewer.export import report_html, report_pdf
from interviewer.grading.grade import PointGrade, Verdict
from interviewer.render import escape, quote_block, render_report
from interviewer.report import FEWEST_FOR_A_SCORE, Report, build_report, level_of, signal_of
from knowledge.bank import Bank
from tests.test_dialogue import Play
from ui import marks, report_view


def played(bank: Bank, verdicts: list[Verdict | None], **config: Any) -> Report:
    """A finished session in which each question gets one verdict on all its points, None for a skip."""
    session = Play(bank, questions=len(verdicts), **config)
    for verdict in verdicts:
        question = session.question.id
        while session.state.finished is None and session.question.id == question:
            session.say(
                ReplyKind.SKIP if verdict is None else ReplyKind.ANSWER, session.all(verdict or Verdict.MISSING)
            )
    return build_report("abc", session.state, bank)


def test_the_score_is_the_mean_over_questions_with_its_interval(bank: Bank) -> None:
    report = played(bank, [Verdict.COVERED, Verdict.PARTIAL, None, Verdict.CONTRADICTED])
    scores = [q.grade.score for q in report.questions]
    # Bonus points only add, so a question all of whose points are half covered may stand a little above one half.
    assert scores[0] == 1
    assert scores[1] == pytest.approx(0.5, abs=0.15)
    assert scores[2:] == [0, 0]
    assert report.score == pytest.approx(sum(s for s in scores if s is not None) / 4)
    assert report.score is not None
    assert report.interval is not None
    assert 0 <= report.interval[0] < report.score < report.interval[1] <= 1
    assert report.signal == "no"
    assert report.questions[2].grade.rule == "skipped"


def test_under_three_graded_questions_there_is_no_overall_score_and_it_says_why(bank: Bank) -> None:
    report = played(bank, [Verdict.COVERED] * (FEWEST_FOR_A_SCORE - 1))
    assert report.score is None
    assert report.interval is None
    assert report.signal is None
    assert "only 2 questions" in str(report.score_note)
    assert "No overall score" in render_report(report)


def test_what_to_practise_comes_from_the_costliest_points_of_different_questions(bank: Bank) -> None:
    report = played(bank, [Verdict.COVERED, Verdict.CONTRADICTED, Verdict.MISSING, Verdict.MISSING, Verdict.MISSING])
    assert len(report.practise_next) == 3
    assert len({item.question_id for item in report.practise_next}) == 3
    assert report.practise_next[0].question_id == report.questions[1].question_id
    assert report.questions[0].question_id not in {item.question_id for item in report.practise_next}


def test_practice_counts_hinted_credit_and_an_interview_never_hints(bank: Bank) -> None:
    session = Play(bank, questions=1, mode="practice")
    session.say(ReplyKind.HINT)
    session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    report = build_report("abc", session.state, bank)
    assert all(point.aided for point in report.questions[0].grade.key_points)
    assert report.questions[0].grade.score == 1
    assert "after a hint" in render_report(report)


def test_a_question_tells_its_dimensions_with_the_words_of_their_levels(bank: Bank) -> None:
    report = played(bank, [Verdict.COVERED, Verdict.MISSING, None], mode="interview")
    told = [part for part in render_report(report).split("\n\n") if part.startswith("Correctness ")]
    assert len(told) == 2, "a skipped question has none"
    assert "Correctness strong (100%), completeness strong (100%)" in told[0]
    assert "Correctness n/a, completeness weak (0%)" in told[1]
    shown = report_view.questions(report)
    assert all(line.rstrip(".") in shown for line in told)


def test_practice_has_a_score_and_no_signal(bank: Bank) -> None:
    report = played(bank, [Verdict.COVERED] * 3, mode="practice")
    assert (report.score, report.signal) == (1.0, None)
    assert "Signal" not in render_report(report)


def test_a_running_session_reports_what_was_answered(bank: Bank) -> None:
    session = Play(bank, questions=3)
    assert build_report("abc", session.state, bank).questions == ()
    session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    report = build_report("abc", session.state, bank)
    assert len(report.questions) == 1
    assert report.session.state == "running"


@given(st.lists(st.floats(0, 1), min_size=3, max_size=20))
def test_an_interval_holds_its_mean_within_0_and_1(scores: list[float]) -> None:
    low, high = interval(scores)
    mean = sum(scores) / len(scores)
    assert -1e-9 <= low <= mean + 1e-9
    assert mean - 1e-9 <= high <= 1 + 1e-9


def test_the_t_quantile_is_that_of_the_tables() -> None:
    from scipy.stats import t

    for freedom in (1, 2, 3, 5, 8, 13, 40):
        assert t_quantile_975(freedom) == pytest.approx(t.ppf(0.975, freedom), rel=0.005)


def test_levels_and_signals_have_fixed_cuts() -> None:
    assert [level_of(v) for v in (None, 0, 0.4, 0.6, 0.8, 1)] == [
        "n/a",
        "weak",
        "borderline",
        "solid",
        "strong",
        "strong",
    ]
    assert [signal_of(v)[0] for v in (None, 0.1, 0.4, 0.6, 0.9)] == [None, "strong no", "no", "yes", "strong yes"]


HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> **b** # h\n```\n<b>\n"


def hostile(bank: Bank) -> Report:
    session = Play(bank, questions=1)
    session.say(ReplyKind.ANSWER, {})
    report = build_report("abc", session.state, bank)
    [question] = report.questions
    reply = question.replies[0].model_copy(update={"text": HOSTILE})
    return report.model_copy(update={"questions": (question.model_copy(update={"replies": (reply,)}),)})


def test_a_candidates_text_is_shown_and_never_run(bank: Bank) -> None:
    report = hostile(bank)
    for page in (report_html(report), report_view.questions(report)):
        assert "<script>" not in page
        assert "<img" not in page
        assert 'href="javascript' not in page
        assert "alert(1)" in page


def test_markdown_in_a_reply_is_escaped_but_code_stays_code() -> None:
    assert quote_block("**a**\n```\nx *= 2\n```") == "> \\*\\*a\\*\\*\n> ```\n> x *= 2\n> ```"
    assert quote_block("```\nopen").endswith("> ```")
    assert escape("a_b") == "a\\_b"


def test_every_format_holds_the_questions_and_the_score(bank: Bank) -> None:
    report = played(bank, [Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING])
    markdown, html = render_report(report), report_html(report)
    for question in report.questions:
        assert escape(question.question) in markdown
    assert f"{report.score:.0%}" in markdown
    assert f"{report.score:.0%}" in html
    assert json.loads(report.model_dump_json())["score"] == pytest.approx(report.score)
    pdf = report_pdf(report)
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 20_000


def test_the_page_marks_the_words_that_earned_credit(bank: Bank) -> None:
    session = Play(bank, questions=1)
    session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    report = build_report("abc", session.state, bank)
    [question] = report.questions
    point = question.grade.key_points[0].model_copy(update={"evidence": "<shared> weights", "start": 4})
    other = point.model_copy(update={"point_id": "other", "point": "Another claim on the same words."})
    marked = marks.marked("The <shared> weights.", [point, other])
    assert marked.count("<mark") == 1
    assert marked.startswith('The <mark class="covered"')
    assert "&lt;shared&gt; weights</mark>." in marked


def test_replies_stay_with_their_question(bank: Bank) -> None:
    session = Play(bank, questions=2)
    session.add(Replied(text="mine"))
    assert build_report("abc", session.state, bank).questions == ()


def test_code_and_formulas_of_a_reply_are_drawn_around_its_marks() -> None:
    text = "It is $w^2$.\n```python\nfor w in ws:\n    w -= <lr>\n```\nDone."
    code = PointGrade(
        point_id="p", point="The step.", weight=2, aspect=None, verdict=Verdict.COVERED, confidence=0.9, credit=1.0,
        evidence="w -= <lr>\n```\nDone", start=text.index("w -= <lr>"),
    )  # fmt: skip
    shown = marks.marked(text, [code])
    mark = '<mark class="covered" title="covered: The step.">'
    assert f"<pre><code>for w in ws:\n    {mark}w -= &lt;lr&gt;\n</mark></code></pre>{mark}Done</mark>." in shown
    assert shown.startswith("It is <math")
    assert "$" not in shown
