"""The bank's files, its validation, and what its texts must not hold."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.bank import BANK_TOPICS, Bank, Kind, Level, Question
from knowledge.errors import BankInvalid
from knowledge.load import BANK_FOLDER, load_bank
from knowledge.text import without_code, words
from tests.conftest import shared_folder

SOURCES = shared_folder() / "sources"
GOOD: dict[str, Any] = {
    "id": "activations-relu",
    "topic": "activations",
    "level": "junior",
    "kind": "concept",
    "question": "What is ReLU?",
    "variants": [],
    "answer": "ReLU returns its input where that is positive and zero elsewhere. " + "It is cheap to compute. " * 10
    + "Its gradient is one for positive inputs, so deep networks train well with it, while units that stay negative stop learning.",
    "key_points": [
        {"id": "form", "text": "It returns its positive input and zero elsewhere.", "weight": 3, "aspect": "definition",
         "hint": "Think of both sides of the origin.", "probe": "What comes out for an input of minus three?"},
        {"id": "gradient", "text": "Its gradient is one for positive inputs.", "weight": 2, "aspect": "mechanism",
         "hint": "Look at the slope.", "probe": "How do errors flow back through it?"},
        {"id": "dead", "text": "Units that stay negative stop learning.", "weight": 2, "aspect": "limitation",
         "hint": "What about the flat side?", "probe": "When does it go wrong?"},
    ],
    "misconceptions": [],
    "sources": [{"article": "004", "item": "Q14"}],
    "notes": "",
}  # fmt: skip
STATEMENTS = "\n".join(
    f'{{"question": "activations-relu", "key_point": "{point}", "verdict": "{verdict}", "text": "{point} {verdict} text {i}"}}'
    for point in ("form", "gradient", "dead")
    for verdict, n in (("covered", 3), ("partial", 1), ("contradicted", 2))
    for i in range(n)
)


def load(tmp_path: Path, question: dict[str, object], statements: str = STATEMENTS, file: str = "activations") -> Bank:
    (tmp_path / "bank").mkdir(exist_ok=True)
    (tmp_path / "statements").mkdir(exist_ok=True)
    (tmp_path / "bank" / f"{file}.yaml").write_text(yaml.safe_dump([question], sort_keys=False, width=1000))
    (tmp_path / "statements" / f"{file}.jsonl").write_text(statements)
    return load_bank(tmp_path / "bank", tmp_path / "statements")


def test_a_good_bank_loads(tmp_path: Path) -> None:
    loaded = load(tmp_path, GOOD)
    assert loaded.by_id["activations-relu"].key_point("dead").weight == 2
    assert len(loaded.statements_of["activations-relu"]) == 18


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        ({"colour": "red"}, "activations.yaml:32", "colour"),
        ({"level": "expert"}, "activations.yaml:3", "level"),
        ({"topic": "cnn"}, "activations.yaml:2", "another file"),
        ({"answer": "Too short."}, "activations.yaml:7", "60 to 180"),
        ({"key_points": GOOD["key_points"][:2]}, "activations.yaml:9", "key_points"),
    ],
)
def test_a_fault_is_told_with_file_and_line(tmp_path: Path, change: dict[str, object], line: str, says: str) -> None:
    with pytest.raises(BankInvalid) as error:
        load(tmp_path, GOOD | change, statements="")
    assert any(fault.startswith(line) and says in fault for fault in error.value.faults), error.value.faults


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("probe", "Does it return its positive input and zero elsewhere?", "gives 'form' away"),
        ("hint", "Positive input returned, zero else.", "gives 'form' away"),
        ("probe", "Tell me more.", "not a question"),
        ("text", "Its bias is initialised with quantum annealing.", "does not state"),
    ],
)
def test_leaks_and_unstated_points_are_refused(tmp_path: Path, field: str, text: str, says: str) -> None:
    points = [dict(point) for point in GOOD["key_points"]]
    points[0][field] = text
    with pytest.raises(BankInvalid) as error:
        load(tmp_path, GOOD | {"key_points": points})
    assert any(says in fault for fault in error.value.faults), error.value.faults


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{broken", "not valid JSON"),
        ('{"question": "nobody", "key_point": "form", "verdict": "covered", "text": "x"}', "unknown question"),
        ('{"question": "activations-relu", "key_point": "nope", "verdict": "covered", "text": "x"}', "no key point"),
        ('{"question": "activations-relu", "key_point": "form", "verdict": "great", "text": "x"}', "verdict"),
        (
            '{"question": "activations-relu", "key_point": "form", "verdict": "covered", "text": "form covered text 0"}',
            "same text",
        ),
    ],
)
def test_a_bad_statement_is_told_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(BankInvalid) as error:
        load(tmp_path, GOOD, statements=f"{STATEMENTS}\n{line}\n")
    assert any(fault.startswith("activations.jsonl:19") and says in fault for fault in error.value.faults)


def test_a_point_with_too_few_statements_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BankInvalid, match="has 0 covered statements; 3 are needed"):
        load(tmp_path, GOOD, statements="")


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "activations.yaml").write_text(yaml.safe_dump([GOOD, GOOD], sort_keys=False))
    with pytest.raises(BankInvalid) as error:
        load_bank(tmp_path / "bank", tmp_path / "statements")
    assert any("stands twice" in fault for fault in error.value.faults)


def test_broken_yaml_and_no_bank_are_told(tmp_path: Path) -> None:
    with pytest.raises(BankInvalid, match="no bank file"):
        load_bank(tmp_path, tmp_path)
    (tmp_path / "cnn.yaml").write_text("- id: [unclosed\n")
    with pytest.raises(BankInvalid, match=r"cnn.yaml:2: not valid YAML"):
        load_bank(tmp_path, tmp_path)


def test_the_projects_bank_covers_every_topic_level_and_kind(bank: Bank) -> None:
    assert len(bank.questions) >= 280
    assert {question.topic for question in bank.questions} == set(BANK_TOPICS)
    assert {question.level for question in bank.questions} == set(Level)
    assert {question.kind for question in bank.questions} == set(Kind)
    assert {source.article for question in bank.questions for source in question.sources} == {
        "000",
        "001",
        "002",
        "003",
        "004",
    }
    for topic in BANK_TOPICS:
        assert len([question for question in bank.questions if question.topic is topic]) >= 10


@pytest.mark.skipif(not SOURCES.exists(), reason="the source articles are not in a user's clone")
def test_no_text_shares_eight_words_in_a_row_with_an_article(bank: Bank) -> None:
    articles = " \n ".join(file.read_text(encoding="utf-8") for file in sorted(SOURCES.glob("*.txt")))
    texts = [text for question in bank.questions for text in _prose(question)]
    texts += [statement.text for statement in bank.statements]
    assert copied(texts, articles) == []


def copied(texts: list[str], articles: str) -> list[str]:
    """Runs of eight words that the texts share with the articles."""
    held = words(articles)
    runs = {tuple(held[i : i + 8]) for i in range(len(held) - 7)}
    found = []
    for text in texts:
        mine = words(text)
        found += [" ".join(mine[i : i + 8]) for i in range(len(mine) - 7) if tuple(mine[i : i + 8]) in runs]
    return found


def _prose(question: Question) -> list[str]:
    points = [text for point in question.key_points for text in (point.text, point.hint, point.probe)]
    wrong = [text for m in question.misconceptions for text in (m.statement, m.correction, m.probe)]
    return [question.question, *question.variants, without_code(question.answer), *points, *wrong]


def snippets() -> list[tuple[str, str]]:
    found = []
    for file in sorted(BANK_FOLDER.glob("*.yaml")):
        for item in yaml.load(file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            for block in item["answer"].split("```python")[1:]:
                found.append((item["id"], block.split("```")[0]))
    return found


def test_every_snippet_is_valid_python() -> None:
    for id, code in snippets():
        compile(code, id, "exec")


def test_snippets_that_need_only_numpy_or_torch_run(tmp_path: Path) -> None:
    runnable = [
        (id, code)
        for id, code in snippets()
        if not any(word in code for word in ("keras", "tensorflow", "torchvision", "requests", "sklearn", "..."))
    ]
    assert len(runnable) >= 10
    program = "\n".join(f"exec(compile({code!r}, {id!r}, 'exec'), {{'__name__': '__main__'}})" for id, code in runnable)
    file = tmp_path / "snippets.py"
    file.write_text(program)
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-1500:]
