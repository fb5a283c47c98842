"""Runs axe-core, which comes with the package axe-playwright-python, in a page: rules of WCAG 2.0, 2.1 and 2.2, A and AA."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})
    .then(found => found.violations)"""
THEMED = """async theme => {
    document.body.classList.toggle('dark', theme === 'dark');
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


def violations(page: Page, themes: tuple[str, ...] = ("dark", "light")) -> list[str]:
    """What breaks a rule as the page stands, in each theme: theme, rule, element, why. Ends in the last one."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found = []
    for theme in themes:
        page.evaluate(THEMED, theme)
        for broken in page.evaluate(RUN, list(RULES)):
            found += [f"{theme}: {broken['id']}: {node['target']}: {_why(node)}" for node in broken["nodes"]]
    return found


def _why(node: dict[str, Any]) -> str:
    checks = node["any"] + node["all"] + node["none"]
    return str(checks[0]["message"]) if checks else str(node["html"])
