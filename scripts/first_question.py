"""How quick the page is, by a real browser, against an empty Gradio page on the same machine in alternating starts.

Measures the time from the start of `interviewer serve` to the first question on the screen, from sending a reply to the
interviewer's first text, and how much longer the last replies of a long session take than the first ones. Run it with the
project's environment: `.venv/bin/python scripts/first_question.py [--starts 5] [--replies 60]`. Of seconds only the
ratios say much on a machine that does other things too.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from find_browser import ADVICE, find_browser
from playwright.sync_api import Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
ROOT = Path(__file__).resolve().parents[1]
OURS = "import sys; from interviewer.cli import main; sys.exit(main(['serve', '--port', sys.argv[1]]))"
EMPTY = """
import sys, time
import gradio as gr
with gr.Blocks(analytics_enabled=False) as app:
    gr.Textbox(elem_id="box")
app.launch(server_port=int(sys.argv[1]), prevent_thread_lock=True, quiet=True, ssr_mode=False)
print("up", flush=True)
time.sleep(600)
"""
INDEX = "import sys; from interviewer.cli import main; sys.exit(main(['search', 'gradient']))"
"""Builds the index, which only a home's first start does: its minute is measured by `scripts/index_cost.py`."""
READS_S = 15
"""So long the first question of the long session is read, while the models load; later replies come at once."""
ENDS = 10
"""How many replies at either end of a session are compared."""
REPLY = "A longer answer would say more, but number {n} stays short: gradients flow back by the chain rule."
FIRST_TEXT = """() => {
    const bot = [...document.querySelectorAll('#chat [data-testid="bot"]')], mine = document.querySelectorAll('#chat [data-testid="user"]');
    const text = bot.at(-1)?.textContent.trim();
    return mine.length > window.before && text && text !== '…' && !document.querySelector('#chat.thinking') ? performance.now() : 0;
}"""


@contextmanager
def started(code: str, home: str) -> Iterator[tuple[str, float]]:
    """A server's address and when its process was started; it is stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "INTERVIEWER_HOME": home, "PYTHONPATH": str(ROOT), "GRADIO_ANALYTICS_ENABLED": "False"}
    at = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        yield f"http://127.0.0.1:{port}", at
    finally:
        server.terminate()
        server.wait(60)


def first_question(page: Page, home: str) -> tuple[float, float]:
    """Seconds until the page could be begun with, and until the first question stood on it."""
    with started(OURS, home) as (url, at):
        page.goto(url)
        page.locator("#start").click()
        begun = time.perf_counter() - at
        page.locator("#act-skip:not([disabled])").wait_for()
        page.locator("#chat .message").first.wait_for()
        return begun, time.perf_counter() - at


def empty_page(page: Page, home: str) -> float:
    """Seconds until an empty page of Gradio's stood there."""
    with started(EMPTY, home) as (url, at):
        page.goto(url)
        page.locator("#box textarea").wait_for()
        return time.perf_counter() - at


def replies(page: Page, home: str, count: int) -> list[float]:
    """Milliseconds from the press that sends each reply to the first text of the interviewer's."""
    taken = []
    with started(OURS, home) as (url, _):
        page.goto(url)
        slider = page.locator("#setup input[type=number]").first
        slider.fill("20")
        slider.press("Tab")
        page.locator("#start").click()
        page.locator("#act-skip:not([disabled])").wait_for()
        page.wait_for_timeout(READS_S * 1000)
        for n in range(count):
            page.locator("#act-skip:not([disabled])").wait_for()
            page.locator("#reply textarea").fill(REPLY.format(n=n))
            page.evaluate(
                "() => { window.before = document.querySelectorAll('#chat [data-testid=\"user\"]').length; window.at = performance.now(); }"
            )
            page.locator("#reply textarea").press("Shift+Enter")
            shown = page.wait_for_function(FIRST_TEXT, polling=5).json_value()
            taken.append(shown - page.evaluate("window.at"))
            page.locator("#act-skip:not([disabled]), #headline .headline").first.wait_for()
            if page.locator("#headline .headline").count():
                break
    return taken


def main() -> int:
    """Prints the medians, and the ratios that the targets are about."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="of either page, in turn")
    parser.add_argument("--replies", type=int, default=60, help="in one session; 0 leaves that part out")
    asked = parser.parse_args()
    path = find_browser()
    if path is None:
        print(ADVICE)
        return 1
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        environment = {**os.environ, "INTERVIEWER_HOME": home, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", INDEX], env=environment, stdout=subprocess.DEVNULL, check=True)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(240_000)
        ours, begun, empty = [], [], []
        for _ in range(asked.starts):
            empty.append(empty_page(page, home))
            ready, question = first_question(page, home)
            begun.append(ready)
            ours.append(question)
            print(f"empty page {empty[-1]:.2f} s; ours {ready:.2f} s, first question {question:.2f} s", flush=True)
        if asked.starts:
            ratio = statistics.median(ours) / statistics.median(empty)
            print(
                f"medians: empty {statistics.median(empty):.2f} s, first question {statistics.median(ours):.2f} s: {ratio:.2f} times"
            )
        if asked.replies:
            taken = replies(page, home, asked.replies)
            first, last = statistics.median(taken[1 : 1 + ENDS]), statistics.median(taken[-ENDS:])
            print(
                f"{len(taken)} replies: first text after {statistics.median(taken):.0f} ms (median); "
                f"replies 2 to {1 + ENDS} {first:.0f} ms, the last {ENDS} {last:.0f} ms: {last / first:.2f} times"
            )
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
