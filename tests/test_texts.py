"""The interface's words: every one that is asked for is there, every one that is there is asked for, none stands in code."""

import ast
import re
from pathlib import Path

import pytest

from ui.texts import FOLDER, LANGUAGE, TextUnknown, count, faults, read_texts, say
from ui.theme import script

ASKED = re.compile(r"""say\(\s*(?:f?)(["'])(?P<key>[a-zA-Z_.{}()\[\]]+)\1""")
COUNTED = re.compile(r"""\bcount\([^"']+,\s*(["'])(?P<noun>[a-z_]+)\1\)""")
TAGS = re.compile(r"<[^<>]*(?:>|$)|^[^<>]*>")
WORDS = re.compile(r"[A-Za-z]{3,}[,.:]? [a-z]{2,}|^\W*[A-Z][a-z]{2,}\W*$")
"""What a person would read: two words in a row, or one that begins with a capital."""
NOT_THE_INTERFACE = {"gate.py", "bodies.py", "arguments.py", "serve.py", "server.py", "site.py", "theme.py", "warm_up.py", "texts.py", "gradio_import.py"}  # fmt: skip
"""What speaks to programs, to the terminal or to the log."""

SETTINGS = {"middle right", "private, no-store", "Grading", "Baselines"}


def sources() -> list[tuple[Path, str]]:
    return [(file, file.read_text(encoding="utf-8")) for ending in ("py", "js") for file in FOLDER.glob(f"*.{ending}")]


def asked_for() -> set[str]:
    """Keys in the sources; a place in one stands for any name."""
    said = {found["key"] for _, text in sources() for found in ASKED.finditer(text)}
    nouns = {found["noun"] for _, text in sources() for found in COUNTED.finditer(text)}
    return said | {f"count.{noun}_{form}" for noun in nouns for form in ("one", "many")}


def test_the_page_asks_for_the_texts_that_are_there() -> None:
    texts = read_texts(LANGUAGE)
    keys = [re.sub(r"\{[^}]+\}", "[a-z_-]+", key.replace(".", r"\.")) for key in asked_for()]
    patterns = [re.compile(key) for key in keys]
    unused = [key for key in texts if not any(pattern.fullmatch(key) for pattern in patterns)]
    missing = [key for key in asked_for() if "{" not in key and key not in texts]
    assert (missing, unused) == ([], [])


def left_out(node: ast.AST) -> list[ast.AST | None]:
    """Parts of a node that no page shows: docstrings, constants of the module, annotations, what is logged."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return [node.value]
        case ast.Assign(targets=[ast.Name(id=name)]) if name.lstrip("_").isupper():
            return [node.value]
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [node.returns]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
            return list(node.args)
    return []


def shown(tree: ast.Module) -> list[str]:
    """Texts of a module that a page could show, without their tags."""
    hidden = {id(part) for node in ast.walk(tree) for top in left_out(node) if top for part in ast.walk(top)}
    whole = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and id(node) not in hidden]
    hidden |= {id(part) for node in whole for part in node.values}
    found = ["".join(str(p.value) if isinstance(p, ast.Constant) else "·" for p in node.values) for node in whole]
    alone = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in hidden)
    found += [node.value for node in alone if isinstance(node.value, str)]
    return [TAGS.sub(" ", text).strip() for text in found]


def test_no_words_of_the_interface_stand_in_code() -> None:
    found = [
        (file.name, text)
        for file, source in sources()
        if file.suffix == ".py" and file.name not in NOT_THE_INTERFACE
        for text in shown(ast.parse(source))
        if WORDS.search(text) and text not in SETTINGS
    ]
    assert found == []


def test_a_word_in_code_would_be_found() -> None:
    tree = ast.parse("def f(n):\n    'A docstring.'\n    return f'<p class=\"a b\">{n} are shown</p>' + 'Search'")
    assert [text for text in shown(tree) if WORDS.search(text)] == ["· are shown", "Search"]


def test_a_text_is_asked_for_with_exactly_its_values() -> None:
    assert say("evals.counted", done=3, total=20) == "3 of 20"
    assert (count(1, "question"), count(3, "question")) == ("1 question", "3 questions")
    with pytest.raises(TextUnknown, match=r"no text 'evals\.nothing'"):
        say("evals.nothing")
    with pytest.raises(TextUnknown, match="has places for"):
        say("evals.counted", done=3)


def test_the_pages_scripts_are_given_the_words_that_they_ask_for() -> None:
    given = script()
    assert '"room.left": "{time} left"' in given
    assert '"room.new_messages": "New messages"' in given


def test_a_translation_has_the_same_keys_places_and_tags() -> None:
    texts = {"a.one": "{n} days", "a.two": "<strong>Done.</strong>"}
    assert faults(texts, {"a.one": "{n} Tage", "a.two": "<strong>Fertig.</strong>"}) == []
    found = faults(texts, {"a.one": "{m} Tage", "a.two": "Fertig.", "a.three": "?"})
    assert [fault.split(" ")[0].rstrip(":") for fault in found] == ["a.three", "a.one", "a.two"]
    assert faults(texts, {}) == ["a.one is missing", "a.two is missing"]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("texts.*.yaml")), ids=lambda file: file.name)
def test_every_translation_that_is_there_can_be_used(file: Path) -> None:
    assert faults(read_texts(LANGUAGE), read_texts(file.name.split(".")[1])) == []
