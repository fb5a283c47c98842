"""A Chromium for the browser tests, or a skip that says how to get one; in CI a skip is a failure."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from find_browser import ADVICE, find_browser
from playwright.sync_api import Browser, expect, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]


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
