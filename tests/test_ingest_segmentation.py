"""Segmentation by small texts: markers, sequences of numbers, ends of answers, recovered questions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.ingest.blocks import Block, render
from knowledge.ingest.boilerplate import (
    is_about_itself,
    is_author,
    is_closing,
    is_faq,
    is_meta_question,
    is_noise,
    is_promotion,
    is_section,
)
from knowledge.ingest.entry import Extraction
from knowledge.ingest.extract import extract
from knowledge.ingest.html import read_html
from knowledge.ingest.markdown import read_markdown
from knowledge.ingest.markers import (
    answer_mark,
    asks,
    exercise_mark,
    is_option,
    number_mark,
    question_mark,
    split_after_question,
    split_inline_answer,
    with_plain_marks,
)
from knowledge.ingest.plain import read_plain
from knowledge.ingest.recover import Spelling, recover_questions
from knowledge.ingest.source import Source
from knowledge.ingest.speakers import with_roles
from knowledge.ingest.subject import clause_of


def found(text: str, kind: str = "txt") -> Extraction:
    blocks = {"txt": read_plain, "md": read_markdown, "html": read_html}[kind](text)
    return extract(Source("article", "0" * 64, blocks))


def questions(text: str, kind: str = "txt") -> list[str]:
    return [entry.question for entry in found(text, kind).entries]


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("Q1. What is x?", 1, "What is x?"),
        ("Q. 12) What is x?", 12, "What is x?"),
        ("q3: what is x?", 3, "what is x?"),
        ("Question 4 - What is x?", 4, "What is x?"),
        ("QUESTION NO. 7: What is x?", 7, "What is x?"),
        ("Question: What is x?", None, "What is x?"),
        ("Q5 What is x?", 5, "What is x?"),
        ("Question 6", 6, ""),
    ],
)
def test_question_markers(text: str, number: int | None, rest: str) -> None:
    marked = question_mark(text)
    assert marked is not None
    assert (marked.number, marked.text) == (number, rest)


@pytest.mark.parametrize(
    "text", ["Q-learning is a method.", "Questions are asked.", "Quick: go.", "Q", "Question answering is a task."]
)
def test_what_is_no_question_marker(text: str) -> None:
    assert question_mark(text) is None


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("1. A", 1, "A"),
        ("12) B", 12, "B"),
        ("(3) C", 3, "C"),
        ("#4 - D", 4, "D"),
        ("5: E", 5, "E"),
        ("6.What", 6, "What"),
        ("2.3 Deep", 3, "Deep"),
    ],
)
def test_numbers(text: str, number: int, rest: str) -> None:
    marked = number_mark(text)
    assert marked is not None
    assert (marked.number, marked.text) == (number, rest)


@pytest.mark.parametrize(
    "text", ["2.5 times as much", "10:30 is late", "3-way switch", "1984 was a year", "50% of all", "7"]
)
def test_what_is_no_number(text: str) -> None:
    assert number_mark(text) is None


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("#4 What is x?", 4, "What is x?"),
        ("[5] What is x?", 5, "What is x?"),
        ("06 What is x?", 6, "What is x?"),
        ("c) What is x?", 3, "What is x?"),
    ],
)
def test_bare_numbers_and_letters_count_before_what_asks(text: str, number: int, rest: str) -> None:
    marked = number_mark(text)
    assert marked is not None
    assert (marked.number, marked.text) == (number, rest)
    assert number_mark(text.replace("What is x?", "It is x.")) is None


def test_words_with_numbers_mark_questions() -> None:
    assert exercise_mark("Problem 3. Show that x is y.") == ("problem", 3, "Show that x is y.")
    assert exercise_mark("Frage 2: Was ist x?") == ("frage", 2, "Was ist x?")
    assert exercise_mark("Figure 2: a map of x") is None


def test_choices_to_pick_from_are_no_answer() -> None:
    assert is_option("A: yes", "B: no")
    assert not is_option("A: yes", "Q: Why?")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (["Ann: What is x?", "Bo: It is y.", "Ann: Why?", "Bo: So.", "Ann: When?", "Bo: Now."], "Ann"),
        (["Ann: It rains.", "Bo: It is y.", "Ann: Yes.", "Bo: So.", "Ann: No.", "Bo: Now."], ""),
        (["Note: What is x?", "Note: Why?", "Note: When?", "Tip: y", "Tip: z", "Tip: w"], ""),
    ],
)
def test_who_asks_in_a_conversation_is_told_by_what_is_said(said: list[str], asked: str) -> None:
    renamed = with_roles([Block("text", text) for text in said])
    assert [block.text.startswith("Question: ") for block in renamed] == [
        bool(asked) and text.startswith(asked) for text in said
    ]


def test_topics_are_questions_only_in_an_article_of_questions() -> None:
    body = "## What is x?\n\nIt is one.\n\n## Colours\n\nThere are two.\n\n## What is y?\n\nIt is two.\n\n## Shapes of sand\n\nRound ones."
    assert questions(f"# Sand: a quiz\n\n{body}", "md") == ["What is x?", "Colours", "What is y?", "Shapes of sand"]
    assert questions(f"# On sand\n\n{body}", "md") == ["What is x?", "What is y?"]
    parts = body.replace("Colours", "Example").replace("Shapes of sand", "Example")
    assert questions(f"# Sand: a quiz\n\n{parts}", "md") == ["What is x?", "What is y?"]


def test_answer_markers() -> None:
    assert answer_mark("Answer: yes") == "yes"
    assert answer_mark("Ans. yes") == "yes"
    assert answer_mark("A: yes") == "yes"
    assert answer_mark("A2: yes") == "yes"
    assert answer_mark("Answer") == ""
    assert answer_mark("Sample answer - yes") == "yes"
    assert answer_mark("A. yes") is None
    assert answer_mark("A. yes", short=True) == "yes"
    assert answer_mark("Answers vary by region") is None
    assert answer_mark("Solution: weights") == "weights"
    assert answer_mark("Solution 1: weights") is None


def test_question_and_answer_on_one_line() -> None:
    assert split_inline_answer("Q: What is x? A: It is y.") == ("Q: What is x?", "It is y.")
    assert split_inline_answer("1. Define x. Answer: It is y.") == ("1. Define x.", "It is y.")
    assert split_inline_answer("Vitamin A: a vitamin") is None
    assert split_after_question("What is x? It is the first of the unknowns.") == (
        "What is x?",
        "It is the first of the unknowns.",
    )
    assert split_after_question("What is x? Give examples.") is None


def test_lists_restart_and_lists_inside_answers_stay_there() -> None:
    text = """12 questions
Top 3 questions for cooks

1. What is a jus?
Meat juice, thickened.
2. Three ways to bind a sauce, which are they?
1. Starch
Flour or corn.
2. Egg
Yolk below boiling.
3. Butter
Cold, in pieces.
3. What is a liaison?
Yolk and cream.
2 Questions For Bakers

1. What is a poolish?
A wet pre-ferment.
2. What is autolyse?
Flour and water rest.
"""
    entries = found(text).entries
    assert [entry.question for entry in entries] == [
        "What is a jus?",
        "Three ways to bind a sauce, which are they?",
        "What is a liaison?",
        "What is a poolish?",
        "What is autolyse?",
    ]
    assert "Cold, in pieces." in entries[1].answer
    assert entries[2].answer == "Yolk and cream."


def test_steps_with_texts_do_not_outvote_the_questions_they_belong_to() -> None:
    steps = "\n\n".join(f"{n}. Step {n}\n\n   Do the thing number {n}." for n in range(1, 7))
    text = f"## How is a tent pitched?\n\n{steps}\n\n## How is it packed?\n\n{steps}\n"
    assert questions(text, "md") == ["How is a tent pitched?", "How is it packed?"]


def test_numbered_questions_under_asking_section_headings_win() -> None:
    sections = ["Why learn about rocks?", "What are minerals?"]
    items = [f"### {n}. What is rock {n}?\n\nRock {n} is hard and old.\n" for n in range(1, 7)]
    text = f"# Rocks: questions\n\n## {sections[0]}\n\nThey are everywhere.\n\n" + "\n".join(items)
    assert questions(text, "md") == [f"What is rock {n}?" for n in range(1, 7)]


def test_a_missing_number_in_another_look_is_filled_in() -> None:
    text = "**1. What is a?**\n\nIt is one.\n\n2. What is b?\n\nIt is two.\n\n**3. What is c?**\n\nIt is three.\n\n**4. What is d?**\n\nFour."
    assert questions(text, "md") == ["What is a?", "What is b?", "What is c?", "What is d?"]


def test_the_faq_of_an_article_is_left_out_and_a_page_that_is_one_is_not() -> None:
    faq = "## FAQ\n\n### How long is this?\n\nShort.\n\n### Is it free?\n\nYes.\n\n### Who wrote it?\n\nMe."
    main = "".join(f"### What is part {n}?\n\nThe part with number {n}.\n\n" for n in range(1, 5))
    assert questions(f"# Parts\n\n## Parts of a whole\n\n{main}{faq}", "md") == [
        f"What is part {n}?" for n in range(1, 5)
    ]
    assert questions(f"# Tickets: FAQ\n\n{faq}", "md") == ["How long is this?", "Is it free?", "Who wrote it?"]


def test_text_between_question_and_answer_mark_belongs_to_the_question() -> None:
    text = "Q1. Look at this:\n\n```\nx = 1\n```\n\nWhat is x?\n\nAnswer: One.\n\nQ2. What is y?\n\nAnswer: Two.\n"
    assert questions(text, "md")[0].startswith("Look at this: ``` x = 1 ``` What is x?")
    assert found(text, "md").entries[0].answer == "One."


def test_the_same_question_with_two_answers_is_kept_twice() -> None:
    text = (
        "1. What is x?\nThe first answer to it.\n2. What is x?\nAnother answer to it.\n3. What is y?\nA third answer.\n"
    )
    assert questions(text) == ["What is x?", "What is x?", "What is y?"]


TEXTS = {
    is_section: (
        ["Related Reading", "About the author", "References:", "Table of Contents", "Conclusion"],
        ["Related rates in calculus are hard", "Sources of error"],
    ),
    is_faq: (
        ["FAQ", "Frequently asked questions about bees"],
        ["The FAQ is long and nobody reads it at all, they say."],
    ),
    is_noise: (
        ["Also read: Ten rivers", "ADVERTISEMENT", "Read more", "Photo by Ann Lee", "5 min read"],
        ["Reading is fun.", "Shared memory is fast."],
    ),
    is_promotion: (
        ["Sign up for our newsletter", "Get 20% off", "Check out our courses"],
        ["The tax is 20 % of the price.", "Signs go up at the border."],
    ),
    is_author: (
        ["Ann Lee is a writer who lives in Rome.", "Written by Ann Lee"],
        ["Rome was the capital of an empire.", "Water is a solvent."],
    ),
    is_closing: (
        ["That’s it!", "We hope this helps.", "Want more? Buy the book."],
        ["That is the law.", "Wants exceed means."],
    ),
    is_about_itself: (
        ["This article lists ten rivers.", "Let’s move on to harder ones."],
        ["The article of a contract binds.", "Rivers move sand."],
    ),
    is_meta_question: (
        ["How many questions are in this quiz?", "Ready to learn more?", "Who is this guide for?"],
        ["How many planets are there?", "What is a guide RNA?"],
    ),
}


@pytest.mark.parametrize("test", TEXTS, ids=lambda test: test.__name__)
def test_what_is_no_part_of_an_answer(test) -> None:  # type: ignore[no-untyped-def]
    yes, no = TEXTS[test]
    assert [text for text in yes if not test(text)] == []
    assert [text for text in no if test(text)] == []


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("A levee is a wall along a river.", "What is a levee?"),
        ("Levees and dams are works that hold water.", "What are levees and dams?"),
        ("In geology, a fault is a crack along which rock has moved.", "What is a fault?"),
        ("Silt (fine sand) reduces the depth of a harbour.", "What is silt (fine sand)?"),
        ("Dredging prevents flooding by deepening the river bed.", "How does dredging prevent flooding?"),
        ("Steel hulls outlast wooden ones because they do not rot.", "Why do steel hulls outlast wooden ones?"),
        ("Ballast is important because it keeps a ship upright.", "Why is ballast important?"),
        ("Buoys are widely used in coastal waters.", "What are buoys used for?"),
        ("Zinc galvanises the hull.", "What is zinc?"),
        ("A harbour consists of piers and basins.", "What does a harbour consist of?"),
    ],
)
def test_questions_are_recovered_from_first_sentences(text: str, question: str) -> None:
    article = [
        Block("text", text),
        Block("text", "The words silt, levees and dams, dredging, zinc, ballast, buoys and steel are ordinary."),
    ]
    assert recover_questions([Block("text", text)], Spelling(article))[0] == question


def test_a_comparing_table_makes_a_question_of_difference() -> None:
    table = Block("table", "", rows=(("Aspect", "Canal", "River"), ("Made by", "people", "nature")))
    body = [Block("text", "A canal is a waterway that people have dug."), table]
    assert recover_questions(body, Spelling(body))[0] == "What is a canal and how does it differ from River?"
    body = [Block("text", "Waterways are natural or made by people."), table]
    assert recover_questions(body, Spelling(body))[0] == "What is the difference between Canal and River?"


def test_an_answer_without_a_subject_is_quoted() -> None:
    body = [Block("text", "Twelve, or so they say.")]
    assert recover_questions(body, Spelling(body)) == ["What is meant by “Twelve, or so they say”?"]
    assert clause_of("Yes.") is None


def test_rendering_fences_code_and_marks_items() -> None:
    blocks = [
        Block("text", "See:"),
        Block("code", "x = 1"),
        Block("item", "a", level=1),
        Block("item", "b", level=2, number=3),
    ]
    assert render(blocks) == "See:\n```\nx = 1\n```\n- a\n  3. b"


NOUNS = st.text(alphabet="bcdfghklmnprtaeiou", min_size=4, max_size=9)
ITEMS = st.lists(st.tuples(NOUNS, NOUNS, NOUNS), min_size=4, max_size=15, unique_by=lambda item: item[0])
SHAPES = {
    "numbered": ("txt", "{n}. What is {q}?\n{a}\n"),
    "marked": ("txt", "Q{n}: What is {q}?\nAnswer: {a}\n\n"),
    "lines": ("txt", "What is {q}?\n\n{a}\n\n"),
    "headings": ("md", "## What is {q}?\n\n{a}\n\n"),
    "bold": ("md", "**{n}. What is {q}?**\n\n{a}\n\n"),
    "list": ("md", "{n}. What is {q}?\n\n   {a}\n\n"),
    "html": ("html", "<h3>{n}. What is {q}?</h3><p>{a}</p>"),
    "paragraphs": ("html", "<p><b>What is {q}?</b></p><p>{a}</p>"),
    "details": ("html", "<details><summary>What is {q}?</summary><p>{a}</p></details>"),
}


@pytest.mark.parametrize("shape", SHAPES)
@given(items=ITEMS)
@settings(max_examples=25, deadline=None)
def test_any_questions_in_any_shape_come_back_exactly(shape: str, items: list[tuple[str, str, str]]) -> None:
    kind, form = SHAPES[shape]
    answers = [f"The {one} of a {two} that has come to rest." for _, one, two in items]
    text = "".join(
        form.format(n=n, q=item[0], a=answer)
        for n, (item, answer) in enumerate(zip(items, answers, strict=True), start=1)
    )
    entries = found(text, kind).entries
    assert [entry.question for entry in entries] == [f"What is {item[0]}?" for item in items]
    assert [entry.answer for entry in entries] == answers


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_markers_take_any_text(text: str) -> None:
    for read in (question_mark, number_mark):
        marked = read(text)
        assert marked is None or marked.text in text
    asks(text)
    answer_mark(text)


def test_pictographs_are_no_part_of_a_text_and_keycaps_are_numbers() -> None:
    text = "1\ufe0f\u20e3 What is x?\n\u27a1\ufe0f A thing.\n\U0001f51f What is y?\n\u2705 \U0001f525 Another."
    assert with_plain_marks(text) == "1. What is x?\nA thing.\n10. What is y?\nAnother."
    assert with_plain_marks("Yes \u2705 and no") == "Yes \u2705 and no"


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("IV. What is x?", 4, "What is x?"),
        ("(ix) Why?", None, ""),
        ("V. Smith wrote it.", None, ""),
        ("II) Explain x", 2, "Explain x"),
    ],
)
def test_roman_numbers_count_before_what_asks(text: str, number: int | None, rest: str) -> None:
    marked = number_mark(text)
    found = None if marked is None else (marked.number, marked.text)
    assert found == ((number, rest) if number else None)


def test_questions_may_be_lettered() -> None:
    marked = question_mark("Question C: Name the chambers.")
    assert marked is not None
    assert (marked.number, marked.text) == (3, "Name the chambers.")
    assert question_mark("Question everything that you read.") is None
