"""Everyone can use the page: WCAG in every part, an interview by keyboard alone, what a screen reader hears, formulas."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from interviewer.events import ReplyKind
from interviewer.grading.grade import Verdict
from interviewer.store import open_store
from knowledge.bank import Bank
from knowledge.index import PassageIndex
from tests.axe import violations
from tests.browser import open_browser
from tests.test_cli import ROOT, RUN, free_port
from tests.test_dialogue import START, Play

SLOW_MS = 90_000
WIDTHS = (375, 768, 1440)
CODE = "Loss falls as $w^2$ does, for $5 or $10:\n\n```python\nfor w in weights:\n    w -= 0.1 * w.grad\n```"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, index: PassageIndex, index_folder: Path) -> Path:
    """A home of this module's, with the index in it."""
    made = tmp_path_factory.mktemp("access")
    shutil.copytree(index_folder, made / "index")
    return made


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    """The address of the one app of this module."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTERVIEWER_", "OPENAI_"))}
    process = subprocess.Popen(
        [*RUN, "serve", "--port", str(port)], env={**kept, "PYTHONPATH": str(ROOT), "INTERVIEWER_HOME": str(home)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
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
    """A page of somebody who wants no motion."""
    expect.set_options(timeout=SLOW_MS)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(SLOW_MS)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.goto(url)
    expect(opened.locator("#start")).to_be_visible()
    yield opened
    context.close()
    assert problems == []


def ready(page: Page) -> None:
    expect(page.locator("#act-skip:not([disabled]), #headline .headline").first).to_be_visible()


def answered(page: Page, count: int) -> None:
    """The person's message number `count` stands in the chat and was answered."""
    expect(page.locator('#chat [data-testid="user"]')).to_have_count(count)
    ready(page)


def part(page: Page, name: str, wait_for: str) -> None:
    page.get_by_role("tab", name=name, exact=True).locator("visible=true").first.click()
    expect(page.locator(wait_for).first).to_be_visible()


def check(page: Page, state: str) -> None:
    """No rule is broken, and nothing sticks out at any width."""
    assert (state, violations(page)) == (state, [])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert (state, width, max(0, beyond)) == (state, width, 0)


def played(home: Path, bank: Bank) -> str:
    """A finished interview of two questions, two days ago, in the app's database. Returns its id."""
    session = Play(bank, questions=2, topics=("rnn", "cnn"))
    for verdict in (Verdict.COVERED, Verdict.MISSING):
        question = session.question.id
        while session.state.finished is None and session.question.id == question:
            session.say(ReplyKind.ANSWER, session.all(verdict))
    store, _ = open_store(f"sqlite:///{home / 'interviewer.db'}")
    for record in session.log:
        store.append(
            "h" * 32, record.seq - 1, [record.event], datetime.now(UTC) - timedelta(days=2) + (record.at - START)
        )
    store.close()
    return "h" * 32


def test_no_part_of_the_page_breaks_wcag_in_either_theme(page: Page, url: str, home: Path, bank: Bank) -> None:
    check(page, "set-up")
    part(page, "Progress", "#progress-empty")
    check(page, "progress, empty")
    part(page, "Practice", "#practice-hero h2")
    check(page, "practice, empty")
    part(page, "Bank", "#bank-results .bank-question")
    page.locator(".bank-question summary").first.click()
    page.locator(".bank-question[open] .answer > summary").first.click()
    check(page, "bank, a question")
    for name in ("Evals", "Settings"):
        if page.get_by_role("tab", name=name, exact=True).count():
            part(page, name, "[role=tabpanel]:visible")
            check(page, name)
    part(page, "Interview", "#start")
    page.get_by_label("Practice: ").check()
    page.locator("#start").click()
    ready(page)
    page.locator("#reply textarea").fill(CODE)
    page.locator("#send").click()
    answered(page, 1)
    check(page, "chat")
    page.locator("#act-skip").click()
    answered(page, 2)
    expect(page.locator("#chat")).to_contain_text("A strong answer")
    check(page, "feedback")
    page.goto(f"{url}/?session={played(home, bank)}")
    expect(page.locator("#headline h2")).to_be_visible()
    expect(page.locator("#radar .js-plotly-plot")).to_be_visible()
    check(page, "report")
    part(page, "Progress", "#progress-heat .group")
    check(page, "progress")
    part(page, "Practice", "#practice-due li")
    check(page, "practice, due")


def test_an_interview_by_keyboard_alone_and_as_a_screen_reader_hears_it(page: Page) -> None:
    def at() -> str:
        return str(page.evaluate("document.activeElement.closest('[id]')?.id"))

    page.locator("#setup input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Practice: ")).to_be_checked()
    expect(page.get_by_role("group", name="Kind of session")).to_be_visible()
    for _ in range(60):
        if at() == "start":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    ready(page)
    news = page.locator("#chat-news")
    expect(news).to_contain_text("?")
    expect(page.locator("#chat [role=log]")).to_have_attribute("aria-live", "off")
    expect(page.locator("#reply textarea")).to_be_focused()
    page.keyboard.type("half a thought")
    page.reload()
    ready(page)
    expect(page.locator("#reply textarea")).to_have_value("half a thought")
    expect(page.locator("#reply textarea")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("It is $w^2$, not $5 or $10.")
    # The sign that the reply is on its way needs no server: it is there before the key press is over.
    page.evaluate(
        "document.addEventListener('keyup', () => { window.sign ??= document.querySelector('#chat').className; }, true)"
    )
    before = news.inner_text()
    page.keyboard.press("Shift+Enter")
    answered(page, 1)
    assert "thinking" in page.evaluate("window.sign")
    expect(page.locator("#chat")).not_to_have_class("thinking")
    mine = page.locator('#chat [data-testid="user"]').first
    expect(mine.locator(".katex")).to_have_count(1)
    expect(mine).to_contain_text("not $5 or $10.")
    expect(page.locator("#reply textarea")).to_be_focused()
    expect(news).not_to_have_text(before)
    said = page.locator('#chat [data-testid="bot"]').last.inner_text()
    assert " ".join(said.split())[:40] in " ".join(news.inner_text().split())
    page.keyboard.press("Alt+s")
    answered(page, 2)
    expect(page.locator("#reply textarea")).to_be_focused()
    expect(page.locator("#act-skip")).to_have_attribute("aria-keyshortcuts", "Alt+S")
    page.keyboard.press("Alt+e")
    expect(page.locator("#headline .headline")).to_be_visible()
    expect(page.locator("#report")).to_be_focused()
