"""`evals`: measure graders. `run`, `compare`, `review`, `bench`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.cli.shared import Commands, choice, count, open_interviewer, print_json
from interviewer.grading.grade import GraderName

if TYPE_CHECKING:
    from evals.cases import Cases
    from evals.execute import Options


def add_commands(commands: Commands) -> None:
    """Adds the command and its four parts to the parser."""
    evals = commands.add_parser("evals", help="measure a grader on graded replies")
    parts = evals.add_subparsers(dest="part", required=True, metavar="PART", parser_class=type(evals))
    _add_run(parts)
    compare = parts.add_parser("compare", help="paired difference of two runs; status 1 where B is worse")
    compare.add_argument("a", metavar="DIR_A", type=Path, help="results folder of the run to compare with")
    compare.add_argument("b", metavar="DIR_B", type=Path, help="results folder of the run that must not be worse")
    compare.add_argument("--json", action="store_true", help="print JSON")
    compare.set_defaults(run=run_compare)


def _add_run(parts: Commands) -> None:
    run = parts.add_parser("run", help="grade every case and write a results folder")
    run.add_argument(
        "--cases",
        nargs="+",
        required=True,
        type=Path,
        metavar="FILE",
        help="files of cases, one JSON object a line, or folders of SemEval-2013 Task 7, SAF or Mohler",
    )
    run.add_argument("--grader", type=choice(GraderName), default=GraderName.LOCAL, help="local (default) or llm")
    run.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="results folder (default: one in INTERVIEWER_HOME, named by what is run)",
    )
    run.add_argument("--limit", type=count, metavar="N", help="only the first N cases")
    run.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="local (default), or ray: over a Ray cluster"
    )
    run.add_argument("--workers", type=count, default=1, metavar="N", help="how many grade at once (default 1)")
    run.add_argument(
        "--per-minute", type=count, metavar="N", help="at most so many replies a minute, for a language model"
    )
    run.add_argument("--price-in", type=_price, metavar="USD", help="price of a million input tokens")
    run.add_argument("--price-out", type=_price, metavar="USD", help="price of a million output tokens")
    run.add_argument("--no-cache", action="store_true", help="grade anew what was graded before")
    run.set_defaults(run=run_run)


def _price(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no price of 0 or more")
    return value


def run_run(arguments: argparse.Namespace) -> int:
    """Grades the cases. Exit status 1 where more than 1 % stayed ungraded."""
    from evals.adapters import read_any
    from evals.execute import execute
    from evals.table import summary

    cases: Cases = read_any(arguments.cases)
    done = execute(open_interviewer(), cases, _options(arguments), _bar)
    print(summary(done.metrics, done.folder))
    if done.metrics.whole.too_many_ungraded:
        print(
            f"interviewer: {done.metrics.whole.ungraded} of {done.metrics.whole.n} cases stayed ungraded: {done.reason}",
            file=sys.stderr,
        )
        return 1
    return 0


def _options(arguments: argparse.Namespace) -> "Options":
    from evals.execute import Options
    from evals.rows import Prices

    return Options(
        files=tuple(arguments.cases),
        grader=arguments.grader,
        out=arguments.out,
        limit=arguments.limit,
        engine=arguments.engine,
        workers=arguments.workers,
        per_minute=arguments.per_minute,
        prices=Prices(tokens_in=arguments.price_in, tokens_out=arguments.price_out),
        cache=not arguments.no_cache,
    )


def _bar(title: str) -> Callable[[int, int], None] | None:
    """A progress bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar: tqdm[Any] | None = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=total, initial=done, desc=title, unit=" replies", leave=False)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show


def run_compare(arguments: argparse.Namespace) -> int:
    """Compares two runs. Exit status 1 where the second is worse."""
    from evals.compare import compare
    from evals.table import comparison

    found = compare(arguments.a, arguments.b)
    if arguments.json:
        print_json(found.model_dump(mode="json"), indent=2)
    else:
        print(comparison(found))
    return 1 if found.worse else 0
