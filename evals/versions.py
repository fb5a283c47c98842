"""What decides a grade, as hashes: code, bank, prompts, model, encoder. Resuming and caching rest on it."""

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import interviewer.grading
import knowledge
import prompts
from interviewer.grading.grade import GraderName
from interviewer.settings import Settings
from knowledge.bank import Frozen

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
    """All that decides a grade beside the case. `model`: the language model's name, or 'local'."""

    format: int
    code: str
    grader: GraderName
    model: str
    prompt: str | None
    encoder: str
    threshold: float


def versions_of(settings: Settings, grader: GraderName, encoder_hash: str, threshold: float) -> Versions:
    """The versions of a run that starts now."""
    is_llm = grader is GraderName.LLM
    where = f" at {settings.base_url}" if settings.base_url else ""
    return Versions(
        format=FORMAT,
        code=code_version(),
        grader=grader,
        model=f"{settings.model}{where}" if is_llm else "local",
        prompt=prompts.version("grade") if is_llm else None,
        encoder=encoder_hash[:16],
        threshold=threshold,
    )


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
