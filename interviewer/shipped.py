"""The data files that come with the program, and whether they are still the ones that came.

    python -m interviewer.shipped

writes the list anew, after one of them was changed on purpose.
"""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_name("shipped.json")
SHIPPED = (
    "interviewer/*.npz",
    "interviewer/grading/model/*.json",
    "interviewer/grading/model/*.npz",
    "interviewer/grading/model/*.safetensors",
    "knowledge/*.npz",
    "knowledge/*.yaml",
    "knowledge/bank/*.yaml",
    "knowledge/claims/*.jsonl",
    "knowledge/replies/*.jsonl",
    "knowledge/statements/*.jsonl",
)


def shipped_files(root: Path = ROOT) -> dict[str, str]:
    """SHA-256 in hex of each file, by its path from the root. Raises: OSError."""
    found = sorted(file for pattern in SHIPPED for file in root.glob(pattern))
    return {file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def changed_files(root: Path = ROOT) -> list[str]:
    """Paths that are missing, new, or not the bytes that came. Raises: OSError, ValueError where the list is damaged."""
    came, now = json.loads(LIST.read_text(encoding="utf-8")), shipped_files(root)
    return sorted(name for name in {*came, *now} if came.get(name) != now.get(name))


if __name__ == "__main__":
    LIST.write_text(json.dumps(shipped_files(), indent=1) + "\n", encoding="utf-8")
    print(f"{LIST.name}: {len(shipped_files())} files")
