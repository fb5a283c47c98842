"""Everyone can use the page: WCAG in every part at every width and theme, an interview by keyboard alone, what a screen
reader hears, formulas.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from interviewer.access import Role, User
from interviewer.grading.grade import Verdict
from knowledge.bank import Bank
from knowledge.index import PassageIndex
from tests.axe import violations
from tests.browser import answered, beyond, looking, part, played, ready, serving
from tests.graded import cases, finished_run, grade
from ui.own_pages import Listed, account_page, forgotten_page, login_page, shared_page

LOOKS = ((1440, ("dark", "light")), (768, ("light",)), (375, ("dark",)))
"""Widths, and the themes in which axe looks at each state there; what sticks out is looked for in both."""
SESSIONS = 11
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
    with serving(home) as address:
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """A page of somebody who wants no motion."""
    with looking(browser, url, width=1440, still=True) as opened:
        expect(opened.locator("#start")).to_be_visible()
        yield opened


def opened(page: Page, name: str, wait_for: str) -> None:
    part(page, name)
    expect(page.locator(wait_for).first).to_be_visible()


def check(page: Page, state: str) -> None:
    """No rule is broken, and nothing sticks out at any width in either theme. The walk goes on at the next width."""
    start = [width for width, _ in LOOKS].index(page.viewport_size["width"]) if page.viewport_size else 0
    looks = LOOKS[start:] + LOOKS[:start]
    for width, themes in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("scrollTo(0, 0)")
        assert (state, width, beyond(page)) == (state, width, 0)
        for tab in page.locator("[role=tablist]").first.get_by_role("tab").all():
            expect(tab).to_be_in_viewport(ratio=1)
        assert (state, width, violations(page, themes)) == (state, width, [])
    page.set_viewport_size({"width": looks[1][0], "height": 900})


def test_no_part_of_the_page_breaks_wcag_in_either_theme(page: Page, url: str, home: Path, bank: Bank) -> None:
    check(page, "set-up")
    opened(page, "Progress", "#progress-empty")
    check(page, "progress, empty")
    opened(page, "Practice", "#practice-hero h2")
    check(page, "practice, empty")
    opened(page, "Bank", "#bank-results .bank-question")
    page.locator(".bank-question summary").first.click()
    page.locator(".bank-question[open] .answer > summary").first.click()
    check(page, "bank, a question")
    opened(page, "Settings", "#settings-save")
    check(page, "settings")
    opened(page, "Interview", "#start")
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
    session = played(home, bank, (Verdict.COVERED, Verdict.MISSING), ("rnn", "cnn"))
    for n in range(1, SESSIONS):
        verdicts = (Verdict.PARTIAL, Verdict.CONTRADICTED, Verdict.COVERED)[n % 3 :]
        played(home, bank, verdicts, ("rnn", "cnn", "data", "llm")[n % 3 :], id=f"{n:032x}", days=2 + 3 * n)
    page.goto(f"{url}/?session={session}")
    expect(page.locator("#headline h2")).to_be_visible()
    expect(page.locator("#radar .js-plotly-plot")).to_be_visible()
    check(page, "report")
    page.locator("#questions .question[open] button.link").click()
    expect(page.locator(".bank-question[open]")).to_be_visible()
    check(page, "bank, from the report")
    opened(page, "Progress", "#progress-heat .group")
    page.locator("#progress-history summary").click()
    expect(page.locator("#progress-history tbody tr")).to_have_count(SESSIONS + 1)
    check(page, "progress")
    opened(page, "Practice", "#practice-due li")
    check(page, "practice, due")


LISTED = Listed("a" * 32, datetime(2026, 11, 21, tzinfo=UTC), "Interview, 3 of 3 answered", "66%", shared=True)


def test_the_plain_pages_break_no_rule_either(browser: Browser) -> None:
    coach = User(id="c", name="Ada", role=Role.COACH)
    pages = {
        "login": login_page(),
        "login, refused": login_page("name or password is wrong"),
        "data": account_page(None, [LISTED]),
        "account": account_page(coach, [LISTED], "Nothing was deleted: this is not your password."),
        "shared": shared_page([LISTED]),
        "gone": forgotten_page(),
    }
    opened = browser.new_page()
    for name, html in pages.items():
        opened.set_content(html)
        for width, theme in ((1440, "light"), (768, "dark"), (375, "light"), (375, "dark")):
            opened.set_viewport_size({"width": width, "height": 900})
            opened.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            assert (name, width, beyond(opened)) == (name, width, 0)
            assert (name, width, violations(opened, (theme,))) == (name, width, [])
    opened.close()


def test_no_state_of_an_evaluation_breaks_wcag_in_either_theme(page: Page, home: Path, bank: Bank) -> None:
    found = cases(4, key_points=[{"point": "It is blue.", "verdict": "missing"}])
    finished_run(home, bank, found, grade(0.1, ("It is blue.", Verdict.COVERED, 0.9)))
    opened(page, "Evals", "#evals-cases input")
    check(page, "evals, a new run")
    page.locator("#evals-start").click()
    expect(page.locator("#evals-status [role=progressbar]")).to_be_visible()
    check(page, "evals, running")
    page.locator("#evals-stop").click()
    expect(page.locator("#evals-status")).to_contain_text("Stopped at")
    check(page, "evals, stopped")
    opened(page, "Results", "#evals-runs")
    page.locator("#evals-runs input").click()
    page.get_by_role("option").filter(has_text="made.jsonl").click()
    expect(page.locator("#evals-card select")).to_be_visible()
    check(page, "evals, results and a disagreement")
    page.locator("#evals-keep").click()
    expect(page.get_by_text("say who you are").first).to_be_visible()
    check(page, "evals, told what is missing")


def test_an_interview_by_keyboard_alone_and_as_a_screen_reader_hears_it(page: Page) -> None:
    def at() -> str:
        return str(page.evaluate("document.activeElement.closest('[id]')?.id"))

    # The page makes its choices one group a moment after it draws them, sooner than anyone reaches them by keys.
    expect(page.get_by_role("group", name="Kind of session")).to_be_visible()
    page.locator("#setup input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Practice: ")).to_be_checked()
    for _ in range(60):
        if at() == "start":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    ready(page)
    news = page.locator("#chat-news")
    expect(news).to_contain_text(page.locator('#chat [data-testid="bot"] p').last.inner_text())
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


def test_the_report_takes_the_focus_where_the_interview_ends_before_the_page_looks(page: Page) -> None:
    page.add_init_script("""
        const soon = window.setTimeout;
        window.setTimeout = (done, ...rest) => {
            if (!String(done).includes("follow()")) return soon(done, ...rest);
            return soon(function look() { window.held ? soon(look, 30) : done(); }, ...rest);
        };
    """)
    page.reload()
    page.locator("#start").click()
    ready(page)
    expect(page.locator("#reply textarea")).to_be_focused()
    page.evaluate("window.held = true")
    page.keyboard.press("Alt+e")
    expect(page.locator("#headline .headline")).to_be_visible()
    page.evaluate("window.held = false")
    expect(page.locator("#report")).to_be_focused()
