"""Reading together: the same findings as alone, errors kept apart, order kept, and no thread left behind."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from interviewer.errors import JudgeFailed
from interviewer.grading.batching import Batching
from interviewer.grading.crossencoder import CrossEncoder, Read, Reading
from interviewer.grading.local import CARD, FOLDER, WEIGHTS, ModelCard
from knowledge.encoder import bundled_folder

CLOSE = 1e-4
REPLIES = (
    "Dropout sets random activations to zero.",
    "At inference nothing is dropped. The weights are scaled instead. " * 6,
    "It acts like an ensemble of thinned networks, and it slows convergence a little.",
    "I would use it after the dense layers only.",
    "No idea, sorry.",
    "It is the same as weight decay, which adds a penalty to the loss.",
)
POINTS = ("Units are dropped at random during training.", "It regularises.", "At test time all units are used.")


def reading(name: str, points: int = 1) -> Reading:
    return Reading((name,), POINTS[:points])


class Recorded:
    """A reader that says which calls came together; `bad` replies fail, and it waits to be let go."""

    def __init__(self, bad: frozenset[str] = frozenset()) -> None:
        self.bad = bad
        self.passes: list[list[str]] = []
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()

    def __call__(self, readings: Sequence[Reading]) -> list[Read]:
        names = [one.sentences[0] for one in readings]
        self.passes.append(names)
        self.begun.release()
        assert self.go.wait(10)
        if self.bad & set(names):
            raise JudgeFailed("a bad reply")
        return [
            Read(
                np.full((1, len(one.points), 4), len(one.sentences[0])),
                np.zeros((1, 1)),
                np.zeros((1, len(one.points))),
            )
            for one in readings
        ]


def until_waiting(batching: Batching, calls: int) -> None:
    """Returns when so many calls wait, or after ten seconds."""
    until = time.monotonic() + 10
    while len(batching._waiting) < calls and time.monotonic() < until:
        time.sleep(0.001)


def gather(reader: Recorded, batching: Batching, names: Sequence[str], pool: ThreadPoolExecutor) -> list[object]:
    """Asks for the first alone, then for the others one after the other while that is read; results or errors."""
    futures = [pool.submit(batching.read, [reading(names[0])])]
    assert reader.begun.acquire(timeout=10)
    for n, name in enumerate(names[1:], start=1):
        futures.append(pool.submit(batching.read, [reading(name)] * (1 + n % 2)))
        until_waiting(batching, n)
    reader.go.set()
    return [future.exception(10) or future.result() for future in futures]


def test_what_came_during_a_pass_is_read_in_the_next_one_in_its_order() -> None:
    reader = Recorded()
    batching = Batching(reader, most=3)
    with ThreadPoolExecutor(8) as pool:
        found = gather(reader, batching, ["a", "bb", "ccc", "dddd", "eeeee"], pool)
    assert reader.passes == [["a"], ["bb", "bb", "ccc", "dddd", "dddd"], ["eeeee"]]
    for n, reads in enumerate(found, start=1):
        assert isinstance(reads, list)
        assert [read.probabilities[0, 0, 0] for read in reads] == [n] * (1 + (n - 1) % 2)


def test_the_error_of_one_is_its_own_and_the_lead_is_handed_on() -> None:
    reader = Recorded(bad=frozenset({"a", "ccc"}))
    batching = Batching(reader, most=8)
    with ThreadPoolExecutor(8) as pool:
        found = gather(reader, batching, ["a", "bb", "ccc", "dddd"], pool)
    assert [isinstance(one, JudgeFailed) for one in found] == [True, False, True, False]
    assert batching.read([reading("later")])[0].probabilities[0, 0, 0] == 5


@pytest.fixture(scope="module")
def encoder() -> CrossEncoder:
    card = ModelCard.model_validate_json((FOLDER / CARD).read_text())
    return CrossEncoder(bundled_folder(), FOLDER / WEIGHTS, card.sha256)


def test_verdicts_are_those_of_reading_alone(encoder: CrossEncoder) -> None:
    asked = [[Reading((text,), POINTS), *(Reading((text,), (point,)) for point in POINTS)] for text in REPLIES]
    alone = [encoder.read(readings) for readings in asked]
    passes: list[int] = []

    def counted(readings: Sequence[Reading]) -> list[Read]:
        passes.append(len(readings))
        return encoder.read(readings)

    batching, start = Batching(counted), threading.Barrier(len(asked))
    before = threading.active_count()

    def read(readings: list[Reading]) -> list[Read]:
        start.wait(10)
        return batching.read(readings)

    with ThreadPoolExecutor(len(asked)) as pool:
        together = list(pool.map(read, asked))
    assert max(passes) > 4, "nothing was read together"
    for one, other in zip(alone, together, strict=True):
        for left, right in zip(one, other, strict=True):
            assert np.abs(left.probabilities - right.probabilities).max() <= CLOSE
            assert np.abs(left.evidence - right.evidence).max() <= CLOSE
    assert threading.active_count() == before


def test_many_threads_get_each_their_own() -> None:
    reader = Recorded()
    reader.go.set()
    batching = Batching(reader)
    names = ["x" * n for n in range(1, 400)]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda name: batching.read([reading(name)]), names))
    assert [one[0].probabilities[0, 0, 0] for one in found] == [len(name) for name in names]
    assert sum(len(names) for names in reader.passes) == len(names)


def test_as_many_passes_run_at_once_as_there_are_leaders() -> None:
    reader = Recorded()
    batching = Batching(reader, most=2, leaders=2)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(batching.read, [reading("a")])]
        assert reader.begun.acquire(timeout=10)
        futures.append(pool.submit(batching.read, [reading("bb")]))
        assert reader.begun.acquire(timeout=10)
        for n, name in enumerate(["ccc", "dddd", "eeeee"], start=1):
            futures.append(pool.submit(batching.read, [reading(name)]))
            until_waiting(batching, n)
        reader.go.set()
        assert [future.result(10)[0].probabilities[0, 0, 0] for future in futures] == [1, 2, 3, 4, 5]
    assert sorted(name for names in reader.passes for name in names) == ["a", "bb", "ccc", "dddd", "eeeee"]
    assert batching._leading == 0
