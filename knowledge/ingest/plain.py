"""Reads plain text: lines to blocks, with lists, tables, code and underlined headings told by their looks."""

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.ingest.blocks import Block, Run, paragraph
from knowledge.ingest.codelines import is_code, may_be_code
from knowledge.ingest.markers import answer_mark, ends_asking, number_mark, question_mark, split_inline_answer

_BULLET = re.compile(r"^(?P<indent>\s*)(?:[-*•▪◦‣·●○]|–(?=\s))\s+(?P<text>\S.*)$")
_UNDERLINE = re.compile(r"^\s*(=|-|~|\*){3,}\s*$")
_HASHES = re.compile(r"^(#{1,6})\s+(\S.*?)\s*#*$")
_BOLD_LINE = re.compile(r"^(\*\*|__)(?P<bold>\S(?:[^*]*\S)?)\1(?P<rest>(?:\s*:?\s*\S.*)?)$")
_BOLD_INSIDE = re.compile(r"(?<![\w*])\*\*(\S(?:[^*\n]*\S)?)\*\*(?![\w*])")
_FENCE = re.compile(r"^\s*(```|~~~)")
_FENCE_BEHIND_MARK = re.compile(r"^((?:a|ans|answer):)[ \t]*((?:```|~~~)\w*)$", re.I | re.M)
_TABLE_RULE = re.compile(r"^[\s|:+=-]*-[\s|:+=-]*$")
_OUTPUT_LABEL = re.compile(r"(?:sample |expected |program )?output\s*:?", re.I)
_SENTENCE = re.compile(r"^[A-Z][^.]*(?:\s[^\s.]+){5,}[.:]$|:$")
_WRAP_WIDTHS = range(50, 101)
_FEWEST_LINES = 8


def read_plain(text: str) -> list[Block]:
    """The blocks of a plain text."""
    return blocks_of_lines(unwrapped(_FENCE_BEHIND_MARK.sub(r"\1\n\2", text).splitlines()))


def blocks_of_lines(lines: Sequence[str]) -> list[Block]:
    """The blocks of lines of which each is a whole paragraph, item, code line or table row."""
    blocks: list[Block] = []
    at = 0
    gap = True
    while at < len(lines):
        if not lines[at].strip():
            gap = True
            at += 1
            continue
        found, used = _next(lines, at)
        blocks += [replace(block, gap=gap and i == 0) for i, block in enumerate(found)]
        at += used
        gap = False
    return blocks


def _next(lines: Sequence[str], at: int) -> tuple[list[Block], int]:
    """The blocks that start at a line, and how many lines they take."""
    line = lines[at].strip()
    if _FENCE.match(line):
        return _fenced(lines, at)
    rows = _table_lines(lines, at)
    if rows:
        return [table_block([lines[i] for i in range(at, at + rows)])], rows
    code = _code_lines(lines, at)
    if code:
        return [Block("code", "\n".join(line.rstrip() for line in lines[at : at + code]).strip("\n"))], code
    if _OUTPUT_LABEL.fullmatch(line) and (shown := _output_lines(lines, at + 1)):
        return [Block("text", line), Block("code", "\n".join(lines[at + 1 : at + 1 + shown]))], shown + 1
    below = lines[at + 1].strip() if at + 1 < len(lines) else ""
    if (
        _UNDERLINE.match(below)
        and 0.5 * len(line) <= len(below) <= 1.5 * len(line) + 3
        and (at == 0 or not lines[at - 1].strip())
    ):
        return [Block("heading", line, level=1 if "=" in below else 2)], 2
    if _UNDERLINE.match(line):
        return [Block("rule", "")], 1
    bold = _BOLD_LINE.match(line)
    if bold:
        return paragraph([Run(bold.group("bold"), bold=True), Run(_plain(bold.group("rest")))], Block("text", "")), 1
    hashes = _HASHES.match(line)
    if hashes and (at == 0 or not lines[at - 1].strip()):
        return [Block("heading", hashes.group(2), level=len(hashes.group(1)))], 1
    bullet = _BULLET.match(lines[at])
    if bullet:
        return [
            Block("item", bullet.group("text").strip(), level=1 + len(bullet.group("indent").expandtabs(4)) // 4)
        ], 1
    line = _plain(line)
    halves = split_inline_answer(line)
    return [Block("text", half) for half in halves or (line,)], 1


def _plain(line: str) -> str:
    """A line without the stars round its bold words."""
    return _BOLD_INSIDE.sub(r"\1", line)


def _fenced(lines: Sequence[str], at: int) -> tuple[list[Block], int]:
    for end in range(at + 1, len(lines)):
        if _FENCE.match(lines[end]):
            return [Block("code", "\n".join(lines[at + 1 : end]))], end - at + 1
    return [Block("code", "\n".join(lines[at + 1 :]))], len(lines) - at


def _code_lines(lines: Sequence[str], at: int) -> int:
    """How many lines from here are code; empty lines inside count where code goes on behind them."""
    if not is_code(lines[at]) and not (may_be_code(lines[at]) and _code_follows(lines, at)):
        return 0
    last = at
    for i in range(at + 1, len(lines)):
        if not lines[i].strip():
            continue
        if (
            not (is_code(lines[i]) or (may_be_code(lines[i]) and i - last == 1))
            or question_mark(lines[i])
            or number_mark(lines[i])
        ):
            break
        last = i
    return last - at + 1


def _output_lines(lines: Sequence[str], at: int) -> int:
    """How many lines from here a program printed: up to an empty line, a sentence or a label."""
    for i in range(at, len(lines)):
        if (
            not lines[i].strip()
            or _SENTENCE.search(lines[i].strip())
            or question_mark(lines[i])
            or number_mark(lines[i])
        ):
            return i - at
    return len(lines) - at


def _code_follows(lines: Sequence[str], at: int) -> bool:
    """Whether a comment or an open bracket leads without a break to a line that is code."""
    if question_mark(lines[at]) or number_mark(lines[at]) or not re.match(r"\s*(?:#|//|[({\[<])", lines[at]):
        return False
    for line in lines[at + 1 : at + 6]:
        if is_code(line):
            return True
        if not may_be_code(line):
            return False
    return False


def _table_lines(lines: Sequence[str], at: int) -> int:
    """How many lines from here are a table: rows with | or tabs between cells; a header may stand cell by cell, `cell |` a line."""
    count = 0
    widest = 0
    for line in lines[at:]:
        cells = _cells(line)
        if not cells and not (count and "|" in line and _TABLE_RULE.match(line.strip())):
            break
        widest = max(widest, len(cells))
        count += 1
    return count if count >= 2 and widest >= 2 else 0


def _cells(line: str) -> list[str]:
    text = line.strip()
    if "\t" in text and "|" not in text and not line[:1].isspace() and not is_code(text):
        return [cell.strip() for cell in re.split(r"\t+", text)]
    if (
        "|" not in text
        or is_code(text)
        or (not text.endswith("|") and not text.startswith("|") and text.count("|") < 2 and " | " not in text)
    ):
        return []
    if _TABLE_RULE.match(text):
        return []
    return [cell.strip() for cell in text.strip("|").split("|")]


def table_block(lines: Sequence[str]) -> Block:
    """A table of text rows; single cells that stand one to a line are gathered into a row as wide as the others."""
    rows = [_cells(line) for line in lines]
    width = max((len(row) for row in rows), default=1)
    gathered: list[tuple[str, ...]] = []
    loose: list[str] = []
    for row in rows:
        if len(row) == 1 and width > 1:
            loose.append(row[0])
            if len(loose) == width:
                gathered.append(tuple(loose))
                loose = []
        elif row:
            gathered.append(tuple(row))
    if loose:
        gathered.append(tuple(loose))
    return Block("table", "\n".join(lines), rows=tuple(gathered))


def unwrapped(lines: Sequence[str]) -> list[str]:
    """The lines with paragraphs that were broken at a fixed width put together; other texts are left alone."""
    width = wrap_width(lines)
    if width is None:
        return list(lines)
    joined: list[str] = []
    room = 0  # length of the physical line that ends the last of `joined`
    fenced = False
    for line in lines:
        fence = bool(_FENCE.match(line))
        if joined and not fence and not fenced and continues(joined[-1], line, room, width):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line)
        fenced ^= fence
        room = 0 if fence else len(line.rstrip())
    return joined


def wrap_width(lines: Sequence[str]) -> int | None:
    """The width at which a text's prose was broken into lines, or None where paragraphs are lines."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip() and not _cells(line) and not is_code(line))
    if len(lengths) < _FEWEST_LINES:
        return None
    width = lengths[int(0.97 * (len(lengths) - 1))]
    full = sum(0.75 * width <= length <= width for length in lengths)
    return width if width in _WRAP_WIDTHS and lengths[-1] <= 1.25 * width and full >= 0.25 * len(lengths) else None


def continues(before: str, line: str, room: int, width: int) -> bool:
    """Whether a line goes on with the paragraph before it: that one was full, and nothing of its own begins here.

    Args:
        before: the paragraph so far, of which the last printed line has `room` characters.
        width: how long a full line is.
    """
    if not before.strip() or not line.strip() or room < 0.6 * width:
        return False
    indented = len(line) - len(line.lstrip()) >= 4
    if (indented and not _is_marked(before)) or _is_marked(line) or _UNDERLINE.match(line.strip()):
        return False
    if is_code(line) or is_code(before) or _cells(line) or _cells(before) or _HASHES.match(before.strip()):
        return False
    if ends_asking(before) and not re.search(r"[.!?]\s", before.strip()[4:]):
        # One question so far; its answer begins on a line of its own.
        return False
    # A word that would have fitted on the line before was not broken off it.
    fits = room + 1 + len(line.split()[0]) <= 0.92 * width
    closed = before.rstrip().endswith((".", "?", "!", ":")) or (_is_marked(before) and line.strip()[0].isupper())
    return not (fits and closed)


def _is_marked(line: str) -> bool:
    text = line.strip()
    return bool(_BULLET.match(line) or question_mark(text) or number_mark(text) or answer_mark(text) is not None)
