"""Conventions that the code is held to: the direction of imports, and what no committed file may name."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("knowledge", "prompts", "interviewer", "ui", "evals")
MAY_IMPORT = {
    "knowledge": {"knowledge"},
    "prompts": {"prompts"},
    "interviewer": {"interviewer", "knowledge", "prompts"},
    "ui": {"ui", "interviewer", "knowledge", "prompts"},
    "evals": {"evals", "interviewer", "knowledge", "prompts"},
}
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "chromadb",
    "gradio",
    "ray",
    "sklearn",
    "scipy",
    "openai",
    "langchain_openai",
    "plotly",
}
MAY_LOAD_HEAVY = {
    "interviewer/llm/wire.py",
    "ui/app.py",
    "ui/bank_page.py",
    "ui/evals_page.py",
    "ui/evals_results_page.py",
    "ui/interview_layout.py",
    "ui/interview_page.py",
    "ui/interview_show.py",
    "ui/material_page.py",
    "ui/practice_page.py",
    "ui/progress_page.py",
    "ui/resume_page.py",
    "ui/serve.py",
    "ui/server.py",
    "ui/site.py",
    "ui/settings_page.py",
    "ui/told.py",
}


def modules() -> list[Path]:
    return [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


def imported(tree: ast.AST) -> set[str]:
    """Top-level names of all imports under a node."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_go_one_way(file: Path) -> None:
    package = file.relative_to(ROOT).parts[0]
    allowed = MAY_IMPORT[package]
    if file.relative_to(ROOT).parts[:2] == ("interviewer", "cli"):
        top = {
            name
            for node in ast.parse(file.read_text()).body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in imported(node)
        }
        assert not top & {"ui", "evals"}, (
            "the command line imports ui and evals only inside the command that needs them"
        )
        allowed = set(PACKAGES)
    assert (imported(ast.parse(file.read_text())) & {*PACKAGES, "tests"}) <= allowed


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_heavy_libraries_load_where_they_are_used(file: Path) -> None:
    if str(file.relative_to(ROOT)) in MAY_LOAD_HEAVY:
        return
    top = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not {name for node in top for name in imported(node)} & HEAVY


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_public_names_say_what_they_are(file: Path) -> None:
    tree = ast.parse(file.read_text())
    assert ast.get_docstring(tree), "a module begins with what it is"
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_committed_names_a_registry_or_a_path_of_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    forbidden = re.compile(
        "|".join(
            [
                "/" + "work/",
                "/" + "tmp/w",
                "pypi" + r"\.org",
                "files\\.python" + "hosted",
                "/" + "root/",
                "/opt/" + "pypi",
            ]
        )
    )
    texts = [name for name in listed if not name.endswith((".png", ".safetensors", ".pdf")) and (ROOT / name).exists()]
    named = [name for name in texts if forbidden.search((ROOT / name).read_text(encoding="utf-8", errors="replace"))]
    assert named == []


def test_no_mock_stands_in_for_a_real_part() -> None:
    word = "unittest" + ".mock"
    assert [file.name for file in (ROOT / "tests").rglob("*.py") if word in file.read_text()] == []


def test_the_tests_and_scripts_that_the_security_notes_name_are_there() -> None:
    notes = (ROOT / "SECURITY.md").read_text()
    named = re.findall(r"`(?:(test_\w+)\.py)?(?:::)?(test_\w+)?`", notes)
    assert len(set(filter(any, named))) >= 20
    for module, test in filter(any, named):
        file = ROOT / "tests" / f"{module or 'test_security'}.py"
        assert file.exists(), file.name
        assert f"def {test}(" in file.read_text() or not test, f"{file.name} has no {test}"
    for script in re.findall(r"scripts/\w+\.py", notes):
        assert (ROOT / script).exists(), script
