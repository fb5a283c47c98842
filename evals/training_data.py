"""The local grader's training pairs: (what was said, key point, verdict), from public entailment sets and the bank."""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from interviewer.grading.crossencoder import VERDICTS
from interviewer.grading.grade import Verdict
from knowledge.bank import Bank, Question, Statement
from knowledge.load import load_bank
from knowledge.replies import Reply, load_replies
from knowledge.text import sentences

NLI_ROWS = {"mnli": 6000, "snli": 3000, "conj": 2000, "negation": 2000, "breaking": 800, "help": 800, "med": 800}
NLI_VERDICTS = {"entailment": Verdict.COVERED, "neutral": Verdict.MISSING, "contradiction": Verdict.CONTRADICTED}
JOINED_A_QUESTION = 6
NEGATIONS = ("It is not true that {}", "{} - no, that is wrong.", "People say {}, which is false.")
EMPTY = (
    "I don't know.",
    "Good question, let me think about it.",
    "That is a very important topic in deep learning.",
    "ok",
)


class Pair(NamedTuple):
    """A training example: `verdict` is an index into VERDICTS."""

    said: str
    point: str
    verdict: int
    weight: float = 1.0


def _pair(said: str, point: str, verdict: str, weight: float = 1.0) -> Pair:
    return Pair(said, point, VERDICTS.index(Verdict(verdict)), weight)


def nli_pairs(folder: Path, seed: int) -> list[Pair]:
    """Entailment pairs of the public files, entailed as covered, neutral as missing."""
    rng = random.Random(seed)
    found: list[Pair] = []
    for name, wanted in NLI_ROWS.items():
        rows = [json.loads(line) for line in (folder / f"nli_{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        rng.shuffle(rows)
        found += [_pair(row["premise"], row["hypothesis"], NLI_VERDICTS[row["label"]]) for row in rows[:wanted]]
    return found


def bank_statement_pairs(seed: int, held_out: frozenset[str] = frozenset()) -> list[Pair]:
    """Pairs from the statements and references of the bank's questions, but for the held-out ones."""
    bank, rng = load_bank(), random.Random(seed)
    found: list[Pair] = []
    for question in bank.questions:
        if question.id in held_out:
            continue
        statements = bank.statements_of.get(question.id, ())
        found += reference_pairs(question)
        found += statement_pairs(question, statements, rng)
        found += joined_pairs(question, statements, rng)
        found += negative_pairs(bank, question, statements, rng)
    return found


def bank_reply_pairs(seed: int, held_out: frozenset[str] = frozenset()) -> list[Pair]:
    """Pairs from the whole replies, with a third of the statements' pairs among them, so that those are not forgotten."""
    bank, rng = load_bank(), random.Random(seed)
    found = [
        pair
        for reply in load_replies(bank)
        if reply.question not in held_out
        for pair in reply_pairs(bank.by_id[reply.question], reply, rng)
    ]
    statements = bank_statement_pairs(seed + 1, held_out)
    return found + rng.sample(statements, len(statements) // 3)


def reference_pairs(question: Question) -> list[Pair]:
    """The point and the whole answer cover it; so a model answer is never marked down."""
    texts = [question.answer[span.start : span.end] for span in sentences(question.answer)]
    found = [_pair(point.text, point.text, Verdict.COVERED) for point in question.key_points]
    found += [_pair(" ".join(texts), point.text, Verdict.COVERED) for point in question.key_points]
    return found


def statement_pairs(question: Question, statements: Iterable[Statement], rng: random.Random) -> list[Pair]:
    """Each statement against its own point, and against one other, which it does not speak of."""
    found = []
    for statement in statements:
        found.append(_pair(statement.text, question.key_point(statement.key_point).text, statement.verdict))
        if rng.random() < 0.5:
            other = rng.choice([point for point in question.key_points if point.id != statement.key_point])
            found.append(_pair(statement.text, other.text, Verdict.MISSING))
    return found


def joined_pairs(question: Question, statements: tuple[Statement, ...], rng: random.Random) -> list[Pair]:
    """Two to four statements on different points, as one reply, against all of the question's points."""
    found = []
    for _ in range(JOINED_A_QUESTION if statements else 0):
        shuffled = rng.sample(statements, len(statements))
        chosen = list({statement.key_point: statement for statement in shuffled}.values())[: rng.choice((2, 3, 4))]
        said = " ".join(statement.text for statement in chosen)
        verdicts = {statement.key_point: statement.verdict for statement in chosen}
        points = rng.sample(question.key_points, min(3, len(question.key_points)))
        found += [_pair(said, point.text, verdicts.get(point.id, Verdict.MISSING)) for point in points]
    return found


def negative_pairs(bank: Bank, question: Question, statements: tuple[Statement, ...], rng: random.Random) -> list[Pair]:
    """What must earn nothing: denials, the question itself, small talk, shuffled words, another question's statement."""
    found = []
    others = rng.sample(bank.statements, min(4, len(bank.statements)))
    for point in question.key_points:
        covered = [s.text for s in statements if s.key_point == point.id and s.verdict == "covered"]
        if not covered:
            continue
        text = rng.choice(covered)
        found.append(_pair(rng.choice(NEGATIONS).format(text[0].lower() + text[1:]), point.text, Verdict.CONTRADICTED))
        stuffed = [word for other in covered for word in other.split()]
        rng.shuffle(stuffed)
        found.append(_pair(" ".join(stuffed[:30]), point.text, Verdict.MISSING))
        nothing = rng.choice([question.question, point.probe, rng.choice(EMPTY), rng.choice(others).text])
        found.append(_pair(nothing, point.text, Verdict.MISSING))
    return found


def reply_pairs(question: Question, reply: Reply, rng: random.Random) -> list[Pair]:
    """A whole reply against the points it speaks of and half of those it does not."""
    return [
        _pair(reply.text, point.text, reply.verdicts[point.id])
        for point in question.key_points
        if reply.verdicts[point.id] != Verdict.MISSING.value or rng.random() < 0.5
    ]
