"""What an index of many passages costs beside the encoder, in CPU time of one thread, so that a busy machine does not count.

`OMP_NUM_THREADS=1 .venv/bin/python scripts/index_cost.py --passages 10000`: the build with made-up vectors, a query
without its encoding, and the bare encoder on a sample of the bank's passages. `python -m evals.retrieval --scale N` builds
the whole by the clock instead, which takes an idle machine.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from evals.retrieval_scale import scaled_bank
from knowledge.encoder import Vectors, open_encoder
from knowledge.index import BATCH, open_index
from knowledge.load import load_bank
from knowledge.passages import bank_passages

SAMPLE = 700
QUERIES = 60
CLUSTERS = 300
SPREAD = 0.7


class MadeUp:
    """Unit vectors in clusters, as passages of questions are, for any texts."""

    model_hash = "0" * 64

    def __init__(self, dimension: int = 384) -> None:
        self._random = np.random.default_rng(0)
        self._centres = self._random.normal(size=(CLUSTERS, dimension))

    def encode(self, texts: list[str]) -> Vectors:
        """As an encoder's: shape (len(texts), dimension), rows of length 1."""
        near = self._centres[self._random.integers(0, CLUSTERS, len(texts))]
        found = near + SPREAD * self._random.normal(size=near.shape)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU time of this process for some work, in milliseconds."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def told(what: str, spans: list[float]) -> str:
    """One line of a table."""
    return f"{what:24} {np.quantile(spans, 0.5):.1f} ms median, {np.quantile(spans, 0.95):.1f} ms p95"


def main() -> None:
    """Prints the costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000, metavar="N")
    bank = load_bank()
    scaled = scaled_bank(bank, parser.parse_args().passages)
    n = len(bank_passages(scaled))
    with tempfile.TemporaryDirectory() as folder:
        index = None

        def build() -> None:
            nonlocal index
            index = open_index(Path(folder), scaled, MadeUp())

        insert = cpu_ms(build) / n
        print(f"{'insert a passage':24} {insert:.2f} ms, of {n:,}", flush=True)
        assert index is not None
        step = max(1, len(scaled.questions) // QUERIES)
        asked = [question.question for question in scaled.questions[::step]]
        print(told("query, not its encoding", [cpu_ms(lambda text=text: index.search([text], 5)) for text in asked]))
    encoder = open_encoder()
    encoder.encode(["warm up"])
    passages = sorted((passage.text for passage in bank_passages(bank)), key=len)
    texts = passages[:: max(1, len(passages) // SAMPLE)]
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    bare = sum(cpu_ms(lambda batch=batch: encoder.encode(batch)) for batch in batches) / len(texts)
    print(
        f"{'encode a passage':24} {bare:.2f} ms; a build runs at {bare / (bare + insert):.2f} x the bare encoder's rate"
    )
    print(told("encode a query", [cpu_ms(lambda text=text: encoder.encode([text])) for text in asked[::2]]))


if __name__ == "__main__":
    main()
