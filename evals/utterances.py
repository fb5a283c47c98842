"""How well the kinds of messages are told apart, on utterances written by hand, and on real answers of the bank.

`python -m evals.utterances [--half dev or test] [--replies N or all] [--fit]`. Whatever is tuned is tuned on 'dev';
'test' is read when all is done. `no_content` counts as `off_topic`: neither answers.
"""

import argparse
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Literal

import numpy as np
from pydantic import ValidationError

from evals.errors import CasesInvalid
from evals.phrasings import DATA
from interviewer.events import ANSWERS, ReplyKind
from interviewer.grading.tasks import bank_task
from interviewer.settings import Settings
from interviewer.understanding import WEIGHTS, Understanding
from interviewer.wiring import Interviewer
from knowledge.bank import Bank, Frozen, Question, Slug, Text
from knowledge.replies import load_replies

UTTERANCES_FILE = DATA / "utterances.jsonl"
HELD_OUT_FILE = DATA / "held_out.txt"
FITTED_ANSWERS = 4000
"""So many real answers stand beside the utterances when the model is fitted."""
ANSWER_WEIGHT = 0.5


class Utterance(Frozen):
    """A message, its kind and the half it belongs to; `question_id` where its meaning hangs on the question."""

    kind: ReplyKind
    text: Text
    split: Literal["dev", "test"]
    question_id: Slug | None = None


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def read_utterances(file: Path = UTTERANCES_FILE) -> list[Utterance]:
    """All utterances in the file's order. Raises: CasesInvalid at the first broken line."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(Utterance.model_validate(json.loads(line)))
        except (json.JSONDecodeError, ValidationError) as error:
            raise CasesInvalid(f"{file.name}:{number}: {str(error).splitlines()[0]}") from error
    return found


def question_of(utterance: Utterance, bank: Bank) -> Question:
    """The question that it replies to: its own, or one that the hash of the text chooses."""
    if utterance.question_id:
        return bank.by_id[utterance.question_id]
    return bank.questions[_hash(utterance.text + "?") % len(bank.questions)]


def merged(kind: ReplyKind) -> ReplyKind:
    """The kind as it is counted."""
    return ReplyKind.OFF_TOPIC if kind is ReplyKind.NO_CONTENT else kind


def f1_by_kind(pairs: Sequence[tuple[ReplyKind, ReplyKind]]) -> dict[ReplyKind, float]:
    """F1 in [0, 1] of each kind among the (true, taken for) pairs."""
    kinds = sorted({kind for pair in pairs for kind in pair})
    right = Counter(true for true, taken in pairs if true is taken)
    trues, takens = Counter(true for true, _ in pairs), Counter(taken for _, taken in pairs)
    return {kind: 2 * right[kind] / (trues[kind] + takens[kind]) for kind in kinds}


def macro_f1(pairs: Sequence[tuple[ReplyKind, ReplyKind]], resamples: int = 2000) -> tuple[float, float, float]:
    """The mean of the kinds' F1, with its 95 % bootstrap interval over utterances: value, low, high."""
    rng = random.Random(0)
    drawn = [fmean(f1_by_kind(rng.choices(pairs, k=len(pairs))).values()) for _ in range(resamples)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return fmean(f1_by_kind(pairs).values()), float(low), float(high)


def real_answers(bank: Bank) -> list[tuple[str, str]]:
    """(question id, text) of the bank's covered and partial statements, and of the whole replies that hold a point."""
    statements = [(s.question, s.text) for s in bank.statements if s.verdict != "contradicted"]
    good = {"covered", "partial"}
    return statements + [(r.question, r.text) for r in load_replies(bank) if good & set(r.verdicts.values())]


def sample_of(answers: Sequence[tuple[str, str]], n: int) -> list[tuple[str, str]]:
    """The `n` answers with the lowest hashes: the same ones always."""
    return sorted(answers, key=lambda answer: _hash(answer[1]))[:n]


def fitted_answers(bank: Bank) -> list[tuple[str, str]]:
    """The answers that the model is fitted on: short ones, to questions that are not held out."""
    held_out = set(HELD_OUT_FILE.read_text().split())
    return sample_of(
        [a for a in real_answers(bank) if a[0] not in held_out and len(a[1].split()) <= 25], FITTED_ANSWERS
    )


def unfitted_answers(bank: Bank) -> list[tuple[str, str]]:
    """The real answers that the model was not fitted on."""
    fitted = set(fitted_answers(bank))
    return [answer for answer in real_answers(bank) if answer not in fitted]


def mistaken(
    understanding: Understanding, bank: Bank, answers: Iterable[tuple[str, str]]
) -> list[tuple[ReplyKind, str]]:
    """The real answers that are taken for something else, with what."""
    found = [(understanding.kind(text, bank_task(bank, bank.by_id[id])), text) for id, text in answers]
    return [(kind, text) for kind, text in found if kind not in ANSWERS]


def fit(interviewer: Interviewer, utterances: Sequence[Utterance], file: Path = WEIGHTS) -> None:
    """Fits the model on the development half and on statements of questions that are not held out, and writes it."""
    from sklearn.linear_model import LogisticRegression

    rows = [(_fitted_kind(u.kind), u.text, 1.0) for u in utterances if u.split == "dev"]
    rows += [(ReplyKind.ANSWER, text, ANSWER_WEIGHT) for _, text in fitted_answers(interviewer.bank)]
    model = LogisticRegression(C=20.0, max_iter=2000)
    inputs = interviewer.encoder.encode([text for _, text, _ in rows])
    model.fit(inputs, [kind.value for kind, *_ in rows], sample_weight=[weight for *_, weight in rows])
    np.savez(file, kinds=model.classes_.astype("U16"), coef=model.coef_.astype(np.float16), intercept=model.intercept_)


def _fitted_kind(kind: ReplyKind) -> ReplyKind:
    return ReplyKind.ANSWER if kind is ReplyKind.PARTIAL else merged(kind)


def main() -> None:
    """Fits, or prints macro F1, what was mistaken, and how many real answers were taken for something else."""
    parser = argparse.ArgumentParser(prog="python -m evals.utterances", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=["dev", "test"], default="dev")
    parser.add_argument("--replies", default="1500", help="how many real answers to check, or 'all'")
    parser.add_argument("--fit", action="store_true", help="fit the model anew on the development half")
    arguments = parser.parse_args()
    interviewer = Interviewer(Settings())
    utterances = read_utterances()
    if arguments.fit:
        fit(interviewer, utterances)
    _print_kinds(interviewer, [u for u in utterances if u.split == arguments.half], arguments.half)
    answers = unfitted_answers(interviewer.bank)
    _print_mistaken(interviewer, answers if arguments.replies == "all" else sample_of(answers, int(arguments.replies)))


def _print_kinds(interviewer: Interviewer, chosen: Sequence[Utterance], half: str) -> None:
    bank, understanding = interviewer.bank, interviewer.understanding
    taken = [merged(understanding.kind(u.text, bank_task(bank, question_of(u, bank)))) for u in chosen]
    pairs = [(merged(u.kind), kind) for u, kind in zip(chosen, taken, strict=True)]
    for (true, kind), u in zip(pairs, chosen, strict=True):
        if true is not kind:
            print(f"{true} taken for {kind}: {u.text}")
    print(json.dumps({kind.value: round(value, 3) for kind, value in f1_by_kind(pairs).items()}))
    value, low, high = macro_f1(pairs)
    print(f"{half}: n = {len(pairs)}, macro F1 = {value:.3f} [{low:.3f}, {high:.3f}]")


def _print_mistaken(interviewer: Interviewer, checked: Sequence[tuple[str, str]]) -> None:
    wrong = mistaken(interviewer.understanding, interviewer.bank, checked)
    for mistaken_kind, text in wrong[:20]:
        print(f"an answer taken for {mistaken_kind}: {text[:120]}")
    print(f"real answers taken for something else: {len(wrong)} of {len(checked)} ({len(wrong) / len(checked):.2%})")


if __name__ == "__main__":
    main()
