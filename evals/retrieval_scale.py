"""How the index does with many passages: its build rate against the bare encoder's, and how long a query takes."""

import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from knowledge.bank import Bank, Question
from knowledge.encoder import Encoder
from knowledge.index import BATCH, open_index
from knowledge.passages import bank_passages

QUERIES = 100


def scaled_bank(bank: Bank, passages: int) -> Bank:
    """A bank of at least so many passages: the bank's questions over again, each copy's phrasings and answer marked by its number."""
    found: list[Question] = []
    have, copy = 0, 0
    while have < passages:
        marked = tuple(_copy(question, copy) for question in bank.questions)
        size = np.cumsum([len(bank_passages(Bank(questions=(question,)))) for question in marked])
        wanted = int(np.searchsorted(size, passages - have)) + 1
        found += marked[:wanted]
        have += int(size[min(wanted, len(marked)) - 1])
        copy += 1
    return Bank(questions=tuple(found))


def _copy(question: Question, copy: int) -> Question:
    if copy == 0:
        return question
    texts = {"question": f"{question.question} (case {copy})", "answer": f"{question.answer} See case {copy}."}
    variants = tuple(f"{text} (case {copy})" for text in question.variants)
    aliases = tuple(f"{text} {copy}" for text in question.aliases)
    return question.model_copy(update=texts | {"id": f"{question.id}-{copy}", "variants": variants, "aliases": aliases})


def scale_table(bank: Bank, encoder: Encoder, passages: int) -> str:
    """Builds an index of so many passages in a folder of its own, which is removed after, and measures it."""
    scaled = scaled_bank(bank, passages)
    texts = sorted((passage.text for passage in bank_passages(scaled)), key=len)
    encoder.encode(["warm up"])
    # Two bare runs around the build would cost as much again; a sample of every length stands for all texts.
    sample = [text for i in range(0, len(texts), BATCH * 8) for text in texts[i : i + BATCH]]
    started = time.perf_counter()
    for i in range(0, len(sample), BATCH):
        encoder.encode(sample[i : i + BATCH])
    bare = len(sample) / (time.perf_counter() - started)
    folder = Path(tempfile.mkdtemp())
    try:
        started = time.perf_counter()
        index = open_index(folder, scaled, encoder)
        built = len(texts) / (time.perf_counter() - started)
        queries = [question.question for question in scaled.questions[:: max(1, len(scaled.questions) // QUERIES)]]
        spans, encoding = [], []
        for query in queries[:QUERIES]:
            spans.append(_milliseconds(partial(index.search, [query], 5)))
            encoding.append(_milliseconds(partial(encoder.encode, [query])))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return "\n".join(
        [
            f"passages      {len(texts):,} of {len(scaled.questions):,} questions",
            f"bare encoder  {bare:.1f} passages/s (a sample of {len(sample):,})",
            f"index build   {built:.1f} passages/s, {built / bare:.2f} x the bare encoder",
            f"a query       {np.quantile(spans, 0.5):.1f} ms median, {np.quantile(spans, 0.95):.1f} ms p95"
            f" (its encoding alone {np.quantile(encoding, 0.5):.1f} ms median)",
        ]
    )


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
