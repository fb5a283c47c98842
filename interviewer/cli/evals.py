"""`evals`: measure graders. `run`, `compare`, `review`, `bench`."""

import argparse
import getpass
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.cli.shared import Commands, choice, count, open_interviewer, print_json
from interviewer.errors import InputInvalid
from interviewer.grading.grade import GraderName

if TYPE_CHECKING:
    from evals.cases import Cases
    from evals.execute import Options
    from evals.records import Record


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
    review = parts.add_parser("review", help="score a disagreement anew, beside the original score")
    review.add_argument("folder", metavar="DIR", type=Path, help="results folder")
    review.add_argument(
        "--case", metavar="ID", help="only this case (default: the largest disagreements, one after another)"
    )
    review.add_argument("--score", type=_score, metavar="S", help="the new score, 0 to 1 (default: asked for)")
    review.add_argument("--why", help="the reason (default: asked for)")
    review.add_argument("--by", metavar="NAME", help="who reviews (default: the user's name)")
    review.set_defaults(run=run_review)
    bench = parts.add_parser("bench", help="how fast the local grader is")
    bench.add_argument("--replies", type=count, default=20, metavar="N", help="how many different replies (default 20)")
    bench.add_argument("--repeats", type=count, default=5, metavar="N", help="how often each is measured (default 5)")
    bench.add_argument("--json", action="store_true", help="print JSON")
    bench.set_defaults(run=run_bench)


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
        "--without", nargs="+", default=[], metavar="SPLIT", help="leave out the cases of these splits, such as train"
    )
    run.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="local (default), or ray: over a Ray cluster"
    )
    run.add_argument("--workers", type=count, default=1, metavar="N", help="how many grade at once (default 1)")
    run.add_argument(
        "--per-minute", type=count, metavar="N", help="at most so many replies a minute, for a language model"
    )
    run.add_argument(
        "--repeats", type=count, default=1, metavar="N", help="grade each case N times and report the spread"
    )
    run.add_argument("--price-in", type=_price, metavar="USD", help="price of a million input tokens")
    run.add_argument("--price-out", type=_price, metavar="USD", help="price of a million output tokens")
    where = run.add_mutually_exclusive_group()
    where.add_argument(
        "--record",
        type=Path,
        metavar="DIR",
        help="only write the language model's requests to DIR; send and grade nothing",
    )
    where.add_argument(
        "--replay", type=Path, metavar="DIR", help="take the language model's answers from DIR (HASH.response.json)"
    )
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


def _score(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no score between 0 and 1")
    return value


def run_run(arguments: argparse.Namespace) -> int:
    """Grades the cases. Exit status 1 where more than 1 % stayed ungraded."""
    from evals.adapters import read_any, without_splits
    from evals.execute import execute
    from evals.table import summary

    every: Cases = read_any(arguments.cases)
    cases = without_splits(every, arguments.without)
    _check_recording(arguments)
    if arguments.per_minute is not None and arguments.engine == "ray":
        raise InputInvalid("--per-minute is kept by the local engine alone; leave out --engine ray")
    if arguments.record is not None:
        return _run_record(arguments, cases)
    done = execute(open_interviewer(), cases, _options(arguments), _bar)
    print(summary(done.metrics, done.folder))
    if len(cases) < len(every):
        print(f"{len(every) - len(cases)} cases of {', '.join(arguments.without)} were left out, as asked")
    if done.metrics.whole.too_many_ungraded:
        print(
            f"interviewer: {done.metrics.whole.ungraded} of {done.metrics.whole.n} cases stayed ungraded: {done.reason}. "
            "The folder keeps them so; with another --out they are graded again, and the others come from the cache",
            file=sys.stderr,
        )
        return 1
    return 0


def _check_recording(arguments: argparse.Namespace) -> None:
    if arguments.record is None and arguments.replay is None:
        return
    if arguments.grader is not GraderName.LLM or arguments.engine != "local":
        raise InputInvalid("--record and --replay belong to the language model here; give --grader llm and no --engine")


def _run_record(arguments: argparse.Namespace, cases: "Cases") -> int:
    from evals.recorded import record

    written = record(open_interviewer(), cases[: arguments.limit], arguments.record, _bar("Recording"))
    print(f"{written.requests} requests in {written.folder}, for {written.replies} replies; nothing was sent or graded")
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
        repeats=arguments.repeats,
        prices=Prices(tokens_in=arguments.price_in, tokens_out=arguments.price_out),
        cache=not arguments.no_cache and arguments.replay is None,
        replay=arguments.replay,
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


def run_review(arguments: argparse.Namespace) -> int:
    """Asks for a new score and a reason of one case or of the largest disagreements, until an empty line."""
    from evals.report import refresh_report
    from evals.review import card, disagreements, find_record, read_records, read_reviews

    records = read_records(arguments.folder)
    if arguments.case is not None:
        chosen = [find_record(records, arguments.case, arguments.folder)]
    else:
        chosen = disagreements(records, read_reviews(arguments.folder))
    done = 0
    for record in chosen:
        if arguments.score is None or arguments.why is None:
            print(card(record))
        score = arguments.score if arguments.score is not None else _ask_score()
        why = arguments.why or (_ask("Why? ") if score is not None else None)
        if score is None or not why:
            break
        _keep_review(arguments, record, score, why)
        done += 1
        if arguments.score is not None:
            break
    drawn = done > 0 and refresh_report(arguments.folder, open_interviewer().bank)
    where = f", shown in {arguments.folder / 'report.html'}" if drawn else ""
    print(f"{done} reviewed; {len(read_reviews(arguments.folder))} reviews in {arguments.folder}{where}")
    return 0


def _keep_review(arguments: argparse.Namespace, record: "Record", score: float, why: str) -> None:
    from evals.review import Review, add_review

    review = Review(
        case_id=record.case.id,
        original=record.case.score,
        grade=record.row.score,
        score=score,
        by=arguments.by or getpass.getuser(),
        at=datetime.now(UTC),
        why=why,
    )
    add_review(arguments.folder, review)


def _ask_score() -> float | None:
    while line := _ask("New score, 0 to 1 (empty to stop): "):
        try:
            return _score(line)
        except argparse.ArgumentTypeError as error:
            print(error, file=sys.stderr)
    return None


def _ask(prompt: str) -> str:
    print(prompt, end="", flush=True)
    return sys.stdin.readline().strip()


def run_bench(arguments: argparse.Namespace) -> int:
    """Measures the local grader's speed."""
    from evals.bench import bench_table, run_bench

    found = run_bench(open_interviewer(), arguments.replies, arguments.repeats)
    if arguments.json:
        print_json(found.model_dump(mode="json"), indent=2)
    else:
        print(bench_table(found))
    return 0
