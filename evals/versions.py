"""What decides a grade, as hashes: code, bank, prompts, model, encoder. Resuming and caching rest on it."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import interviewer.grading
import knowledge
import prompts
from interviewer.errors import JudgeFailed, SettingsInvalid
from interviewer.grading.grade import GraderName
from interviewer.settings import Settings
from knowledge.bank import Frozen, Question

FORMAT = 1
"""Of the results folder; another number is refused."""
GRADING_MODULES = (
    "canonical.py",
    "errors.py",
    "events.py",
    "patterns.py",
    "relevance.py",
    "requests.py",
    "saved.py",
    "settings.py",
    "utterance.py",
)
"""Modules of `interviewer` outside `grading/` that grading imports; a test holds this list to the imports."""
LIBRARIES = ("torch", "sentence-transformers", "transformers", "numpy")


class Versions(Frozen):
    """All that decides a grade beside the case.

    `model`: the language model's name, or 'local'. `code` covers what comes with the program: the bank, its vectors and the
    shipped weights too. `weights` are those of a local grader of one's own, `material` the person's own questions; None
    where there are none.
    """

    format: int
    code: str
    grader: GraderName
    model: str
    prompt: str | None
    encoder: str
    threshold: float
    weights: str | None = None
    material: str | None = None

    @property
    def digest(self) -> str:
        """Six hex digits over all of these."""
        return _hash(self.model_dump_json().encode())[:6]


def versions_of(
    settings: Settings, grader: GraderName, encoder_hash: str, threshold: float, own: Sequence[Question] = ()
) -> Versions:
    """The versions of a run that starts now.

    Args:
        own: the person's own questions: cases may ask them, and their words are known ones.

    Raises: SettingsInvalid where a local grader of one's own cannot be read.
    """
    is_llm = grader is GraderName.LLM
    return Versions(
        format=FORMAT,
        code=code_version(),
        grader=grader,
        model=_language_model(settings) if is_llm else "local",
        prompt=prompts.version("grade") if is_llm else None,
        encoder=encoder_hash[:16],
        threshold=threshold,
        weights=_own_weights(settings.grader_folder) if settings.grader_folder else None,
        material=_hash("\n".join(question.model_dump_json() for question in own).encode()) if own else None,
    )


def _language_model(settings: Settings) -> str:
    where = f" at {settings.base_url}" if settings.base_url else ""
    form = f" as {settings.llm_format.value}" if settings.llm_format else ""
    return f"{settings.model}{where}{form}"


def _own_weights(folder: Path) -> str:
    """A hash over the card, which holds that of the weights and what was fitted to them."""
    from interviewer.grading.local import CARD, LocalJudge

    try:
        card = LocalJudge(folder).card
    except JudgeFailed as error:
        raise SettingsInvalid(
            f"INTERVIEWER_GRADER: {folder / CARD} cannot be read; name the folder of a grader, or none for the shipped one"
        ) from error
    return _hash(card.model_dump_json().encode())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


@lru_cache(maxsize=1)
def code_version() -> str:
    """16 hex digits over every file that grading reads from our packages, and the versions of the libraries below it."""
    digest = hashlib.sha256()
    for file in grading_files():
        digest.update(f"{file.parent.name}/{file.name}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    for name in LIBRARIES:
        digest.update(f"{name} {_version(name)}\n".encode())
    return digest.hexdigest()[:16]


def grading_files() -> list[Path]:
    """The files of our packages that decide a grade, and what a grader is asked, sorted."""
    grading = Path(interviewer.grading.__path__[0])
    folders = (grading, grading.parent / "llm", Path(knowledge.__path__[0]), Path(prompts.__path__[0]))
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    kept = [file for file in files if file.suffix != ".pyc"]
    asked = Path(__file__).with_name("asked.py")
    return sorted([*kept, asked, *(grading.parent / name for name in GRADING_MODULES)])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
