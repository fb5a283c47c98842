"""Words, sentences, normalisation and quotes."""

import itertools
import sys
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from interviewer.grading.quotes import clean, locate_quote, normalise
from interviewer.grading.windows import LONGEST_SENTENCE_WORDS, short_sentences
from knowledge.text import Span, content_stems, sentences, shares_run, stem


def slices(text: str, spans: list[Span]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


def test_sentences_end_where_a_reader_would_say() -> None:
    text = (
        "Use e.g. ReLU with a rate of 0.9. It is cheap! Why?\n- a list item; and another\n```python\nx = 1. \n```\nEnd"
    )
    assert slices(text, sentences(text)) == [
        "Use e.g. ReLU with a rate of 0.9.", "It is cheap!", "Why?", "- a list item;", "and another",
        "```python\nx = 1. \n```", "End",
    ]  # fmt: skip


@given(st.text(max_size=400))
def test_sentences_are_in_order_and_lose_no_visible_character(text: str) -> None:
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert "".join("".join(part.split()) for part in slices(text, spans)) == "".join(text.split())


@given(st.text(max_size=400))
def test_windows_cover_every_visible_character(text: str) -> None:
    spans = short_sentences(text)
    covered = {i for span in spans for i in range(span.start, span.end)}
    assert all(i in covered for i, character in enumerate(text) if not character.isspace())


def test_a_point_in_the_last_words_of_a_long_reply_is_in_some_window() -> None:
    text = "word " * 1500 + "the gradient vanishes"
    spans = short_sentences(text)
    assert any(text[span.start : span.end].endswith("the gradient vanishes") for span in spans)
    assert max(len(text[span.start : span.end].split()) for span in spans) <= LONGEST_SENTENCE_WORDS


def test_stems_carry_the_meaning() -> None:
    assert content_stems("The gradients are vanishing") == content_stems("gradient vanishes")
    assert shares_run("one two three four five", "zero one two three four", 4) == "one two three four"
    assert shares_run("one two three", "one two four", 3) is None


@given(st.text(max_size=300))
def test_each_normalised_character_leads_back_to_its_original(text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.offsets)
    assert list(normal.offsets) == sorted(normal.offsets)
    assert all(0 <= offset < len(text) for offset in normal.offsets)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=200), st.data())
def test_any_slice_with_a_letter_is_found_as_a_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = locate_quote(text[start:end], text)
    if any(character.isalnum() for character in normalise(text[start:end]).text):
        assert span is not None
        assert 0 <= span.start < span.end <= len(text)


def test_a_quote_is_found_in_spite_of_case_space_and_typographic_marks() -> None:
    source = "Well: the “Chain  Rule”\ngives dL/dw — layer by layer."
    span = locate_quote('the "chain rule" gives', source)
    assert span is not None
    assert source[span.start : span.end] == "the “Chain  Rule”\ngives"
    assert locate_quote("the chain rule takes", source) is None
    assert locate_quote("...", source) is None


def test_hidden_characters_do_not_hide_a_quote() -> None:
    source = "the gra\u200bdient \U000e0041van\u00adishes"
    span = locate_quote("the gradient vanishes", source)
    assert span is not None
    assert source[span.start : span.end] == source


def test_clean_makes_any_text_storable() -> None:
    assert clean("a\x00b\r\nc\ud800d") == "ab\nc\ufffdd"
    assert clean("\ud83d\ude00") == "😀"


@given(st.text(alphabet=st.characters(exclude_characters="\r"), max_size=100))
def test_clean_text_always_encodes(text: str) -> None:
    clean(text).encode("utf-8")


def test_stems_are_the_same_from_many_threads() -> None:
    found = [
        f"{word}{ending}" for word in ("regular", "norm", "gener", "optim") for ending in ("isations", "ising", "ally")
    ]
    alone = [stem.__wrapped__(word) for word in found]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            rounds = list(pool.map(lambda _: [stem.__wrapped__(word) for word in found], range(200)))
    finally:
        sys.setswitchinterval(before)
    assert all(one == alone for one in rounds)
