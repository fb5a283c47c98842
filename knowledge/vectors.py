"""Vectors of the bank's texts, which come with the program: to embed all that a question's grade needs takes longer than the
grade, and to embed the whole bank takes minutes.

    python -m knowledge.vectors

makes the file anew, after the bank was changed; until then the texts that changed are embedded when they are needed.
"""

import hashlib
import logging
import struct
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.bank import Bank
from knowledge.encoder import Encoder, Vectors, WordEncoder, Words, open_encoder
from knowledge.errors import ModelUnavailable
from knowledge.load import load_bank
from knowledge.passages import bank_passages

log = logging.getLogger("knowledge.vectors")
Made = TypeVar("Made")

FILE = Path(__file__).with_name("vectors.npz")
STEPS = 127
"""Each number is kept in one byte, as so many steps to either side of 0 up to the vector's largest: cosines change by less than 0.01."""
AT_ONCE = 64
DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    RuntimeError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise where a byte of an archive is not the one that was written: each member has a checksum."""
REMEMBERED = 2000
"""Texts beside the bank's whose vectors are kept: 3 MB."""
REMEMBERED_WORDS = 8000
"""Words whose vectors are kept, in whole texts: 12 MB."""


class Kept(NamedTuple):
    """What the file holds: a row for each text with its key, vector, and the question that it is a statement of, or -1."""

    model_hash: str
    rows: dict[int, int]
    vectors: Vectors
    owners: NDArray[np.int32]
    questions: tuple[str, ...]


class _Recent(Generic[Made]):
    """The latest things that were made, the oldest dropped first; what one thread makes, others do not wait for.

    Args:
        size: of one of them.
    """

    def __init__(self, size: Callable[[Made], int]) -> None:
        self._size = size
        self._made: OrderedDict[int, Made] = OrderedDict()
        self._lock = Lock()

    def get(self, key: int, make: Callable[[], Made], most: int) -> Made:
        """What is kept under the key, or else is made and kept, within `most` in sum of sizes."""
        with self._lock:
            if (known := self._made.get(key)) is not None:
                return known
        made = make()
        with self._lock:
            self._made[key] = made
            while sum(map(self._size, self._made.values())) > most:
                self._made.popitem(last=False)
        return made

    def clear(self) -> None:
        """Drops all."""
        with self._lock:
            self._made.clear()


class BankVectors:
    """An Encoder that takes the vectors of the bank's texts from the file, where that was made with the same weights, and keeps
    the latest others: a reply's sentences are looked at more than once.

    What is embedded together is kept together, under the hash of all: the last digits of a vector depend on the texts beside
    it, and must not on what was asked before.
    """

    def __init__(self, encoder: WordEncoder, file: Path = FILE) -> None:
        self._encoder = encoder
        self._file = file
        self._recent: _Recent[Vectors] = _Recent(len)
        self._recent_words: _Recent[Words] = _Recent(lambda words: 1 + len(words.texts))

    @property
    def model_hash(self) -> str:
        """SHA-256 of the weights, hex."""
        return self._encoder.model_hash

    def encode(self, texts: list[str]) -> Vectors:
        """Embeddings, shape (len(texts), dimension), rows of length 1. Raises: ModelUnavailable."""
        if not texts:
            return self._encoder.encode(texts)
        keys = [_key(text) for text in texts]
        known = self._of_bank(keys)
        unknown = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if unknown:
            known |= zip(unknown, self._embedded(list(unknown.values())), strict=True)
        return np.stack([known[key] for key in keys])

    def words(self, text: str) -> Words:
        """The words of a text with a vector for each. Raises: ModelUnavailable."""
        return self._recent_words.get(_key(text), lambda: self._encoder.words(text), REMEMBERED_WORDS)

    def forget(self) -> None:
        """Drops what is kept beside the bank's."""
        self._recent.clear()
        self._recent_words.clear()

    def nearest_elsewhere(self, said: Vectors, question_id: str | None) -> Vectors:
        """For each vector, shape (n, dimension), the highest cosine to a statement of another question, shape (n,).

        Raises: ModelUnavailable without the file: a grade must not rest on a guess.
        """
        kept = self._kept
        if kept is None:
            raise ModelUnavailable(
                f"{self._file}, which came with the program, is missing, damaged or another encoder's; reinstall the package"
            )
        own = kept.questions.index(question_id) if question_id in kept.questions else -1
        found = said @ kept.vectors.T
        found[:, (kept.owners < 0) | (kept.owners == own)] = -1.0
        return np.asarray(found.max(axis=1, initial=-1.0), dtype=np.float32)

    def _of_bank(self, keys: Sequence[int]) -> dict[int, Vectors]:
        kept = self._kept
        return {key: kept.vectors[kept.rows[key]] for key in keys if key in kept.rows} if kept else {}

    def _embedded(self, texts: list[str]) -> Vectors:
        return self._recent.get(_key(repr(texts)), lambda: self._encoder.encode(texts), REMEMBERED)

    @cached_property
    def _kept(self) -> Kept | None:
        kept = _read(self._file)
        return kept if kept and kept.model_hash == self.model_hash else None


def write_vectors(bank: Bank, encoder: Encoder, file: Path = FILE) -> int:
    """Embeds what the bank holds into the file; the number of texts. Raises: OSError, ModelUnavailable."""
    owner_of = bank_texts(bank)
    texts = sorted(owner_of, key=len)
    vectors = np.concatenate([encoder.encode(texts[at : at + AT_ONCE]) for at in range(0, len(texts), AT_ONCE)])
    np.savez_compressed(
        file,
        model=np.array(encoder.model_hash),
        keys=np.array([_key(text) for text in texts], dtype=np.uint64),
        steps=to_steps(vectors),
        owners=np.array([owner_of[text] for text in texts], dtype=np.int32),
        questions=np.array([question.id for question in bank.questions]),
    )
    return len(texts)


def to_steps(vectors: Vectors) -> NDArray[np.int8]:
    """Vectors, shape (n, dimension), with a byte for each number, as they are kept."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.asarray(np.round(vectors / largest * STEPS), dtype=np.int8)


def from_steps(kept: NDArray[np.int8]) -> Vectors:
    """Vectors of length 1 from how they are kept."""
    steps = kept.astype(np.float32)
    return np.asarray(steps / np.linalg.norm(steps, axis=1, keepdims=True))


def bank_texts(bank: Bank) -> dict[str, int]:
    """All that is ever embedded of the bank, each with the number of the question that it is a statement of, or -1."""
    numbers = {question.id: i for i, question in enumerate(bank.questions)}
    points = [point.text for question in bank.questions for point in question.key_points]
    found = dict.fromkeys([*points, *(passage.text for passage in bank_passages(bank))], -1)
    return found | {statement.text: numbers[statement.question] for statement in bank.statements}


def _read(file: Path) -> Kept | None:
    try:
        with np.load(file, allow_pickle=False) as found:
            return Kept(
                str(found["model"]),
                {int(key): row for row, key in enumerate(found["keys"])},
                from_steps(found["steps"]),
                found["owners"],
                tuple(str(id) for id in found["questions"]),
            )
    except DAMAGE as error:
        # `interviewer doctor` tells of it, too.
        log.warning("the vectors in %s cannot be read (%s); reinstall the package", file, error)
        return None


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")


if __name__ == "__main__":
    print(f"{FILE.name}: {write_vectors(load_bank(), open_encoder())} texts")
