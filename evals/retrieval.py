"""`python -m evals.retrieval`: which way of searching finds the question that somebody means.

Every way ranks all questions of the bank for each phrasing of `data/phrasings.jsonl`; a phrasing's rank is that of the
first right question. Ways and constants are chosen on the 'dev' half, which is the default; `--split test` reads the other,
and `--split fresh` the phrasings that were written last and blind.
`--scale N` measures the speed of an index of N passages instead.
"""

import argparse
import random
import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evals.bootstrap import Bootstrap, Figure
from evals.phrasings import Phrasing, Split, read_phrasings, read_strangers
from evals.retrieval_scale import scale_table
from interviewer.grading.tasks import NEAR_ENOUGH
from knowledge.bank import Bank, Frozen
from knowledge.encoder import Encoder, open_encoder
from knowledge.keywords import Keywords
from knowledge.load import load_bank
from knowledge.passages import split_answer
from knowledge.ranking import closeness, fused
from knowledge.text import stem, words
from knowledge.vectors import BankVectors

Floats = NDArray[np.float64]
Texts = list[tuple[int, str]]
"""Question number and text."""

RECALL_AT = 5
TYPO_SHARE = 0.35
RANK_DAMPING = 60
"""Source: Cormack, Clarke and Buettcher 2009, reciprocal rank fusion."""
THRESHOLDS = (0.5, 0.54, 0.56, 0.58, 0.6, 0.62)


class Found(Frozen):
    """How well one way of searching did."""

    way: str
    recall_at_1: Figure
    recall_at_5: Figure
    mrr: Figure


class Searched:
    """The bank with the vectors of its texts, and the score matrices that ways of searching are made of.

    Args:
        statements: whether to embed the covered statements too, most of the work.
    """

    def __init__(self, bank: Bank, encoder: Encoder, statements: bool = True) -> None:
        self.bank = bank
        self.keywords = Keywords.of(bank)
        self._encoder = encoder
        self.groups: dict[str, Texts] = {"questions": [], "answers": [], "aliases": [], "points": [], "statements": []}
        for i, q in enumerate(bank.questions):
            self.groups["questions"] += [(i, text) for text in (q.question, *q.variants)]
            self.groups["answers"] += [(i, text) for text in split_answer(q.answer)]
            self.groups["aliases"] += [(i, text) for text in q.aliases]
            self.groups["points"] += [(i, point.text) for point in q.key_points]
            covered = (s for s in bank.statements_of.get(q.id, ()) if s.verdict == "covered")
            self.groups["statements"] += [(i, s.text) for s in covered if statements]
        self._vectors = {
            name: encoder.encode([text for _, text in texts]) for name, texts in self.groups.items() if texts
        }

    def cosines(self, texts: Sequence[str], groups: Sequence[str]) -> tuple[Floats, NDArray[np.int64]]:
        """Cosines, shape (texts, passages), and each passage's question number."""
        passages = np.concatenate([self._vectors[name] for name in groups])
        owners = np.array([i for name in groups for i, _ in self.groups[name]])
        return np.asarray(self._encoder.encode(list(texts)) @ passages.T, dtype=np.float64), owners

    def nearest(self, texts: Sequence[str], groups: Sequence[str]) -> Floats:
        """Each question's largest cosine, shape (texts, questions)."""
        cosines, owners = self.cosines(texts, groups)
        found = np.full((len(texts), len(self.bank.questions)), -1.0)
        for column, owner in enumerate(owners):
            np.maximum(found[:, owner], cosines[:, column], out=found[:, owner])
        return found

    def close(self, texts: Sequence[str], groups: Sequence[str]) -> Floats:
        """Closeness as the program counts it, shape (texts, questions)."""
        cosines, owners = self.cosines(texts, groups)
        orders = np.argsort(-cosines, axis=1)
        n = len(self.bank.questions)
        return np.stack(
            [
                closeness(zip(owners[o].tolist(), row[o].tolist(), strict=True), n)
                for o, row in zip(orders, cosines, strict=True)
            ]
        )

    def pieces(self, texts: Sequence[str]) -> Floats:
        """BM25 on pieces of words, shape (texts, questions)."""
        return np.stack([self.keywords.scores(text) for text in texts])

    def words(self, texts: Sequence[str]) -> Floats:
        """BM25 on whole word stems over the same documents, shape (texts, questions)."""
        from bm25s import BM25

        from knowledge.keywords import document

        scorer = BM25(k1=1.2, b=0.75)
        scorer.index([stems(document(self.bank, q)) for q in self.bank.questions], show_progress=False)
        known = [[token for token in stems(text) if token in scorer.vocab_dict] for text in texts]
        return np.stack([scorer.get_scores(t) if t else np.zeros(len(self.bank.questions)) for t in known])

    def used(self, texts: Sequence[str], corrects: bool = True) -> Floats:
        """What the program ranks by, shape (texts, questions)."""
        written = [self.keywords.spelling.correct(text) for text in texts] if corrects else list(texts)
        close, pieces = self.close(written, ("questions", "answers", "aliases")), self.pieces(written)
        return np.stack([fused(a, b) for a, b in zip(close, pieces, strict=True)])


def stems(text: str) -> list[str]:
    """Stems of all words."""
    return [stem(word) for word in words(text)]


def by_rank(*scores: Floats) -> Floats:
    """Reciprocal rank fusion of score matrices of one shape."""
    ranks = [np.argsort(np.argsort(-one, axis=1, kind="stable"), axis=1) + 1 for one in scores]
    return np.asarray(sum(1 / (RANK_DAMPING + rank) for rank in ranks))


def mistyped(text: str, rng: random.Random) -> str:
    """The text with a letter left out, swapped, doubled or replaced in about every third longer word."""

    def slip(match: re.Match[str]) -> str:
        word = match.group()
        if rng.random() > TYPO_SHARE:
            return word
        i = rng.randrange(1, len(word) - 1)
        return rng.choice(
            (word[:i] + word[i + 1 :], word[:i] + word[i + 1] + word[i] + word[i + 2 :], word[:i] + word[i] + word[i:],
             word[:i] + rng.choice("aeiorstn") + word[i + 1 :])
        )  # fmt: skip

    return re.sub(r"[A-Za-z]{5,}", slip, text)


def ways(searched: Searched) -> dict[str, Callable[[Sequence[str]], Floats]]:
    """All ways that are compared, by name."""
    base = ("questions", "answers")
    return {
        "dense: questions and answers": lambda t: searched.nearest(t, base),
        "dense: + aliases": lambda t: searched.nearest(t, (*base, "aliases")),
        "dense: + aliases, key points": lambda t: searched.nearest(t, (*base, "aliases", "points")),
        "dense: + aliases, key points, statements": lambda t: searched.nearest(t, (*base, "aliases", "points", "statements")),
        "dense: + aliases, three nearest": lambda t: searched.close(t, (*base, "aliases")),
        "BM25: word stems": searched.words,
        "BM25: pieces of words": searched.pieces,
        "fusion by rank": lambda t: by_rank(searched.close(t, (*base, "aliases")), searched.pieces(t)),
        "fusion by sum": lambda t: searched.used(t, corrects=False),
        "fusion by sum, spelling mended (used)": searched.used,
    }  # fmt: skip


def first_right(scores: Floats, phrasings: Sequence[Phrasing], bank: Bank) -> NDArray[np.int64]:
    """The rank of the first right question, from 1, shape (phrasings,)."""
    ids = [question.id for question in bank.questions]
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.array(
        [
            next(r for r, i in enumerate(row, start=1) if ids[i] in p.answers)
            for row, p in zip(order, phrasings, strict=True)
        ]
    )


def judged(way: str, ranks: NDArray[np.int64], phrasings: Sequence[Phrasing]) -> Found:
    """Recall and mean reciprocal rank with 95 % intervals over questions."""
    bootstrap = Bootstrap([phrasing.question_id for phrasing in phrasings])

    def share(values: Floats) -> Figure:
        columns = np.stack([np.ones(len(values)), values], axis=1)
        return bootstrap.figure(columns, lambda totals: totals[..., 1] / totals[..., 0], lambda _: "no phrasing")

    return Found(
        way=way,
        recall_at_1=share((ranks == 1).astype(float)),
        recall_at_5=share((ranks <= RECALL_AT).astype(float)),
        mrr=share(1 / ranks),
    )


def compare(searched: Searched, split: Split) -> list[Found]:
    """Every way on the phrasings of one split; then the used one, with and without its spelling, on them mistyped."""
    phrasings = [phrasing for phrasing in read_phrasings(searched.bank) if phrasing.split == split]
    texts = [phrasing.text for phrasing in phrasings]
    rng = random.Random(0)
    slips = [mistyped(text, rng) for text in texts]
    scores = {name: way(texts) for name, way in ways(searched).items()}
    scores["mistyped: fusion by sum"] = searched.used(slips, corrects=False)
    scores["mistyped: spelling mended (used)"] = searched.used(slips)
    return [judged(name, first_right(found, phrasings, searched.bank), phrasings) for name, found in scores.items()]


def near_enough(searched: Searched, split: Split) -> str:
    """For several thresholds on the best hit's cosine, which phrasings and which strangers it lets pass."""
    phrasings = [phrasing for phrasing in read_phrasings(searched.bank) if phrasing.split == split]
    strangers = read_strangers()
    known = top_cosines(searched, [phrasing.text for phrasing in phrasings])
    right = first_right(searched.used([phrasing.text for phrasing in phrasings]), phrasings, searched.bank) == 1
    other, near = (
        top_cosines(searched, [s.text for s in strangers if s.field == field]) for field in ("other", "near")
    )
    rows = ["least cosine   right answers kept   wrong ones kept   other fields let in   neighbours let in"]
    for least in sorted({*THRESHOLDS, NEAR_ENOUGH}):
        shares = [float((values >= least).mean()) for values in (known[right], known[~right], other, near)]
        rows.append(f"{least:12.2f}   {shares[0]:18.3f}   {shares[1]:15.3f}   {shares[2]:19.3f}   {shares[3]:17.3f}")
    return "\n".join(rows)


def top_cosines(searched: Searched, texts: Sequence[str]) -> Floats:
    """The cosine that `Hit.similarity` shows for the best question of each text, shape (texts,)."""
    best = searched.used(texts).argmax(axis=1)
    written = [searched.keywords.spelling.correct(text) for text in texts]
    cosines = searched.nearest(written, ("questions", "answers", "aliases"))
    return np.asarray(cosines[np.arange(len(texts)), best])


def table(found: Sequence[Found]) -> str:
    """One way a line."""

    def cell(figure: Figure) -> str:
        return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"

    lines = [f"{'':42}{'recall@1':22}{'recall@5':22}MRR"]
    lines += [f"{f.way:42}{cell(f.recall_at_1):22}{cell(f.recall_at_5):22}{cell(f.mrr)}" for f in found]
    return "\n".join(lines)


def main() -> None:
    """Prints the comparison, or the scale benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["dev", "test", "fresh"], default="dev", help="which of the phrasings")
    parser.add_argument("--scale", type=int, metavar="N", help="measure an index of N passages instead")
    arguments = parser.parse_args()
    if arguments.scale:
        print(scale_table(load_bank(), open_encoder(), arguments.scale))
        return
    searched = Searched(load_bank(), BankVectors(open_encoder()))
    print(table(compare(searched, arguments.split)))
    print()
    print(near_enough(searched, arguments.split))


if __name__ == "__main__":
    main()
