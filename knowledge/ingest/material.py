"""The person's own material: ingested questions with unreviewed key points, one JSON file for each article."""

import os
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from knowledge.bank import Frozen
from knowledge.disk import sync_folder
from knowledge.errors import MaterialInvalid
from knowledge.ingest.entry import Entry
from knowledge.sealed import Changed, seal, unseal

FOLDER = "ingested"
"""Name of the folder inside the home folder."""


class MaterialPoint(Frozen):
    """A key point derived from an answer. `weight`: 3 essential, 2 expected, 1 bonus."""

    id: str
    text: str
    weight: Literal[1, 2, 3] = 2


class MaterialEntry(Frozen):
    """An ingested question. `reviewed` becomes true when a person has accepted its key points, or has `discarded` it."""

    n: int = Field(ge=1)
    question: str = Field(min_length=1)
    recovered: bool
    answer: str = Field(min_length=1)
    warnings: tuple[str, ...] = ()
    key_points: tuple[MaterialPoint, ...] = ()
    reviewed: bool = False
    discarded: bool = False

    @staticmethod
    def of(entry: Entry, key_points: tuple[MaterialPoint, ...]) -> "MaterialEntry":
        """An extracted entry with its derived key points, unreviewed."""
        return MaterialEntry(key_points=key_points, **entry.model_dump(exclude={"file"}))


class Material(Frozen):
    """One ingested article. `file` is its name without folders, `sha256` that of its bytes, in hex."""

    format: Literal[1] = 1
    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    entries: tuple[MaterialEntry, ...]


def material_file(home: Path, sha256: str) -> Path:
    """Where an article's material lies, by the hash of the article's bytes."""
    return home / FOLDER / f"{sha256[:16]}.json"


def add_material(home: Path, material: Material) -> bool:
    """Writes new material; False, and nothing changes, where the same article is there already, edited or not.

    Raises: MaterialInvalid where what is there is damaged or the folder cannot be written.
    """
    file = material_file(home, material.sha256)
    if file.exists():
        read_material(file)
        return False
    save_material(home, material)
    return True


def save_material(home: Path, material: Material) -> Path:
    """Writes material whole or not at all, over what was there. Raises: MaterialInvalid where it cannot be written."""
    file = material_file(home, material.sha256)
    part: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, suffix=".part", delete=False) as out:
            part = Path(out.name)
            out.write(seal(material.model_dump_json(indent=1)))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise MaterialInvalid(
            f"{file} cannot be written ({error.strerror}); free space or rights, or set INTERVIEWER_HOME"
        ) from error
    return file


def read_material(file: Path) -> Material:
    """One article's material. Raises: MaterialInvalid where the file is damaged."""
    try:
        return Material.model_validate_json(unseal(file.read_bytes()))
    except OSError as error:
        raise MaterialInvalid(f"{file} cannot be read ({error.strerror})") from error
    except Changed as error:
        raise MaterialInvalid(
            f"{file} is damaged or was changed by hand (its checksum does not match); it is kept and left out. If the change "
            'is meant, delete its line "check"; else put a copy back, or delete it and ingest the article again'
        ) from error
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise MaterialInvalid(
            f"{file} is damaged ({where}: {problem['msg']}); mend it, or delete it and ingest the article again"
        ) from error


def read_materials(home: Path) -> list[Material]:
    """All ingested material in the order of the file names. Raises: MaterialInvalid where one file is damaged."""
    return [read_material(file) for file in sorted((home / FOLDER).glob("*.json"))]
