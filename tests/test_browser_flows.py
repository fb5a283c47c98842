"""A person's way through the whole page, at three widths and in both themes: everything is in its place, in sight and within
reach at each stop, and looks as the theme says.

FLOW_PICTURES=FOLDER keeps a picture of each stop there.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from interviewer.grading.grade import Verdict
from knowledge.bank import Bank
from knowledge.index import PassageIndex
from tests.browser import begin, looking, part, press, ready, say, serving
from tests.graded import cases, finished_run, grade
from tests.layout import faults

WIDTHS = (1440, 768, 375)
TOPIC = "Regularisation"
MATERIAL = """Q: What is a sourdough starter, {look}?
A: A culture of wild yeast and lactic acid bacteria in flour and water. It is fed every day with fresh flour.
Q: Why is sourdough bread slashed before baking, {look}?
A: The cut gives steam a way out, so that the crust does not burst at the side. It also lets the loaf rise higher.
"""


@dataclass
class Visit:
    """One look at the page, and the stops made so far."""

    page: Page
    width: int
    theme: str
    stops: list[str] = field(default_factory=list)

    def stop(self, name: str, main: str) -> None:
        """Nothing is wrong here, and `main` is at hand."""
        self.stops.append(name)
        expect(self.page.locator(main).first).to_be_visible()
        expect(self.page.locator(".toast-body")).to_have_count(0)
        assert (name, faults(self.page, main, self.theme)) == (name, [])
        if folder := os.environ.get("FLOW_PICTURES"):
            self.page.wait_for_timeout(400)
            self.page.screenshot(
                path=Path(folder) / f"{len(self.stops):02}-{name}-{self.theme}-{self.width}.png", full_page=True
            )


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, index: PassageIndex, index_folder: Path, bank: Bank) -> Iterator[str]:
    """The address of the one app of this module, with a finished evaluation in its home."""
    home = tmp_path_factory.mktemp("flows")
    shutil.copytree(index_folder, home / "index")
    found = cases(4, key_points=[{"point": "It is blue.", "verdict": "missing"}])
    finished_run(home, bank, found, grade(0.1, ("It is blue.", Verdict.COVERED, 0.9)))
    with serving(home) as address:
        yield address


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_part_of_the_page_from_the_first_question_to_the_settings(
    browser: Browser, url: str, bank: Bank, width: int, theme: str
) -> None:
    with looking(browser, url, width, theme, silent=True) as page:
        visit = Visit(page, width, theme)
        _interview(visit, bank)
        _report(visit)
        _practice(visit)
        _progress(visit)
        _bank(visit)
        _material(visit)
        _evals(visit)
        _settings(visit)


def _interview(visit: Visit, bank: Bank) -> None:
    page = visit.page
    visit.stop("set-up", "#start")
    page.get_by_label(TOPIC, exact=True).check()
    begin(page, 4)
    visit.stop("chat", "#send")
    reply = _model_answer(page, bank)
    said = page.locator('#chat [data-testid="bot"]')
    before = said.count()
    say(page, reply)
    expect(page.locator('#chat [data-testid="user"]').last).to_contain_text(reply[:40])
    expect(said.nth(before)).not_to_be_empty()
    press(page, "#act-skip")
    press(page, "#act-dont_know")
    visit.stop("answered", "#reply textarea")
    page.locator("#act-stop").click()


def _model_answer(page: Page, bank: Bank) -> str:
    said = page.locator('#chat [data-testid="bot"]').last.inner_text()
    asked = next(one for one in bank.questions if any(text in said for text in (one.question, *one.variants)))
    return asked.answer.split("\n\n")[0]


def _report(visit: Visit) -> None:
    page = visit.page
    expect(page.locator("#headline .headline")).to_contain_text("questions answered")
    expect(page.locator("#radar .js-plotly-plot")).to_be_visible()
    expect(page.locator("#topic-bars .js-plotly-plot")).to_be_visible()
    first = page.locator("#questions .question").first
    expect(first.locator("blockquote mark").first).to_be_visible()
    visit.stop("report", "#questions .question[open] summary")
    page.locator("#questions .question > summary").nth(1).click()
    expect(page.locator("#questions .question").nth(1).locator(".key-points li").first).to_be_visible()
    visit.stop("report-opened", "#practise-next button")
    for link in page.locator("#downloads a").all():
        expect(link).to_be_visible()
    saved = page.request.get(page.url.split("?")[0].rstrip("/") + str(link.get_attribute("href")))
    assert saved.ok


def _practice(visit: Visit) -> None:
    page = visit.page
    part(page, "Practice")
    expect(page.locator("#practice-hero h2")).to_be_visible()
    visit.stop("practice", "#practise")
    page.locator("#practise").click()
    expect(page.locator("#progress")).to_contain_text("1 of 3")
    ready(page)
    # One "I don't know" may bring help; before long the answer is shown, and the question comes again in other words.
    for _ in range(6):
        press(page, "#act-dont_know")
        if "second try" in page.locator("#chat").inner_text():
            break
    expect(page.locator("#chat")).to_contain_text("A strong answer")
    expect(page.locator("#chat")).to_contain_text("second try")
    visit.stop("practice-second-try", "#act-hint")


def _progress(visit: Visit) -> None:
    page = visit.page
    part(page, "Progress")
    expect(page.locator("#progress-heat .group").first).to_be_visible()
    expect(page.locator("#progress-trend .js-plotly-plot")).to_be_visible()
    expect(page.locator("#progress-load .js-plotly-plot")).to_be_visible()
    visit.stop("progress", "#progress-heat .group")


def _bank(visit: Visit) -> None:
    page = visit.page
    part(page, "Bank")
    questions = page.locator("#bank-results .bank-question")
    expect(questions.first).to_be_visible()
    page.locator("#bank-text textarea, #bank-text input").first.fill("why do gradients vanish")
    page.locator("#bank-go").click()
    expect(page.locator("#bank-count")).to_contain_text("the nearest first")
    visit.stop("bank", "#bank-go")
    questions.first.locator("summary").first.click()
    questions.first.locator(".answer > summary").click()
    expect(questions.first.locator(".answer .prose")).to_be_visible()
    visit.stop("bank-question", ".bank-question[open] button[data-do=practise]")


def _material(visit: Visit) -> None:
    page = visit.page
    part(page, "Your material")
    page.locator("#material-paste textarea").fill(MATERIAL.format(look=f"{visit.theme} at {visit.width}"))
    visit.stop("material", "#material-read")
    page.locator("#material-read").click()
    expect(page.locator("#review-headline")).to_contain_text("2 to review")
    expect(page.locator("#review-question textarea")).to_have_value(re.compile(visit.theme))
    visit.stop("material-review", "#review-accept")
    page.locator("#review-accept-rest").click()
    expect(page.locator("#review-headline")).to_contain_text("All reviewed")
    page.locator("#review-back").click()
    visit.stop("material-list", "#material-practise")


def _evals(visit: Visit) -> None:
    page = visit.page
    part(page, "Evals")
    expect(page.locator("#evals-cases input").first).to_be_visible()
    visit.stop("evals", "#evals-start")
    part(page, "Results")
    expect(page.locator("#evals-card select")).to_be_visible()
    visit.stop("evals-results", "#evals-keep")
    page.locator("#evals-report").click()
    expect(page.frame_locator("#evals-frame iframe").locator("#title")).to_be_visible()
    visit.stop("evals-report", "#evals-frame iframe")


def _settings(visit: Visit) -> None:
    part(visit.page, "Settings")
    expect(visit.page.locator("#settings-model input, #settings-model textarea").first).to_be_enabled()
    visit.stop("settings", "#settings-save")


WRONG = """<!doctype html><body style="margin: 0; background: #fff; color: #000"><main style="background: #fff">
<button id="covered" style="position: absolute; top: 0; left: 0; width: 90px; height: 40px">One</button>
<button style="position: absolute; top: 20px; left: 40px; width: 90px; height: 40px">Two</button>
<div style="position: absolute; top: 0; left: 0; width: 60px; height: 60px"></div>
<div style="position: absolute; top: 100px; width: 50px; overflow: hidden; white-space: nowrap"><a href="#">A long way to go</a></div>
<button style="position: absolute; top: 200px; width: 40px; white-space: nowrap; overflow: visible">Much too long</button>
<p style="position: absolute; top: 300px; left: 1000px; width: 600px">Far out and wider than the window</p>"""
RIGHT = """<!doctype html><body style="margin: 0; background: #111; color: #fff"><button>One</button> <button id="two">Two</button>
<div style="width: 90px; overflow: hidden"><pre style="overflow: auto; margin: 0">scrolls to the side of its frame</pre></div>
<div style="height: 2000px"></div><div style="height: 50px; overflow: auto"><p style="height: 80px"></p><a href="#">Below</a></div>"""


def test_what_is_wrong_with_a_page_is_seen(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_content(WRONG)
    assert sorted(faults(page, "#covered", "dark", looks=1)) == [
        "button#covered “One” lies over button “Two”",
        "cannot be pressed: button#covered “One”",
        "cut off at a side: a “A long way to go”",
        "not in sight: #covered",
        "not the dark theme: body “One Two A long way t”",
        "not the dark theme: main “One Two A long way t”",
        "the page is 1600 wide",
        "words beyond their button: button “Much too long”",
        "words cut off: a “A long way to go”",
    ]
    page.set_content(RIGHT)
    assert faults(page, "#two", "dark", looks=1) == []
    page.close()
