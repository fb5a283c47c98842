"""Reads the bank from YAML and JSON Lines, strictly, and reports every fault with file and line."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.bank import Bank, Question, Slug, Statement, Text
from knowledge.errors import BankInvalid
from knowledge.rules import missing_statements, question_faults, statement_faults

PACKAGE = Path(__file__).parent
BANK_FOLDER = PACKAGE / "bank"
STATEMENTS_FOLDER = PACKAGE / "statements"
ALIASES = "aliases.yaml"
"""Stands beside the bank's folder: for each question id a list of aliases."""


def load_bank(bank_folder: Path = BANK_FOLDER, statements_folder: Path = STATEMENTS_FOLDER) -> Bank:
    """The whole bank, validated.

    Raises: BankInvalid with every fault found.
    """
    faults: list[str] = []
    questions: dict[str, Question] = {}
    files = sorted(bank_folder.glob("*.yaml"))
    if not files:
        raise BankInvalid([f"{bank_folder}: no bank file (*.yaml) is here; reinstall the package"])
    for file in files:
        for line, question in read_questions(file, faults):
            if question.id in questions:
                faults.append(f"{file.name}:{line}: question id {question.id!r} stands twice in the bank")
            questions[question.id] = question
    questions |= with_aliases(bank_folder.with_name(ALIASES), questions, faults)
    statements: list[Statement] = []
    for file in sorted(statements_folder.glob("*.jsonl")):
        statements += read_statements(file, questions, faults)
    bank = Bank(questions=tuple(questions.values()), statements=tuple(statements))
    for question in bank.questions:
        for fault in missing_statements(question, bank.statements_of.get(question.id, ())):
            faults.append(f"statements/{question.topic}.jsonl:1: {question.id}: {fault}")
    if faults:
        raise BankInvalid(faults)
    return bank


def read_questions(file: Path, faults: list[str]) -> list[tuple[int, Question]]:
    """Questions of one file with the line each starts at; faults are appended, faulty questions left out."""
    try:
        node, data = _compose(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.append(f"{file.name}:{mark.line + 1 if mark else 1}: not valid YAML: {getattr(error, 'problem', error)}")
        return []
    if not isinstance(data, list):
        faults.append(f"{file.name}:1: a bank file is a list of questions")
        return []
    found = []
    for i, item in enumerate(data):
        try:
            question = Question.model_validate(item)
        except ValidationError as error:
            for problem in error.errors():
                line = _line(node, (i, *problem["loc"]))
                faults.append(f"{file.name}:{line}: {_where(problem['loc'])}{problem['msg']}")
            continue
        if question.topic != file.stem:
            faults.append(f"{file.name}:{_line(node, (i, 'topic'))}: topic {question.topic!r} belongs in another file")
        for path, fault in question_faults(question):
            faults.append(f"{file.name}:{_line(node, (i, *path))}: {question.id}: {fault}")
        found.append((_line(node, (i,)), question))
    return found


def with_aliases(file: Path, questions: dict[str, Question], faults: list[str]) -> dict[str, Question]:
    """The questions that the file names, with their aliases; faults are appended. A bank may have no such file."""
    if not file.exists():
        return {}
    try:
        node, data = _compose(file.read_text(encoding="utf-8"))
        aliases = TypeAdapter(dict[Slug, tuple[Text, ...]]).validate_python(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.append(f"{file.name}:1: not valid YAML: {getattr(error, 'problem', error)}")
        return {}
    except ValidationError as error:
        faults += [f"{file.name}:{_line(node, p['loc'])}: {_where(p['loc'])}{p['msg']}" for p in error.errors()]
        return {}
    unknown = aliases.keys() - questions.keys()
    faults += [f"{file.name}:{_line(node, (id,))}: the bank has no question {id!r}" for id in sorted(unknown)]
    return {id: questions[id].model_copy(update={"aliases": aliases[id]}) for id in aliases if id in questions}


def read_statements(file: Path, questions: dict[str, Question], faults: list[str]) -> list[Statement]:
    """Statements of one file; faults are appended, faulty lines left out."""
    found: list[Statement] = []
    lines: list[int] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(Statement.model_validate(json.loads(line)))
            lines.append(number)
        except json.JSONDecodeError as error:
            faults.append(f"{file.name}:{number}: not valid JSON: {error.msg}")
        except ValidationError as error:
            problem = error.errors()[0]
            faults.append(f"{file.name}:{number}: {_where(problem['loc'])}{problem['msg']}")
    for i, fault in statement_faults(found, questions):
        faults.append(f"{file.name}:{lines[i]}: {fault}")
    return found


def _compose(text: str) -> tuple[yaml.Node | None, Any]:
    # The C loader reads the bank about ten times faster; PyYAML's wheels have it, a source build may not.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node else None
    finally:
        loader.dispose()


def _line(node: yaml.Node | None, path: Iterable[str | int]) -> int:
    """The line of the deepest node on the path that exists."""
    for step in path:
        children: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            children = [node.value[step]]
        elif isinstance(node, yaml.MappingNode):
            children = [value for key, value in node.value if key.value == step]
        if not children:
            break
        node = children[-1]
    return int(node.start_mark.line) + 1 if node else 1


def _where(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) + ": " if loc else ""
