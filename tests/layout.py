"""How the page lies in its window: what is cut off, lies over something else, cannot be pressed, or has the other theme."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
LOOKS, BETWEEN_MS = 40, 250
"""A page that is still being made may be wrong for a moment: it is looked at so often, with such pauses."""


def faults(page: Page, main: str | None = None, theme: str | None = None, looks: int = LOOKS) -> list[str]:
    """What is wrong with the page when it has settled, a line for each fault.

    Args:
        main: a selector of the control that the person needs now.
        theme: the one that was asked for, "dark" or "light".
        looks: how often at most the page is looked at until nothing is wrong.
    """
    found: list[str] = []
    for look in range(looks):
        if look:
            page.wait_for_timeout(BETWEEN_MS)
        found = page.evaluate(SCRIPT, [main, theme and theme == "dark"])
        if not found:
            break
    return found
