"""The audit of dependencies: what is not pinned, what has a known fault, and what could not be looked up."""

import json
import stat
import sys
from pathlib import Path

import audit
import pytest

PINS = "numpy==2.1.0  # for vectors\nruamel_yaml==0.18\ntorch==2.13.0\n"


@pytest.fixture
def pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "constraints.txt"
    file.write_text(PINS)
    monkeypatch.setattr(audit, "PINS", file)
    return file


def tool(folder: Path, vulns: dict[str, list[object]]) -> str:
    """A command that answers as pip-audit does; packages that it was not given were not found."""
    found = [{"name": name, "version": "1", "vulns": vulns[name]} for name in vulns] + [
        {"name": "x", "skip_reason": "y"}
    ]
    file = folder / "pip-audit"
    file.write_text(f"#!{sys.executable}\nprint({json.dumps({'dependencies': found})!r})\n")
    file.chmod(stat.S_IRWXU)
    return str(file)


def test_what_is_installed_must_be_what_is_pinned(pins: Path) -> None:
    known = audit.read_pins(pins)
    assert known == {"numpy": "2.1.0", "ruamel-yaml": "0.18", "torch": "2.13.0"}
    assert audit.unpinned(known, {"numpy": "2.1.0", "torch": "2.13.0+cpu"}) == []
    assert audit.unpinned(known, {"numpy": "2.1.1", "left-pad": "1"}) == [
        "left-pad 1 is not pinned in constraints.txt",
        "numpy is installed in 2.1.1, and pinned to 2.1.0",
    ]


def test_a_known_fault_is_named_and_what_was_not_looked_up_is_no_all_clear(pins: Path, tmp_path: Path) -> None:
    fault = {"id": "PYSEC-1", "fix_versions": ["2.1.2"]}
    found = audit.looked_up(tool(tmp_path, {"numpy": [fault], "torch": []}), "pypi")
    assert audit.verdict([], found, 3) == (["numpy 1: PYSEC-1, mended in 2.1.2"], 1)
    assert audit.verdict([], found[1:], 3) == ([], 2)
    assert audit.verdict([], found[1:], 1) == ([], 0)
    assert audit.verdict(["unpinned"], found[1:], 1) == (["unpinned"], 1)
    assert audit.looked_up(str(tmp_path / "none"), "pypi") == []
