"""Settings that the page saved, in one file of the home folder that only its owner can read: it holds the model's key."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from interviewer.errors import SettingsInvalid
from knowledge.disk import sync_folder
from knowledge.sealed import Changed, seal, unseal

FILE = "settings.json"
OWNER_ALONE = 0o600
LARGEST_GOAL = 50


class Saved(BaseModel):
    """What is saved; None where nothing is. The names are those of `Settings`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    model: str | None = None
    base_url: str | None = None
    api_key: SecretStr | None = None
    daily_goal: int | None = Field(default=None, ge=1, le=LARGEST_GOAL)

    def values(self) -> dict[str, Any]:
        """What is set, by name."""
        return {name: value for name, value in self if value is not None}


def read_saved(home: Path) -> Saved:
    """What is saved in a home folder. Raises: SettingsInvalid."""
    file = home / FILE
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return Saved()
    except OSError as error:
        raise SettingsInvalid(
            f"{file} in INTERVIEWER_HOME cannot be read ({error.strerror}); mend its rights, delete it, or set another home"
        ) from error
    try:
        return Saved.model_validate_json(unseal(text))
    except Changed as error:
        raise SettingsInvalid(
            f"{file} is damaged or was changed by hand (its checksum does not match); if the change is meant, delete its line "
            '"check", else delete the file and save the settings anew'
        ) from error
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the file"
        raise SettingsInvalid(
            f"{file}: {where}: {problem['msg']}; mend it, or delete the file and save the settings anew"
        ) from error


def write_saved(home: Path, saved: Saved) -> None:
    """Saves these settings, whole or not at all. Raises: SettingsInvalid where the disk does not take them."""
    key = saved.api_key.get_secret_value() if saved.api_key else None
    values = saved.values() | ({"api_key": key} if key else {})
    part = home / f".{FILE}.part"
    try:
        home.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        # Made with its mode, so that nobody else can read it even for a moment.
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE), "w", encoding="utf-8"
        ) as stream:
            stream.write(seal(json.dumps(values, indent=1)))
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(home / FILE)
        sync_folder(home)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SettingsInvalid(
            f"the settings cannot be saved in {home} ({error.strerror}); free the disk or its rights, then save again"
        ) from error
