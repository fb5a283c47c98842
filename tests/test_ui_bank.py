"""The Bank part of the page without a browser: what its buttons do and what it shows."""

import html
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.errors import InputInvalid
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from knowledge.errors import SourceUnreadable
from knowledge.ingest.material import Material, MaterialPoint, read_materials
from tests.test_own_material import ARTICLE
from ui import bank_handlers as handlers
from ui import bank_view as view
from ui.bank_handlers import Filters
from ui.markup import prose

EDIT = ("What is a starter?", "A culture of yeast that is kept alive in flour.", "- A culture of yeast.\n\nIt is fed.")


@pytest.fixture
def read(interviewer: Interviewer) -> Material:
    """Three questions, just read and not kept."""
    return handlers.read_paste(interviewer, ARTICLE).material


def kept(interviewer: Interviewer) -> list[Material]:
    return read_materials(interviewer.settings.home)


def test_all_questions_show_without_filters(interviewer: Interviewer, bank: Bank) -> None:
    found = handlers.browse(interviewer, Filters())
    assert found.questions == bank.questions[: handlers.PAGE_SIZE]
    assert found.total == len(bank.questions)
    assert f"{len(bank.questions)} questions; 20 are shown." in view.count_line(found)


def test_filters_narrow_and_searching_ranks(interviewer: Interviewer) -> None:
    found = handlers.browse(interviewer, Filters(topic="cnn", level="junior", kind="concept"), 100)
    assert found.questions
    assert {(q.topic, q.level, q.kind) for q in found.questions} == {("cnn", "junior", "concept")}
    assert len(found.questions) == found.total
    ranked = handlers.browse(interviewer, Filters(text="why do gradients vanish in deep networks"))
    assert "vanish" in ranked.questions[0].question
    assert "the nearest first" in view.count_line(ranked)
    assert {q.topic for q in handlers.browse(interviewer, Filters("dropout", "regularisation")).questions} == {
        "regularisation"
    }


def test_a_search_for_nothing_of_the_kind_says_so(interviewer: Interviewer) -> None:
    found = handlers.browse(interviewer, Filters(text="sourdough bread for beginners"))
    assert found.total == 0
    assert "Nothing found" in view.results(found)
    with pytest.raises(InputInvalid, match="the limit is 500"):
        handlers.browse(interviewer, Filters(text="a" * 501))


def test_the_question_that_a_report_links_to_stands_open(interviewer: Interviewer, bank: Bank) -> None:
    question = bank.questions[3]
    found = handlers.browse(interviewer, handlers.linked(interviewer, {"ids": question.id}))
    assert found.opened == question.id
    assert view.results(found).count('name="bank" open') == 1
    with pytest.raises(InputInvalid, match="no longer in the bank"):
        handlers.linked(interviewer, {"ids": "gone"})


def test_a_questions_page_holds_everything_and_hides_its_answer(bank: Bank) -> None:
    question = next(q for q in bank.questions if q.misconceptions and q.sources and q.variants)
    page = view.question_page(question)
    open_part, hidden = page.split('<details class="answer">')
    assert question.key_points[0].hint.split("'")[0] in hidden
    assert html.escape(question.misconceptions[0].correction) in hidden
    assert html.escape(question.variants[0]) in open_part
    assert question.key_points[0].text not in open_part
    assert f"article {question.sources[0].article} ({question.sources[0].item}" in page
    assert f'data-do="practise" data-ids="{question.id}"' in page


def test_reading_writes_nothing(interviewer: Interviewer, read: Material) -> None:
    assert read.entries[0].question == "What is a sourdough starter?"
    assert kept(interviewer) == []
    assert not (interviewer.settings.home / "ingested").exists()
    assert "3 to review" in view.review_headline(read)


def test_an_edited_question_is_accepted_and_kept(interviewer: Interviewer, read: Material) -> None:
    after = handlers.accept(interviewer, read, 1, *EDIT)
    assert kept(interviewer) == [after]
    entry = after.entries[0]
    assert (entry.question, entry.answer, entry.reviewed) == (EDIT[0], EDIT[1], True)
    assert [point.text for point in entry.key_points] == ["A culture of yeast.", "It is fed."]
    assert handlers.next_to_review(after, 1) == 2
    found = handlers.browse(interviewer, Filters(topic="my-material"))
    assert found.questions[0].question == EDIT[0]
    assert "not reviewed" not in view.question_page(found.questions[0])
    assert "not reviewed" in view.question_page(found.questions[1])
    assert handlers.accepted_count(interviewer) == 1


def test_the_rest_is_accepted_or_discarded_at_once(interviewer: Interviewer, read: Material) -> None:
    one = handlers.discard(interviewer, read, 2)
    assert kept(interviewer) == []
    both = handlers.accept_rest(interviewer, one)
    assert [(e.reviewed, e.discarded) for e in both.entries] == [(True, False), (False, True), (True, False)]
    assert handlers.browse(interviewer, Filters(topic="my-material")).total == 2
    assert "All reviewed" in view.review_headline(both)
    assert view.material_label(both).endswith("2 accepted, 1 discarded")
    back = handlers.accept(interviewer, both, 2, *EDIT)
    assert handlers.waiting(back) == ()
    assert handlers.browse(interviewer, Filters(topic="my-material")).total == 3


def test_discarding_all_of_a_new_article_keeps_nothing(interviewer: Interviewer, read: Material) -> None:
    handlers.discard_rest(interviewer, read)
    assert kept(interviewer) == []
    with pytest.raises(InputInvalid, match="accept a question"):
        handlers.accepted_count(interviewer)


def test_the_same_article_again_comes_with_its_review(interviewer: Interviewer, read: Material) -> None:
    after = handlers.accept(interviewer, read, 1, *EDIT)
    (file,) = (interviewer.settings.home / "ingested").iterdir()
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    assert handlers.read_paste(interviewer, ARTICLE).material == after
    assert handlers.reopen(interviewer, after.sha256) == after
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_an_edit_is_not_lost_by_looking_at_another_question(interviewer: Interviewer, read: Material) -> None:
    entry = read.entries[0]
    same = handlers.drafted(read, 1, entry.question, entry.answer, handlers.points_text(entry.key_points))
    assert same is read
    draft = handlers.drafted(handlers.accept(interviewer, read, 1, *EDIT), 1, "What?", EDIT[1], "It is fed.")
    assert draft.entries[0].question == "What?"
    assert not draft.entries[0].reviewed
    assert kept(interviewer)[0].entries[0].question == EDIT[0]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (("", "An answer.", "A point."), "question 2 has no text"),
        (("What?", " ", "A point."), "question 2 has no answer"),
        (("What?", "An answer.", "\n"), "question 2 has no key point"),
        (("What?", "An answer.", "\n".join(f"Point {i}." for i in range(13))), "at most 12 key points"),
    ],
)
def test_what_cannot_be_accepted_is_told_and_not_kept(
    interviewer: Interviewer, read: Material, texts: tuple[str, str, str], says: str
) -> None:
    with pytest.raises(InputInvalid, match=says):
        handlers.accept(interviewer, read, 2, *texts)
    assert kept(interviewer) == []


def test_bad_input_is_told_in_one_line_without_a_path(interviewer: Interviewer, tmp_path: Path) -> None:
    folder = tmp_path / "upload-7f"
    folder.mkdir()
    for name, data, says in (
        ("broken.txt", b"caf\xc3 \xe9", "broken.txt is not UTF-8 text"),
        ("empty.md", b" \n", "empty.md is empty"),
        ("fake.pdf", b"%PDF-1.7 nothing", "fake.pdf is not a readable PDF"),
        ("script.html", b"<html><script>alert(1)</script></html>", "script.html holds no text"),
        ("notes.docx", b"PK", "the endings known are"),
        ("essay.txt", b"Tea is drunk all over the world.", "essay.txt: no question"),
    ):
        (folder / name).write_bytes(data)
        with pytest.raises((SourceUnreadable, InputInvalid), match=says) as caught:
            handlers.read_upload(interviewer, str(folder / name))
        assert "upload-7f" not in str(caught.value)
        assert "\n" not in str(caught.value)
    with (folder / "huge.txt").open("wb") as out:
        out.truncate(50 * 1024**2)
    with pytest.raises(SourceUnreadable, match=r"huge\.txt has 50 MB; the limit is 20 MB"):
        handlers.read_upload(interviewer, str(folder / "huge.txt"))
    for empty in ("", " \n", "<p> </p>"):
        with pytest.raises(SourceUnreadable, match="pasted text is empty"):
            handlers.read_paste(interviewer, empty)
    with pytest.raises(InputInvalid, match="choose a file first"):
        handlers.read_upload(interviewer, None)
    with pytest.raises(InputInvalid, match="choose one of your articles"):
        handlers.reopen(interviewer, None)
    assert kept(interviewer) == []


@pytest.mark.parametrize(
    "text",
    [
        "# Bread\n\n## What is a starter?\n\nA **culture** of yeast.\n\n## What is a crumb?\n\nThe inside of a loaf.\n",
        "<h2>What is a starter?</h2><p>A culture of yeast.</p><h2>What is a crumb?</h2><p>The inside of a loaf.</p>",
        "Q: What is a starter?\nA: A culture of yeast.\nQ: What is a crumb?\nA: The inside of a loaf.\n",
    ],
)
def test_a_pasted_text_is_read_by_its_looks(interviewer: Interviewer, text: str) -> None:
    material = handlers.read_paste(interviewer, text).material
    assert [entry.question for entry in material.entries] == ["What is a starter?", "What is a crumb?"]
    assert material.entries[0].answer == "A culture of yeast."


def test_nothing_of_an_article_becomes_markup(interviewer: Interviewer) -> None:
    evil = "<img src=x onerror=alert(1)>"
    text = f"Q: What is {evil}?\nA: A tag {evil} in a text.\nQ: What is a crumb?\nA: The inside of a loaf {evil}.\n"
    material = handlers.accept_rest(interviewer, handlers.read_paste(interviewer, text).material)
    found = handlers.browse(interviewer, Filters(topic="my-material"))
    shown = [view.results(found), view.review_headline(material), *map(view.entry_marks, material.entries)]
    assert found.total == 2
    assert not any("<img" in shown_part for shown_part in shown)
    assert "<img" not in view.left_out([f"no answer follows: {evil}"])


def test_tables_of_an_answer_are_shown_as_tables() -> None:
    shown = prose("They differ:\n\n| Width | Bar |\n| 25 mm | 7 |\n| 50 mm | 3 |\n\nMore.")
    assert shown.count("<tr>") == 3
    assert "<th>Width</th>" in shown
    assert prose("| a | b |\n|---|---|\n| 1 | 2 |").count("<tr>") == 2


def test_marks_say_what_to_look_at(read: Material) -> None:
    entry = read.entries[0].model_copy(update={"recovered": True, "warnings": ("the answer is short (3 words)",)})
    marks = view.entry_marks(entry)
    assert "to review" in marks
    assert "question made from the answer" in marks
    assert "the answer is short" in marks
    assert view.entry_label(entry.model_copy(update={"reviewed": True})).startswith("✓ 1.")
    assert view.entry_label(entry.model_copy(update={"discarded": True})).startswith("✕ 1.")


def test_points_keep_their_ids_through_an_edit() -> None:
    before = (MaterialPoint(id="p1", text="One."), MaterialPoint(id="p2", text="Two.", weight=3))
    assert handlers.points_of("Two.\nThree.\nTwo.\n", before) == (
        MaterialPoint(id="p2", text="Two.", weight=3),
        MaterialPoint(id="p3", text="Three."),
    )
    code = "```\nx = 1\n\ny = 2\n```"
    assert [point.text for point in handlers.points_of(f"One.\n{code}\nTwo.", ())] == ["One.", code, "Two."]


@given(st.lists(st.text(alphabet="abc .-", min_size=1, max_size=20), max_size=8))
def test_points_come_back_from_their_text(lines: list[str]) -> None:
    points = handlers.points_of("\n".join(lines), ())
    assert handlers.points_of(handlers.points_text(points), points) == points
    assert len({point.id for point in points}) == len(points)
