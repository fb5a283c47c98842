"""What a file system must be asked for, so that a name survives a power cut as its file's bytes do."""

import os
from contextlib import suppress
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder (files made, renamed or removed) reach the disk.

    A file's fsync covers its bytes; its name is kept by the folder. Source: fsync(2), 'Notes'. Where a system cannot
    (Windows opens no folder), nothing is done.

    Raises: OSError where the disk fails.
    """
    with suppress(PermissionError):
        entry = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)
