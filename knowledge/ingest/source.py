"""From a file to blocks: what may be read, how its bytes are decoded, and which reader takes it."""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from knowledge.errors import SourceUnreadable
from knowledge.ingest.blocks import Block

LARGEST_FILE_MB = 20
MOST_CHARACTERS = 5_000_000
"""Of a plain or Markdown text; HTML and PDF may carry pictures inside."""
KINDS = {
    ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf",
}  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Source(NamedTuple):
    """An article as read. `sha256` is that of the file's bytes, in hex."""

    name: str
    sha256: str
    blocks: list[Block]


def read_source(path: Path) -> Source:
    """Reads one article.

    Raises: SourceUnreadable where it is missing, too large, of another kind, not text, or a scan.
    """
    data = _bytes(path)
    kind = _kind(path, data)
    if kind == "pdf":
        from knowledge.ingest.pdf import read_pdf

        blocks = read_pdf(data, str(path))
    else:
        blocks = _read_text(kind, _decoded(path, data, kind))
    if not any(block.text.strip() for block in blocks):
        raise SourceUnreadable(f"{path} holds no text")
    return Source(str(path), hashlib.sha256(data).hexdigest(), blocks)


def _read_text(kind: str, text: str) -> list[Block]:
    if kind == "html":
        from knowledge.ingest.html import read_html

        return read_html(text)
    if kind == "md":
        from knowledge.ingest.markdown import read_markdown

        return read_markdown(text)
    from knowledge.ingest.plain import read_plain

    return read_plain(text)


def _bytes(path: Path) -> bytes:
    try:
        if not path.exists():
            raise SourceUnreadable(f"{path} does not exist")
        if not path.is_file():
            raise SourceUnreadable(f"{path} is not a file; name the articles in it one by one")
        size = path.stat().st_size
        if size > LARGEST_FILE_MB * 1024**2:
            raise SourceUnreadable(f"{path} has {size / 1024**2:,.0f} MB; the limit is {LARGEST_FILE_MB} MB; split it")
        return path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read ({error.strerror})") from error


def _kind(path: Path, data: bytes) -> str:
    if not data.strip():
        raise SourceUnreadable(f"{path} is empty")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise SourceUnreadable(
            f"{path} has the ending {path.suffix or '(none)'!r}; the endings known are: {', '.join(KINDS)}"
        )
    if kind == "txt" and re.match(rb"\s*(?:<!doctype html|<html)\b", data[:1024], re.I):
        return "html"
    return kind


def _decoded(path: Path, data: bytes, kind: str) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    declared = _CHARSET.search(data[:4096]) if kind == "html" and encoding == "utf-8" else None
    if declared:
        encoding = declared.group(1).decode("ascii")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceUnreadable(
            f"{path} is not {encoding.upper()} text (byte {error.start}); save it as UTF-8"
        ) from error
    except LookupError as error:
        raise SourceUnreadable(f"{path} declares the unknown encoding {encoding!r}; save it as UTF-8") from error
    if "\x00" in text:
        raise SourceUnreadable(f"{path} is not text: it holds zero bytes (at character {text.index(chr(0))})")
    if kind != "html" and len(text) > MOST_CHARACTERS:
        raise SourceUnreadable(f"{path} has {len(text):,} characters; the limit is {MOST_CHARACTERS:,}; split it")
    return text.replace("\r\n", "\n").replace("\r", "\n")
