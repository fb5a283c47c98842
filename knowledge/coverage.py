"""Which questions of the bank cover which items of the source articles, and whether any item is left out."""

from collections import Counter
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from knowledge.bank import Bank, Frozen, Slug, SourceRef
from knowledge.errors import BankInvalid

SOURCES_FILE = Path(__file__).parent / "sources.yaml"
ITEMS = {"000": ("A", 52), "001": ("Q", 60), "003": ("Q", 13), "004": ("Q", 45)}
"""Items of the articles with one list: the letter before the number, and how many there are."""
LISTS_OF_002 = (20, 26, 50, 22)
"""Article 002 has four lists; an item is S, the list's length, a full stop and the number."""


class SourceItem(Frozen):
    """An item of an article: our own title for it, and the ids of the questions that cover it."""

    article: str = Field(pattern=r"^\d{3}$")
    item: str
    title: str = Field(min_length=3, max_length=80)
    bank: tuple[Slug, ...] = Field(min_length=1)


def all_items() -> list[tuple[str, str]]:
    """Article and item of every item that the bank has to cover, 288 in all."""
    single = [(article, f"{letter}{n}") for article, (letter, count) in ITEMS.items() for n in range(1, count + 1)]
    return single + [("002", f"S{count}.{n}") for count in LISTS_OF_002 for n in range(1, count + 1)]


def read_sources(file: Path = SOURCES_FILE) -> list[SourceItem]:
    """The items in the file's order. Raises: BankInvalid where the file does not validate."""
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        return TypeAdapter(list[SourceItem]).validate_python(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BankInvalid([f"{file.name}:1: not valid YAML: {error}"]) from error
    except ValidationError as error:
        faults = [f"{file.name}: entry {'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors()]
        raise BankInvalid(faults) from error


@lru_cache(maxsize=1)
def source_titles() -> dict[tuple[str, str], str]:
    """Our own title of each article's item. Raises: BankInvalid."""
    return {(source.article, source.item): source.title for source in read_sources()}


def cite(source: SourceRef) -> str:
    """A source in words: the article, the item, and our title for the item where there is one."""
    title = source_titles().get((source.article, source.item))
    return f"article {source.article}, item {source.item}" + (f" ({title})" if title else "")


def coverage_faults(sources: list[SourceItem], bank: Bank) -> list[str]:
    """Gaps, doubles, unknown ids, and disagreements between the list and the `sources` of the bank's questions."""
    faults = []
    listed = Counter((source.article, source.item) for source in sources)
    expected = all_items()
    faults += [f"{article} {item}: is not listed" for article, item in expected if not listed[article, item]]
    faults += [
        f"{article} {item}: no article has this item"
        for article, item in listed
        if (article, item) not in set(expected)
    ]
    faults += [f"{article} {item}: is listed {count} times" for (article, item), count in listed.items() if count > 1]
    titles = Counter(source.title for source in sources)
    faults += [f"{title!r}: is the title of {count} items" for title, count in titles.items() if count > 1]
    claimed = {(source.article, source.item, id) for source in sources for id in source.bank}
    stated = {(source.article, source.item, question.id) for question in bank.questions for source in question.sources}
    for article, item, id in sorted(claimed - stated):
        what = "does not list this item" if id in bank.by_id else "does not exist"
        faults.append(f"{article} {item}: bank question {id!r} {what}")
    faults += [
        f"{article} {item}: covered by {id!r}, which is not listed here"
        for article, item, id in sorted(stated - claimed)
    ]
    return faults
