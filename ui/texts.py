"""The interface's words, from `texts.en.yaml`: to translate the page is to write that file in another language."""

import re
from functools import cache
from pathlib import Path
from string import Formatter

import yaml

FOLDER = Path(__file__).parent
LANGUAGE = "en"


class TextUnknown(Exception):
    """A text is asked for that the file does not hold, or without a value that stands in it."""


def say(key: str, **values: object) -> str:
    """The text of a key, with the values that stand in it. Raises: TextUnknown."""
    texts = read_texts(LANGUAGE)
    if key not in texts:
        raise TextUnknown(f"no text {key!r} in {_file(LANGUAGE)}; add it there")
    if places(texts[key]) != set(values):
        raise TextUnknown(
            f"the text {key!r} has places for {sorted(places(texts[key]))}, and was given {sorted(values)}"
        )
    return texts[key].format(**values)


def count(n: int, noun: str) -> str:
    """A number with its noun, such as `question`: '1 question', '3 questions'."""
    form = "one" if n == 1 else "many"
    text = read_texts(LANGUAGE)[f"count.{noun}_{form}"]
    return text.format(n=n)


@cache
def read_texts(language: str) -> dict[str, str]:
    """All texts of a language by key (`part.name`). Raises: TextUnknown where the file does not hold texts alone."""
    text = _file(language).read_text(encoding="utf-8")
    # The safe loader in C, where there is one: the page waits for its words.
    parts = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    texts = {f"{part}.{name}": text for part, named in parts.items() for name, text in named.items()}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise TextUnknown(f"{_file(language)}: {key} is no text; put it in quotes")
    return texts


def places(text: str) -> set[str]:
    """Names of the places that values fill."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def faults(texts: dict[str, str], translated: dict[str, str]) -> list[str]:
    """Why a translation cannot stand in for the texts; empty where it can."""
    found = [f"{key} is missing" for key in texts if key not in translated]
    found += [f"{key} is not known" for key in translated if key not in texts]
    both = [key for key in texts if key in translated]
    found += [
        f"{key}: other places than {texts[key]!r}" for key in both if places(texts[key]) != places(translated[key])
    ]
    tags = re.compile(r"</?\w+")
    found += [
        f"{key}: other tags than {texts[key]!r}"
        for key in both
        if sorted(tags.findall(texts[key])) != sorted(tags.findall(translated[key]))
    ]
    return found


def _file(language: str) -> Path:
    return FOLDER / f"texts.{language}.yaml"
