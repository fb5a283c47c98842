"""Practice, the report's clicks and progress in a real browser, at both widths and in both themes."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from interviewer.events import ReplyKind
from interviewer.grading.grade import Verdict
from interviewer.store import open_store
from knowledge.bank import Bank
from tests.browser import open_browser
from tests.test_browser import press, ready
from tests.test_cli import free_port, serve
from tests.test_dialogue import START, Play

TIMEOUT_MS = 90_000
LOOKS = [(1440, "light"), (375, "dark")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def history(indexed_home: Path, bank: Bank) -> str:
    """A finished interview of three questions in this test's database: good, half and missing. Returns its id."""
    played = Play(bank, questions=3, topics=("rnn", "cnn", "data"))
    for verdict in (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING):
        question = played.question.id
        while played.state.finished is None and played.question.id == question:
            played.say(ReplyKind.ANSWER, played.all(verdict))
    store, _ = open_store(f"sqlite:///{indexed_home / 'interviewer.db'}")
    for record in played.log:
        # Two days ago, so that what was missing is due.
        at = datetime.now(UTC) - timedelta(days=2) + (record.at - START)
        store.append("a" * 32, record.seq - 1, [record.event], at)
    store.close()
    return "a" * 32


@pytest.fixture
def url(indexed_home: Path) -> Iterator[str]:
    """The address of an app over this test's home."""
    port = free_port()
    process = serve(port)
    assert process.stdout is not None
    process.stdout.readline()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    _, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors, errors


def look(browser: Browser, address: str, width: int, theme: str) -> Page:
    """A page of that width and theme."""
    context = browser.new_context(viewport={"width": width, "height": 900}, timezone_id="Europe/Madrid")
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    page.goto(f"{address}{'&' if '?' in address else '/?'}__theme={theme}")
    return page


def part(page: Page, name: str) -> None:
    """Opens a part of the page."""
    tab = page.get_by_role("tab", name=name, exact=True).locator("visible=true")
    more = page.locator(".overflow-menu > button").locator("visible=true")
    expect(tab.or_(more).first).to_be_visible()
    if not tab.count():
        # Where the tabs do not fit, Gradio keeps the rest behind a button.
        more.first.click()
        page.locator(".overflow-dropdown button", has_text=name).first.click()
        return
    tab.first.click()


def fits(page: Page) -> None:
    """Nothing sticks out to the side."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_a_new_person_is_invited_and_starts_practice_with_one_click(
    browser: Browser, url: str, width: int, theme: str
) -> None:
    page = look(browser, url, width, theme)
    part(page, "Progress")
    expect(page.locator("#progress-empty")).to_contain_text("Your progress will stand here")
    expect(page.locator("#progress-history")).to_contain_text("No session yet")
    fits(page)
    part(page, "Practice")
    expect(page.locator("#practice-hero")).to_contain_text("Build a daily habit")
    fits(page)
    page.locator("#practise").click()
    expect(page.locator("#progress")).to_contain_text("1 of 3")
    ready(page)
    # One "I don't know" may bring help; before long the answer is shown and a second try is offered.
    for _ in range(6):
        press(page, "#act-dont_know")
        if "A strong answer" in page.locator("#chat").inner_text():
            break
    expect(page.locator("#chat")).to_contain_text("A strong answer")
    expect(page.locator("#progress")).to_contain_text("1 of 3")
    fits(page)
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_what_is_due_the_report_and_the_heat_map_open_practice(
    browser: Browser, history: str, url: str, width: int, theme: str
) -> None:
    page = look(browser, f"{url}/?session={history}", width, theme)
    expect(page.locator("#headline .score strong")).to_be_visible()
    expect(page.locator("#headline")).to_contain_text("Signal:")
    expect(page.locator("#strengths")).to_contain_text("What was good")
    expect(page.locator("#radar .js-plotly-plot")).to_be_visible()
    expect(page.locator("#topic-bars .js-plotly-plot")).to_be_visible()
    fits(page)
    part(page, "Progress")
    expect(page.locator("#progress-tiles")).to_contain_text("Mastery")
    expect(page.locator("#progress-heat .group")).to_have_count(3)
    expect(page.locator("#progress-history tbody tr")).to_have_count(1)
    expect(page.locator("#progress-trend .js-plotly-plot")).to_be_visible()
    fits(page)
    part(page, "Practice")
    expect(page.locator("#practice-due")).to_contain_text("Due today")
    fits(page)
    part(page, "Interview")
    page.locator("#practise-next").get_by_role("button", name=re.compile("^Practise:")).first.click()
    expect(page.locator("#progress")).to_contain_text("Practice")
    expect(page.locator("#progress")).to_contain_text("1 of 1")
    part(page, "Progress")
    expect(page.locator("#progress-history tbody tr")).to_have_count(2)
    expect(page.locator("#progress-history").get_by_role("button", name="Resume")).to_be_visible()
    page.locator("#progress-heat .group").last.click()
    expect(page.locator("#progress")).to_contain_text("1 of 1")
    page.context.close()


def test_every_format_can_be_downloaded(browser: Browser, history: str, url: str, tmp_path: Path) -> None:
    page = look(browser, f"{url}/?session={history}", 1440, "light")
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
    page.context.close()
