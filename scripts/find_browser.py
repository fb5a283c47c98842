"""Finds a Chromium for the browser tests; with --install tries to get one. Prints its path, or how to get one."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ADVICE = "no browser: the browser tests are skipped. Install one (Debian: apt-get install chromium) or set CHROMIUM to its path"


def find_browser() -> str | None:
    """Path of a Chromium: the one named by CHROMIUM, one on the PATH, or the one that Playwright fetched."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or _fetched_by_playwright()


def _fetched_by_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_browser() -> None:
    """Tries Debian's package where this user may install it, else Playwright's own download; failure is no error."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Exit status 0 always: without a browser the tests say so themselves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true")
    if parser.parse_args().install and find_browser() is None:
        install_browser()
    found = find_browser()
    print(f"browser: {found}" if found else ADVICE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
