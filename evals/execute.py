"""`interviewer evals run`: cases and settings in, a results folder out."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from evals.baselines import read_or_measure
from evals.cache import GradeCache
from evals.cases import Cases
from evals.folder import METRICS, Folder, Run, hold, write_whole
from evals.records import join
from evals.report import write_report
from evals.results import Metrics, measure_run
from evals.rows import Prices
from evals.run import Engine, Progress, cached, local_engine, run
from evals.threshold import read_thresholds
from evals.versions import Versions, versions_of
from interviewer.grading.grade import GraderName
from interviewer.llm.recorder import Replayer, responses_hash
from interviewer.wiring import Interviewer
from knowledge.bank import Frozen

Bar = Callable[[str], Progress | None]


class Options(Frozen):
    """How to run. `out` None means a folder in the home that the versions and cases name, so that it is found again.

    `replay`: a folder of recorded responses, which stand in for the language model's server.
    """

    files: tuple[Path, ...]
    grader: GraderName = GraderName.LOCAL
    out: Path | None = None
    limit: int | None = None
    engine: Literal["local", "ray"] = "local"
    workers: int = 1
    per_minute: int | None = None
    repeats: int = 1
    prices: Prices = Prices()
    cache: bool = True
    replay: Path | None = None


class Done(NamedTuple):
    """A finished run. `graded`: how many cases it graded now; `reason`: the first ungraded case's, or None."""

    folder: Path
    metrics: Metrics
    graded: int
    reason: str | None


def execute(interviewer: Interviewer, cases: Cases, options: Options, bar: Bar = lambda title: None) -> Done:
    """Grades what is not graded yet and writes metrics and report.

    Raises: FolderInvalid, WriteFailed, SettingsInvalid, knowledge.errors.KnowledgeError.
    """
    begun = manifest(interviewer, cases, options)
    versions = begun.versions
    engine = make_engine(interviewer, options)
    path = options.out or default_folder(interviewer, begun)
    with hold(path, begun, cases, options.limit) as folder:
        graded = _grade(interviewer, folder, engine, options, versions, bar("Grading"))
        measured = _measure(interviewer, folder, begun, bar)
    reason = next((row.ungraded for row in folder.rows if row.ungraded), None)
    return Done(path, measured, graded, reason)


def manifest(interviewer: Interviewer, cases: Cases, options: Options) -> Run:
    """What a run over these cases that starts now is of."""
    threshold = read_thresholds().threshold[options.grader]
    own = interviewer.material.questions
    versions = versions_of(interviewer.settings, options.grader, interviewer.encoder.model_hash, threshold, own)
    if options.replay is not None:
        versions = versions.model_copy(update={"model": f"{versions.model}, replayed {responses_hash(options.replay)}"})
    return Run(
        versions=versions,
        cases_hash=cases.content_hash,
        cases=len(cases),
        files=tuple(os.fsencode(file.name).decode("utf-8", "replace") for file in options.files),
        repeats=options.repeats,
    )


def default_folder(interviewer: Interviewer, begun: Run) -> Path:
    """Where a run goes that names no folder."""
    versions = begun.versions
    name = f"{versions.grader}-{versions.digest}-{begun.cases_hash[:8]}"
    return interviewer.settings.home / "evals" / name


def make_engine(interviewer: Interviewer, options: Options) -> Engine:
    """The engine asked for. Raises: ExtraMissing, SettingsInvalid where no language model is set."""
    if options.engine == "ray":
        from evals.engine_ray import ray_engine

        return ray_engine(interviewer.settings, options.grader, options.workers)
    exchange = Replayer(options.replay, interviewer.settings.model) if options.replay is not None else None
    grader = interviewer.make_grader(options.grader, exchange=exchange)
    return local_engine(grader, options.workers, options.per_minute)


def _grade(
    interviewer: Interviewer,
    folder: Folder,
    engine: Engine,
    options: Options,
    versions: Versions,
    progress: Progress | None,
) -> int:
    def grade(with_engine: Engine) -> int:
        bank, prices = interviewer.bank, options.prices
        return run(folder, bank, with_engine, versions.threshold, prices, progress, options.repeats)

    if not options.cache:
        return grade(engine)
    cache = GradeCache(interviewer.settings.home / "evals" / "grades.db", versions)
    try:
        return grade(cached(engine, cache))
    finally:
        cache.close()


def _measure(interviewer: Interviewer, folder: Folder, begun: Run, bar: Bar) -> Metrics:
    baselines = read_or_measure(folder.path, folder.cases, interviewer.bank, interviewer.encoder, bar("Baselines"))
    records = join(folder.cases, folder.rows, folder.bases, baselines, folder.repeats)
    measured = measure_run(records, begun, interviewer.bank)
    write_whole(folder.path / METRICS, measured.model_dump_json(indent=1) + "\n")
    write_report(folder.path, measured, records, interviewer.bank)
    return measured
