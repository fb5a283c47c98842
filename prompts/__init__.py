"""Prompts and phrases are files of this folder; this module is their only reader."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
_VARIABLE = re.compile(r"\{\{ *([a-z_]+) *\}\}")


class PromptError(Exception):
    """A prompt file is missing, or was given too few or too many variables."""


def render(name: str, **variables: str) -> str:
    """The prompt `name`.md with its `{{ variable }}`s filled in, once; filled-in text is not searched again.

    Raises: PromptError naming what is missing or surplus.
    """
    template = _read(name)
    wanted = set(_VARIABLE.findall(template))
    if missing := wanted - set(variables):
        raise PromptError(f"prompt {name!r} needs {', '.join(sorted(missing))}")
    if surplus := set(variables) - wanted:
        raise PromptError(f"prompt {name!r} has no place for {', '.join(sorted(surplus))}")
    return _VARIABLE.sub(lambda match: variables[match.group(1)], template)


def version(name: str) -> str:
    """The first 12 hex digits of the SHA-256 of the prompt's text: stored with every grade that it made."""
    return hashlib.sha256(_read(name).encode()).hexdigest()[:12]


@lru_cache(maxsize=8)
def phrases(name: str) -> dict[str, tuple[str, ...]]:
    """The phrases of `name`.yaml: for each occasion the ways to say it. Raises: PromptError."""
    try:
        data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    except OSError as error:
        raise PromptError(f"there is no phrase file {name}.yaml in {FOLDER.name}/") from error
    return {str(key): tuple(str(text) for text in texts) for key, texts in data.items()}


@lru_cache(maxsize=32)
def _read(name: str) -> str:
    try:
        return (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"there is no prompt {name}.md in {FOLDER.name}/") from error
