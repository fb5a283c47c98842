"""What several commands need: the wired program, checked choices, files read, JSON printed."""

import argparse
import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from interviewer.errors import InputInvalid
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer

Choice = TypeVar("Choice", bound=StrEnum)
Commands = Any  # argparse's type of sub-parsers is private


def open_interviewer(serving: bool = False) -> Interviewer:
    """The program over this process's settings, with a progress bar where a terminal can show one.

    Args:
        serving: for visitors of the page, instead of for whoever runs the command.
    """
    return Interviewer(read_settings(), progress=_bar("Building the index"), warn=warn, serving=serving)


def warn(line: str) -> None:
    """A warning on standard error."""
    print(f"interviewer: {line}", file=sys.stderr)


def _bar(title: str) -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar: tqdm[Any] | None = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        bar = bar or tqdm(total=total, desc=title, unit=" passages", leave=False)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show


def choice(kind: type[Choice]) -> Callable[[str], Choice]:
    """An argument type that names the known values when it refuses one."""

    def parse(text: str) -> Choice:
        try:
            return kind(text.strip().lower())
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"unknown {kind.__name__.removesuffix('Name').lower()} {text!r}; use one of: {', '.join(kind)}"
            ) from None

    return parse


def count(text: str) -> int:
    """An argument type: a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more")
    return int(text)


def read_text(name: str) -> str:
    """The text of a file, or of standard input for `-`. Raises: InputInvalid."""
    shown = "standard input" if name == "-" else name
    try:
        # Its bytes: what is typed in a chat is mended where it cannot be decoded, what is graded or read as a file is not.
        found = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return found.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise InputInvalid(f"{shown} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputInvalid(f"{shown} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def print_json(value: Any, indent: int | None = None) -> None:
    """One JSON value on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=indent))
