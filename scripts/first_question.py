"""Seconds from `interviewer serve` to the first question on the screen, by a real browser: median of some starts.

Run it with the project's environment, `.venv/bin/python scripts/first_question.py`, on an otherwise idle machine.
"""

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from find_browser import ADVICE, find_browser
from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def measure(browser_path: str, home: str) -> float:
    """Seconds of one start in the given home."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("interviewer")), "serve", "--port", str(port)]
    started = time.perf_counter()
    server = subprocess.Popen(command, env={"INTERVIEWER_HOME": home, "PATH": ""}, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}")
            page.locator("#start").click()
            page.locator("#act-skip:not([disabled])").wait_for()
            page.locator("#chat .message").first.wait_for()
            taken = time.perf_counter() - started
            browser.close()
        return taken
    finally:
        server.terminate()
        server.wait(30)


def main() -> int:
    """Prints each start and the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    path = find_browser()
    if path is None:
        print(ADVICE)
        return 1
    with tempfile.TemporaryDirectory() as home:
        seconds = [measure(path, home) for _ in range(parser.parse_args().starts)]
    print(f"starts {[round(s, 2) for s in seconds]} s; median {statistics.median(seconds):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
