"""The same cases by the local engine and over Ray: are the rows equal? Exit status 1 where one is not.

`.venv/bin/python scripts/compare_engines.py --cases 10000` takes that many cases of the public sets and our own. A run
that is stopped goes on where it was when the same command is given again.

`OMP_NUM_THREADS=1 .venv/bin/python scripts/compare_engines.py --scaling --cases 600` measures Ray's rate with 1 and with
`--workers` actors instead, each with one thread, without the time that starting takes.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from evals.cache import Job
from evals.cases import Cases, read_cases
from evals.engine_ray import CHUNK, ray_engine
from evals.execute import Options, execute
from evals.folder import read_rows
from evals.rows import Row
from evals.run import jobs_of
from interviewer.grading.grade import GraderName
from interviewer.settings import Settings, read_settings
from interviewer.wiring import Interviewer

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = ("beetle", "scientsbank", "saf", "stita", "mohler_dev", "dtgrade")
OWN = ("golden", "attacks", "short_correct")


def gather(datasets: Path, n: int) -> Cases:
    """`n` cases, of each file in turn, so that every set is among them. Raises: CasesInvalid."""
    files = [datasets / f"{name}.jsonl" for name in PUBLIC] + [
        ROOT / "evals" / "data" / f"{name}.jsonl" for name in OWN
    ]
    by_file = [list(read_cases([file])) for file in files if file.exists()]
    mixed = [case for turn in zip_longest(*by_file) for case in turn if case is not None]
    return Cases(mixed[:n])


def first_difference(local: Sequence[Row], ray: Sequence[Row]) -> str | None:
    """What differs first, all but the time that a grade took; None where the rows are equal."""
    if len(local) != len(ray):
        return f"{len(local)} rows by the local engine, {len(ray)} over Ray"
    for one, other in zip(local, ray, strict=True):
        if one.model_copy(update={"latency_ms": other.latency_ms}) != other:
            return f"case {one.id}: {one.line()}\nis over Ray {other.line()}"
    return None


def scaling(cases: Cases, workers: int) -> None:
    """Prints the replies a second of one actor and of several."""
    interviewer = Interviewer(read_settings())
    jobs = [job for case in cases for job in jobs_of(case, interviewer.bank)]
    rates = [rate(interviewer.settings, jobs, count) for count in (1, workers)]
    print(f"{workers} actors grade {rates[1] / rates[0]:.2f} times as much as 1; load {os.getloadavg()[0]:.1f}")


def rate(settings: Settings, jobs: Sequence[Job], workers: int) -> float:
    """Replies a second of so many actors, from when each has done its first chunk."""
    grades = ray_engine(settings, GraderName.LOCAL, workers)(iter(jobs))
    skipped = CHUNK * workers
    for _ in range(skipped):
        next(grades)
    started = time.perf_counter()
    graded = sum(1 for _ in grades)
    found = graded / (time.perf_counter() - started)
    print(f"{workers} actors: {graded} replies after the first {skipped}, {found:.2f} a second", flush=True)
    return found


def main() -> int:
    """Runs both engines and compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, metavar="N")
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"), help="folder of the public sets")
    parser.add_argument("--out", type=Path, default=Path("results/engines"), help="folder of the two results folders")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="how many actors grade over Ray")
    parser.add_argument("--scaling", action="store_true", help="measure rates instead of comparing rows")
    arguments = parser.parse_args()
    cases = gather(arguments.datasets, arguments.cases)
    if arguments.scaling:
        scaling(cases, arguments.workers)
        return 0
    for engine in ("local", "ray"):
        out, started = arguments.out / engine, time.perf_counter()
        options = Options(files=(Path("mixed"),), out=out, engine=engine, workers=arguments.workers, cache=False)
        if engine == "local":
            options = options.model_copy(update={"workers": 1})
        done = execute(Interviewer(read_settings()), cases, options)
        seconds = time.perf_counter() - started
        print(f"{engine}: {done.graded} of {len(cases)} cases graded now, {seconds:.0f} s with all figures", flush=True)
    difference = first_difference(read_rows(arguments.out / "local"), read_rows(arguments.out / "ray"))
    print(difference or f"{len(cases)} rows are equal")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
