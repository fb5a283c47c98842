"""`python -m evals.calibrate`: fits the local grader's aggregation, on the golden set's development half.

A multinomial logistic model from the cross-encoder's log probabilities to the verdicts. Its figures are cross-validated by
question; the test half is not read.
"""

import json
from pathlib import Path

import numpy as np

from interviewer.grading.crossencoder import VERDICTS, Floats
from interviewer.grading.local import FOLDER, Aggregation, LocalJudge, features, write_card
from interviewer.grading.tasks import bank_task
from knowledge.bank import Bank
from knowledge.load import load_bank

GOLDEN = Path(__file__).parent / "data" / "golden.jsonl"
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
FOLDS = 5


def examples(bank: Bank, judge: LocalJudge) -> tuple[Floats, list[int], list[str]]:
    """Features of shape (examples, 8), verdicts as indices into VERDICTS, and question ids, of the development half."""
    rows: list[Floats] = []
    verdicts: list[int] = []
    groups: list[str] = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["split"] != "dev":
            continue
        task = bank_task(bank, bank.by_id[case["question_id"]])
        said = judge.shown(case["reply"])
        if not said:
            continue
        rows += [features(views) for views in judge.read(said, [point.text for point in task.points])]
        verdicts += [[verdict.value for verdict in VERDICTS].index(point["verdict"]) for point in case["key_points"]]
        groups += [case["question_id"]] * len(task.points)
    return np.array(rows), verdicts, groups


def fit(rows: Floats, verdicts: list[int], groups: list[str]) -> tuple[Aggregation, str]:
    """The aggregation with the strength that does best on questions held out, and a line on how well."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import cohen_kappa_score, log_loss
    from sklearn.model_selection import GroupKFold, cross_val_predict

    def held_out(strength: float) -> Floats:
        model = LogisticRegression(C=strength, max_iter=5000)
        folds = GroupKFold(FOLDS)
        return np.asarray(cross_val_predict(model, rows, verdicts, groups=groups, cv=folds, method="predict_proba"))

    losses = {strength: log_loss(verdicts, held_out(strength)) for strength in STRENGTHS}
    best = min(losses, key=lambda strength: losses[strength])
    kappa = cohen_kappa_score(verdicts, held_out(best).argmax(axis=1))
    model = LogisticRegression(C=best, max_iter=5000).fit(rows, verdicts)
    aggregation = Aggregation(
        coef=tuple(tuple(round(float(c), 5) for c in row) for row in model.coef_),
        intercept=tuple(round(float(c), 5) for c in model.intercept_),
    )
    return (
        aggregation,
        f"{len(rows)} points, C {best}, held out by question: log loss {losses[best]:.3f}, kappa {kappa:.3f}",
    )


def main() -> None:
    """Fits and writes the model's card anew."""
    judge = LocalJudge()
    aggregation, line = fit(*examples(load_bank(), judge))
    print(line)
    write_card(FOLDER, judge.card.data, aggregation)


if __name__ == "__main__":
    main()
