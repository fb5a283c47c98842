"""The same replies in other styles: what is said stays, and the report tells the styles apart."""

import random
from pathlib import Path

import pytest

from evals.cases import Case, read_cases
from evals.records import Record
from evals.restyle import GOLDEN, STYLES, lower_case, non_native, restyled, typos
from evals.results import measure
from evals.rows import Prices, make_row
from knowledge.bank import Bank
from tests.graded import grade, write_cases

TEXT = "The encoder takes an image and makes a vector.\nIt's smaller, so the network keeps what helps."


@pytest.fixture(scope="module")
def golden() -> list[Case]:
    return list(read_cases([GOLDEN]))[:40]


def test_each_style_is_what_it_says() -> None:
    rng = random.Random(0)
    learner = " ".join(non_native(TEXT, rng) for _ in range(20))
    assert "encoder take image" in learner
    assert "It is smaller" in learner
    assert (
        lower_case(TEXT, rng)
        == "the encoder takes an image and makes a vector\nit's smaller, so the network keeps what helps"
    )
    slipped = [typos(TEXT, random.Random(seed)) for seed in range(40)]
    assert any(text != TEXT for text in slipped)
    for text in slipped:
        assert sorted(text) == sorted(TEXT)
        assert [word[0] for word in text.split()] == [word[0] for word in TEXT.split()]


def test_a_copy_keeps_score_and_verdicts_and_is_the_same_each_time(golden: list[Case], tmp_path: Path) -> None:
    copies = [restyled(case, style) for case in golden for style in STYLES]
    assert copies == [restyled(case, style) for case in golden for style in STYLES]
    assert list(read_cases([write_cases(tmp_path / "copies.jsonl", copies)])) == copies
    for case, copy in zip(golden, copies[:: len(STYLES)], strict=True):
        assert (copy.reply, copy.score, copy.key_points) == (case.reply, case.score, case.key_points)
    changed = [case.reply != restyled(case, "non-native").reply for case in golden]
    assert sum(changed) > 0.7 * len(golden)


def test_a_grader_that_is_harder_on_a_style_is_flagged(golden: list[Case], bank: Bank) -> None:
    copies = [restyled(case, style) for case in golden for style in STYLES]
    harsh = {"non-native": 0.2}
    records = [
        Record(
            c,
            make_row(c, grade(max(0.0, (c.score or 0.0) - harsh.get(c.extra("style") or "", 0.0))), 0.5, Prices()),
            None,
            None,
        )
        for c in copies
    ]
    styles = measure(records, bank).subgroups["style"]
    assert set(styles) == set(STYLES)
    assert styles["non-native"].flagged
    assert (styles["non-native"].difference or 0) < (styles["plain"].difference or 0)
