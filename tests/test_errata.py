"""The list of errors in the source articles: every line names an item, a kind, a correction and a source, in our own words."""

import re

import pytest

from knowledge.coverage import all_items
from knowledge.load import PACKAGE
from knowledge.text import words
from tests.conftest import shared_folder

KINDS = {"wrong", "imprecise", "thin", "dated", "code"}
LONGEST_SHARED_RUN = 7
TEXT = (PACKAGE / "errata.md").read_text(encoding="utf-8")


def lines() -> list[tuple[str, list[str]]]:
    """Article and cells of each line."""
    found = []
    article = ""
    for line in TEXT.splitlines():
        heading = re.fullmatch(r"## Article (\d{3})", line)
        article = heading.group(1) if heading else article
        if article and re.match(r"\| [A-Z]+\d", line):
            found.append((article, [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]))
    return found


def test_every_line_is_whole_and_names_an_item_of_its_article() -> None:
    assert len(lines()) > 150
    known = set(all_items())
    for article, cells in lines():
        assert len(cells) == 5, cells
        item, kind, wrong, right, source = cells
        assert (article, item) in known, (article, item)
        assert kind in KINDS, kind
        assert len(words(wrong)) >= 4, wrong
        assert len(words(right)) >= 4, right
        assert len(words(source)) >= 1, source
        assert wrong != right


def test_no_line_stands_twice() -> None:
    pairs = [(article, cells[0], cells[2]) for article, cells in lines()]
    assert len(pairs) == len(set(pairs))


def test_the_counts_in_the_introduction_are_true() -> None:
    match = re.search(r"^(\d+) lines on (\d+) of the 288 items: (.+)\.$", TEXT, re.MULTILINE)
    assert match is not None
    assert int(match.group(1)) == len(lines())
    assert int(match.group(2)) == len({(article, cells[0]) for article, cells in lines()})
    kinds = [cells[1] for _, cells in lines()]
    assert match.group(3) == ", ".join(
        f"{kinds.count(kind)} {kind}" for kind in ("wrong", "imprecise", "thin", "dated", "code")
    )


def test_no_line_shares_eight_words_in_a_row_with_an_article() -> None:
    files = sorted((shared_folder() / "sources").glob("*.txt"))
    if not files:
        pytest.skip("the source articles are not part of the project")
    printed = {run for file in files for run in runs(file.read_text(encoding="utf-8"))}
    assert ("neural", "network", "is", "a", "computational", "model", "inspired", "by") in printed
    assert [run for _, cells in lines() for cell in cells[2:4] for run in runs(cell) if run in printed] == []


def runs(text: str) -> list[tuple[str, ...]]:
    """All runs of one word more than may be shared."""
    found = words(text)
    length = LONGEST_SHARED_RUN + 1
    return [tuple(found[i : i + length]) for i in range(len(found) - length + 1)]
