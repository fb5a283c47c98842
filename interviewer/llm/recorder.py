"""Requests kept as files and answered from files: a model that cannot be reached from here is asked elsewhere.

A folder holds `HASH.request.json`, the request's body, and `HASH.response.json`, a chat completion. HASH is the SHA-256
of the body in canonical JSON (keys sorted, no blanks, UTF-8), in hex.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from interviewer.errors import InputInvalid
from interviewer.llm.faults import Fault, FaultKind

Exchange = Callable[[bytes], bytes]
"""From a request's body to its response's body. Raises: Fault where there is none."""


def canonical(body: bytes) -> bytes:
    """The same JSON value in one form: keys sorted, no blanks, UTF-8. Raises: ValueError where it is no JSON."""
    return json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def request_hash(body: bytes) -> str:
    """SHA-256 of the canonical body, in hex."""
    return hashlib.sha256(canonical(body)).hexdigest()


class Recorder:
    """Writes each request to a file and answers none.

    Args:
        folder: made where it is missing.

    Raises: InputInvalid where the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.written: set[str] = set()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputInvalid(f"{folder} cannot be made ({error.strerror}); record into another folder") from error

    def __call__(self, body: bytes) -> bytes:
        """Raises: Fault always (nothing is sent), InputInvalid where the file cannot be written."""
        name = request_hash(body)
        part, file = self._folder / f".{name}.part", self._folder / f"{name}.request.json"
        try:
            part.write_bytes(canonical(body) + b"\n")
            part.replace(file)
        except OSError as error:
            raise InputInvalid(
                f"{file} cannot be written ({error.strerror}); free its disk, then record again"
            ) from error
        self.written.add(name)
        raise Fault(FaultKind.NOT_SENT, f"the request was recorded in {file.name} and not sent")


class Replayer:
    """Answers from a folder of responses.

    Args:
        model: whose requests will come; those of another would find nothing.

    Raises: InputInvalid where there is no such folder, or it was recorded for another model.
    """

    def __init__(self, folder: Path, model: str | None) -> None:
        self._folder = folder
        if not folder.is_dir():
            raise InputInvalid(f"{folder} is no folder; give the one that holds the HASH.response.json files")
        recorded = _recorded_for(folder)
        if recorded not in (None, model):
            raise InputInvalid(
                f"{folder} was recorded with INTERVIEWER_MODEL {recorded!r}, and now it is {model!r}; set it to the recorded one"
            )

    def __call__(self, body: bytes) -> bytes:
        """Raises: Fault where the folder holds no response to this request."""
        name = f"{request_hash(body)}.response.json"
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise Fault(FaultKind.NOT_SENT, f"{self._folder} holds no {name}, the response to this request") from error


def _recorded_for(folder: Path) -> str | None:
    """The model that a folder's requests name, or None where it holds no request."""
    file = min(folder.glob("*.request.json"), default=None)
    try:
        return None if file is None else str(json.loads(file.read_bytes())["model"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputInvalid(f"{file} is no recorded request; record into an empty folder, then replay it") from error


def responses_hash(folder: Path) -> str:
    """16 hex digits over all responses of a folder: what a replayed run was graded with."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.response.json")):
        digest.update(f"{file.name}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
