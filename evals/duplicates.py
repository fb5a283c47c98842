"""`python -m evals.duplicates`: texts that graders are tested on and that are nearly ones they were trained on.

Two texts are near-duplicates when half of the shorter one's runs of seven words stand in the other, or when the sentence
encoder puts them next to each other. The encoder is asked only about pairs whose words are much the same by weight, which
it takes seconds to find: texts that say one thing in other words are what a test is made of, and no duplicates.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evals.attack_templates import load_families
from evals.cases import Case, read_cases
from evals.follow_ups import training_answers
from evals.training_data import load_notes, load_sentences, load_small_talk, load_textbook
from interviewer.grading.quotes import normalise
from knowledge.bank import Bank
from knowledge.claims import EVERYDAY
from knowledge.encoder import Encoder, open_encoder
from knowledge.lines import read_lines
from knowledge.load import load_bank
from knowledge.replies import load_replies
from knowledge.text import words

DATA = Path(__file__).parent / "data"
TUNED_ON = DATA / "dev_attacks.jsonl"
CALIBRATED_ON = ("plain_dev", "short_dev", "odd_dev", "hard_dev", "mixed_dev")
RUN_WORDS = 7
LEAST_SHARE = 0.5
LEAST_WORDS = 8
"""Shorter texts ('softmax gives you probabilities i think') are alike by chance."""
LEAST_TEMPLATE_WORDS = 3
"""A template is not to be tested with, however short; 'ok' and 'Step 1:' are anybody's."""
LEAST_SHARED_WEIGHT = 0.6
LEAST_COSINE = 0.97
"""Of the encoder. Source: answers to one question by different hands lie below it, one changed word in twenty above."""
OF_THE_BANK = frozenset({"other-reference", "parrot", "shuffled", "negated", "stuffing", "hedging", "suffix"})
"""Families of attacks that are made of the bank's own words, which is what they test."""


class Text(NamedTuple):
    """A text with a name to show."""

    name: str
    text: str


class Pair(NamedTuple):
    """Two near-duplicates: by `how` ('words' or 'meaning'), and the share of runs or the cosine."""

    tested: Text
    other: Text
    how: str
    value: float


def trained_texts(bank: Bank) -> list[Text]:
    """What the local grader is trained, tuned or calibrated on, or holds replies against: statements, replies, references, key points, attacks, templates."""
    found = [Text(f"statement of {statement.key_point}", statement.text) for statement in bank.statements]
    found += [Text(f"sentence on {s.key_point}", s.text) for sentences in load_sentences().values() for s in sentences]
    found += [Text(f"reply to {reply.question}", reply.text) for reply in load_replies(bank)]
    found += [Text(f"answer of {question.id}", question.answer) for question in bank.questions]
    found += [Text(f"point of {question.id}", p.text) for question in bank.questions for p in question.key_points]
    found += [Text(f"attack to tune by {case.id}", case.reply) for case in read_cases([TUNED_ON])]
    found += [Text(f"answer about {answer['point_id']}", answer["reply"]) for answer in training_answers(False)]
    found += [Text(f"textbook sentence on {id}", row["reply"]) for id, rows in load_textbook().items() for row in rows]
    found += [Text(f"note on {id}", row["reply"]) for id, rows in load_notes().items() for row in rows]
    found += [Text(f"claim on {row['key_point']}", row["text"]) for row in read_lines(EVERYDAY)]
    found += [
        Text(f"reply of {name}", row["reply"]) for name in CALIBRATED_ON for row in read_lines(DATA / f"{name}.jsonl")
    ]
    return found + [Text("template", template) for template in templates()]


def templates() -> list[str]:
    """The templates that training attacks are made from, without their places to fill, and its small talk."""
    found = [text for family in load_families().values() for text in family.templates]
    found += [text for texts in load_small_talk().values() for text in texts]
    plain = [re.sub(r"\{\w+\}", " ", text) for text in found]
    return [text for text in plain if len(words(text)) >= LEAST_TEMPLATE_WORDS]


def tested_texts(name: str) -> list[Text]:
    """The replies of one of our sets, as a reader sees them, but for attacks that are made of the bank's own words."""
    cases: Iterable[Case] = read_cases([DATA / f"{name}.jsonl"])
    return [Text(case.id, normalise(case.reply).text) for case in cases if case.extra("family") not in OF_THE_BANK]


def runs(text: str) -> set[tuple[str, ...]]:
    """The runs of seven words of a text; all of a shorter one."""
    found = words(text)
    return {tuple(found[i : i + RUN_WORDS]) for i in range(max(1, len(found) - RUN_WORDS + 1))}


def same_words(tested: Sequence[Text], others: Sequence[Text]) -> list[Pair]:
    """Pairs of which half of the tested text's runs stand in the other one."""
    where: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for i, other in enumerate(others):
        for run in runs(other.text) if len(words(other.text)) >= LEAST_WORDS else ():
            where[run].add(i)
    found = []
    for text in tested:
        mine = runs(text.text) if len(words(text.text)) >= LEAST_WORDS else set()
        hits = Counter(i for run in mine for i in where.get(run, ()))
        for i, count in hits.most_common(1):
            if count >= LEAST_SHARE * len(mine):
                found.append(Pair(text, others[i], "words", count / len(mine)))
    return found


def same_template(tested: Sequence[Text]) -> list[Pair]:
    """Texts that are a template of the training data, word for word."""
    held = {tuple(words(template)): template for template in templates()}
    found = [(text, held.get(tuple(words(text.text)))) for text in tested]
    return [Pair(text, Text("template", template), "words", 1.0) for text, template in found if template]


def same_meaning(tested: Sequence[Text], others: Sequence[Text], encoder: Encoder) -> list[Pair]:
    """Pairs that the encoder puts next to each other, among those that share most of their words."""
    close = _sharing_words(tested, others)
    if not close:
        return []
    texts = sorted({text for i, j in close for text in (tested[i].text, others[j].text)})
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    cosines = [float(vectors[tested[i].text] @ vectors[others[j].text]) for i, j in close]
    return [
        Pair(tested[i], others[j], "meaning", cosine)
        for (i, j), cosine in zip(close, cosines, strict=True)
        if cosine >= LEAST_COSINE
    ]


def _sharing_words(tested: Sequence[Text], others: Sequence[Text]) -> list[tuple[int, int]]:
    """For each tested text the other one with the most words in common, where these are most of them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    kept = [i for i, text in enumerate(tested) if len(words(text.text)) >= LEAST_WORDS]
    if not kept or not others:
        return []
    vectorizer = TfidfVectorizer(analyzer=words, sublinear_tf=True)
    held = vectorizer.fit_transform([other.text for other in others])
    shared = vectorizer.transform([tested[i].text for i in kept]) @ held.T
    best = [int(row.indices[row.data.argmax()]) if row.nnz else -1 for row in shared]
    weights = np.asarray(shared.max(axis=1).todense()).ravel()
    return [(i, j) for i, j, weight in zip(kept, best, weights, strict=True) if weight >= LEAST_SHARED_WEIGHT]


def near_duplicates(bank: Bank, encoder: Encoder) -> list[Pair]:
    """Near-duplicates between each of our sets and what was trained on, and between the sets."""
    sets = {
        name: tested_texts(name)
        for name in (
            "golden",
            "attacks",
            "short_correct",
            "short_wrong",
            "spoken",
            "one_sentence",
            "follow_up",
            "textbook",
        )
    }
    trained = trained_texts(bank)
    found: list[Pair] = []
    for texts in sets.values():
        found += [*same_template(texts), *same_words(texts, trained), *same_meaning(texts, trained, encoder)]
    for one, other in combinations(sets.values(), 2):
        found += [*same_words(one, other), *same_meaning(one, other, encoder)]
    return found


def main() -> int:
    """Prints the near-duplicates. Exit status 1 where there are any."""
    found = near_duplicates(load_bank(), open_encoder())
    for pair in found:
        print(f"{pair.tested.name} ~ {pair.other.name} ({pair.how} {pair.value:.2f}): {pair.tested.text[:100]!r}")
    print(f"{len(found)} near-duplicates")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
