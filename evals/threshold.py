"""`python -m evals.threshold DIR...`: the score from which a reply counts as correct, fitted on training splits alone.

DIR are results folders of runs over labelled sets. The threshold is the one of the highest macro F1 over the three
labels (two, where a set has no 'contradictory'), each data set counting alike; it is written to `threshold.json`.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals import labels
from evals.errors import FolderInvalid
from evals.folder import read_folder_cases, read_rows
from interviewer.grading.grade import GraderName, Verdict
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
        if case.split == TRAINING_SPLIT and case.label in labels.LABELS and row.score is not None:
            contradicts = any(point.verdict is Verdict.CONTRADICTED for point in row.key_points)
            examples.append(
                Labelled(dataset=case.dataset or "", score=row.score, contradicts=contradicts, label=case.label)
            )
    return examples


def fit_threshold(examples: Sequence[Labelled]) -> tuple[float, float]:
    """The best threshold, in (0, 1), and its macro F1, averaged over data sets. The lowest of equal ones wins."""
    by_dataset = {name: [e for e in examples if e.dataset == name] for name in sorted({e.dataset for e in examples})}

    def quality(threshold: float) -> float:
        return float(np.mean([_macro_f1(found, threshold) for found in by_dataset.values()]))

    best = max(CANDIDATES, key=quality)
    return best, quality(best)


def _macro_f1(examples: Sequence[Labelled], threshold: float) -> float:
    predicted = [labels.predict_label(e.score, e.contradicts, threshold) for e in examples]
    cells = labels.pairs([e.label for e in examples], predicted, labels.LABELS)
    return float(labels.macro_f1(cells.sum(axis=0)))


def main() -> None:
    """Fits and writes the threshold of one grader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    folders = parser.parse_args().folders
    examples = [example for folder in folders for example in training_examples(folder)]
    if not examples:
        parser.error("no folder holds a labelled case of a training split")
    (grader,) = {GraderName(row.grader) for folder in folders for row in read_rows(folder)}
    best, quality = fit_threshold(examples)
    before = read_thresholds()
    counts = {name: sum(e.dataset == name for e in examples) for name in sorted({e.dataset for e in examples})}
    fitted = Thresholds(version=before.version + 1, threshold=before.threshold | {grader: best}, fitted_on=counts)
    FILE.write_text(json.dumps(fitted.model_dump(mode="json"), indent=1) + "\n")
    print(f"{grader}: threshold {best:.2f}, macro F1 {quality:.3f} on {len(examples)} training replies; wrote {FILE}")


if __name__ == "__main__":
    main()
