"""The local grader's training examples: what was said, the points it is held against, and the verdict on each.

They come from public entailment sets, from public graded answers (their training splits), and from the bank: whole replies,
statements joined into replies, references, misconceptions, and what must earn nothing.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evals.attack_templates import Family, fill, load_families, values_for
from evals.examples import UNSURE, Example, cut_sentences, judged, of_verdicts, whole_example
from evals.negative_examples import (
    attack_example,
    foreign_examples,
    negative_examples,
    shuffled_example,
    stranger_examples,
    turned_example,
)
from interviewer.grading.crossencoder import VERDICTS
from interviewer.grading.grade import Verdict
from interviewer.grading.scoring import CREDIT
from interviewer.grading.tasks import derive_points
from knowledge.bank import Bank, KeyPoint, Question, Statement
from knowledge.claims import NOTES, SENTENCES, TEXTBOOK
from knowledge.lines import read_lines
from knowledge.load import load_bank
from knowledge.replies import Reply, load_replies
from knowledge.text import sentence_texts

NLI_ROWS = {"mnli": 6000, "snli": 3000, "conj": 2000, "negation": 2000, "breaking": 800, "help": 800, "med": 800}
NLI_VERDICTS = {"entailment": Verdict.COVERED, "neutral": Verdict.MISSING, "contradiction": Verdict.CONTRADICTED}
PUBLIC = ("scientsbank", "beetle", "saf", "stita")
WHOLE_SHARE = 0.6
"""Share of the public answers that are held against the whole reference."""
MOST_JOINED = 5
ATTACKS_A_QUESTION, TELEGRAMS_A_QUESTION, PARTS_A_QUESTION, SHUFFLED_A_QUESTION, TALK_A_QUESTION = 8, 5, 6, 2, 3
SINGLE_A_QUESTION = 8
TEXTBOOK_JOINED_A_QUESTION = 8
JOINED_NOTES = ("covered", "covered", "covered", "covered", "contradicted", "contradicted", None, None)
"""For each question so many replies of several notes are made, of right ones, of wrong ones, or of both."""
BETWEEN_NOTES = (". ", "; ", ", ", " / ", "\n", "\n- ")
TEXTBOOK_AMONG_NOTES = 1 / 3
"""Share of the textbook's sentences that comes with the notes, so that they are not forgotten."""
MOST_SILENT_POINTS = 3
MOST_TALK = 6
"""So many sentences of small talk at most."""
TERSE_TIMES, TERSE_WORDS = 3, 30
TERSE = frozenset({"strong", "confident_wrong"})
"""Good replies in few words, and wrong ones, are rare in the bank, where most short ones are thin: they come so many times. Where
good ones alone do, brevity is learnt as a sign of being right: of 32 wrong replies in few words 22 then had over 0.15.
"""
TIMES = {
    "negated_correct": 2, "hedging": 2, "self_contradicting": 2, "confident_wrong": 2, "turned": 2, "one_serious_error": 2,
    "says_nothing": 2,
}  # fmt: skip
"""So often come replies of kinds that are wrong in the words of right ones, or hold the question's words and no answer."""
SMALL = frozenset("a an the is are was it its that this which of to be been will would then so as just there".split())
"""Words that notes leave out without a change of what they say."""
TURNED = ("denial", "denial", "denial", "hedging", "hedging")
"""Families of which each question gets replies over several points."""
REWORDED_SHARE, SAME_START = 0.2, 40
"""Share of the points that are put in the words of a statement which covers them, unless the reply holds that one (by its first
characters): no judge should hang on the bank's wording of a point."""
LABELS = {
    "correct": Verdict.COVERED,
    "partially_correct_incomplete": Verdict.PARTIAL,
    "contradictory": Verdict.CONTRADICTED,
    "incorrect": Verdict.MISSING,
    "irrelevant": Verdict.MISSING,
    "non_domain": Verdict.MISSING,
}


def nli_examples(folder: Path, seed: int, share: float = 1.0) -> list[Example]:
    """Entailment pairs of the public files, entailed as covered, neutral as missing."""
    rng = random.Random(seed)
    found: list[Example] = []
    for name, wanted in NLI_ROWS.items():
        rows = read_lines(folder / f"nli_{name}.jsonl")
        rng.shuffle(rows)
        found += [
            of_verdicts([row["premise"]], [row["hypothesis"]], [NLI_VERDICTS[row["label"]]])
            for row in rows[: int(wanted * share)]
        ]
    return found


def public_examples(
    folder: Path,
    seed: int,
    share: float = 1.0,
    names: Sequence[str] = PUBLIC,
    held_out: frozenset[str] = frozenset(),
) -> list[Example]:
    """Graded answers of the training splits of public sets, but for those to held-out questions.

    A reference of one sentence carries the label as its verdict; one of several carries the score alone.
    """
    rng = random.Random(seed)
    found: list[Example] = []
    for name in names:
        rows = [row for row in public_cases(folder / f"{name}.jsonl") if row["question_id"] not in held_out]
        for row in rng.sample(rows, int(len(rows) * share)):
            reference = rng.choice(case_references(row))
            if rng.random() < WHOLE_SHARE:
                found.append(whole_example(cut_sentences(row["reply"]), reference, row["score"]))
                continue
            points = [point.text for point in derive_points(reference)]
            if not points:
                continue
            label = (row.get("label5") or row.get("label") or "").lower()
            verdict = LABELS.get(label) or _banded(row["score"])
            # SciEntsBank's 'incorrect' hides partial answers.
            weight = 0.5 if label == "incorrect" else 1.0
            known = len(points) == 1
            found.append(
                Example(
                    cut_sentences(row["reply"]),
                    tuple(points),
                    tuple(VERDICTS.index(verdict) if known else -1 for _ in points),
                    tuple(weight if known else 0.0 for _ in points),
                    (2,) * len(points),
                    None if known else row["score"],
                    (-1,) * len(points),
                )
            )
    return found


def public_cases(file: Path) -> list[dict[str, Any]]:
    """The answers of a public set to train on; STITA, which has no splits, is for training as a whole."""
    rows = read_lines(file)
    return [row for row in rows if row["split"] in ("train", None) and row["reply"].strip()]


def case_references(case: Mapping[str, Any]) -> list[str]:
    """The references of a public answer, which holds one or a list."""
    found = case["reference"]
    return found if isinstance(found, list) else [found]


def _banded(score: float) -> Verdict:
    if score >= 0.8:
        return Verdict.COVERED
    return Verdict.PARTIAL if score >= 0.3 else Verdict.MISSING


def bank_examples(seed: int, held_out: frozenset[str] = frozenset()) -> list[Example]:
    """Examples from the bank's questions, but for the held-out ones."""
    bank, rng = load_bank(), random.Random(seed)
    families, replies = load_families(), load_replies(bank)
    talk, sentences = load_small_talk(), load_sentences()
    replies_of: dict[str, list[Reply]] = {}
    for reply in replies:
        replies_of.setdefault(reply.question, []).append(reply)
    open_to = [question for question in bank.questions if question.id not in held_out]
    found = [
        reply_example(bank.by_id[reply.question], reply, rng)
        for reply in replies
        if reply.question not in held_out
        for _ in range(times(reply))
    ]
    for question in open_to:
        statements = bank.statements_of.get(question.id, ())
        found += [
            reference_example(question, rng),
            *joined_examples(question, [*statements, *sentences.get(question.id, ())], rng),
            *single_examples(question, sentences.get(question.id, ()), rng),
            *negative_examples(question, statements, rng.choice(open_to), rng),
            *misconception_examples(question, statements, rng),
            *stranger_examples(question, open_to, replies_of, rng),
            *foreign_examples(question, open_to, rng),
            *(shuffled_example(question, replies_of[question.id], rng) for _ in range(SHUFFLED_A_QUESTION)),
            *(part_example(question, reply, rng) for reply in rng.sample(replies_of[question.id], PARTS_A_QUESTION)),
            *(talk_example(question, replies_of[question.id], talk, rng) for _ in range(TALK_A_QUESTION)),
        ]
        if statements:
            found += [telegraphic_example(question, statements, rng) for _ in range(TELEGRAMS_A_QUESTION)]
            found += [turned_example(bank, families, question, name, rng) for name in TURNED]
            found += [attack_example(bank, families, question, rng) for _ in range(ATTACKS_A_QUESTION)]
            found.append(suffix_example(bank, families["suffix"], question, rng.choice(replies_of[question.id]), rng))
    ways = {
        point.text: [s.text for s in _said_of(point, bank.statements_of.get(question.id, ()), "covered")]
        for question in open_to
        for point in question.key_points
    }
    return [reworded(example, ways, rng) for example in found]


def _said_of(point: KeyPoint, statements: Iterable[Statement], verdict: str) -> list[Statement]:
    return [s for s in statements if s.key_point == point.id and s.verdict == verdict]


def reworded(example: Example, ways: Mapping[str, Sequence[str]], rng: random.Random) -> Example:
    """The example with some of its points in other words.

    Args:
        ways: other wordings of a point, by its text.
    """
    said = " ".join(example.sentences)
    points = []
    for point in example.points:
        others = [way for way in ways.get(point, ()) if way[:SAME_START] not in said]
        points.append(rng.choice(others) if others and rng.random() < REWORDED_SHARE else point)
    return example._replace(points=tuple(points))


def reply_example(question: Question, reply: Reply, rng: random.Random) -> Example:
    """A whole reply; now and then against some of the points only."""
    points = list(question.key_points)
    if rng.random() < 0.15:
        points = rng.sample(points, rng.randint(1, len(points)))
    verdicts = {id: Verdict(verdict) for id, verdict in reply.verdicts.items()}
    return judged(cut_sentences(reply.text), points, verdicts, rng)


def times(reply: Reply) -> int:
    """How often a reply comes in an epoch."""
    if reply.kind in TERSE and len(reply.text.split()) <= TERSE_WORDS:
        return TERSE_TIMES
    return TIMES.get(reply.kind, 1)


def reference_example(question: Question, rng: random.Random) -> Example:
    """The reference answer covers every point, so that a model answer is never marked down."""
    texts = sentence_texts(question.answer)
    return judged(texts, question.key_points, dict.fromkeys(_ids(question), Verdict.COVERED), rng)


def _ids(question: Question) -> list[str]:
    return [point.id for point in question.key_points]


def joined_examples(question: Question, statements: Sequence[Statement], rng: random.Random) -> list[Example]:
    """Each statement once, alone or as one sentence of a reply of up to five on different points."""
    waiting = rng.sample(statements, len(statements))
    found = []
    while waiting:
        size = rng.randint(1, MOST_JOINED)
        chosen: dict[str, Statement] = {}
        for statement in waiting:
            if len(chosen) < size:
                chosen.setdefault(statement.key_point, statement)
        taken = {id(statement) for statement in chosen.values()}
        waiting = [statement for statement in waiting if id(statement) not in taken]
        found.append(_joined(question, list(chosen.values()), rng))
    return found


def single_examples(question: Question, statements: Sequence[Statement], rng: random.Random) -> list[Example]:
    """Statements that are all a reply says, as most answers to a follow-up are: as many right as wrong ones."""
    found = []
    for verdict in ("covered", "contradicted"):
        pool = [statement for statement in statements if statement.verdict == verdict]
        found += [_joined(question, [s], rng) for s in rng.sample(pool, min(len(pool), SINGLE_A_QUESTION // 2))]
    return found


def _joined(question: Question, chosen: Sequence[Statement], rng: random.Random) -> Example:
    said: list[str] = []
    evidence = {}
    for statement in chosen:
        parts = cut_sentences(statement.text)
        if len(parts) == 1:
            evidence[statement.key_point] = len(said)
        said += parts
    verdicts = {statement.key_point: Verdict(statement.verdict) for statement in chosen}
    others = [point for point in question.key_points if point.id not in verdicts]
    # Points are most of the tokens: a few silent ones teach as much as all.
    points = [
        *(question.key_point(id) for id in verdicts),
        *rng.sample(others, min(len(others), rng.choice((1, 2, 2)))),
    ]
    return judged(said, points, verdicts, rng, UNSURE, evidence)


def load_sentences() -> dict[str, list[Statement]]:
    """Right and wrong answers of one sentence by question: statements that the grader learns from beside the bank's."""
    found: dict[str, list[Statement]] = {}
    for row in read_lines(SENTENCES):
        statement = Statement.model_validate(row)
        found.setdefault(statement.question, []).append(statement)
    return found


def textbook_examples(seed: int, held_out: frozenset[str] = frozenset()) -> list[Example]:
    """Sentences as a textbook has them, each alone, and some joined; but for held-out questions."""
    bank, rng = load_bank(), random.Random(seed)
    found = []
    for id, rows in load_textbook().items():
        if id in held_out:
            continue
        said = [[row] for row in rows]
        said += [rng.sample(rows, rng.randint(2, 4)) for _ in range(TEXTBOOK_JOINED_A_QUESTION)]
        found += [of_rows(bank.by_id[id], chosen, rng) for chosen in said]
    return found


def notes_examples(seed: int, held_out: frozenset[str] = frozenset()) -> list[Example]:
    """Short notes, each alone, and some joined, with a share of the textbook's sentences; but for held-out questions."""
    bank, rng = load_bank(), random.Random(seed)
    found = []
    for id, rows in load_notes().items():
        if id in held_out:
            continue
        found += [of_rows(bank.by_id[id], [row], rng) for row in rows]
        for verdict in JOINED_NOTES:
            pool = [row for row in rows if verdict is None or set(row["verdicts"].values()) == {verdict}]
            chosen = rng.sample(pool, min(len(pool), rng.randint(2, 4)))
            found.append(of_rows(bank.by_id[id], chosen, rng, rng.choice(BETWEEN_NOTES)))
    textbook = textbook_examples(seed, held_out)
    return [*found, *rng.sample(textbook, int(len(textbook) * TEXTBOOK_AMONG_NOTES))]


def load_textbook() -> dict[str, list[Mapping[str, Any]]]:
    """Replies of a sentence or two in the words of a textbook, by question: each a `reply` with its `verdicts`."""
    return _by_question(TEXTBOOK)


def load_notes() -> dict[str, list[Mapping[str, Any]]]:
    """Replies in few words, by question, likewise: each right one before the same with a word or two exchanged."""
    return _by_question(NOTES)


def _by_question(file: Path) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in read_lines(file):
        found.setdefault(row["question_id"], []).append(row)
    return found


def of_rows(
    question: Question, chosen: Sequence[Mapping[str, Any]], rng: random.Random, between: str = ". "
) -> Example:
    """These rows as one reply. Where they differ on a point, it is contradicted if any does so, else covered if any does."""
    strongest = (Verdict.CONTRADICTED, Verdict.COVERED, Verdict.PARTIAL)
    verdicts: dict[str, Verdict] = {}
    for row in chosen:
        for id, verdict in row["verdicts"].items():
            verdicts[id] = min(Verdict(verdict), verdicts.get(id, Verdict.PARTIAL), key=strongest.index)
    ended = "." if between == ". " else ""
    text = between.join(row["reply"].rstrip(" .") for row in chosen) + ended if len(chosen) > 1 else chosen[0]["reply"]
    silent = [point for point in question.key_points if point.id not in verdicts]
    points = [
        *(question.key_point(id) for id in verdicts),
        *rng.sample(silent, min(len(silent), rng.randint(0, MOST_SILENT_POINTS))),
    ]
    return judged(cut_sentences(text), points, verdicts, rng)


def load_small_talk() -> dict[str, list[str]]:
    """Sentences that come `before`, `between` and `after` those of a reply and change no verdict."""
    file = Path(__file__).parent / "data" / "small_talk.yaml"
    found: dict[str, list[str]] = yaml.safe_load(file.read_text("utf-8"))
    return found


def talk_example(
    question: Question, replies: Sequence[Reply], talk: Mapping[str, Sequence[str]], rng: random.Random
) -> Example:
    """A reply of any kind, as often of one as of another, amid small talk that changes none of its verdicts."""
    kind = rng.choice(sorted({reply.kind for reply in replies}))
    reply = rng.choice([reply for reply in replies if reply.kind == kind])
    said = list(cut_sentences(reply.text))
    for _ in range(rng.randint(1, MOST_TALK)):
        place = rng.choice(("before", "between", "after"))
        at = {"before": 0, "between": rng.randint(0, len(said)), "after": len(said)}[place]
        said.insert(at, rng.choice(talk[place]))
    return reply_example(question, reply.model_copy(update={"text": " ".join(said)}), rng)


def telegraphic_example(question: Question, statements: Sequence[Statement], rng: random.Random) -> Example:
    """The shortest ways to state some points, put together as notes without small words: right is right, and wrong wrong."""
    texts: list[str] = []
    verdicts = {}
    points = list(question.key_points)
    for point in rng.sample(points, rng.randint(1, len(points))):
        wanted = rng.choices(("covered", "contradicted", "partial"), (8, 2, 1))[0]
        fitting = _said_of(point, statements, wanted)
        if fitting:
            texts.append(rng.choice(sorted(fitting, key=lambda s: len(s.text))[:3]).text)
            verdicts[point.id] = Verdict(wanted)
    kept = rng.choice((0.0, 0.5, 1.0))
    notes = [_without_small_words(text, kept, rng) for text in texts]
    joined = rng.choice((". ", "; ", ", ", "\n- ", " / ", " + ", ". so ", ". also ")).join(notes)
    return judged(cut_sentences(joined), points, verdicts, rng, UNSURE)


def _without_small_words(text: str, kept: float, rng: random.Random) -> str:
    found = [word for word in text.rstrip(".").split() if word.lower() not in SMALL or rng.random() < kept]
    return " ".join(found).lower() if rng.random() < 0.5 else " ".join(found)


def part_example(question: Question, reply: Reply, rng: random.Random) -> Example:
    """A reply against some of the points, put together as a reference that is read whole."""
    points = rng.sample(question.key_points, min(len(question.key_points), rng.randint(1, 3)))
    verdicts = [Verdict(reply.verdicts.get(point.id, Verdict.MISSING)) for point in points]
    score = max(0.0, sum(CREDIT[verdict] for verdict in verdicts) / len(verdicts))
    return whole_example(cut_sentences(reply.text), " ".join(point.text for point in points), score)


def misconception_examples(question: Question, statements: Sequence[Statement], rng: random.Random) -> list[Example]:
    """The misconceptions as claims: stated by their own words, not stated by what is right."""
    claims = [wrong.statement for wrong in question.misconceptions]
    covered = [statement.text for statement in statements if statement.verdict == "covered"]
    found = []
    for i, claim in enumerate(claims):
        said = [claim, *rng.sample(covered, min(len(covered), rng.choice((0, 1, 2))))]
        rng.shuffle(said)
        found.append(
            of_verdicts(said, claims, [Verdict.COVERED if i == j else Verdict.MISSING for j in range(len(claims))])
        )
    if covered:
        said = rng.sample(covered, min(3, len(covered)))
        found.append(of_verdicts(said, claims, [Verdict.MISSING] * len(claims), UNSURE))
    return found


def suffix_example(bank: Bank, family: Family, question: Question, reply: Reply, rng: random.Random) -> Example:
    """A whole reply with words after it that change nothing."""
    values = values_for(bank, question, rng.choice(question.key_points).id, rng)
    text = f"{reply.text} {fill(rng.choice(family.templates), values)}"
    return reply_example(question, reply.model_copy(update={"text": text}), rng)
