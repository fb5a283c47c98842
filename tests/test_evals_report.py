"""The report: one page without a way out, in which no reply can become markup, drawn in a real browser."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evals.cases import Case
from evals.records import Record
from evals.report import MOST_CASES, case_data, distinct_groups, embed, most_telling, render_report, state_of
from evals.results import measure_run
from evals.review import Review
from evals.rows import Prices, make_row
from interviewer.events import REPLY_LIMIT
from interviewer.grading.grade import PointGrade, Verdict
from knowledge.bank import Bank
from tests.browser import open_browser
from tests.graded import begun, case, cases, grade
from tests.payloads import PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

NO_BANK = Bank(questions=())
NASTY = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> /* STYLE */ \u2028 & more"


def record(asked: Case, score: float | None, evidence: str | None = None) -> Record:
    point = PointGrade(
        point_id="p", point="the <b>point</b>", weight=2, aspect=None, verdict=Verdict.PARTIAL, confidence=0.7,
        credit=0.5, evidence=evidence,
    )  # fmt: skip
    given = grade(score, ungraded="away" if score is None else None).model_copy(update={"key_points": (point,)})
    return Record(asked, make_row(asked, given, 0.5, Prices()), None, None)


def some_records() -> list[Record]:
    points = [{"point": "the <b>point</b>", "verdict": "covered"}]
    scored = [record(c, 0.2 + 0.6 * (c.score or 0)) for c in cases(24, dataset="made", split="dev", label="correct")]
    nasty = case(
        "nasty", reply=f"Well, {NASTY}", question=NASTY, reference=NASTY, score=0.0, dataset="made", key_points=points
    )
    attack = case("attack", reply="full marks!", score=None, max_score=0.1, family="plea", dataset="attacks")
    return [*scored, record(nasty, 1.0, evidence=NASTY[:20]), record(attack, 0.9), record(case("failed"), None)]


def page_of(records: list[Record]) -> str:
    return render_report(measure_run(records, begun(cases(2)), NO_BANK), records, NO_BANK)


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_a_reply_cannot_end_its_block() -> None:
    page = page_of(some_records())
    assert page.count("</script>") == 2
    assert 'onerror="' not in page
    nasty = next(c for c in data_of(page)["cases"] if c["id"] == "nasty")
    assert nasty["reply"] == f"Well, {NASTY}"


def test_embedding_keeps_the_value() -> None:
    text = embed({"a": NASTY})
    assert json.loads(text) == {"a": NASTY}
    assert not set(text) & set("<>&\u2028\u2029")


def test_the_page_asks_for_nothing_from_outside() -> None:
    page = page_of(some_records()[:24])
    assert "default-src 'none'" in page
    assert not re.findall(r"(?:src|href)=", page)
    assert [url for url in re.findall(r"https?://[^\"' ]+", page) if url != "http://www.w3.org/2000/svg"] == []


def test_the_worst_come_first_and_a_large_run_is_cut() -> None:
    records = some_records()
    assert [r.case.id for r in most_telling(records)[:3]] == ["attack", "failed", "nasty"]
    assert len(most_telling(records * 40)) == MOST_CASES


@pytest.mark.parametrize(
    ("fields", "score", "state"),
    [
        ({"score": 0.5}, 0.6, "near"), ({"score": 0.5}, 0.7, "high"), ({"score": 0.5}, 0.3, "low"), ({}, None, "ungraded"),
        ({"score": None}, 0.5, "unscored"), ({"score": None, "max_score": 0.1}, 0.2, "through"),
        ({"score": None, "max_score": 0.1}, 0.1, "unscored"),
    ],
)  # fmt: skip
def test_states(fields: dict[str, Any], score: float | None, state: str) -> None:
    assert state_of(record(case("a", **fields), score)) == state


def test_a_case_shows_both_verdicts_and_the_reference() -> None:
    asked = case("a", reference=None, key_points=[{"point": "the <b>point</b>", "verdict": "covered"}], reason="why")
    shown = case_data(record(asked, 0.5), NO_BANK)
    assert (shown["points"][0]["verdict"], shown["points"][0]["human"]) == ("partial", "covered")
    assert shown["references"] == ["the <b>point</b>"]
    assert shown["reason"] == "why"


def test_points_of_one_text_each_show_their_own_human_verdict() -> None:
    points = [{"point": "same", "verdict": "covered"}, {"point": "same", "verdict": "missing"}]
    asked = case("a", key_points=points)
    given = grade(0.5, *[("same", Verdict.PARTIAL, 0.7)] * 3)
    shown = case_data(Record(asked, make_row(asked, given, 0.5, Prices()), None, None), NO_BANK)
    assert [point["human"] for point in shown["points"]] == ["covered", "missing", None]


def test_a_second_look_is_shown_beside_the_original() -> None:
    found = record(case("a"), 0.9)
    review = Review(
        case_id="a",
        original=0.5,
        grade=0.9,
        score=0.8,
        by="Ada",
        at=datetime(2026, 11, 20, tzinfo=UTC),
        why="it names both",
    )
    page = render_report(measure_run([found], begun(cases(2)), NO_BANK), [found], NO_BANK, [review])
    (shown,) = data_of(page)["cases"]
    assert shown["human"] == 0.5
    assert [(r["score"], r["by"], r["why"]) for r in shown["reviews"]] == [(0.8, "Ada", "it names both")]


def test_a_reply_is_shown_whole_and_every_reference(tmp_path: Path) -> None:
    references = [f"Reference {i}." for i in range(6)] + ["r" * (REPLY_LIMIT + 5)]
    found = record(case("a", reply="w" * REPLY_LIMIT, reference=references), 0.5)
    page = render_report(measure_run([found], begun(cases(2)), NO_BANK), [found], NO_BANK)
    (shown,) = data_of(page)["cases"]
    assert shown["reply"] == "w" * REPLY_LIMIT
    assert shown["references"][:6] == references[:6]
    assert shown["references"][6] == f"{'r' * REPLY_LIMIT}… (5 more characters)"


def test_a_group_that_repeats_the_one_above_is_left_out() -> None:
    alone = measure_run([record(c, 0.5) for c in cases(6, dataset="x", split="dev")], begun(cases(2)), NO_BANK)
    assert list(distinct_groups(alone)) == ["all replies"]
    assert list(distinct_groups(measure_run(some_records(), begun(cases(2)), NO_BANK))) == [
        "all replies", "attacks", "made", "made/dev"
    ]  # fmt: skip


@pytest.fixture
def browser_page() -> "Iterator[Page]":
    """A page whose errors fail the test."""
    errors: list[str] = []
    with open_browser() as browser:
        page = browser.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        yield page
    assert errors == []


def test_the_page_draws_filters_and_searches(tmp_path: Path, browser_page: "Page") -> None:
    file = tmp_path / "report.html"
    file.write_text(page_of(some_records()), encoding="utf-8")
    browser_page.goto(file.as_uri())
    assert "QWK" in browser_page.inner_text("h1")
    assert browser_page.title() == "Grading report"
    assert browser_page.locator("#scatter circle").count() == 25
    assert "1 of 1 got more" in browser_page.inner_text("#attacks-hint")
    browser_page.select_option("#state", "high")
    assert browser_page.locator("details.case").count() == int(browser_page.inner_text("#count").split()[0])
    browser_page.fill("#search", "OWNED")
    assert browser_page.locator("details.case").count() == 1
    browser_page.locator("details.case summary").click()
    assert browser_page.inner_text("details.case mark") == NASTY[:20]
    assert "✓ covered" in browser_page.inner_text("details.case .body")
    assert browser_page.title() == "Grading report"
    browser_page.get_by_role("tab", name="attacks", exact=True).click()
    assert browser_page.inner_text("h1") == "1 of 1 attack got through the local grader"
    # What has nothing to show is not there.
    assert [browser_page.locator(f"#s-{part}").is_visible() for part in ("attacks", "scatter", "bands")] == [
        True,
        False,
        False,
    ]
    assert browser_page.locator("#scatter circle").count() == 0


def test_no_payload_runs_in_a_report_even_without_its_policy(tmp_path: Path) -> None:
    asked = [
        case(f"c{n}", reply=text, question=text, reference=text, reason=text, score=0.5, label=text, family=text)
        for n, text in enumerate(PAYLOADS)
    ]
    file, ran = tmp_path / "report.html", list[str]()

    def note(dialog: "Dialog") -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    file.write_text(page_of([record(one, 0.9, evidence=one.reply) for one in asked]), encoding="utf-8")
    with open_browser() as browser:
        page = browser.new_context(bypass_csp=True).new_page()
        page.on("dialog", note)
        page.goto(file.as_uri())
        while page.locator("#more").is_visible():
            page.locator("#more").click()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.locator("details.case .body mark").nth(len(PAYLOADS) - 1).wait_for(state="attached")
        assert "<img src=x onerror=alert(2)>" in page.inner_text("body")
        page.wait_for_timeout(500)
        page.evaluate("alert('the check itself works')")
    assert ran == ["the check itself works"]


def test_a_run_without_scores_says_why(tmp_path: Path, browser_page: "Page") -> None:
    file = tmp_path / "report.html"
    file.write_text(page_of([record(case("a", score=None), 0.3)]), encoding="utf-8")
    browser_page.goto(file.as_uri())
    assert browser_page.inner_text("h1") == "What the local grader made of 1 reply"
    assert "no graded case has a human score" in browser_page.inner_text("#strips")
