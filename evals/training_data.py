"""The local grader's training examples: what was said, the points it is held against, and the verdict on each.

They come from public entailment sets, from public graded answers (their training splits), and from the bank: whole replies,
statements joined into replies, references, misconceptions, and what must earn nothing.
"""

import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from evals.attack_templates import Family, fill, load_families, placeholders, values_for
from interviewer.grading.crossencoder import VERDICTS, WHOLE
from interviewer.grading.grade import Verdict
from interviewer.grading.scoring import BONUS_WEIGHT, CREDIT
from interviewer.grading.tasks import derive_points
from interviewer.grading.windows import short_sentences
from knowledge.bank import Bank, KeyPoint, Question, Statement
from knowledge.load import load_bank
from knowledge.replies import Reply, load_replies
from knowledge.text import sentences

NLI_ROWS = {"mnli": 6000, "snli": 3000, "conj": 2000, "negation": 2000, "breaking": 800, "help": 800, "med": 800}
NLI_VERDICTS = {"entailment": Verdict.COVERED, "neutral": Verdict.MISSING, "contradiction": Verdict.CONTRADICTED}
PUBLIC = ("scientsbank", "beetle", "saf", "stita")
WHOLE_SHARE = 0.6
"""Share of the public answers that are held against the whole reference."""
MOST_JOINED = 5
ATTACKS_A_QUESTION, TELEGRAMS_A_QUESTION, PARTS_A_QUESTION, SHUFFLED_A_QUESTION = 8, 5, 6, 2
TERSE_TIMES, TERSE_WORDS = 3, 30
"""Good replies in few words are rare in the bank, where most short ones are thin: they come so many times."""
TIMES = {"negated_correct": 2, "hedging": 2, "self_contradicting": 2, "confident_wrong": 2, "turned": 2}
"""So often come replies of kinds that are wrong in the words of right ones."""
SMALL = frozenset("a an the is are was it its that this which of to be been will would then so as just there".split())
"""Words that notes leave out without a change of what they say."""
NO_ENGLISH = ("other_language",)
"""Families that a guard answers before the model."""
HARD = ("denial", "hedging", "stuffing", "adverbs_wrong", "elsewhere", "honest", "parrot")
"""Families that no guard can tell by their form: three times as frequent."""
TURNED = ("denial", "denial", "denial", "hedging", "hedging")
"""Families of which each question gets replies over several points."""
UNSURE = 0.5
"""Weight of 'missing' where it was not judged but follows from a statement being about another point."""
EMPHASIS = {Verdict.CONTRADICTED: 1.25, Verdict.PARTIAL: 1.25}
"""Weights of the verdicts that are rarest and hardest; calibration restores their frequency."""
REWORDED_SHARE, SAME_START = 0.2, 40
"""Share of the points that are put in the words of a statement which covers them, unless the reply holds that one (by its first
characters): no judge should hang on the bank's wording of a point."""
_CODE = re.compile(r"```.*?```", re.DOTALL)
LABELS = {
    "correct": Verdict.COVERED,
    "partially_correct_incomplete": Verdict.PARTIAL,
    "contradictory": Verdict.CONTRADICTED,
    "incorrect": Verdict.MISSING,
    "irrelevant": Verdict.MISSING,
    "non_domain": Verdict.MISSING,
}


class Example(NamedTuple):
    """A training example.

    `verdicts` are indices into VERDICTS, or -1 where unknown, with the `weights` of their losses; `importance` is each
    point's weight in the score; `score` is the known score or None; `evidence` is the index of the sentence that a point
    rests on, or -1 where unknown; `whole` is the score of a reply that is held against a whole reference as its one point.
    """

    sentences: tuple[str, ...]
    points: tuple[str, ...]
    verdicts: tuple[int, ...]
    weights: tuple[float, ...]
    importance: tuple[int, ...]
    score: float | None
    evidence: tuple[int, ...]
    whole: float | None = None


def nli_examples(folder: Path, seed: int, share: float = 1.0) -> list[Example]:
    """Entailment pairs of the public files, entailed as covered, neutral as missing."""
    rng = random.Random(seed)
    found: list[Example] = []
    for name, wanted in NLI_ROWS.items():
        rows = [json.loads(line) for line in (folder / f"nli_{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        rng.shuffle(rows)
        found += [
            _example([row["premise"]], [row["hypothesis"]], [NLI_VERDICTS[row["label"]]])
            for row in rows[: int(wanted * share)]
        ]
    return found


def public_examples(folder: Path, seed: int, share: float = 1.0) -> list[Example]:
    """Graded answers of the public sets' training splits.

    A reference of one sentence carries the label as its verdict; one of several carries the score alone.
    """
    rng = random.Random(seed)
    found: list[Example] = []
    for name in PUBLIC:
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        rows = [row for row in rows if row["split"] in ("train", None) and row["reply"].strip()]
        for row in rng.sample(rows, int(len(rows) * share)):
            references = row["reference"] if isinstance(row["reference"], list) else [row["reference"]]
            reference = rng.choice(references)
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


def whole_example(said: Sequence[str], reference: str, score: float) -> Example:
    """A reply against a whole reference."""
    return Example(tuple(said), (WHOLE + reference,), (-1,), (0.0,), (2,), None, (-1,), score)


def _banded(score: float) -> Verdict:
    if score >= 0.8:
        return Verdict.COVERED
    return Verdict.PARTIAL if score >= 0.3 else Verdict.MISSING


def bank_examples(seed: int, held_out: frozenset[str] = frozenset()) -> list[Example]:
    """Examples from the bank's questions, but for the held-out ones."""
    bank, rng = load_bank(), random.Random(seed)
    families, replies = load_families(), load_replies(bank)
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
            *joined_examples(question, statements, rng),
            *negative_examples(question, statements, rng.choice(open_to), rng),
            *misconception_examples(question, statements, rng),
            *stranger_examples(question, open_to, replies_of, rng),
            *foreign_examples(question, open_to, rng),
            *(shuffled_example(question, replies_of[question.id], rng) for _ in range(SHUFFLED_A_QUESTION)),
            *(part_example(question, reply, rng) for reply in rng.sample(replies_of[question.id], PARTS_A_QUESTION)),
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


def cut_sentences(text: str) -> tuple[str, ...]:
    """The sentences that the grader reads."""
    return tuple(text[span.start : span.end] for span in short_sentences(text))


def _example(said: Iterable[str], points: Sequence[str], verdicts: Sequence[Verdict], weight: float = 1.0) -> Example:
    return Example(
        tuple(said),
        tuple(points),
        tuple(VERDICTS.index(verdict) for verdict in verdicts),
        (weight,) * len(points),
        (2,) * len(points),
        None,
        (-1,) * len(points),
    )


def _judged(
    said: Sequence[str],
    points: Sequence[KeyPoint],
    verdicts: dict[str, Verdict],
    rng: random.Random,
    unsure: float = 1.0,
    evidence: dict[str, int] | None = None,
) -> Example:
    """An example over key points in random order; points without a verdict are missing, with weight `unsure`."""
    points = rng.sample(points, len(points))
    found = [verdicts.get(point.id, Verdict.MISSING) for point in points]
    return Example(
        tuple(said),
        tuple(point.text for point in points),
        tuple(VERDICTS.index(verdict) for verdict in found),
        tuple(
            EMPHASIS.get(verdict, 1.0) if point.id in verdicts else unsure
            for point, verdict in zip(points, found, strict=True)
        ),
        tuple(point.weight for point in points),
        true_score([point.weight for point in points], found),
        tuple((evidence or {}).get(point.id, -1) for point in points),
    )


def true_score(weights: Sequence[int], verdicts: Sequence[Verdict]) -> float:
    """The contract's formula without its floor at 0, so that it teaches below 0 too; bonus points left out."""
    counted = [(w, CREDIT[v]) for w, v in zip(weights, verdicts, strict=True) if w > BONUS_WEIGHT]
    counted = counted or [(w, CREDIT[v]) for w, v in zip(weights, verdicts, strict=True)]
    return sum(w * credit for w, credit in counted) / sum(w for w, _ in counted)


def reply_example(question: Question, reply: Reply, rng: random.Random) -> Example:
    """A whole reply; now and then against some of the points only."""
    points = list(question.key_points)
    if rng.random() < 0.15:
        points = rng.sample(points, rng.randint(1, len(points)))
    verdicts = {id: Verdict(verdict) for id, verdict in reply.verdicts.items()}
    return _judged(cut_sentences(reply.text), points, verdicts, rng)


def times(reply: Reply) -> int:
    """How often a reply comes in an epoch."""
    if reply.kind == "strong" and len(reply.text.split()) <= TERSE_WORDS:
        return TERSE_TIMES
    return TIMES.get(reply.kind, 1)


def reference_example(question: Question, rng: random.Random) -> Example:
    """The reference answer covers every point, so that a model answer is never marked down."""
    texts = [question.answer[span.start : span.end] for span in sentences(question.answer)]
    return _judged(texts, question.key_points, dict.fromkeys(_ids(question), Verdict.COVERED), rng)


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
    return _judged(said, points, verdicts, rng, UNSURE, evidence)


def negative_examples(
    question: Question, statements: Sequence[Statement], other: Question, rng: random.Random
) -> list[Example]:
    """What earns nothing: the question itself, its probes, shuffled words, another question's answer."""
    covered = [statement.text for statement in statements if statement.verdict == "covered"]
    points = list(question.key_points)
    found = [_judged(cut_sentences(rng.choice([question.question, *question.variants])), points, {}, rng)]
    probe = rng.choice(points)
    found.append(_judged([probe.probe], rng.sample(points, 3), {}, rng))
    if covered:
        stuffed = [word for text in rng.sample(covered, min(4, len(covered))) for word in text.split()]
        rng.shuffle(stuffed)
        found.append(_judged([" ".join(stuffed[:30])], points, {}, rng, UNSURE))
    if other.topic != question.topic:
        # Code looks like an answer to everything until it is seen to be none.
        found += [_judged([code], rng.sample(points, 3), {}, rng) for code in _CODE.findall(other.answer)]
    return found


def stranger_examples(
    question: Question, others: Sequence[Question], replies_of: Mapping[str, Sequence[Reply]], rng: random.Random
) -> list[Example]:
    """Good replies to other questions: two of another topic, and one of the same, where points may be shared."""
    found = []
    for same, weight in ((False, 1.0), (False, 1.0), (True, UNSURE)):
        pool = [other for other in others if (other.topic == question.topic) is same and other.id != question.id]
        good = [reply for reply in replies_of[rng.choice(pool).id] if reply.kind == "strong"]
        said = cut_sentences(rng.choice(good).text)
        found.append(_judged(said, rng.sample(question.key_points, 4), {}, rng, weight))
    return found


def foreign_examples(question: Question, others: Sequence[Question], rng: random.Random) -> list[Example]:
    """References of other questions, which cover nothing here: one of another topic, whole or in part, and one of the same
    topic, where points may be shared.
    """
    found = []
    for same, weight in ((False, 1.0), (False, 1.0), (True, UNSURE)):
        pool = [other for other in others if (other.topic == question.topic) is same and other.id != question.id]
        said = cut_sentences(rng.choice(pool).answer)
        if rng.random() < 0.5:
            start = rng.randrange(len(said))
            said = said[start : start + rng.randint(1, 4)]
        found.append(_judged(said, question.key_points, {}, rng, weight))
    return found


def shuffled_example(question: Question, replies: Sequence[Reply], rng: random.Random) -> Example:
    """A good reply with its words in no order, over all of it or within each sentence: it says nothing."""
    said = list(cut_sentences(rng.choice([reply for reply in replies if reply.kind == "strong"]).text))
    if rng.random() < 0.5:
        said = [" ".join(said)]
    return _judged([_shuffled(text, rng) for text in said], question.key_points, {}, rng)


def _shuffled(text: str, rng: random.Random) -> str:
    words = text.split()
    return " ".join(rng.sample(words, len(words)))


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
    return _judged(cut_sentences(joined), points, verdicts, rng, UNSURE)


def _without_small_words(text: str, kept: float, rng: random.Random) -> str:
    found = [word for word in text.rstrip(".").split() if word.lower() not in SMALL or rng.random() < kept]
    return " ".join(found).lower() if rng.random() < 0.5 else " ".join(found)


def turned_example(
    bank: Bank, families: Mapping[str, Family], question: Question, name: str, rng: random.Random
) -> Example:
    """Several points, each said and denied, or said beside its opposite; some are said plainly."""
    points = rng.sample(question.key_points, min(len(question.key_points), rng.randint(2, 4)))
    single = [t for t in families[name].templates if "second" not in {n.lower() for n in placeholders(t)}]
    template = rng.choice(single)
    said: list[str] = []
    verdicts = {}
    plain = rng.choice((0.0, 0.0, 0.3))
    for point in points:
        values = values_for(bank, question, point.id, rng)
        turned = rng.random() >= plain
        template = template if rng.random() < 0.6 else rng.choice(single)
        said += cut_sentences(fill(template, values) if turned else values["Statement"] + ".")
        verdicts[point.id] = Verdict.CONTRADICTED if turned else Verdict.COVERED
    others = [point for point in question.key_points if point.id not in verdicts]
    return _judged(said, [*points, *rng.sample(others, min(1, len(others)))], verdicts, rng, UNSURE)


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
            _example(said, claims, [Verdict.COVERED if i == j else Verdict.MISSING for j in range(len(claims))])
        )
    if covered:
        said = rng.sample(covered, min(3, len(covered)))
        found.append(_example(said, claims, [Verdict.MISSING] * len(claims), UNSURE))
    return found


def attack_example(bank: Bank, families: Mapping[str, Family], question: Question, rng: random.Random) -> Example:
    """A reply that deserves little, or an honest one that looks like it, against its point and some others."""
    names = [name for name in families if name not in NO_ENGLISH]
    name = rng.choices(names, [3 if name in HARD else 1 for name in names])[0]
    family = families[name]
    target = rng.choice(question.key_points)
    values = values_for(bank, question, target.id, rng)
    template = rng.choice(family.templates)
    verdict = Verdict.COVERED if family.verdict == "same" else Verdict(family.verdict)
    if name == "hedging":
        # Both asserted and denied (knowledge's rule for replies).
        verdict = Verdict.CONTRADICTED
    if name == "suffix":
        verdict = Verdict.MISSING
    others = [point for point in question.key_points if point.id != target.id]
    points = [target, *rng.sample(others, min(3, len(others)))]
    # What a second statement does to the other points is not known.
    unsure = 0.0 if "second" in {name.lower() for name in placeholders(template)} else 1.0
    return _judged(cut_sentences(fill(template, values)), points, {target.id: verdict}, rng, unsure)


def suffix_example(bank: Bank, family: Family, question: Question, reply: Reply, rng: random.Random) -> Example:
    """A whole reply with words after it that change nothing."""
    values = values_for(bank, question, rng.choice(question.key_points).id, rng)
    text = f"{reply.text} {fill(rng.choice(family.templates), values)}"
    return reply_example(question, reply.model_copy(update={"text": text}), rng)


def _ids(question: Question) -> list[str]:
    return [point.id for point in question.key_points]
