"""The app in a real browser, over a real `interviewer serve`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_browser
from tests.test_cli import free_port, run, serve

REPLY = "The chain rule carries the error backwards layer by layer, so every weight gets its gradient of the loss."


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.goto(url)
    yield opened
    context.close()
    assert problems == []


def begin(page: Page, questions: int, practice: bool = False) -> None:
    if practice:
        page.get_by_label(re.compile("Practice")).check()
    page.locator("input[type=number]").first.fill(str(questions))
    page.locator("input[type=number]").first.press("Tab")
    page.locator("#start").click()
    expect(page.locator("#chat")).to_contain_text("question")
    ready(page)


def ready(page: Page) -> None:
    """Waits until the interviewer has finished speaking, or the report is there."""
    expect(page.locator("#act-skip:not([disabled]), #headline .score").first).to_be_visible(timeout=90_000)


def sent(page: Page) -> int:
    return page.locator('#chat [data-testid="user"]').count()


def say(page: Page, text: str) -> None:
    """Types a reply, and waits until it stands in the chat and was answered."""
    before = sent(page)
    page.locator("#reply textarea").fill(text)
    page.locator("#reply textarea").press("Shift+Enter")
    expect(page.locator('#chat [data-testid="user"]')).to_have_count(before + 1, timeout=60_000)
    ready(page)


def press(page: Page, button: str) -> None:
    """Presses a button, and waits until what it says stands in the chat and was answered."""
    before = sent(page)
    page.locator(button).click()
    expect(page.locator('#chat [data-testid="user"]')).to_have_count(before + 1, timeout=60_000)
    ready(page)


def session_id() -> str:
    return str(json.loads(run("sessions", "--json").stdout.splitlines()[0])["id"])


def test_a_whole_interview_and_its_report_agree_with_the_database(page: Page, tmp_path: Path) -> None:
    begin(page, 3)
    expect(page.locator("#progress")).to_contain_text("1 of 3")
    say(page, REPLY)
    expect(page.locator("#chat")).to_contain_text(REPLY)
    press(page, "#act-repeat")
    press(page, "#act-dont_know")
    for _ in range(8):
        if page.locator("#headline .score").is_visible():
            break
        say(page, "I don't know")
    expect(page.locator("#headline")).to_be_visible()
    report = json.loads(run("report", session_id(), "--format", "json").stdout)
    assert report["session"]["state"] == "completed"
    assert page.locator("#headline .score strong").inner_text() == f"{report['score']:.0%}"
    shown = page.locator("#questions details")
    assert shown.count() == len(report["questions"]) == 3
    for i, question in enumerate(report["questions"]):
        assert shown.nth(i).locator("summary .points").inner_text() == f"{question['grade']['score']:.0%}"
        assert shown.nth(i).locator(".key-points li").count() == len(question["grade"]["key_points"])
        for reply in question["replies"]:
            assert reply["text"] in " ".join(shown.nth(i).locator("blockquote").all_text_contents())
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    with page.expect_download() as download:
        page.locator("#download-md").click()
    saved = tmp_path / "report.md"
    download.value.save_as(saved)
    assert saved.read_text() == run("report", report["session"]["id"]).stdout


def test_a_reload_comes_back_to_the_same_question_and_past_sessions_open(page: Page) -> None:
    begin(page, 2)
    say(page, REPLY)
    before = page.locator("#chat").inner_text()
    page.reload()
    expect(page.locator("#chat")).to_contain_text(REPLY)
    ready(page)
    expect(page.locator("#chat")).not_to_contain_text("processing")
    assert page.locator("#chat").inner_text() == before
    page.locator("#act-stop").click()
    expect(page.locator("#headline")).to_be_visible()
    page.locator("#new").click()
    expect(page.locator("#start")).to_be_visible()
    page.get_by_role("tab", name="Progress").click()
    page.locator("#progress-history button").first.click()
    expect(page.locator("#chat")).to_contain_text(REPLY)


def test_practice_gives_hints_and_feedback(page: Page) -> None:
    begin(page, 1, practice=True)
    press(page, "#act-hint")
    say(page, "I don't know")
    expect(page.locator("#chat")).not_to_contain_text("A strong answer")
    press(page, "#act-skip")
    expect(page.locator("#chat")).to_contain_text("A strong answer")


def test_an_interview_can_be_held_by_keyboard_alone(page: Page) -> None:
    page.locator("#start").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chat")).to_contain_text("question")
    ready(page)
    page.locator("#reply textarea").focus()
    page.keyboard.type("skip")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#progress")).to_contain_text("2 of 5")
    ready(page)
    page.locator("#reply textarea").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "act-stop":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#headline")).to_be_visible()


def test_empty_and_hostile_replies_do_no_harm(page: Page) -> None:
    begin(page, 1)
    page.locator("#send").click()
    expect(page.get_by_text("write your answer first").first).to_be_visible()
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> gradient"
    say(page, hostile)
    page.locator("#act-stop").click()
    expect(page.locator("#headline")).to_be_visible()
    assert page.title() != "owned"
