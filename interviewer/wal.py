"""Reads SQLite's write-ahead log, to tell whether all that was committed is still in it.

SQLite passes over damage here in silence: it takes the log up to the first frame whose checksum is wrong and forgets the
rest. The index beside it (`-shm`) says how many frames were committed, and outlives a killed process.
Source: sqlite.org, 'Database File Format' section 4, and 'WAL-mode File Format'.
"""

import struct
from pathlib import Path
from typing import NamedTuple

HEADER, FRAME_HEADER = 32, 24
MAGIC = 0x377F0682
"""The log's first word; one more where checksums are over big-endian words."""


class Frames(NamedTuple):
    """What stands in a log: `salts` of its header, `sound` frames from its beginning, and `stray` whole frames of the
    same salts after the first that is not sound.
    """

    salts: bytes
    sound: int
    stray: int


class Promise(NamedTuple):
    """What the index says: so many frames were `committed` under these salts, the first `copied` of them are in the
    database itself.
    """

    salts: bytes
    committed: int
    copied: int


def wal_fault(database: Path) -> str | None:
    """Why the log does not hold all that was committed, or None. No process may have the database open.

    Raises: OSError.
    """
    log = _bytes(database.with_name(f"{database.name}-wal"))
    promise = read_promise(_bytes(database.with_name(f"{database.name}-shm")))
    owed = promise is not None and promise.committed > promise.copied
    if not log:
        return f"its log of {promise.committed} pages is gone" if promise and owed else None
    frames = read_frames(log)
    if frames is None:
        return "its log has a damaged header" if owed or (promise is None and any(log)) else None
    if promise is not None and promise.salts == frames.salts:
        lost = owed and frames.sound < promise.committed
        return f"its log holds {frames.sound} of {promise.committed} pages" if lost else None
    # One stray frame is what a write that was cut off leaves.
    return f"its log is damaged after page {frames.sound}" if frames.stray > 1 else None


def read_frames(log: bytes) -> Frames | None:
    """The frames of a log; None where its header is damaged."""
    if len(log) < HEADER:
        return None
    magic, _, page, _ = struct.unpack(">4I", log[:16])
    if magic not in (MAGIC, MAGIC + 1) or not 512 <= page <= 65536:
        return None
    order = ">" if magic & 1 else "<"
    running = _checksum(order, log[:24], (0, 0))
    if running != struct.unpack(">2I", log[24:32]):
        return None
    salts, sound, stray = log[16:24], 0, 0
    for start in range(HEADER, len(log) - FRAME_HEADER - page + 1, FRAME_HEADER + page):
        head, body = log[start : start + FRAME_HEADER], log[start + FRAME_HEADER : start + FRAME_HEADER + page]
        if head[8:16] != salts:
            continue
        if not stray:
            running = _checksum(order, body, _checksum(order, head[:8], running))
        if not stray and running == struct.unpack(">2I", head[16:24]):
            sound += 1
        else:
            stray += 1
    return Frames(salts, sound, stray)


def read_promise(index: bytes) -> Promise | None:
    """What the index promises; None where there is none, or its two copies differ (a write was cut off)."""
    if len(index) < 136 or index[:48] != index[48:96] or not index[12]:
        return None
    return Promise(
        salts=index[32:40],
        committed=struct.unpack("=I", index[16:20])[0],
        copied=struct.unpack("=I", index[96:100])[0],
    )


def _checksum(order: str, data: bytes, start: tuple[int, int]) -> tuple[int, int]:
    first, second = start
    for one, other in struct.iter_unpack(f"{order}2I", data):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
