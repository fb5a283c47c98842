"""JSON lines: one object a line, as our data files hold them."""

import json
from pathlib import Path
from typing import Any


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The objects of a file, in order. Raises: OSError; ValueError for a line that is not JSON or a file that is not UTF-8."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
