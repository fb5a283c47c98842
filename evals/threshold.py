"""`python -m evals.threshold`: the score from which a reply counts as correct, fitted on training splits alone.

One command grades the training replies of the labelled sets and fits: `python -m evals.threshold --cases
../shared/datasets/scientsbank.jsonl ../shared/datasets/beetle.jsonl`. Where runs over labelled sets are there already,
their results folders can be given instead. The threshold is the one of the highest macro F1 over the three labels (correct
or not, where a set has no 'contradictory'), each data set counting alike; it is written to `threshold.json`, and every run notes
it in its `metrics.json`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals import labels
from evals.cases import Case, Cases, read_cases
from evals.errors import CasesInvalid, EvalsError, FolderInvalid
from evals.folder import read_folder_cases, read_rows, write_whole
from interviewer.grading.grade import GraderName, Verdict
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer
from knowledge.bank import Frozen

FILE = Path(__file__).with_name("threshold.json")
TRAINING_SPLIT = "train"
CANDIDATES = tuple(round(0.05 + 0.01 * i, 2) for i in range(91))


class Thresholds(Frozen):
    """The fitted thresholds by grader; `fitted_on` names the data sets, None before the first fit."""

    version: int
    threshold: dict[GraderName, float]
    fitted_on: dict[str, int] | None


class Labelled(Frozen):
    """A graded case of a training split: its score, whether a point is contradicted, and the human label."""

    dataset: str
    score: float
    contradicts: bool
    label: str


def read_thresholds(file: Path = FILE) -> Thresholds:
    """The thresholds kept with the program."""
    return Thresholds.model_validate_json(file.read_bytes())


def training_examples(folder: Path) -> list[Labelled]:
    """The labelled, graded cases of training splits in a results folder. Raises: FolderInvalid."""
    cases = read_folder_cases(folder)
    if cases is None:
        raise FolderInvalid(f"{folder} holds no cases.jsonl, so its labels are not known; run the cases again")
    examples = []
    for case, row in zip(cases, read_rows(folder), strict=False):
        label = _label(case)
        if case.split == TRAINING_SPLIT and label in labels.LABELS and row.score is not None:
            contradicts = any(point.verdict is Verdict.CONTRADICTED for point in row.key_points)
            examples.append(Labelled(dataset=case.dataset or "", score=row.score, contradicts=contradicts, label=label))
    return examples


def fit_threshold(examples: Sequence[Labelled]) -> tuple[float, float]:
    """The best threshold, in (0, 1), and its macro F1, averaged over data sets. The lowest of equal ones wins."""
    by_dataset = {name: [e for e in examples if e.dataset == name] for name in sorted({e.dataset for e in examples})}

    def quality(threshold: float) -> float:
        return float(np.mean([_macro_f1(found, threshold) for found in by_dataset.values()]))

    best = max(CANDIDATES, key=quality)
    return best, quality(best)


def training_cases(files: Sequence[Path], per_dataset: int) -> Cases:
    """The labelled training cases of each data set, at most so many, spread over the file.

    Raises: CasesInvalid.
    """
    chosen: list[Case] = []
    for file in files:
        found = [c for c in read_cases([file]) if c.split == TRAINING_SPLIT and _label(c) in labels.LABELS]
        step = max(1, len(found) // per_dataset)
        chosen += found[::step][:per_dataset]
    return Cases(chosen)


def _label(case: Case) -> str:
    return labels.plain(case.label or "")


def _macro_f1(examples: Sequence[Labelled], threshold: float) -> float:
    predicted = [labels.predict_label(e.score, e.contradicts, threshold) for e in examples]
    _, cells = labels.scored_cells([e.label for e in examples], predicted)
    return float(labels.macro_f1(cells.sum(axis=0)))


def write_threshold(folders: Sequence[Path], file: Path = FILE) -> str:
    """Fits the threshold of one grader on results folders, writes it, and says how well it does.

    Raises: FolderInvalid where a folder cannot be read, the folders mix graders, or no case is of a training split.
    """
    examples = [example for folder in folders for example in training_examples(folder)]
    if not examples:
        raise FolderInvalid(
            f"{', '.join(map(str, folders))}: no labelled case of a training split; run one over such a set"
        )
    graders = sorted({GraderName(row.grader) for folder in folders for row in read_rows(folder)})
    if len(graders) > 1:
        raise FolderInvalid(f"the folders hold grades by {' and '.join(graders)}; fit one grader at a time")
    best, quality = fit_threshold(examples)
    before = read_thresholds()
    counts = {name: sum(e.dataset == name for e in examples) for name in sorted({e.dataset for e in examples})}
    fitted = Thresholds(version=before.version + 1, threshold=before.threshold | {graders[0]: best}, fitted_on=counts)
    write_whole(file, json.dumps(fitted.model_dump(mode="json"), indent=1) + "\n")
    return (
        f"{graders[0]}: threshold {best:.2f}, macro F1 {quality:.3f} on {len(examples)} training replies; wrote {file}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Fits and writes the threshold of one grader. Exit status 2 where the input is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="results folders over labelled sets")
    parser.add_argument("--cases", nargs="+", type=Path, metavar="FILE", help="labelled sets to grade first")
    parser.add_argument(
        "--per-set", type=int, default=1000, metavar="N", help="most replies of each file (default 1000)"
    )
    parser.add_argument("--grader", type=GraderName, default=GraderName.LOCAL, choices=list(GraderName))
    parser.add_argument("--to", type=Path, default=FILE, metavar="FILE", help="where it is written")
    arguments = parser.parse_args(argv)
    if not arguments.folders and not arguments.cases:
        parser.error("give --cases with labelled sets, or results folders of runs over such")
    try:
        folders = list(arguments.folders)
        if arguments.cases:
            cases = training_cases(arguments.cases, arguments.per_set)
            folders.append(_graded(cases, tuple(arguments.cases), arguments.grader))
        print(write_threshold(folders, arguments.to))
    except EvalsError as error:
        print(f"evals.threshold: {error}", file=sys.stderr)
        return 2
    return 0


def _graded(cases: Cases, files: tuple[Path, ...], grader: GraderName) -> Path:
    """A folder in the home with the grades of these cases; a run that was stopped goes on there."""
    # Imported here: `evals.execute` reads the threshold from this module.
    from evals.execute import Options, execute

    if not cases:
        raise CasesInvalid(f"{', '.join(map(str, files))}: no labelled case of a training split")
    return execute(Interviewer(read_settings()), cases, Options(files=files, grader=grader)).folder


if __name__ == "__main__":
    sys.exit(main())
