"""The same cases by the local engine and over Ray: are the rows equal? Exit status 1 where one is not.

`.venv/bin/python scripts/compare_engines.py --cases 10000` takes that many cases of the public sets and our own. A run
that is stopped goes on where it was when the same command is given again.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from evals.cases import Cases, read_cases
from evals.execute import Options, execute
from evals.folder import read_rows
from evals.rows import Row
from interviewer.settings import read_settings
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


def main() -> int:
    """Runs both engines and compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, metavar="N")
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"), help="folder of the public sets")
    parser.add_argument("--out", type=Path, default=Path("results/engines"), help="folder of the two results folders")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="how many actors grade over Ray")
    arguments = parser.parse_args()
    cases = gather(arguments.datasets, arguments.cases)
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
