"""Patterns that are kept as text: files of regular expressions, one a line, under headings in brackets.

    [words]
    answer = answers?|reply|replies      a name for some words
    [of itself]
    \\b(my|this) (\\w+ )?{answer}\\b         a pattern that uses it

`( )` groups and captures nothing; lines that begin with # are comments.
"""

import re
from pathlib import Path

WORDS = "words"
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_NAMED = re.compile(r"\{([a-z_]+)\}")
_COMMENT = re.compile(r"#.*|")


def sections(text: str) -> dict[str, list[str]]:
    """The lines under each heading, without comments and empty lines."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            lines = found[line[1:-1]] = []
        elif not _COMMENT.fullmatch(line):
            lines.append(line)
    return found


def without_captures(pattern: str) -> str:
    """The pattern with groups that capture nothing."""
    return _GROUP.sub("(?:", pattern)


def read_patterns(file: Path) -> dict[str, re.Pattern[str]]:
    """For each heading one pattern that finds any of its lines, in whatever case. Raises: KeyError for an unknown name."""
    found = sections(file.read_text(encoding="utf-8"))
    named = {name: f"({words})" for name, words in (line.split(" = ", 1) for line in found.pop(WORDS, []))}
    return {
        heading: re.compile("|".join(_written_out(lines, named)), re.IGNORECASE) for heading, lines in found.items()
    }


def _written_out(lines: list[str], named: dict[str, str]) -> list[str]:
    return [without_captures(_NAMED.sub(lambda name: named[name[1]], line)) for line in lines]
