"""Which variables of the environment are ours."""

from pathlib import Path

import pytest

from interviewer.errors import SettingsInvalid
from interviewer.settings import Settings, read_settings


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


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql://u:secret@host:abc/db", "postgresql://u:p@x:secret/x@host/db"]
)
def test_a_wrong_address_of_a_database_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("INTERVIEWER_DATABASE_URL", url)
    with pytest.raises(SettingsInvalid, match=r"^INTERVIEWER_DATABASE_URL: this is no database's address") as told:
        read_settings()
    assert "secret" not in f"{told.value} {told.value.__cause__}"


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_of_settings_in_another_encoding_is_told(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_text("INTERVIEWER_MODEL=naïve\n", encoding=encoding)
    with pytest.raises(SettingsInvalid, match=r"^\.env is not UTF-8 text"):
        read_settings()


def test_the_home_of_an_unknown_user_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_HOME", "~nouser/x")
    with pytest.raises(SettingsInvalid, match=r"^INTERVIEWER_HOME: .*~nouser"):
        read_settings()
