"""The app in a real browser, over a real `interviewer serve`."""

import json
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import begin, looking, part, press, ready, say
from tests.test_cli import run

REPLY = "The chain rule carries the error backwards layer by layer, so every weight gets its gradient of the loss."


def session_id() -> str:
    return str(json.loads(run("sessions", "--json").stdout.splitlines()[0])["id"])


def test_a_whole_interview_and_its_report_agree_with_the_database(page: Page, tmp_path: Path) -> None:
    begin(page, 3)
    expect(page.locator("#progress")).to_contain_text("1 of 3")
    say(page, REPLY)
    expect(page.locator("#chat")).to_contain_text(REPLY)
    press(page, "#act-repeat")
    press(page, "#act-dont_know")
    for _ in range(8):
        if page.locator("#headline .score").is_visible():
            break
        say(page, "I don't know")
    expect(page.locator("#headline")).to_be_visible()
    report = json.loads(run("report", session_id(), "--format", "json").stdout)
    assert report["session"]["state"] == "completed"
    assert page.locator("#headline .score strong").inner_text() == f"{report['score']:.0%}"
    shown = page.locator("#questions details")
    assert shown.count() == len(report["questions"]) == 3
    for i, question in enumerate(report["questions"]):
        assert shown.nth(i).locator("summary .points").inner_text() == f"{question['grade']['score']:.0%}"
        assert shown.nth(i).locator(".key-points li").count() == len(question["grade"]["key_points"])
        for reply in question["replies"]:
            assert reply["text"] in " ".join(shown.nth(i).locator("blockquote").all_text_contents())
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    with page.expect_download() as download:
        page.locator("#download-md").click()
    saved = tmp_path / "report.md"
    download.value.save_as(saved)
    assert saved.read_text() == run("report", report["session"]["id"]).stdout


def test_a_reload_comes_back_to_the_same_question_and_past_sessions_open(page: Page) -> None:
    begin(page, 2)
    say(page, REPLY)
    before = page.locator("#chat").inner_text()
    page.reload()
    expect(page.locator("#chat")).to_contain_text(REPLY)
    ready(page)
    expect(page.locator("#chat")).not_to_contain_text("processing")
    assert page.locator("#chat").inner_text() == before
    page.locator("#act-stop").click()
    expect(page.locator("#headline")).to_be_visible()
    page.locator("#new").click()
    expect(page.locator("#start")).to_be_visible()
    part(page, "Progress")
    page.locator("#progress-history button").first.click()
    expect(page.locator("#chat")).to_contain_text(REPLY)


CLOSES_LATE = """
(() => {
  const fetched = window.fetch;
  const late = async (chunk, to) => {
    if (new TextDecoder().decode(chunk).includes("close_stream")) await new Promise((go) => setTimeout(go, 3000));
    to.enqueue(chunk);
  };
  window.fetch = async (...request) => {
    const answer = await fetched(...request);
    if (!String(request[0].url ?? request[0]).includes("/queue/data")) return answer;
    return new Response(answer.body.pipeThrough(new TransformStream({transform: late})), answer);
  };
})();
"""
"""A page that is so busy that it notes the close of its stream of answers three seconds late."""


def test_what_is_done_while_the_stream_of_answers_closes_is_answered(browser: Browser, url: str) -> None:
    with looking(browser, url) as page:
        page.add_init_script(CLOSES_LATE)
        page.goto(url)
        begin(page, 2)
        page.locator("#new").click()
        expect(page.locator("#start")).to_be_visible(timeout=20_000)


def test_an_answer_that_still_comes_does_not_come_over_a_new_session_and_is_kept(page: Page) -> None:
    begin(page, 2)
    page.locator("#reply textarea").fill(REPLY)
    page.locator("#reply textarea").press("Shift+Enter")
    expect(page.locator("#chat")).to_contain_text(REPLY)
    page.locator("#new").click()
    expect(page.locator("#start")).to_be_visible()
    # As long as it would take to be said.
    page.wait_for_timeout(4_000)
    expect(page.locator("#start")).to_be_visible()
    expect(page.locator("#chat")).to_be_hidden()
    page.locator("#unfinished button").first.click()
    expect(page.locator('#chat [data-testid="user"]')).to_have_count(1)
    ready(page)


def test_practice_gives_hints_and_feedback(page: Page) -> None:
    begin(page, 1, practice=True)
    press(page, "#act-hint")
    say(page, "I don't know")
    expect(page.locator("#chat")).not_to_contain_text("A strong answer")
    press(page, "#act-skip")
    expect(page.locator("#chat")).to_contain_text("A strong answer")


def test_an_interview_can_be_held_by_keyboard_alone(page: Page) -> None:
    page.locator("#start").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chat")).to_contain_text("question")
    ready(page)
    page.locator("#reply textarea").focus()
    page.keyboard.type("skip")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#progress")).to_contain_text("2 of 5")
    ready(page)
    page.locator("#reply textarea").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "act-stop":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#headline")).to_be_visible()


def test_empty_and_hostile_replies_do_no_harm(page: Page) -> None:
    begin(page, 1)
    page.locator("#send").click()
    expect(page.get_by_text("write your answer first").first).to_be_visible()
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> gradient"
    say(page, hostile)
    page.locator("#act-stop").click()
    expect(page.locator("#headline")).to_be_visible()
    assert page.title() != "owned"
