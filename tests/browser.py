"""The app in a real browser: a Chromium, or a skip that says how to get one (in CI a skip is a failure), an app to look
at, and what a person does on its page.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from find_browser import ADVICE, find_browser
from playwright.sync_api import Browser, Page, expect, sync_playwright

from interviewer.events import ReplyKind
from interviewer.grading.grade import Verdict
from interviewer.store import open_store
from knowledge.bank import Bank
from tests.test_cli import ROOT, RUN, free_port
from tests.test_dialogue import START, Play

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
SLOW_MS = 90_000
"""How long a busy machine may take to answer the page."""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = find_browser()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(ADVICE)
        pytest.skip(ADVICE)
    with sync_playwright() as playwright:
        # On a busy machine a click that is over in a moment elsewhere takes many.
        expect.set_options(timeout=20_000)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of an app over this home, without accounts or a language model; it stops without an error."""
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


@contextmanager
def looking(
    browser: Browser, address: str, width: int = 1280, theme: str = "light", still: bool = False, silent: bool = False
) -> Iterator[Page]:
    """A page of that width and theme, on which no script fails. `still`: for somebody who wants no motion; `silent`: the
    console names no error either.
    """
    expect.set_options(timeout=SLOW_MS)
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce" if still else "no-preference", timezone_id="Europe/Madrid",
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if silent and said.type == "error" else None)
    page.goto(address)
    yield page
    context.close()
    assert problems == []


def begin(page: Page, questions: int, practice: bool = False) -> None:
    """Starts a session."""
    if practice:
        page.get_by_label(re.compile("Practice")).check()
    page.locator("input[type=number]").first.fill(str(questions))
    page.locator("input[type=number]").first.press("Tab")
    page.locator("#start").click()
    expect(page.locator("#chat")).to_contain_text("question")
    ready(page)


def ready(page: Page) -> None:
    """Waits until the interviewer has finished speaking, or the report is there."""
    expect(page.locator("#act-skip:not([disabled]), #headline .headline").first).to_be_visible()


def say(page: Page, text: str) -> None:
    """Types a reply, and waits until it stands in the chat and was answered."""
    before = _sent(page)
    page.locator("#reply textarea").fill(text)
    page.locator("#reply textarea").press("Shift+Enter")
    answered(page, before + 1)


def press(page: Page, button: str) -> None:
    """Presses a button, and waits until what it says stands in the chat and was answered."""
    before = _sent(page)
    page.locator(button).click()
    answered(page, before + 1)


def answered(page: Page, count: int) -> None:
    """Waits until the person's message of that number stands in the chat and was answered."""
    expect(page.locator('#chat [data-testid="user"]')).to_have_count(count)
    ready(page)


def _sent(page: Page) -> int:
    return page.locator('#chat [data-testid="user"]').count()


def part(page: Page, name: str) -> None:
    """Opens a part of the page; every part's tab is in sight at every width.

    A frame after a part is first opened, Gradio writes its fields' first values again: over what a robot, quicker than any
    hand, has typed by then (`render_previously_invisible_children` in its page). Two ticks and a frame later that is done.
    """
    page.get_by_role("tab", name=name, exact=True).click()
    page.evaluate("async () => { for (let n = 0; n < 4; n += 1) await new Promise(requestAnimationFrame) }")


def beyond(page: Page) -> int:
    """By how many pixels something sticks out to the side."""
    return max(0, int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth")))


def played(
    home: Path, bank: Bank, verdicts: tuple[Verdict, ...], topics: tuple[str, ...], id: str = "a" * 32, days: int = 2
) -> str:
    """A finished interview of so many days ago in the home's database, a question for each verdict. Returns its id."""
    session = Play(bank, questions=len(verdicts), topics=topics)
    for verdict in verdicts:
        question = session.question.id
        while session.state.finished is None and session.question.id == question:
            session.say(ReplyKind.ANSWER, session.all(verdict))
    store, _ = open_store(f"sqlite:///{home / 'interviewer.db'}")
    for record in session.log:
        at = datetime.now(UTC) - timedelta(days=days) + (record.at - START)
        store.append(id, record.seq - 1, [record.event], at)
    store.close()
    return id
