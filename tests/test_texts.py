"""The interface's words: every one that is asked for is there, every one that is there is asked for."""

import re
from pathlib import Path

import pytest

from ui.texts import FOLDER, LANGUAGE, TextUnknown, faults, read_texts, say

ASKED = re.compile(r"""say\(\s*(?:f?)(["'])(?P<key>[a-z_.{}]+)\1""")


def asked_for() -> set[str]:
    """Keys in the sources; a place in one stands for any name."""
    return {found["key"] for file in FOLDER.glob("*.py") for found in ASKED.finditer(file.read_text(encoding="utf-8"))}


def test_the_page_asks_for_the_texts_that_are_there() -> None:
    texts = read_texts(LANGUAGE)
    patterns = [re.compile(re.sub(r"\{[a-z]+\}", "[a-z_]+", key.replace(".", r"\."))) for key in asked_for()]
    unused = [key for key in texts if not any(pattern.fullmatch(key) for pattern in patterns)]
    missing = [key for key in asked_for() if "{" not in key and key not in texts]
    assert (missing, unused) == ([], [])


def test_a_text_is_asked_for_with_exactly_its_values() -> None:
    assert say("evals.counted", done=3, total=20) == "3 of 20"
    with pytest.raises(TextUnknown, match=r"no text 'evals\.nothing'"):
        say("evals.nothing")
    with pytest.raises(TextUnknown, match="has places for"):
        say("evals.counted", done=3)


def test_a_translation_has_the_same_keys_places_and_tags() -> None:
    texts = {"a.one": "{n} days", "a.two": "<strong>Done.</strong>"}
    assert faults(texts, {"a.one": "{n} Tage", "a.two": "<strong>Fertig.</strong>"}) == []
    found = faults(texts, {"a.one": "{m} Tage", "a.two": "Fertig.", "a.three": "?"})
    assert [fault.split(" ")[0].rstrip(":") for fault in found] == ["a.three", "a.one", "a.two"]
    assert faults(texts, {}) == ["a.one is missing", "a.two is missing"]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("texts.*.yaml")), ids=lambda file: file.name)
def test_every_translation_that_is_there_can_be_used(file: Path) -> None:
    assert faults(read_texts(LANGUAGE), read_texts(file.name.split(".")[1])) == []
