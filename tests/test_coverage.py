"""Every one of the 288 items of the source articles is covered by the bank, and the list says so truly."""

import json
from pathlib import Path

import pytest

from knowledge.bank import Bank
from knowledge.coverage import SourceItem, all_items, coverage_faults, read_sources
from knowledge.errors import BankInvalid
from tests.conftest import shared_folder


def test_all_288_items_are_covered_and_list_and_bank_agree(bank: Bank) -> None:
    sources = read_sources()
    assert len(sources) == len(all_items()) == 288
    assert coverage_faults(sources, bank) == []


def changed(sources: list[SourceItem], index: int, **update: object) -> list[SourceItem]:
    return [*sources[:index], sources[index].model_copy(update=update), *sources[index + 1 :]]


def test_each_kind_of_fault_is_named(bank: Bank) -> None:
    sources = read_sources()
    first, last = sources[0], sources[-1]
    assert coverage_faults(sources[1:], bank) == [
        f"{first.article} {first.item}: is not listed",
        f"{first.article} {first.item}: covered by {first.bank[0]!r}, which is not listed here",
    ]
    assert f"{last.article} {last.item}: is listed 2 times" in coverage_faults([*sources, last], bank)
    assert "004 Q46: no article has this item" in coverage_faults(changed(sources, -1 % len(sources), item="Q46"), bank)
    unknown = coverage_faults(changed(sources, 0, bank=("no-such-question",)), bank)
    assert f"{first.article} {first.item}: bank question 'no-such-question' does not exist" in unknown
    foreign = next(question.id for question in bank.questions if not question.sources)
    wrong = coverage_faults(changed(sources, 0, bank=(*first.bank, foreign)), bank)
    assert wrong == [f"{first.article} {first.item}: bank question {foreign!r} does not list this item"]
    assert f"{last.title!r}: is the title of 2 items" in coverage_faults(changed(sources, 0, title=last.title), bank)


def test_a_question_that_leaves_the_bank_leaves_a_fault(bank: Bank) -> None:
    gone = next(question for question in bank.questions if question.sources)
    smaller = bank.model_copy(update={"questions": tuple(q for q in bank.questions if q is not gone)})
    vars(smaller).pop("by_id", None)
    faults = coverage_faults(read_sources(), smaller)
    assert len(faults) == len(gone.sources)
    assert all(f"{gone.id!r} does not exist" in fault for fault in faults)


def test_a_broken_list_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text('- {article: "000", item: A1, title: some title, bank: []}\n')
    with pytest.raises(BankInvalid, match=r"entry 0\.bank"):
        read_sources(file)
    file.write_text("- {article: [")
    with pytest.raises(BankInvalid, match="not valid YAML"):
        read_sources(file)


def test_the_items_are_those_of_the_inventory_and_no_title_is_an_articles() -> None:
    file = shared_folder() / "sources" / "inventory.jsonl"
    if not file.exists():
        pytest.skip(f"{file} is not here: the source articles are not part of the project")
    inventory = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {(item["article"], item["item"]) for item in inventory} == set(all_items())
    questions = {item["question"].lower().strip(" ?.") for item in inventory}
    assert [source.title for source in read_sources() if source.title.lower() in questions] == []
