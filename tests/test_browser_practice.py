"""Practice, the report's clicks and progress in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from interviewer.grading.grade import Verdict
from knowledge.bank import Bank
from tests.browser import looking, part, played


@pytest.fixture
def history(indexed_home: Path, bank: Bank) -> str:
    """A finished interview of three questions in this test's database: good, half and missing. Returns its id."""
    return played(indexed_home, bank, (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING), ("rnn", "cnn", "data"))


def test_a_new_person_is_invited_and_starts_practice_with_one_click(browser: Browser, url: str) -> None:
    with looking(browser, url) as page:
        part(page, "Progress")
        expect(page.locator("#progress-empty")).to_contain_text("Your progress will stand here")
        expect(page.locator("#progress-history")).to_contain_text("No session yet")
        part(page, "Practice")
        expect(page.locator("#practice-hero")).to_contain_text("Build a daily habit")
        page.locator("#practise").click()
        expect(page.locator("#progress")).to_contain_text("1 of 3")


def test_what_is_due_the_report_and_the_heat_map_open_practice(browser: Browser, history: str, url: str) -> None:
    with looking(browser, f"{url}/?session={history}") as page:
        expect(page.locator("#headline .score strong")).to_be_visible()
        expect(page.locator("#headline")).to_contain_text("Hiring signal:")
        expect(page.locator("#strengths")).to_contain_text("What was good")
        expect(page.locator("#radar .js-plotly-plot")).to_be_visible()
        expect(page.locator("#topic-bars .js-plotly-plot")).to_be_visible()
        part(page, "Progress")
        expect(page.locator("#progress-tiles")).to_contain_text("Mastery")
        expect(page.locator("#progress-heat .group")).to_have_count(3)
        expect(page.locator("#progress-history tbody tr")).to_have_count(1)
        expect(page.locator("#progress-trend .js-plotly-plot")).to_be_visible()
        part(page, "Practice")
        expect(page.locator("#practice-due")).to_contain_text("Due today")
        part(page, "Interview")
        page.locator("#practise-next").get_by_role("button", name=re.compile("^Practise:")).first.click()
        expect(page.locator("#progress")).to_contain_text("Practice")
        expect(page.locator("#progress")).to_contain_text("1 of 1")
        part(page, "Progress")
        expect(page.locator("#progress-history tbody tr")).to_have_count(2)
        expect(page.locator("#progress-history").get_by_role("button", name="Resume")).to_be_visible()
        page.locator("#progress-heat .group").last.click()
        expect(page.locator("#progress")).to_contain_text("1 of 1")


def test_every_format_can_be_downloaded(browser: Browser, history: str, url: str, tmp_path: Path) -> None:
    with looking(browser, f"{url}/?session={history}") as page:
        expect(page.locator("#headline .score strong")).to_be_visible()
        for format, start in (
            ("md", b"# Interview report"),
            ("html", b"<!doctype html>"),
            ("json", b"{"),
            ("pdf", b"%PDF"),
        ):
            with page.expect_download() as download:
                page.locator(f"#download-{format}").click()
            saved = tmp_path / f"report.{format}"
            download.value.save_as(saved)
            assert saved.read_bytes().startswith(start)
