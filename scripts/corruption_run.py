"""Damages the program's files, one at a time, and looks whether it is noticed and what becomes of them.

    python scripts/corruption_run.py [--seed 1] [--part NAME] [--verbose]

Each file is cut, has a byte flipped, is filled with zeros, or is removed: the database and its log, the index, the person's
own articles, saved settings, the bank with its vectors, and the models. Each time the damage must be told in one line that says what to do, or
the index be built anew with the same answers, or, where no information was hit, all be read back as it was; and the damaged
file must still be there, under its own name or another. Exit status 1 where it is not so.
"""

import argparse
import hashlib
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from interviewer.errors import InterviewerError
from interviewer.events import Replied, SessionConfig, Started
from interviewer.saved import Saved, read_saved, write_saved
from interviewer.shipped import SHIPPED, changed_files
from interviewer.store import open_store
from knowledge import encoder as encoders
from knowledge.bank import Bank
from knowledge.encoder import Vectors, Words
from knowledge.errors import KnowledgeError
from knowledge.index import open_index
from knowledge.ingest.material import Material, MaterialEntry, read_material, save_material
from knowledge.load import load_bank
from knowledge.vectors import FILE as VECTORS
from knowledge.vectors import BankVectors

Harm = Callable[[Path, random.Random], None]
Trial = tuple[str, Path, Callable[[], str]]
"""A file to damage, and what then says what was noticed: 'told', 'rebuilt', 'harmless', or what is wrong."""
ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def cut(file: Path, chance: random.Random) -> None:
    """Leaves the first part."""
    os.truncate(file, chance.randrange(file.stat().st_size))


def flip(file: Path, chance: random.Random) -> None:
    """Changes one bit."""
    with file.open("r+b") as stream:
        stream.seek(at := chance.randrange(file.stat().st_size))
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([byte ^ 1 << chance.randrange(8)]))


def zero(file: Path, chance: random.Random) -> None:
    """Fills a page of 4,096 bytes with zeros, or the whole of a smaller file."""
    size = file.stat().st_size
    start = chance.randrange(max(1, size // 4096)) * 4096
    with file.open("r+b") as stream:
        stream.seek(start)
        stream.write(bytes(min(4096, size - start)))


def remove(file: Path, _: random.Random) -> None:
    """Removes it."""
    file.unlink()


HARMS: tuple[Harm, ...] = (flip, cut, zero, remove)


class Hashed:
    """An encoder that costs nothing: what is damaged here is the index's files, not what they mean."""

    model_hash = "0" * 64

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors by the text's hash, shape (len(texts), 32), rows of length 1."""
        rows = [
            np.random.default_rng(int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)).normal(size=32)
            for text in texts
        ]
        found = np.asarray(rows, dtype=np.float32).reshape(len(texts), 32)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def told(error: Exception | str) -> str:
    """'told', where the message is one line that says what to do."""
    text = str(error)
    advice = (
        "reinstall",
        "make clean setup",
        "make setup",
        "delete",
        "restore",
        "rescue",
        "Look at",
        "put it back",
        "mend",
        "doctor",
    )
    return "told" if "\n" not in text and any(word in text for word in advice) else f"told badly: {text[:200]}"


def database(work: Path, killed: bool) -> tuple[Path, Callable[[Path], str]]:
    """A database of 20 sessions, closed or with its writer killed, and how to look at a damaged one."""
    file = work / "interviewer.db"
    if pid := os.fork():
        os.waitpid(pid, 0)
    else:
        store, _ = open_store(f"sqlite:///{file}")
        for i in range(20):
            store.append(
                f"s{i:02}", -1, [Started(config=SessionConfig(), bank_hash="b"), Replied(text=f"{i} " * 900)], NOW
            )
        if not killed:
            store.close()
        os.kill(os.getpid(), signal.SIGKILL)
    return file, look_at_database


def look_at_database(file: Path) -> str:
    """Opens it and reads all."""
    store, warning = open_store(f"sqlite:///{file}")
    try:
        ids = store.session_ids()
        for id in ids:
            store.load(id)
        store.append("after", -1, [Started(config=SessionConfig(), bank_hash="b")], NOW)
        if warning:
            return told(warning)
        return "harmless" if len(ids) == 20 else f"{20 - len(ids)} sessions went without a word"
    finally:
        store.close()


def databases(work: Path, chance: random.Random) -> Iterator[Trial]:
    """Twenty on a closed database, twelve on one with a log."""
    for killed, names, count in ((False, ("",), 20), (True, ("", "-wal", "-wal", "-wal"), 16)):
        (made := work / f"made-{killed}").mkdir()
        file, look = database(made, killed)
        for n in range(count):
            copy = work / f"db-{killed}-{n}"
            shutil.copytree(made, copy)
            harmed = copy / f"{file.name}{names[n // 4 % len(names)]}"
            yield "database", harmed, partial(look, copy / file.name)


def indexes(work: Path, chance: random.Random) -> Iterator[Trial]:
    """Each kind of file of an index."""
    bank = Bank(questions=load_bank().questions[:6])
    encoder = Hashed()
    queries = [question.question for question in bank.questions]
    answers = open_index(work / "index", bank, encoder).search(queries, 3)

    def look(folder: Path) -> str:
        before = {home.name for home in folder.iterdir() if home.is_dir()}
        found = open_index(folder, bank, encoder).search(queries, 3)
        after = {home.name for home in folder.iterdir() if home.is_dir()}
        if found != answers:
            return "the index answers otherwise"
        return "rebuilt" if after != before else "harmless"

    files = sorted(file.relative_to(work / "index") for file in (work / "index").rglob("*") if file.is_file())
    files = [file for file in files if file.name != "build.lock" and (work / "index" / file).stat().st_size]
    for n in range(24):
        copy = work / f"index-{n}"
        shutil.copytree(work / "index", copy)
        yield "index", copy / files[n // 4 % len(files)], partial(look, copy)


def articles(work: Path, chance: random.Random) -> Iterator[Trial]:
    """The person's own articles; one that is removed is the person's doing."""
    entries = tuple(
        MaterialEntry(n=n, question=f"Question {n}?", recovered=False, answer="An answer. " * n) for n in range(1, 9)
    )
    for n in range(12):
        material = Material(file="article.txt", sha256=f"{n:064x}", entries=entries)
        file = save_material(work / f"own-{n}", material)
        yield "article", file, partial(_same, read_material, file, material)


def settings(work: Path, chance: random.Random) -> Iterator[Trial]:
    """What the page saved; without the file the settings are the defaults, which the page shows."""
    saved = Saved(model="some-model", base_url="http://127.0.0.1:8000/v1", daily_goal=7)
    for n in range(12):
        home = work / f"settings-{n}"
        write_saved(home, saved)
        yield "settings", home / "settings.json", partial(_same, read_saved, home, saved)


def _same(read: Callable[[Path], object], file: Path, meant: object) -> str:
    return "harmless" if read(file) == meant else "other content was read"


def shipped(work: Path, chance: random.Random) -> Iterator[Trial]:
    """The bank, its statements and the models of the graders: what `doctor` looks at."""
    copy = work / "shipped"
    for pattern in SHIPPED:
        for file in ROOT.glob(pattern):
            (copy / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy / file.relative_to(ROOT))

    edited = changed_files(copy)

    def look(name: str) -> str:
        changed = [other for other in changed_files(copy) if other == name or other not in edited]
        shutil.copy2(ROOT / name, copy / name)
        return "told" if changed == [name] else f"{name} was not noticed: {changed}"

    files = chance.sample(sorted(file.relative_to(copy).as_posix() for file in copy.rglob("*") if file.is_file()), 5)
    for n in range(20):
        yield "bank and graders", copy / files[n // 4], partial(look, files[n // 4])


def vectors(work: Path, chance: random.Random) -> Iterator[Trial]:
    """The bank's vectors: whoever grades with damaged ones must be told, besides what `doctor` tells."""
    texts = [statement.text for statement in load_bank().statements[:50]]
    # The encoder's own vectors, had it to embed the texts, would be right as well; these cannot be.
    sound = BankVectors(Wrong())
    encoded, elsewhere = sound.encode(texts), sound.nearest_elsewhere(sound.encode(texts), None)

    def look(file: Path) -> str:
        found = BankVectors(Wrong(), file)
        nearest = found.nearest_elsewhere(encoded, None)
        same = np.array_equal(nearest, elsewhere) and np.array_equal(found.encode(texts), encoded)
        file.unlink()
        return "harmless" if same else "a grade would rest on other vectors"

    for n in range(20):
        file = work / f"vectors-{n}.npz"
        shutil.copy2(VECTORS, file)
        yield "vectors", file, partial(look, file)


class Wrong:
    """An encoder of the bundled one's name that gives every text the same vector."""

    model_hash = encoders.BUNDLED_SHA256

    def encode(self, texts: list[str]) -> Vectors:
        """Shape (len(texts), 384)."""
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float32)

    def words(self, text: str) -> Words:
        """The parts between blanks, each with the same vector."""
        texts = text.lower().split()
        return Words(tuple(texts), self.encode(texts))


def models(work: Path, chance: random.Random) -> Iterator[Trial]:
    """The sentence encoder's files."""
    official = encoders.bundled_folder()
    names = ("model.safetensors", "tokenizer.json", "vocab.txt", "modules.json")
    for n in range(16):
        package = work / f"model-{n}" / encoders.BUNDLED_PACKAGE
        shutil.copytree(official, package / "model")
        (package / "__init__.py").touch()
        yield "encoder", package / "model" / names[n // 4], partial(_open_encoder, package.parent)
        shutil.rmtree(package)


def _open_encoder(path: Path) -> str:
    sys.path.insert(0, str(path))
    importlib.invalidate_caches()
    try:
        encoders.open_encoder()
        return "a damaged encoder was opened"
    finally:
        sys.path.remove(str(path))


PARTS: dict[str, Callable[[Path, random.Random], Iterator[Trial]]] = {
    "database": databases,
    "index": indexes,
    "articles": articles,
    "settings": settings,
    "shipped": shipped,
    "vectors": vectors,
    "encoder": models,
}


def damaged_once(trial: Trial, harm: Harm, chance: random.Random) -> str:
    """Damages the file and returns what came of it."""
    kind, file, look = trial
    before = file.read_bytes()
    harm(file, chance)
    harmed = file.read_bytes() if file.exists() else None
    if harmed == before:
        return "harmless"
    try:
        outcome = look()
    except (InterviewerError, KnowledgeError) as error:
        outcome = told(error)
    if harm is remove and kind in ("article", "settings"):
        return "told" if outcome != "other content was read" else "harmless"
    # A log that was read to its end is emptied in good order; the index is a cache.
    keeps = kind in ("database", "article", "settings") and outcome == "told" and harmed is not None
    if keeps and not any(other.is_file() and other.read_bytes() == harmed for other in file.parent.iterdir()):
        return "the damaged file is gone"
    return outcome


def main() -> int:
    """Damages each part and prints what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=[*PARTS])
    parser.add_argument("--verbose", action="store_true", help="print each damage and what came of it")
    arguments = parser.parse_args()
    fine, wrong = Counter[str](), 0
    for name, trials in PARTS.items():
        if arguments.part not in (None, name):
            continue
        chance = random.Random(arguments.seed)
        with tempfile.TemporaryDirectory() as folder:
            for n, trial in enumerate(trials(Path(folder), chance)):
                harm = HARMS[n % len(HARMS)]
                outcome = damaged_once(trial, harm, chance)
                good = outcome in ("told", "rebuilt", "harmless")
                fine[f"{name} {outcome}" if good else f"{name} NOT ok"] += 1
                wrong += not good
                if arguments.verbose or not good:
                    print(f"{name}: {trial[1].name}, {harm.__name__}: {outcome}")
    print(json.dumps(dict(fine)))
    print(f"{sum(fine.values())} corruptions, {wrong} not as they should be")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
