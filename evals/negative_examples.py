"""Training examples of what earns nothing, or turns what is right into wrong."""

import random
import re
from collections.abc import Mapping, Sequence

from evals.attack_templates import Family, fill, placeholders, values_for
from evals.examples import UNSURE, Example, cut_sentences, judged
from interviewer.grading.grade import Verdict
from knowledge.bank import Bank, Question, Statement
from knowledge.replies import Reply

NO_ENGLISH = ("other_language",)
"""Families that a guard answers before the model."""
HARD = ("denial", "hedging", "stuffing", "adverbs_wrong", "elsewhere", "honest", "parrot")
"""Families that no guard can tell by their form: three times as frequent."""
_CODE = re.compile(r"```.*?```", re.DOTALL)


def negative_examples(
    question: Question, statements: Sequence[Statement], other: Question, rng: random.Random
) -> list[Example]:
    """What earns nothing: the question itself, its probes, shuffled words, another question's answer."""
    covered = [statement.text for statement in statements if statement.verdict == "covered"]
    points = list(question.key_points)
    found = [judged(cut_sentences(rng.choice([question.question, *question.variants])), points, {}, rng)]
    probe = rng.choice(points)
    found.append(judged([probe.probe], rng.sample(points, 3), {}, rng))
    if covered:
        stuffed = [word for text in rng.sample(covered, min(4, len(covered))) for word in text.split()]
        rng.shuffle(stuffed)
        found.append(judged([" ".join(stuffed[:30])], points, {}, rng, UNSURE))
    if other.topic != question.topic:
        # Code looks like an answer to everything until it is seen to be none.
        found += [judged([code], rng.sample(points, 3), {}, rng) for code in _CODE.findall(other.answer)]
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
        found.append(judged(said, rng.sample(question.key_points, 4), {}, rng, weight))
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
        found.append(judged(said, question.key_points, {}, rng, weight))
    return found


def shuffled_example(question: Question, replies: Sequence[Reply], rng: random.Random) -> Example:
    """A good reply with its words in no order, over all of it or within each sentence: it says nothing."""
    said = list(cut_sentences(rng.choice([reply for reply in replies if reply.kind == "strong"]).text))
    if rng.random() < 0.5:
        said = [" ".join(said)]
    return judged([_shuffled(text, rng) for text in said], question.key_points, {}, rng)


def _shuffled(text: str, rng: random.Random) -> str:
    words = text.split()
    return " ".join(rng.sample(words, len(words)))


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
    return judged(said, [*points, *rng.sample(others, min(1, len(others)))], verdicts, rng, UNSURE)


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
    return judged(cut_sentences(fill(template, values)), points, {target.id: verdict}, rng, unsure)
