"""What an answer claims, without its code, its lead-ins and the frame of its tables: the text that key points come from."""

import re

from knowledge.text import without_code

_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,3}\.)\s+")


def claims(answer: str) -> str:
    """The answer's statements, one line for each paragraph, list item and table row; empty where it is code alone."""
    lines: list[str] = []
    header: list[str] = []
    for line in without_code(answer).splitlines():
        text = _MARK.sub("", line).strip()
        cells = (
            [cell.strip() for cell in text.strip("|").split("|")] if text.startswith("|") and text.endswith("|") else []
        )
        if not cells:
            header = []
            if text and not text.endswith(":"):
                lines.append(text)
        elif not header:
            header = cells
        else:
            lines.append(_row(header, cells))
    return "\n".join(lines)


def _row(header: list[str], cells: list[str]) -> str:
    """`Memory: RNN short, LSTM long` from the row `Memory | short | long`."""
    rest = [f"{name} {cell}".strip() for name, cell in zip(header[1:], cells[1:], strict=False) if cell]
    return f"{cells[0]}: {', '.join(rest)}" if rest else cells[0]
