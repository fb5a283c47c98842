"""Makes docs/chat.png and docs/report.png, the pictures of the page: `.venv/bin/python scripts/page_screenshots.py`.

Holds an interview of three questions in a home of its own, with replies that the bank ships, and takes the page in the
middle of it and after it.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from evals_screenshot import small
from find_browser import ADVICE, find_browser
from first_question import FLAGS, OURS, ROOT, started
from playwright.sync_api import Page, sync_playwright

from knowledge.load import load_bank
from knowledge.replies import load_replies

DOCS = ROOT / "docs"
WIDTH, HEIGHT, REPORT_HEIGHT = 1280, 860, 2080
TOPICS = ("Activations", "Attention & transformers", "Regularisation")
KINDS = ("strong", "partial")
NO_REPLY = "I don't know"


def shipped() -> dict[str, list[str]]:
    """Each question of the bank with the replies to it that come with the bank."""
    bank = load_bank()
    found: dict[str, list[str]] = {}
    for reply in load_replies(bank):
        if reply.kind in KINDS:
            found.setdefault(bank.by_id[reply.question].question, []).append(reply.text)
    return found


def answers(page: Page, replies: dict[str, list[str]]) -> Iterator[str]:
    """A reply to each question that stands in the chat, until the report is there."""
    used: set[str] = set()
    while True:
        page.locator("#act-skip:not([disabled]), #headline .headline").first.wait_for()
        if page.locator("#headline .headline").count():
            return
        said = page.locator('#chat [data-testid="bot"]').last.inner_text()
        asked = next((question for question in replies if question in said and question not in used), None)
        if asked:
            used.add(asked)
        yield replies[asked][len(used) - 1] if asked else NO_REPLY


def main() -> int:
    """Writes the pictures. Exit status 1 without a browser."""
    path = find_browser()
    if path is None:
        print(ADVICE)
        return 1
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright, started(OURS, home) as (url, _):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.set_default_timeout(240_000)
        page.goto(url)
        for topic in TOPICS:
            page.get_by_label(topic, exact=True).check()
        page.locator("#setup input[type=number]").first.fill("3")
        page.locator("#setup input[type=number]").first.press("Tab")
        page.locator("#start").click()
        for n, reply in enumerate(answers(page, shipped())):
            if n == 1:
                _save(page, DOCS / "chat.png")
            page.locator("#reply textarea").fill(reply)
            page.locator("#send").click()
            page.wait_for_function("n => document.querySelectorAll('#chat [data-testid=\"user\"]').length > n", arg=n)
        page.locator("#radar .js-plotly-plot").wait_for()
        page.set_viewport_size({"width": WIDTH, "height": REPORT_HEIGHT})
        page.evaluate("() => document.activeElement.blur()")
        page.wait_for_timeout(1000)
        _save(page, DOCS / "report.png")
        browser.close()
    return 0


def _save(page: Page, to: Path) -> None:
    picture = small(page.screenshot())
    to.write_bytes(picture)
    print(f"{to}: {len(picture) / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
