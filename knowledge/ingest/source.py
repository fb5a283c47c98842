"""From a file to blocks: what may be read, how its bytes are decoded, and which reader takes it."""

import codecs
import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from knowledge.errors import SourceUnreadable
from knowledge.ingest.blocks import Block
from knowledge.ingest.markers import with_plain_marks

LARGEST_FILE_MB = 20
MOST_CHARACTERS = 5_000_000
"""Of a plain or Markdown text; HTML and PDF may carry pictures inside."""
KINDS = {
    ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf",
}  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_LOOKS_LIKE_HTML = re.compile(
    r"\s*<(?:!doctype|html|head|body|main|article|section|div|details|dl|h[1-6]|ol|ul|p|table)\b", re.I
)
_LOOKS_LIKE_MARKDOWN = re.compile(r"^#{1,6} \S|\*\*\S|^\s*\|?\s*:?-{3,}:?\s*\|", re.M)
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Source(NamedTuple):
    """An article as read. `sha256` is that of the file's bytes, in hex."""

    name: str
    sha256: str
    blocks: list[Block]


def read_source(path: Path, name: str | None = None) -> Source:
    """Reads one article.

    Args:
        name: what messages and entries call it; by default its path.

    Raises: SourceUnreadable where it is missing, too large, of another kind, not text, or a scan.
    """
    name = name or str(path)
    data = _bytes(path, name)
    kind = _kind(name, data)
    if kind == "pdf":
        from knowledge.ingest.pdf import read_pdf

        return _source(name, data, read_pdf(data, name))
    return _source(name, data, _read_text(name, _decoded(name, data, kind), kind))


def read_pasted(text: str) -> Source:
    """An article that was pasted: HTML, Markdown or plain text, told by its looks, and named by its first line.

    Raises: SourceUnreadable where it is empty or too long.
    """
    lines = [" ".join(line.split()) for line in re.sub(r"<[^>]*>|[#*_`|>/]+", " ", text).splitlines() if line.strip()]
    if not any(lines):
        raise SourceUnreadable("the pasted text is empty; paste an article's text, or choose a file")
    name = f"pasted: {next(line for line in lines if line)[:60]}"
    kind = "html" if _LOOKS_LIKE_HTML.match(text) else "md" if _LOOKS_LIKE_MARKDOWN.search(text) else "txt"
    data = text.encode("utf-8", errors="replace")
    # The browser has decoded it already: what a pasted page declares is said of other bytes than these.
    return _source(name, data, _read_text(name, data.decode("utf-8-sig"), kind))


def _source(name: str, data: bytes, blocks: list[Block]) -> Source:
    if not any(block.text.strip() for block in blocks):
        raise SourceUnreadable(f"{name} holds no text")
    return Source(name, hashlib.sha256(data).hexdigest(), blocks)


def _read_text(name: str, text: str, kind: str) -> list[Block]:
    text = _cleaned(name, text, kind)
    if kind == "html":
        from knowledge.ingest.html import read_html

        return read_html(text)
    if kind == "md":
        from knowledge.ingest.markdown import read_markdown

        return read_markdown(text)
    from knowledge.ingest.plain import read_plain

    return read_plain(text)


def _bytes(path: Path, name: str) -> bytes:
    try:
        if not path.exists():
            raise SourceUnreadable(f"{name} does not exist")
        if not path.is_file():
            raise SourceUnreadable(f"{name} is not a file; name the articles in it one by one")
        size = path.stat().st_size
        if size > LARGEST_FILE_MB * 1024**2:
            raise SourceUnreadable(f"{name} has {size / 1024**2:,.0f} MB; the limit is {LARGEST_FILE_MB} MB; split it")
        return path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(f"{name} cannot be read ({error.strerror})") from error


def _kind(name: str, data: bytes) -> str:
    if not data.strip():
        raise SourceUnreadable(f"{name} is empty")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    suffix = Path(name).suffix
    kind = KINDS.get(suffix.lower())
    if kind is None:
        raise SourceUnreadable(
            f"{name} has the ending {suffix or '(none)'!r}; the endings known are: {', '.join(KINDS)}"
        )
    if kind == "txt" and re.match(rb"\s*(?:<!doctype html|<html)\b", data[:1024], re.I):
        return "html"
    return kind


def _decoded(name: str, data: bytes, kind: str) -> str:
    encoding = next((utf for mark, utf in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    declared = _CHARSET.search(data[:4096]) if kind == "html" and encoding == "utf-8" else None
    if declared:
        encoding = declared.group(1).decode("ascii")
    try:
        if declared:
            encoding = _as_browsers_read(encoding)
            # A page saved anew is UTF-8 whatever it declares; ISO-2022 is written in ASCII bytes, so it would always pass.
            if not encoding.startswith("iso2022"):
                with suppress(UnicodeDecodeError):
                    return data.decode("utf-8")
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceUnreadable(
            f"{name} is not {encoding.upper()} text (byte {error.start}); save it as UTF-8"
        ) from error
    except (LookupError, UnicodeError) as error:
        raise SourceUnreadable(f"{name} declares the unknown encoding {encoding!r}; save it as UTF-8") from error


def _as_browsers_read(declared: str) -> str:
    """The encoding that a page's declaration stands for. Raises: LookupError. Source: the WHATWG Encoding Standard."""
    known = codecs.lookup(declared).name
    if known in ("iso8859-1", "ascii"):
        return "windows-1252"
    # In UTF-16 or UTF-32 the declaration itself would not have been read.
    return "utf-8" if known.startswith(("utf-16", "utf-32")) else known


def _cleaned(name: str, text: str, kind: str) -> str:
    if "\x00" in text:
        raise SourceUnreadable(f"{name} is not text: it holds zero bytes (at character {text.index(chr(0))})")
    text = with_plain_marks(text)
    if kind != "html" and len(text) > MOST_CHARACTERS:
        raise SourceUnreadable(f"{name} has {len(text):,} characters; the limit is {MOST_CHARACTERS:,}; split it")
    return text.replace("\r\n", "\n").replace("\r", "\n")
