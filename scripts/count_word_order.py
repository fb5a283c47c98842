"""Counts which word classes follow each other in the bank's texts and replies: interviewer/grading/model/word_order.npz.

Run as `python scripts/count_word_order.py [--held-out]`; with `--held-out` a third of the questions is left out and the
shares of their texts, as written and shuffled, that lack order are printed, and nothing is written.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from interviewer.grading import word_order
from knowledge.bank import Bank
from knowledge.load import load_bank
from knowledge.replies import load_replies

HELD_OUT_SHARE = 3
BANDS = ((12, 20), (20, 35), (35, 1000))
SAMPLE = 4000
# Replies that are no prose, or whose makers shuffled their words.
LEFT_OUT_KINDS = ("terms_only",)


def main() -> None:
    """Writes the counts or, held out, measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true")
    held_out = parser.parse_args().held_out
    bank = load_bank()
    ids = sorted(bank.by_id)
    left = set(random.Random(1).sample(ids, len(ids) // HELD_OUT_SHARE)) if held_out else set()
    counts = count(texts(bank, set(ids) - left))
    if not held_out:
        names, following, skipping = counts
        np.savez_compressed(word_order.FILE, classes=names, next=following, skip=skipping)
        return
    measure(counts, bank, left)


def texts(bank: Bank, ids: set[str]) -> list[str]:
    """Answers, statements and replies of these questions: notes in few words have an order of their own."""
    written = [q.answer for q in bank.questions if q.id in ids] + [s.text for s in bank.statements if s.question in ids]
    return written + [r.text for r in load_replies(bank) if r.question in ids and r.kind not in LEFT_OUT_KINDS]


def count(found: Iterable[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Class names, and how often one follows another directly and with one between."""
    following: Counter[tuple[str, str]] = Counter()
    skipping: Counter[tuple[str, str]] = Counter()
    for text in found:
        row = [word_order.START, *(name for unit in word_order.units(text) for name in unit), word_order.END]
        following.update(pairwise(row))
        skipping.update(zip(row, row[2:], strict=False))
    names = sorted({name for pair in following for name in pair})
    at = {name: i for i, name in enumerate(names)}
    tables = [np.zeros((len(names), len(names)), np.uint16) for _ in range(2)]
    for table, pairs in zip(tables, (following, skipping), strict=True):
        for (one, other), n in pairs.items():
            table[at[one], at[other]] = min(n, 65_535)
    return np.array(names), tables[0], tables[1]


def measure(counts: tuple[np.ndarray, np.ndarray, np.ndarray], bank: Bank, ids: set[str]) -> None:  # type: ignore[type-arg]
    """Prints, for texts of these questions by length, the shares without order as written and shuffled."""
    import tempfile
    from pathlib import Path

    file = Path(tempfile.mkdtemp()) / "counts.npz"
    np.savez_compressed(file, classes=counts[0], next=counts[1], skip=counts[2])
    word_order.FILE = file
    rng = random.Random(2)
    found = rng.sample(texts(bank, ids), SAMPLE)
    for low, high in BANDS:
        chosen = [text for text in found if low <= len(text.split()) < high]
        real = [word_order.has_no_order(text) for text in chosen]
        mixed = [word_order.has_no_order(" ".join(rng.sample(text.split(), len(text.split())))) for text in chosen]
        print(f"{low}-{high} words: {len(chosen)} texts, {sum(real)} without order; shuffled {sum(mixed)}")


if __name__ == "__main__":
    main()
