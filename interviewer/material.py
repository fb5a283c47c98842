"""The person's own material while the program runs: its questions, its index, and what a review changes on disk."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from interviewer.errors import InputInvalid
from interviewer.grading.tasks import derive_points
from knowledge.bank import MOST_KEY_POINTS, Bank, Question, Standing
from knowledge.encoder import Encoder
from knowledge.errors import MaterialInvalid
from knowledge.index import PassageIndex, open_index
from knowledge.ingest.claims import claims
from knowledge.ingest.entry import Extraction
from knowledge.ingest.material import (
    FOLDER,
    Material,
    MaterialEntry,
    MaterialPoint,
    material_file,
    read_material,
    save_material,
)
from knowledge.ingest.own import own_question, own_questions
from knowledge.passages import Hit

INDEX_FOLDER = "ingested-index"
"""Name of the index's folder inside the home folder."""
Fingerprint = tuple[tuple[str, int, int], ...]


class OwnMaterial:
    """Reads the material of a home folder, again whenever a file there changes. Safe to call from many threads.

    Args:
        home: the data folder.
        encoder: opens the sentence encoder; called only where something has to be searched.
        warn: told of each file and question that cannot be used, once.
    """

    def __init__(self, home: Path, encoder: Callable[[], Encoder], warn: Callable[[str], None]) -> None:
        self._home = home
        self._encoder = encoder
        self._warn = warn
        self._lock = Lock()
        self._index_lock = Lock()
        self._seen: Fingerprint | None = None
        self._materials: tuple[Material, ...] = ()
        self._questions: tuple[Question, ...] = ()
        self._indexed: tuple[Bank, PassageIndex] | None = None

    @property
    def materials(self) -> tuple[Material, ...]:
        """All articles in the order of their files' names; one that is damaged is left out with a warning."""
        self._refresh()
        return self._materials

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, also unreviewed and discarded ones; the same object until a file changes."""
        self._refresh()
        return self._questions

    def find(self, sha256: str) -> Material | None:
        """An article's material by the hash of its bytes. Raises: MaterialInvalid where its file is damaged."""
        file = material_file(self._home, sha256)
        return read_material(file) if file.exists() else None

    def keep(self, material: Material) -> None:
        """Writes an article's material with its review as it stands, whole or not at all.

        Raises: InputInvalid where an accepted question cannot be asked, MaterialInvalid where it cannot be written.
        """
        for entry in material.entries:
            if entry.reviewed and not entry.discarded:
                check_entry(material, entry)
        save_material(self._home, material)

    def search(self, texts: list[str], k: int) -> list[list[Hit]]:
        """For each text the `k` nearest of the questions that were not discarded, best first.

        Raises: IndexUnavailable, ModelUnavailable.
        """
        kept = tuple(question for question in self.questions if question.standing is not Standing.DISCARDED)
        return self._index(Bank(questions=kept)).search(texts, k) if kept else [[] for _ in texts]

    def _index(self, bank: Bank) -> PassageIndex:
        with self._index_lock:
            if self._indexed is None or self._indexed[0] != bank:
                self._indexed = (bank, open_index(self._home / INDEX_FOLDER, bank, self._encoder()))
            return self._indexed[1]

    def _refresh(self) -> None:
        with self._lock:
            seen = _fingerprint(self._home / FOLDER)
            if seen == self._seen:
                return
            self._seen = seen
            self._materials = tuple(self._readable())
            self._questions, faults = own_questions(self._materials)
            for fault in faults:
                self._warn(f"{fault}; it is left out, mend it under Bank")

    def _readable(self) -> list[Material]:
        found = []
        for name, _, _ in self._seen or ():
            try:
                found.append(read_material(self._home / FOLDER / name))
            except MaterialInvalid as error:
                self._warn(str(error))
        return found


def material_of(extraction: Extraction) -> Material:
    """An article's questions with key points derived by sentence, all unreviewed."""
    return Material(
        file=Path(extraction.file).name,
        sha256=extraction.sha256,
        entries=tuple(MaterialEntry.of(entry, key_points(entry.answer)) for entry in extraction.entries),
    )


def key_points(answer: str) -> tuple[MaterialPoint, ...]:
    """One expected point for each claim of the answer; of an answer that is code alone, the code."""
    points = derive_points(claims(answer)) or derive_points(answer)
    return tuple(MaterialPoint(id=point.id, text=point.text) for point in points)


def check_entry(material: Material, entry: MaterialEntry) -> None:
    """Raises: InputInvalid, in one line, where an entry cannot be made a question."""
    which = f"question {entry.n}"
    if not entry.question.strip():
        raise InputInvalid(f"{which} has no text; write the question, or discard it")
    if not entry.answer.strip():
        raise InputInvalid(f"{which} has no answer; write one, or discard it")
    if not entry.key_points:
        raise InputInvalid(f"{which} has no key point to grade by; write at least one, each on a line of its own")
    if len(entry.key_points) > MOST_KEY_POINTS:
        raise InputInvalid(
            f"{which} has {len(entry.key_points)} key points; at most {MOST_KEY_POINTS} key points are graded, so join or drop some"
        )
    try:
        own_question(material, entry)
    except ValueError as error:
        problem = error.errors()[0] if hasattr(error, "errors") else {"loc": (), "msg": str(error)}
        where = " ".join(str(part).replace("_", " ") for part in problem["loc"][:1])
        raise InputInvalid(f"{which}: {where}: {problem['msg']}; shorten it, or discard it") from error


def _fingerprint(folder: Path) -> Fingerprint:
    """Name, time of change (ns) and size (bytes) of each file."""
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            status = file.stat()
        except FileNotFoundError:
            continue
        found.append((file.name, status.st_mtime_ns, status.st_size))
    return tuple(found)
