"""What a request's body may be: not too large, not too deep, its text sound, its files our own uploads."""

import asyncio
import json
from pathlib import Path
from typing import Any, NamedTuple

from starlette.datastructures import Headers
from starlette.types import Receive

DEEPEST = 32
"""So many lists and objects may stand within each other."""


class Limits(NamedTuple):
    """How large a body may be, in bytes; how long it may take to arrive, in seconds; where uploads lie."""

    uploads: Path
    body_bytes: int = 1024**2
    upload_bytes: int = 21 * 1024**2


class BodyRefused(Exception):
    """A body cannot be taken; `status` is the HTTP status that says so."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def read_body(receive: Receive, headers: Headers, limit: int, within_s: float = 30.0) -> bytes:
    """The whole body. Raises: BodyRefused where it is larger than `limit` bytes or arrives too slowly."""
    _check_length(headers, limit)
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise BodyRefused(400, "the request broke off")
                body += message.get("body", b"")
                if len(body) > limit:
                    raise _too_large(limit)
                more = message.get("more_body", False)
    except TimeoutError as error:
        raise BodyRefused(408, f"the request took longer than {within_s:g} s to arrive") from error
    return bytes(body)


def check_told_size(headers: Headers, limit: int) -> None:
    """An upload says how large it is, and the server holds it to that. Raises: BodyRefused."""
    if "content-length" not in headers:
        raise BodyRefused(411, "say how large the upload is (Content-Length)")
    _check_length(headers, limit)


def _check_length(headers: Headers, limit: int) -> None:
    told = headers.get("content-length", "0")
    if not told.isdecimal() or int(told[:20]) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> BodyRefused:
    return BodyRefused(413, f"the request is larger than {limit / 1024**2:.0f} MB; send less")


def cleaned(body: bytes, limits: Limits) -> dict[str, Any]:
    """A JSON object from a body, every text in it sound. Raises: BodyRefused."""
    try:
        value = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BodyRefused(400, "the body is no JSON that can be read") from error
    if not isinstance(value, dict):
        raise BodyRefused(400, "the body must be a JSON object")
    found = _checked(value, limits.uploads, 0)
    assert isinstance(found, dict)
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _checked(value: Any, uploads: Path, depth: int) -> Any:
    if depth > DEEPEST:
        raise BodyRefused(400, f"the body has more than {DEEPEST} lists and objects within each other")
    if isinstance(value, str):
        # Half a surrogate pair cannot be written as UTF-8, and PostgreSQL takes no NUL.
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_checked(item, uploads, depth + 1) for item in value]
    if isinstance(value, dict):
        _check_file(value, uploads)
        return {_checked(name, uploads, depth): _checked(item, uploads, depth + 1) for name, item in value.items()}
    if isinstance(value, float) and abs(value) == float("inf"):
        raise BodyRefused(400, "the body has a number that is too large")
    return value


def _check_file(value: dict[str, Any], uploads: Path) -> None:
    """Gradio would fetch an address, or read any file, that an object says to be an upload. Raises: BodyRefused."""
    for name in ("path", "url"):
        told = value.get(name)
        if told is None:
            continue
        if not isinstance(told, str):
            raise BodyRefused(400, f"{name!r} must be a text")
        if name == "path" and not _inside(told, uploads):
            raise BodyRefused(403, "this file was not uploaded here")


def _inside(path: str, folder: Path) -> bool:
    try:
        return "\0" not in path and Path(path).is_absolute() and Path(path).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False
