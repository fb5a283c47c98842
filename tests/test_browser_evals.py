"""Evals, Settings and the way back to a session in a real browser, over a real `interviewer serve`."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from evals.review import read_reviews
from interviewer.grading.grade import Verdict
from interviewer.saved import FILE, read_saved
from knowledge.bank import Bank
from tests.browser import SLOW_MS, begin, part
from tests.graded import case, cases, finished_run, grade, write_cases
from tests.openai_server import completion, openai_server

KEY = "sk-browser-secret-0123456789"
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> It is blue."


@pytest.fixture
def finished(indexed_home: Path, bank: Bank) -> Path:
    """A finished run in this test's home: four replies, one of which tries to run a script."""
    found = type(cases(2))(
        case(f"c{i}", reply=HOSTILE, score=i / 3, key_points=[{"point": "It is blue.", "verdict": "missing"}])
        for i in range(4)
    )
    plain = grade(0.1, ("It is blue.", Verdict.COVERED, 0.9))
    quoted = plain.key_points[0].model_copy(update={"evidence": "It is blue."})
    given = plain.model_copy(update={"key_points": (quoted,)})
    return finished_run(indexed_home, bank, found, given)


def test_a_run_its_report_and_a_second_look(finished: Path, page: Page, tmp_path: Path) -> None:
    own = write_cases(
        tmp_path / "mine.jsonl",
        [case("m", question="What is dropout?", reference="It switches units off.", reply="It switches units off.")],
    )
    part(page, "Evals")
    page.locator("#evals-cases label", has_text="A file of my own").click()
    page.locator("#evals-start").click()
    expect(page.get_by_text("choose a file of cases first").first).to_be_visible(timeout=SLOW_MS)
    page.locator("#evals-file input[type=file]").set_input_files(own)
    expect(page.locator("#evals-file")).to_contain_text("mine", timeout=SLOW_MS)
    page.locator("#evals-start").click()
    expect(page.locator("#evals-status")).to_contain_text("Done in", timeout=3 * SLOW_MS)
    page.locator("#evals-see").click()
    expect(page.locator("#evals-headline")).to_contain_text("Over 1 scored replies", timeout=SLOW_MS)
    expect(page.locator("#evals-runs input")).to_have_value(re.compile("mine.jsonl"), timeout=SLOW_MS)

    page.locator("#evals-runs input").click()
    page.get_by_role("option").filter(has_text="made.jsonl").click()
    expect(page.locator("#evals-card")).to_contain_text("1.00", timeout=SLOW_MS)
    expect(page.locator("#evals-card mark")).to_have_text("It is blue.")
    page.locator("#evals-keep").click()
    expect(page.get_by_text("say who you are").first).to_be_visible(timeout=SLOW_MS)
    page.locator("#evals-by input, #evals-by textarea").first.fill("Ada")
    page.locator("#evals-why textarea").fill("it is half right")
    page.locator("#evals-score input[type=number]").fill("0.5")
    page.get_by_label("Your verdict on: It is blue.").select_option("partial")
    page.locator("#evals-keep").click()
    expect(page.locator("#evals-kept")).to_contain_text("1 of the replies", timeout=SLOW_MS)
    expect(page.locator("#evals-entries label").last).to_contain_text("✓ 1.00 → 0.10", timeout=SLOW_MS)
    (review,) = read_reviews(finished)
    assert (review.case_id, review.original, review.score, review.by) == ("c3", 1.0, 0.5, "Ada")
    assert review.verdicts == (Verdict.PARTIAL,)

    page.locator("#evals-report").click()
    report = page.frame_locator("#evals-frame iframe")
    expect(report.locator("#title")).to_contain_text("The local grader", timeout=SLOW_MS)
    assert page.locator("#evals-frame iframe").get_attribute("sandbox") == "allow-scripts"
    # A frame of no origin: its own script runs and cannot see the app.
    seen = report.locator("body").evaluate("() => { try { return parent.document.title } catch { return null } }")
    assert seen is None
    with page.expect_download() as download:
        page.locator("#evals-frame button[data-do=save]").click()
    assert "<title>Grading report</title>" in Path(download.value.path()).read_text()
    assert page.title() != "owned"


def test_settings_are_kept_and_the_key_is_never_sent_back(page: Page, own_home: Path) -> None:
    bodies: list[Response] = []
    page.on("response", lambda response: bodies.append(response) if "queue" not in response.url else None)
    part(page, "Settings")
    page.locator("#settings-theme label", has_text="Dark").click()
    expect(page.locator("body")).to_have_class(re.compile(r"\bdark\b"), timeout=SLOW_MS)
    with openai_server(lambda request: (200, completion("fine"))) as server:
        page.locator("#settings-model input, #settings-model textarea").first.fill("test-model")
        page.locator("#settings-address input, #settings-address textarea").first.fill("localhost")
        page.locator("#settings-key input").fill(KEY)
        page.locator("#settings-save").click()
        expect(page.get_by_text("is no server address").first).to_be_visible(timeout=SLOW_MS)
        page.locator("#settings-address input, #settings-address textarea").first.fill(server.url)
        page.locator("#settings-test").click()
        expect(page.locator("#settings-told")).to_contain_text("It works.", timeout=SLOW_MS)
        assert not (own_home / FILE).exists()
        page.locator("#settings-save").click()
        expect(page.locator("#settings-told")).to_contain_text("Saved.", timeout=SLOW_MS)
    expect(page.locator("#settings-in-use")).to_contain_text("test-model", timeout=SLOW_MS)
    expect(page.locator("#settings-key input")).to_have_value("")
    kept = read_saved(own_home)
    assert kept.api_key is not None
    assert kept.api_key.get_secret_value() == KEY
    page.reload()
    expect(page.locator("#start")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator("body")).to_have_class(re.compile(r"\bdark\b"), timeout=SLOW_MS)
    part(page, "Settings")
    expect(page.locator("#settings-key input")).to_have_attribute("placeholder", re.compile("A key is kept"))
    expect(page.locator("#settings-key input")).to_have_value("")
    assert KEY not in page.content()
    assert KEY not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert not any(KEY in body.text() for body in bodies if body.ok and "json" in body.headers.get("content-type", ""))


def test_an_unfinished_session_is_found_again(page: Page) -> None:
    begin(page, 2)
    link = page.locator("#session-link a")
    expect(link).to_have_attribute("href", re.compile(r"^\?session=[0-9a-f]{32}$"), timeout=SLOW_MS)
    address = page.url.split("?")[0] + str(link.get_attribute("href"))
    page.locator("#new").click()
    expect(page.locator("#unfinished")).to_contain_text("question 1 of 2 · today", timeout=SLOW_MS)
    page.locator("#unfinished button").first.click()
    expect(page.locator("#progress")).to_contain_text("1 of 2", timeout=SLOW_MS)
    page.locator("#new").click()
    expect(page.locator("#start")).to_be_visible(timeout=SLOW_MS)
    page.goto(address)
    expect(page.locator("#progress")).to_contain_text("1 of 2", timeout=SLOW_MS)
