"""Whole articles of many shapes and subjects: which questions are found, what their answers hold and what they do not."""

import json
from functools import lru_cache
from pathlib import Path

import pytest

from knowledge.ingest.entry import Extraction
from knowledge.ingest.extract import extract
from knowledge.ingest.source import read_source
from knowledge.text import content_stems
from tests.conftest import shared_folder

FOLDER = Path(__file__).parent / "articles"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
"""By article: `questions` in order, texts that answers have (`kept`) or lack (`left_out`), `recovered` where all questions were lost."""


@lru_cache
def extraction(name: str) -> Extraction:
    return extract(read_source(FOLDER / name))


@pytest.mark.parametrize("name", EXPECTED)
def test_exactly_the_questions_of_an_article_are_found_in_order(name: str) -> None:
    assert [entry.question for entry in extraction(name).entries] == EXPECTED[name]["questions"]
    assert [entry.n for entry in extraction(name).entries] == list(range(1, len(EXPECTED[name]["questions"]) + 1))


@pytest.mark.parametrize("name", EXPECTED)
def test_answers_hold_their_lists_code_and_tables_and_nothing_of_the_page(name: str) -> None:
    answers = "\n\n".join(entry.answer for entry in extraction(name).entries)
    assert [text for text in EXPECTED[name]["kept"] if text not in answers] == []
    assert [text for text in EXPECTED[name]["left_out"] if text in answers] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_only_lost_questions_are_marked_as_recovered(name: str) -> None:
    recovered = [entry.recovered for entry in extraction(name).entries]
    alone = [False, False, True]
    assert recovered == (
        alone if name == "marked_alone.md" else [EXPECTED[name].get("recovered", False)] * len(recovered)
    )
    for entry in extraction(name).entries:
        assert entry.recovered == any("recovered" in warning for warning in entry.warnings)


def test_every_fixture_is_expected() -> None:
    assert {file.name for file in FOLDER.iterdir()} - {"expected.json"} == set(EXPECTED)


def test_an_article_without_questions_says_so() -> None:
    assert extraction("essay.txt").left_out == ("no question with an answer was found",)


def test_a_question_without_an_answer_is_named_as_left_out() -> None:
    assert extraction("plumbing_ans.html").left_out == ("no answer follows: Did you like this article?",)


def test_a_lost_list_is_warned_of() -> None:
    warnings = extraction("gardening_lost.txt").entries[0].warnings
    assert any("nothing follows 'Here is what may go on the heap:'" in warning for warning in warnings)


def inventory() -> dict[str, list[dict[str, str]]]:
    file = shared_folder() / "sources" / "inventory.jsonl"
    if not file.exists():
        pytest.skip(f"{file} is not here: the source articles are not part of the project")
    items: dict[str, list[dict[str, str]]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        items.setdefault(item["file"], []).append(item)
    return items


def test_all_288_items_of_the_source_articles_are_found_and_none_besides() -> None:
    found = 0
    for file, items in inventory().items():
        entries = extract(read_source(shared_folder() / "sources" / file)).entries
        found += len(entries)
        assert len(entries) == len(items), file
        if any(item.get("recovered") for item in items):
            assert all(entry.recovered for entry in entries)
        else:
            assert [entry.question for entry in entries] == [item["question"] for item in items]
    assert found == 288


def stems_without_plural(text: str) -> set[str]:
    return {stem.rstrip("s") for stem in content_stems(text)}


def test_recovered_questions_are_about_their_items() -> None:
    for file, items in inventory().items():
        if not any(item.get("recovered") for item in items):
            continue
        entries = extract(read_source(shared_folder() / "sources" / file)).entries
        for entry, item in zip(entries, items, strict=True):
            ours, theirs = (stems_without_plural(text) for text in (entry.question, item["question"]))
            assert ours & theirs, (entry.question, item["question"])
        assert len({entry.question for entry in entries}) == len(items)


def test_the_source_articles_answers_are_free_of_their_sites() -> None:
    left_out = (
        "Also Read",
        "Related Reading",
        "Lorem",
        "Would you like me",
        "View Course",
        "Recommended Articles",
        "Answer:",
    )
    for file in inventory():
        for entry in extract(read_source(shared_folder() / "sources" / file)).entries:
            assert not [text for text in left_out if text in entry.answer], entry.question
