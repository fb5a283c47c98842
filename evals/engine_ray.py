"""The Ray engine: the same jobs over a Ray cluster, with the same rows. `ray` is an extra and is imported only here.

Rows are equal to the last digit where the machines have one kind of processor. On a cluster of several machines the
project is installed on each.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from evals.cache import Job
from evals.errors import EngineFailed, ExtraMissing
from evals.run import Engine, grade_job, warm_up
from interviewer.grading.grade import Grade, GraderName
from interviewer.settings import Settings
from interviewer.wiring import Interviewer

ROOT = Path(__file__).resolve().parents[1]
CHUNK = 16
"""Jobs sent to an actor at once: enough to hide the sending, few enough to lose little when a run is killed."""
AHEAD = 2
"""Chunks that wait at each actor."""


class Worker:
    """What an actor is: the whole program, its model loaded once."""

    def __init__(self, settings: Settings, name: GraderName, threads: int) -> None:
        import torch

        # The number of threads decides the order of sums, and so the last digits of a score.
        torch.set_num_threads(threads)
        self._grader = Interviewer(settings).make_grader(name)

    def grade(self, jobs: list[Job]) -> list[Grade]:
        """The grades of some jobs, in their order."""
        return [grade_job(self._grader, job) for job in jobs]

    def ready(self) -> str:
        """Loads the model, and returns the grader's name."""
        warm_up(self._grader)
        return self._grader.name.value


def ray_engine(settings: Settings, name: GraderName, workers: int) -> Engine:
    """Grades over the cluster that `RAY_ADDRESS` names, or over one that is started on this machine.

    Args:
        workers: how many actors grade at once.

    Raises: ExtraMissing where Ray is not installed; EngineFailed, when it grades, where no cluster comes up.
    """
    try:
        import ray
    except ImportError as error:
        raise ExtraMissing("`--engine ray` needs Ray; install it with `pip install 'interviewer[ray]'`") from error

    def grade_all(jobs: Iterable[Job]) -> Iterator[Grade]:
        chunks = _chunks(jobs)
        first = next(chunks, None)
        if first is None:
            return
        with _Cluster(ray, settings, name, workers) as cluster:
            yield from cluster.grade(first, chunks)

    return grade_all


def _chunks(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    chunk: list[Job] = []
    for job in jobs:
        chunk.append(job)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _own_cluster(workers: int) -> dict[str, Any]:
    # Only this machine is reached, and the actors import this very code wherever the command was given.
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {
        "num_cpus": workers,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
        "runtime_env": {"env_vars": {"PYTHONPATH": path}},
    }


class _Cluster:
    """The actors of one run; Ray is shut down again only where this run started it."""

    def __init__(self, ray: Any, settings: Settings, name: GraderName, workers: int) -> None:
        self._ray, self._settings, self._name, self._workers = ray, settings, name, workers
        self._started = False

    def __enter__(self) -> "_Cluster":
        if not self._ray.is_initialized():
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            address = os.environ.get("RAY_ADDRESS")
            local = {} if address else _own_cluster(self._workers)
            try:
                self._ray.init(address=address or "local", logging_level="ERROR", log_to_driver=False, **local)
            # What Ray raises where a node does not come up is a bare Exception.
            except Exception as error:
                raise EngineFailed(
                    f"Ray did not start ({' '.join(str(error).split())}); rows graded before are kept: give the same "
                    "command again when the machine is less busy, or RAY_ADDRESS of a running cluster"
                ) from error
            self._started = True
        import torch

        actor = self._ray.remote(num_cpus=1)(Worker)
        threads = torch.get_num_threads()
        self._actors = [actor.remote(self._settings, self._name, threads) for _ in range(self._workers)]
        self._ray.get([actor.ready.remote() for actor in self._actors])
        return self

    def __exit__(self, *error: object) -> None:
        for actor in self._actors:
            self._ray.kill(actor)
        if self._started:
            self._ray.shutdown()

    def grade(self, first: list[Job], rest: Iterator[list[Job]]) -> Iterator[Grade]:
        """Grades in the order of the jobs: chunks go round the actors, and the oldest is waited for."""
        under_way: deque[Any] = deque([self._actors[0].grade.remote(first)])
        for i, chunk in enumerate(rest, start=1):
            under_way.append(self._actors[i % len(self._actors)].grade.remote(chunk))
            if len(under_way) >= AHEAD * len(self._actors):
                yield from self._ray.get(under_way.popleft())
        while under_way:
            yield from self._ray.get(under_way.popleft())
