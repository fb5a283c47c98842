"""A run: every case graded once, in order, each row on the disk before the next begins to count."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from evals.asked import request_of
from evals.cache import GradeCache, Job
from evals.cases import Case
from evals.folder import Folder
from evals.rows import Prices, Row, make_row
from interviewer.errors import NoReference
from interviewer.grading.grade import Grade, GraderName
from interviewer.grading.tasks import GradeRequest
from knowledge.bank import Bank

if TYPE_CHECKING:
    from interviewer.grading.chain import Grader

Engine = Callable[[Iterable[Job]], Iterator[Grade]]
"""Grades jobs lazily and in their order."""
Progress = Callable[[int, int], None]


def grade_job(grader: "Grader", job: Job) -> Grade:
    """The grade of one job; where there is nothing to grade against it is ungraded, with the reason."""
    try:
        return grader.grade(job.request, job.reply)
    except NoReference as error:
        return Grade(question_id=job.request.question_id, score=None, ungraded=str(error), grader=grader.name)


def warm_up(grader: "Grader") -> None:
    """Loads a local grader's model, which belongs to no reply's latency; a language model's server needs none."""
    if grader.name is GraderName.LOCAL:
        grader.grade(GradeRequest(question="Is it warm?", references=("The model has been loaded.",)), "It is loaded.")


def _warmed(grader: "Grader", jobs: Iterable[Job]) -> Iterator[Job]:
    for i, job in enumerate(jobs):
        if i == 0:
            warm_up(grader)
        yield job


def local_engine(grader: "Grader", workers: int = 1, per_minute: int | None = None) -> Engine:
    """Grades in this process.

    Args:
        workers: how many jobs are under way at once; threads, so that more than one helps where a grader waits for a
            server.
        per_minute: at most so many jobs are begun in a minute, evenly spaced; None means no limit.
    """

    def grade_all(jobs: Iterable[Job]) -> Iterator[Grade]:
        paced = _pace(_warmed(grader, jobs), per_minute)
        if workers == 1:
            return (grade_job(grader, job) for job in paced)
        return _in_threads(grader, paced, workers)

    return grade_all


def _in_threads(grader: "Grader", jobs: Iterable[Job], workers: int) -> Iterator[Grade]:
    with ThreadPoolExecutor(workers) as pool:
        under_way: deque[Future[Grade]] = deque()
        try:
            for job in jobs:
                under_way.append(pool.submit(grade_job, grader, job))
                if len(under_way) >= workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _pace(jobs: Iterable[Job], per_minute: int | None) -> Iterator[Job]:
    due = time.monotonic()
    for job in jobs:
        if per_minute is not None:
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due, time.monotonic()) + 60 / per_minute
        yield job


def cached(engine: Engine, cache: GradeCache) -> Engine:
    """An engine that asks the cache first and keeps what it had to grade."""

    def grade_all(jobs: Iterable[Job]) -> Iterator[Grade]:
        listed = list(jobs)
        kept = [cache.get(job) for job in listed]
        fresh = engine(job for job, grade in zip(listed, kept, strict=True) if grade is None)
        for job, grade in zip(listed, kept, strict=True):
            if grade is None:
                grade = next(fresh)
                cache.put(job, grade)
            yield grade

    return grade_all


def run(
    folder: Folder,
    bank: Bank,
    engine: Engine,
    threshold: float,
    prices: Prices,
    progress: Progress | None = None,
    repeats: int = 1,
) -> int:
    """Grades the cases that the folder has no row of yet, and returns how many these were.

    A case's row is written last, after the grade of its base reply and its repeated grades, so that a case with a row
    is done with.

    Raises: WriteFailed; knowledge.errors.KnowledgeError where the model or the index cannot be used.
    """
    pending: Sequence[Case] = folder.cases[len(folder.rows) :]
    steps = [step for case in pending for step in _steps(case, folder, bank, repeats)]
    grades = engine(step.job for step in steps)
    for step in steps:
        if progress:
            progress(len(folder.rows), len(folder.cases))
        step.keep(make_row(step.case, next(grades), threshold, prices))
    if progress:
        progress(len(folder.rows), len(folder.cases))
    return len(pending)


def jobs_of(case: Case, bank: Bank) -> list[Job]:
    """The replies of a case that have to be graded: its base reply, where it has one, and its reply."""
    request = request_of(case, bank)
    replies = [case.reply] if case.base_reply is None else [case.base_reply, case.reply]
    return [Job(request=request, reply=reply) for reply in replies]


class _Step(NamedTuple):
    case: Case
    job: Job
    keep: Callable[[Row], None]


def _steps(case: Case, folder: Folder, bank: Bank, repeats: int) -> list[_Step]:
    request = request_of(case, bank)
    steps = []
    if case.base_reply is not None and case.id not in folder.bases:
        steps.append(_Step(case, Job(request=request, reply=case.base_reply), folder.append_base))
    for repeat in range(1 + len(folder.repeats.get(case.id, ())), repeats):
        steps.append(_Step(case, Job(request=request, reply=case.reply, repeat=repeat), folder.append_repeat))
    steps.append(_Step(case, Job(request=request, reply=case.reply), folder.append))
    return steps
