"""The Bank part of the page in a real browser: browsing, searching, and one's own material from upload to interview."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import SLOW_MS, part
from tests.test_cli import run
from tests.test_own_material import ARTICLE, GOOD


def open_bank(page: Page) -> None:
    part(page, "Bank")
    expect(page.locator("#bank-results .bank-question").first).to_be_visible(timeout=SLOW_MS)


def test_questions_are_browsed_searched_and_opened(page: Page) -> None:
    open_bank(page)
    questions = page.locator("#bank-results .bank-question")
    expect(questions).to_have_count(20, timeout=SLOW_MS)
    page.locator("#bank-more").click()
    expect(questions).to_have_count(40, timeout=SLOW_MS)
    page.locator("#bank-text textarea, #bank-text input").first.fill("why do gradients vanish")
    page.locator("#bank-go").click()
    expect(page.locator("#bank-count")).to_contain_text("the nearest first", timeout=SLOW_MS)
    expect(questions.first).to_contain_text("vanish", timeout=SLOW_MS)
    expect(questions.first.locator(".answer .prose")).not_to_be_visible()
    questions.first.locator("summary").first.click()
    questions.first.locator(".answer > summary").click()
    expect(questions.first.locator(".answer .prose")).to_be_visible(timeout=SLOW_MS)
    expect(questions.first.locator(".points li").first).to_contain_text("Hint:", timeout=SLOW_MS)


def test_an_article_is_uploaded_reviewed_and_asked(page: Page, tmp_path: Path) -> None:
    article = tmp_path / "sourdough.txt"
    article.write_text(ARTICLE, encoding="utf-8")
    open_bank(page)
    part(page, "Your material")
    page.locator("#material-read").click()
    expect(page.get_by_text("choose a file first").first).to_be_visible(timeout=SLOW_MS)
    page.locator("#material-file input[type=file]").set_input_files(article)
    expect(page.locator("#material-file")).to_contain_text("sourdough", timeout=SLOW_MS)
    page.locator("#material-read").click()
    expect(page.locator("#review-headline")).to_contain_text("3 to review", timeout=SLOW_MS)
    question = page.locator("#review-question textarea")
    expect(question).to_have_value("What is a sourdough starter?", timeout=SLOW_MS)
    question.fill("What is a starter?")
    page.locator("#review-accept").click()
    expect(page.locator("#review-headline")).to_contain_text("2 to review", timeout=SLOW_MS)
    expect(question).to_have_value("Why is sourdough bread slashed before baking?", timeout=SLOW_MS)
    page.locator("#review-discard").click()
    expect(page.locator("#review-headline")).to_contain_text("1 to review", timeout=SLOW_MS)
    page.locator("#review-accept-rest").click()
    expect(page.locator("#review-headline")).to_contain_text("All reviewed", timeout=SLOW_MS)
    page.locator("#review-back").click()
    expect(page.locator("#material-articles")).to_contain_text(
        "sourdough.txt · 2 accepted, 1 discarded", timeout=SLOW_MS
    )
    page.locator("#material-practise").click()
    expect(page.locator("#start")).to_be_visible(timeout=SLOW_MS)
    page.locator("#start").click()
    expect(page.locator("#progress")).to_contain_text("My material", timeout=SLOW_MS)
    expect(page.locator("#progress")).to_contain_text("1 of 2", timeout=SLOW_MS)
    grade = json.loads(run("grade", "--question", "What is a starter?", "--reply", GOOD, "--json").stdout)
    assert grade["trained_question"] is False
    assert grade["sources"] == [{"article": "sourdough.txt", "item": "1"}]


def test_a_pasted_script_does_nothing(page: Page) -> None:
    open_bank(page)
    part(page, "Your material")
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    page.locator("#material-paste textarea").fill(
        f"Q: What is a {evil}?\nA: A tag {evil}.\nQ: What is b?\nA: A letter {evil}."
    )
    page.locator("#material-read").click()
    expect(page.locator("#review-headline")).to_contain_text("2 to review", timeout=SLOW_MS)
    page.locator("#review-accept-rest").click()
    expect(page.locator("#review-headline")).to_contain_text("All reviewed", timeout=SLOW_MS)
    part(page, "Questions")
    page.locator("#bank-topic input").click()
    page.get_by_role("option", name="My material").click()
    expect(page.locator("#bank-count")).to_contain_text("2 questions", timeout=SLOW_MS)
    assert page.title() != "owned"
