"""JSON files with a checksum of the rest in their last line, so that a changed byte is noticed."""

import hashlib

MARK = ',\n "check": "'


class Changed(Exception):
    """The file's text is not the one that was written."""


def seal(text: str) -> str:
    """The text of a JSON object, indented by one, with its checksum as a last field; an empty object stays as it is."""
    return f'{text[:-2]}{MARK}{_check(text)}"\n}}' if text.endswith("\n}") else text


def unseal(data: bytes) -> bytes:
    """The JSON as it was before it was sealed; what has no checksum (an older release's, or written by hand) as it is.

    Raises: Changed.
    """
    text = data.decode("utf-8", errors="surrogateescape")
    body, mark, check = text.rpartition(MARK)
    if not mark:
        return data
    if check != f'{_check(body + chr(10) + "}")}"\n}}':
        raise Changed
    return (body + "\n}").encode("utf-8", errors="surrogateescape")


def _check(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogateescape")).hexdigest()[:16]
