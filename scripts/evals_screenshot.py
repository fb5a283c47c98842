"""Makes docs/evals.png, the picture of an evaluation's report: `.venv/bin/python scripts/evals_screenshot.py results/golden`.

With `--section s-coverage --to FILE` the picture is of that section alone.
"""

import argparse
import io
import sys
from pathlib import Path

from find_browser import ADVICE, find_browser
from PIL import Image
from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "evals.png"
WIDTH, HEIGHT = 1200, 1500
LARGEST_BYTES = 300_000


def take(report: Path, browser_path: str, section: str | None) -> bytes:
    """The upper part of a report, with its figures and plots, or one section, as PNG."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.set_default_timeout(180_000)
        page.goto(report.resolve().as_uri())
        page.locator("#strips .strip").first.wait_for()
        picture = page.locator(f"#{section}").screenshot() if section else page.screenshot()
        browser.close()
    return picture


def small(picture: bytes) -> bytes:
    """The same picture with 256 colours at most, and half of them until it is small enough."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    colours = 256
    while colours >= 16:
        out = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < LARGEST_BYTES:
            break
        colours //= 2
    return out.getvalue()


def main() -> int:
    """Writes the picture. Exit status 1 without a browser, 2 without a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="results folder of `interviewer evals run`")
    parser.add_argument("--to", type=Path, default=PICTURE, metavar="FILE")
    parser.add_argument("--section", metavar="ID", help="id of a section of the report")
    arguments = parser.parse_args()
    report, browser = arguments.folder / "report.html", find_browser()
    if browser is None:
        print(ADVICE)
        return 1
    if not report.is_file():
        print(f"{report} is not there; run `interviewer evals run --out {arguments.folder}` first", file=sys.stderr)
        return 2
    picture = small(take(report, browser, arguments.section))
    arguments.to.write_bytes(picture)
    print(f"{arguments.to}: {len(picture) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
