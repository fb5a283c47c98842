"""Reads PDF by pypdf: lines with their font tell headings, bold questions and code from prose."""

import io
import itertools
import logging
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from knowledge.errors import SourceUnreadable
from knowledge.ingest.blocks import Block
from knowledge.ingest.markers import ends_asking, number_mark, question_mark
from knowledge.ingest.plain import blocks_of_lines, continues

MOST_PAGES = 500
_HEADING_SIZE = 1.12
"""A line this many times as large as the body text is a heading."""
_LINE_STEP = 0.8
"""Text this much higher or lower, in letter sizes, stands on another line; raised and lowered signs stay on theirs."""
_PAGE_NUMBER = re.compile(r"^(?:page\s*)?[-–—\s]*\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?[-–—\s]*$", re.I)


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line. `size` in points, `y` from the page's bottom in points; `gap`: more room above it than usual."""

    text: str
    size: float
    bold: bool
    mono: bool
    y: float
    gap: bool = False


def read_pdf(data: bytes, name: str) -> list[Block]:
    """The blocks of a PDF.

    Raises: SourceUnreadable where it is damaged, encrypted, too long, or holds no text (a scan).
    """
    pages = _pages(data, name)
    if not any(line.text.strip() for page in pages for line in page):
        raise SourceUnreadable(f"{name} holds no text, it is probably a scan; run text recognition (OCR) over it first")
    lines = [line for page in _without_margins(pages) for line in page]
    return _blocks(lines)


def _pages(data: bytes, name: str) -> list[list[Line]]:
    from pypdf import PdfReader

    # What it has to say of a broken file is said in one line below.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceUnreadable(f"{name} is encrypted; save a copy without a password")
        if len(reader.pages) > MOST_PAGES:
            raise SourceUnreadable(f"{name} has {len(reader.pages)} pages; the limit is {MOST_PAGES}; split it")
        return [_lines(page) for page in reader.pages]
    except SourceUnreadable:
        raise
    # pypdf answers a damaged file with whatever its parser ran into, from KeyError to RecursionError.
    except Exception as error:
        raise SourceUnreadable(
            f"{name} is not a readable PDF ({type(error).__name__}); open it and save it anew"
        ) from error


def _lines(page: Any) -> list[Line]:
    """The printed lines of one page in reading order."""
    parts: list[list[tuple[str, float, str, float]]] = [[]]

    def visit(text: str, matrix: list[float], text_matrix: list[float], font: Any, size: float) -> None:
        name = str((font or {}).get("/BaseFont", ""))
        scale = abs(text_matrix[3] or text_matrix[0]) * abs(matrix[3] or 1.0)
        y = text_matrix[5] * (matrix[3] or 1.0) + matrix[5]
        for i, piece in enumerate(text.split("\n")):
            if i:
                parts.append([])
            if piece:
                if parts[-1] and abs(parts[-1][-1][3] - y) > _LINE_STEP * min(size * scale, parts[-1][-1][1]):
                    parts.append([])
                parts[-1].append((piece, size * scale, name, y))

    page.extract_text(visitor_text=visit)
    return _with_gaps([line for part in parts if (line := _line(part)) is not None])


def _line(parts: list[tuple[str, float, str, float]]) -> Line | None:
    text = "".join(part[0] for part in parts).rstrip()
    if not text.strip():
        return None
    inked = [part for part in parts if part[0].strip()]
    bold = all(re.search(r"bold|black|heavy|demi", part[2], re.I) for part in inked)
    mono = all(re.search(r"cour|mono|consol|menlo|code|typewriter|cmtt", part[2], re.I) for part in inked)
    return Line(text, round(max(part[1] for part in inked), 1), bold, mono, inked[0][3])


def _with_gaps(lines: list[Line]) -> list[Line]:
    steps = [before.y - line.y for before, line in itertools.pairwise(lines) if before.y > line.y]
    usual = sorted(steps)[len(steps) // 3] if steps else 0.0
    return [
        Line(line.text, line.size, line.bold, line.mono, line.y, i > 0 and lines[i - 1].y - line.y > 1.35 * usual)
        for i, line in enumerate(lines)
    ]


def _without_margins(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without page numbers and without first or last lines that most pages (at least two) repeat."""
    edges = Counter(key for page in pages for key in {_key(line) for line in (*page[:2], *page[-2:])})
    repeated = {key for key, count in edges.items() if count >= max(2, 0.6 * len(pages))}
    kept = []
    for page in pages:
        last = len(page) - 1
        kept.append(
            [
                line
                for i, line in enumerate(page)
                if not ((i < 2 or i > last - 2) and (_key(line) in repeated or _PAGE_NUMBER.match(line.text.strip())))
            ]
        )
    return kept


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.strip().lower())


def _blocks(lines: list[Line]) -> list[Block]:
    weights: Counter[float] = Counter()
    for line in lines:
        weights[line.size] += len(line.text)
    body = weights.most_common(1)[0][0]
    sizes = sorted({line.size for line in lines if line.size >= _HEADING_SIZE * body}, reverse=True)
    width = max((len(line.text) for line in lines if line.size == body), default=80)
    blocks: list[Block] = []
    plain: list[str] = []
    for group in _paragraphs(lines, width):
        text = " ".join(line.text.strip() for line in group)
        first = group[0]
        if first.mono:
            blocks += _flushed(plain)
            _append_code(blocks, group)
        elif first.size in sizes and len(text.split()) <= 30:
            blocks += _flushed(plain)
            blocks.append(Block("heading", text, level=min(6, sizes.index(first.size) + 1)))
        elif first.bold:
            blocks += _flushed(plain)
            blocks.append(Block("text", text, bold=True))
        else:
            plain += ["", text] if first.gap else [text]
    return blocks + _flushed(plain)


def _append_code(blocks: list[Block], group: list[Line]) -> None:
    text = "\n".join(line.text for line in group)
    if blocks and blocks[-1].kind == "code":
        blocks[-1] = Block("code", f"{blocks[-1].text}\n{text}")
    else:
        blocks.append(Block("code", text))


def _flushed(plain: list[str]) -> list[Block]:
    found = blocks_of_lines(plain)
    plain.clear()
    return found


def _paragraphs(lines: list[Line], width: int) -> list[list[Line]]:
    """Lines gathered into paragraphs: the same font, no room between them, and the line before was full."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _same_paragraph(groups[-1], line, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _same_paragraph(group: list[Line], line: Line, width: int) -> bool:
    before = group[-1]
    if (before.size, before.bold, before.mono) != (line.size, line.bold, line.mono) or line.mono or line.gap:
        return False
    if number_mark(line.text) or question_mark(line.text):
        return False
    whole = " ".join(line.text.strip() for line in group)
    if before.bold or line.text[:1].islower():
        # A heading or question of two lines, in letters wider than the body's: it goes on until it has asked.
        return not ends_asking(whole) and len(before.text) >= 0.5 * width
    return continues(whole, line.text, len(before.text), width)
