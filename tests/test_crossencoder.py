"""How a reply and its points become sequences, and what the shipped network makes of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.grading.crossencoder import (
    LONGEST_SEQUENCE,
    PIECE_TOKENS,
    POINT_TOKENS,
    VERDICTS,
    CrossEncoder,
    Read,
    Reading,
    encode,
)
from interviewer.grading.grade import Verdict
from interviewer.grading.local import CARD, FOLDER, WEIGHTS, ModelCard
from knowledge.encoder import bundled_folder

POINTS = ("The unit's gradient is zero for negative inputs.", "A leaky slope keeps a gradient alive.")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(bundled_folder()), local_files_only=True)


@pytest.fixture(scope="module")
def encoder() -> CrossEncoder:
    card = ModelCard.model_validate_json((FOLDER / CARD).read_text())
    return CrossEncoder(bundled_folder(), FOLDER / WEIGHTS, card.sha256)


sentences = st.lists(st.text("ab cdé1.\n", min_size=1, max_size=900), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(said=sentences, count=st.integers(1, 30))
def test_every_token_of_a_reply_is_read_against_every_point(tokenizer: Any, said: list[str], count: int) -> None:
    points = tuple(f"point {i} {'very ' * (i * 7)}long" for i in range(count))
    pieces = encode(tokenizer, Reading(tuple(said), points))
    tokens = tokenizer(said, add_special_tokens=False)["input_ids"]
    read: dict[int, dict[int, list[int]]] = {}
    for number, one in pieces:
        assert len(one.ids) <= LONGEST_SEQUENCE
        assert one.reply_length <= PIECE_TOKENS + 2
        spans = zip(one.sentences, one.sentence_spans, strict=True)
        parts = {(index, tuple(one.ids[start:end])) for index, (start, end) in spans}
        for point in one.points:
            for index, part in parts:
                read.setdefault(point, {}).setdefault(index, []).extend([number, *part])
    if not any(tokens):
        return
    assert set(read) == set(range(count))
    for index, wanted in enumerate(tokens):
        found = read[0].get(index, [])
        assert not wanted or set(wanted) <= set(found)


def test_long_points_are_cut_and_many_points_read_in_turn(tokenizer: Any) -> None:
    points = tuple("gradient " * 200 for _ in range(12))
    pieces = encode(tokenizer, Reading(("It vanishes.",), points))
    assert [point for _, one in pieces for point in one.points] == list(range(12))
    assert all(end - start == POINT_TOKENS + 1 for _, one in pieces for start, end in one.point_spans)
    assert all(len(one.ids) <= LONGEST_SEQUENCE for _, one in pieces)
    assert len(pieces) > 1


def test_nothing_to_read_gives_nothing(tokenizer: Any) -> None:
    assert encode(tokenizer, Reading((), POINTS)) == []
    assert encode(tokenizer, Reading(("a",), ())) == []


@pytest.fixture(scope="module")
def found(encoder: CrossEncoder) -> Read:
    """What is read where a sentence states the first point."""
    said = ("Thanks for the question.", "For negative inputs the slope is 0, so no gradient flows and it stays dead.")
    return encoder.read([Reading(said, POINTS)])[0]


def test_probabilities_and_evidence(encoder: CrossEncoder, found: Read) -> None:
    [thanks] = encoder.read([Reading(("Thanks for the question.",), POINTS)])
    assert found.probabilities.shape == (1, 2, len(VERDICTS))
    assert np.allclose(found.probabilities.sum(-1), 1)
    assert found.evidence.shape == (2, 2)
    assert found.evidence[0].min() > 0
    covered = VERDICTS.index(Verdict.COVERED)
    assert found.probabilities[0, 0, covered] > 10 * thanks.probabilities[0, 0, covered]
    assert thanks.probabilities[0].argmax(axis=1).tolist() == [VERDICTS.index(Verdict.MISSING)] * 2


def test_a_stated_point_is_covered_beside_small_talk(found: Read) -> None:
    assert found.probabilities[0, 0].argmax() == 0


@pytest.mark.parametrize("change", [lambda said: said, lambda said: (*said[:1],)])
def test_the_same_each_time_and_with_one_thread(
    encoder: CrossEncoder, change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> None:
    import torch

    said = change(("The gradient is 0 there.", "Use leaky relu, it lets a bit through."))
    threads = torch.get_num_threads()
    reading = Reading(said, POINTS)
    [once], [again] = encoder.read([reading]), encoder.read([reading])
    batched = encoder.read([Reading(("Something longer, to be read in one batch with it.", *said), POINTS), reading])[1]
    torch.set_num_threads(1)
    [single] = encoder.read([reading])
    torch.set_num_threads(threads)
    assert np.array_equal(once.probabilities, again.probabilities)
    for other in (single, batched):
        assert np.abs(once.probabilities - other.probabilities).max() < 1e-4
