"""The questions' index: passages in an embedded Chroma collection and keywords beside it, kept as a cache.

It is rebuilt whenever it is not what it should be.

Each build has a folder of its own, named by the hash of bank, model and format, under `INTERVIEWER_HOME/index`, so processes that
run beside one another only ever read a finished one. A build happens under a lock, and its manifest is written last.
"""

import hashlib
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout
from pydantic import ValidationError

from knowledge.bank import Bank, Frozen
from knowledge.encoder import Encoder, Vectors
from knowledge.errors import IndexUnavailable
from knowledge.keywords import Keywords
from knowledge.passages import Hit, Passage, bank_passages
from knowledge.ranking import best_first, closeness, fused

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

FORMAT = 2
COLLECTION = "passages"
KEYWORDS = "keywords"
MANIFEST = "manifest.json"
NEAREST = 200
"""Passages that a query's questions are ranked by."""
BATCH = 256
PIECE = 16
"""Passages that are embedded at a time: a reply that is graded meanwhile waits for no more than these."""
LOCK_TIMEOUT_S = 600

Progress = Callable[[int, int], None]


class Manifest(Frozen):
    """What an index folder was built from.

    `files` are SHA-256 hashes of the vector and keyword files and `rows` one of the database's vectors and metadata
    (Chroma keeps the newest vectors there); searching changes neither.
    """

    format: int
    bank_hash: str
    model_hash: str
    passages: int
    files: dict[str, str]
    rows: str


class PassageIndex:
    """Finds questions by their passages' meaning and by keywords, over an open Chroma collection."""

    def __init__(self, collection: "Collection", keywords: Keywords, bank: Bank, encoder: Encoder) -> None:
        self._collection = collection
        self._keywords = keywords
        self._bank = bank
        self._encoder = encoder
        self._passages = bank_passages(bank)
        self._number = {question.id: i for i, question in enumerate(bank.questions)}
        self._count = Counter(passage.question_id for passage in self._passages)

    def search(self, texts: list[str], k: int) -> list[list[Hit]]:
        """For each text the `k` best questions, best first, each once, with its best answer passage."""
        if not texts:
            return []
        corrected = [self._keywords.spelling.correct(text) for text in texts]
        vectors = self._encoder.encode(corrected)
        return [self._search_one(text, vector, k) for text, vector in zip(corrected, vectors, strict=True)]

    def _search_one(self, text: str, vector: Vectors, k: int) -> list[Hit]:
        nearest = [(self._number[passage.question_id], cosine) for passage, cosine in self._nearest(vector, NEAREST)]
        scores = fused(closeness(nearest, len(self._bank.questions)), self._keywords.scores(text))
        cosines: dict[str, float] = {}
        for number, cosine in nearest:
            cosines.setdefault(self._bank.questions[number].id, cosine)
        return self._hits(vector, [self._bank.questions[i].id for i in best_first(scores, k)], cosines)

    def _hits(self, vector: Vectors, ids: list[str], cosines: dict[str, float]) -> list[Hit]:
        found = dict(cosines)
        answers: dict[str, str] = {}
        where: dict[str, object] = {"question": {"$in": ids}}
        for passage, cosine in self._nearest(vector, sum(self._count[id] for id in ids), where):
            found.setdefault(passage.question_id, cosine)
            if passage.kind == "answer":
                answers.setdefault(passage.question_id, passage.text)
        return [
            Hit(
                question_id=id,
                question=self._bank.by_id[id].question,
                passage=answers.get(id, self._bank.by_id[id].answer),
                sources=self._bank.by_id[id].sources,
                similarity=found.get(id, 0.0),
            )
            for id in ids
        ]

    def _nearest(
        self, vector: Vectors, n: int, where: dict[str, object] | None = None
    ) -> Iterator[tuple[Passage, float]]:
        found = self._collection.query(
            query_embeddings=[vector.tolist()],
            n_results=min(n, len(self._passages)),
            where=where,  # type: ignore[arg-type]
            include=["distances"],
        )
        for id, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True):
            yield self._passages[int(id)], 1.0 - float(distance)


def open_index(folder: Path, bank: Bank, encoder: Encoder, progress: Progress | None = None) -> PassageIndex:
    """The index of this bank and model, built first where it is missing, stale or damaged.

    Args:
        folder: holds one sub-folder for each build.
        progress: called with (passages done, passages in all) while building.

    Raises: IndexUnavailable where it cannot be built or opened (disk full, no permission).
    """
    key = index_key(bank, encoder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (opened := _open_sound(folder, key, bank)) is None:
            with FileLock(folder / "build.lock", timeout=LOCK_TIMEOUT_S):
                # Another process may have built it while this one waited.
                if (opened := _open_sound(folder, key, bank)) is None:
                    _build_or_tell(folder, key, bank, encoder, progress)
                    opened = _open_sound(folder, key, bank)
    except (OSError, Timeout) as error:
        raise IndexUnavailable(
            f"the index in {folder} cannot be built ({error}); free the disk or the folder's rights"
        ) from error
    if opened is None:
        raise IndexUnavailable(
            f"the index in {folder} was built and still does not open; delete the folder and try again"
        )
    return PassageIndex(*opened, bank, encoder)


def index_homes(folder: Path, key: str) -> list[Path]:
    """The folders built for this key; more than one only while a damaged one waits for its removal."""
    return sorted(folder.glob(f"{key}-*"))


def index_key(bank: Bank, encoder: Encoder) -> str:
    """Name of the folder: a hash over all that decides the index's content."""
    return hashlib.sha256(f"{FORMAT}:{bank.content_hash}:{encoder.model_hash}".encode()).hexdigest()[:16]


def index_fault(home: Path) -> str | None:
    """Why the folder is not a sound index, or None.

    Chroma itself opens a folder with damaged pages or vectors and answers wrongly, so its files are checked first.
    """
    try:
        manifest = Manifest.model_validate_json((home / MANIFEST).read_text())
        if _vector_files(home) != manifest.files:
            return "its vector files are not the ones that were built"
        with closing(_read_only(home)) as connection:
            verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
            if verdict == "ok" and _rows_hash(connection) != manifest.rows:
                return "its database does not hold what was built"
    except FileNotFoundError:
        return "it has not been built"
    except (OSError, UnicodeDecodeError, ValidationError, sqlite3.DatabaseError) as error:
        return f"it cannot be read ({str(error).splitlines()[0]})"
    return None if verdict == "ok" else f"its database is damaged ({verdict})"


def _open_sound(folder: Path, key: str, bank: Bank) -> "tuple[Collection, Keywords] | None":
    homes = [home for home in index_homes(folder, key) if index_fault(home) is None]
    if not homes:
        return None
    from chromadb.errors import ChromaError

    try:
        collection = _client(homes[0]).get_collection(COLLECTION, embedding_function=None)
        keywords = Keywords.load(homes[0] / KEYWORDS, bank)
        return (collection, keywords) if collection.count() == len(bank_passages(bank)) else None
    except (ChromaError, ValueError):
        return None


def _build_or_tell(folder: Path, key: str, bank: Bank, encoder: Encoder, progress: Progress | None) -> None:
    """Raises: OSError, IndexUnavailable where Chroma could not write."""
    from chromadb.errors import ChromaError

    try:
        _build(folder, key, bank, encoder, progress)
    except (ChromaError, sqlite3.Error) as error:
        raise IndexUnavailable(
            f"the index in {folder} cannot be built ({str(error).splitlines()[0]}); free the disk or the folder's rights"
        ) from error


def _embedded(texts: list[str], encoder: Encoder) -> Vectors:
    return np.concatenate([encoder.encode(texts[at : at + PIECE]) for at in range(0, len(texts), PIECE)])


def _build(folder: Path, key: str, bank: Bank, encoder: Encoder, progress: Progress | None) -> None:
    # A new name for each build: Chroma keeps a client for each path and would serve the deleted one.
    home = Path(tempfile.mkdtemp(prefix=f"{key}-", dir=folder))
    passages = bank_passages(bank)
    collection = _client(home).create_collection(
        COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": NEAREST}}
    )
    # Texts of one length together: a batch is padded to its longest.
    order = sorted(range(len(passages)), key=lambda i: len(passages[i].text))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        collection.add(
            ids=[str(i) for i in batch],
            embeddings=_embedded([passages[i].text for i in batch], encoder),
            metadatas=[{"question": passages[i].question_id, "kind": passages[i].kind} for i in batch],
        )
        if progress:
            progress(start + len(batch), len(passages))
    Keywords.of(bank).save(home / KEYWORDS)
    with closing(_read_only(home)) as connection:
        rows = _rows_hash(connection)
    manifest = Manifest(
        format=FORMAT,
        bank_hash=bank.content_hash,
        model_hash=encoder.model_hash,
        passages=len(passages),
        files=_vector_files(home),
        rows=rows,
    )
    # The manifest comes last: a folder without one is an unfinished build.
    (home / "manifest.part").write_text(manifest.model_dump_json(indent=1))
    (home / "manifest.part").replace(home / MANIFEST)
    for other in folder.iterdir():
        if other.is_dir() and other != home:
            shutil.rmtree(other, ignore_errors=True)


def _vector_files(home: Path) -> dict[str, str]:
    files = sorted(file for file in home.glob("*/*") if file.is_file())
    return {str(file.relative_to(home)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _read_only(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{home / 'chroma.sqlite3'}?mode=ro", uri=True)


def _rows_hash(connection: sqlite3.Connection) -> str:
    found = hashlib.sha256()
    for table in ("embeddings_queue", "embeddings", "embedding_metadata"):
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):
            found.update(repr(row).encode())
    return found.hexdigest()


def _client(home: Path) -> "ClientAPI":
    # Chroma's own telemetry is off: nothing leaves the machine.
    from chromadb import PersistentClient
    from chromadb.config import Settings

    return PersistentClient(str(home), settings=Settings(anonymized_telemetry=False))
