"""Three baselines that any grader has to beat: how long a reply is, which words of the reference it holds, how near it lies.

None of them knows the scale, so their correlations are of the plain values, and their QWK, RMSE and MAE are of a
straight line from value to score that is fitted on other questions (five folds by question).
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from evals.cases import Case, Cases
from evals.folder import BASELINES_FILE, write_whole
from evals.metrics import Floats
from knowledge.bank import Bank, Frozen
from knowledge.encoder import Encoder
from knowledge.text import content_stems, words

BASELINES = ("length", "token_coverage", "cosine")
FOLDS = 5
BATCH = 512


class BaselineValues(Frozen):
    """Of one case: words in the reply; share of the reference's content words in it; cosine to the reference.

    The last two are of the best of several references, and None where there is no reference.
    """

    id: str
    length: float
    token_coverage: float | None
    cosine: float | None


def read_or_measure(
    folder: Path, cases: Cases, bank: Bank, encoder: Encoder, progress: Callable[[int, int], None] | None = None
) -> dict[str, BaselineValues]:
    """Baseline values by case id of all cases with a human score, kept in the folder between calls.

    Raises: WriteFailed.
    """
    wanted = [case for case in cases if case.score is not None]
    kept = _read(folder / BASELINES_FILE, encoder)
    missing = [case for case in wanted if case.id not in kept]
    for start in range(0, len(missing), BATCH):
        if progress:
            progress(start, len(missing))
        batch = measure(missing[start : start + BATCH], bank, encoder)
        kept |= {values.id: values for values in batch}
    if missing:
        if progress:
            progress(len(missing), len(missing))
        lines = [encoder.model_hash, *(values.model_dump_json() for values in kept.values())]
        write_whole(folder / BASELINES_FILE, "".join(f"{line}\n" for line in lines))
    return kept


def _read(file: Path, encoder: Encoder) -> dict[str, BaselineValues]:
    if not file.exists():
        return {}
    # Only \n ends a line: an id may hold the other characters that splitlines() breaks at.
    first, *lines = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    values = [BaselineValues.model_validate_json(line) for line in lines] if first == encoder.model_hash else []
    return {value.id: value for value in values}


def measure(cases: Sequence[Case], bank: Bank, encoder: Encoder) -> list[BaselineValues]:
    """Baseline values of cases, in their order."""
    references = [reference_texts(case, bank) for case in cases]
    texts = sorted({text for case, found in zip(cases, references, strict=True) for text in (case.reply, *found)})
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    measured = []
    for case, found in zip(cases, references, strict=True):
        own = vectors[case.reply]
        measured.append(
            BaselineValues(
                id=case.id,
                length=float(len(words(case.reply))),
                token_coverage=max((token_coverage(case.reply, text) for text in found), default=None),
                cosine=max((float(own @ vectors[text]) for text in found), default=None),
            )
        )
    return measured


def reference_texts(case: Case, bank: Bank) -> tuple[str, ...]:
    """What a reply is compared with: the references, the bank's answer, or else the key points as one text."""
    if case.references:
        return case.references
    if case.question_id in bank.by_id:
        return (bank.by_id[case.question_id].answer,)
    return (" ".join(point.point for point in case.key_points),) if case.key_points else ()


def token_coverage(reply: str, reference: str) -> float:
    """Share of the reference's content words (as stems) that the reply holds, in [0, 1]."""
    wanted = content_stems(reference)
    return len(content_stems(reply) & wanted) / len(wanted) if wanted else 0.0


def cross_fitted(values: Floats, human: Floats, questions: Sequence[str]) -> Floats | None:
    """Scores in [0, 1] by a straight line fitted on the other folds' questions; None with fewer than two questions."""
    from sklearn.model_selection import GroupKFold

    folds = min(FOLDS, len(set(questions)))
    if folds < 2:
        return None
    scores = np.empty_like(values)
    for train, test in GroupKFold(folds).split(values, groups=list(questions)):
        scores[test] = np.clip(_line(values[train], human[train], values[test]), 0, 1)
    return scores


def _line(values: Floats, human: Floats, at: Floats) -> Floats:
    centred = values - values.mean()
    spread = float(centred @ centred)
    slope = float(centred @ human) / spread if spread > 0 else 0.0
    return np.asarray(human.mean() + slope * (at - values.mean()))
