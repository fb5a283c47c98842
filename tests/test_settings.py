"""Which variables of the environment are ours."""

from pathlib import Path

import pytest

from interviewer.settings import Settings


def test_variables_that_mean_something_else_are_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INTERVIEWER_HOME")
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "99")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings().model_fields_set == set()
    assert Settings().home != tmp_path


def test_ours_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("INTERVIEWER_HOME", "here"), ("INTERVIEWER_PORT", "99"), ("OPENAI_BASE_URL", "http://x")):
        monkeypatch.setenv(name, value)
    found = Settings()
    assert (found.home, found.port, found.base_url) == (Path("here"), 99, "http://x")
