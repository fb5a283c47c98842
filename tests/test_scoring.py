"""The contract's formula, the rubric, and grades over several replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.grading.chain import verify_points
from interviewer.grading.defences import Defences
from interviewer.grading.grade import Findings, GradeTask, Judgement, Point, PointGrade, Verdict
from interviewer.grading.scoring import CREDIT, expected_credit, merge, rubric, score, unaided_score
from knowledge.bank import Aspect

COVERED, PARTIAL, MISSING, CONTRADICTED = Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED


def point(
    verdict: Verdict, weight: int = 2, id: str = "p", aspect: Aspect | None = None, aided: bool = False,
    credit: float | None = None,
) -> PointGrade:  # fmt: skip
    return PointGrade(
        point_id=id, point="A claim.", weight=weight, aspect=aspect, verdict=verdict, confidence=1.0,
        credit=CREDIT[verdict] if credit is None else credit, aided=aided,
    )  # fmt: skip


points = st.lists(st.builds(point, st.sampled_from(Verdict), st.integers(1, 3)), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([point(COVERED, 3), point(COVERED, 2)], 1.0),
        ([point(COVERED, 3), point(MISSING, 2)], 0.6),
        ([point(COVERED, 3), point(PARTIAL, 2)], 0.8),
        ([point(COVERED, 3), point(CONTRADICTED, 2)], 0.5),
        ([point(CONTRADICTED, 3)], 0.0),
        ([point(COVERED, 3), point(MISSING, 2), point(COVERED, 1)], 0.8),  # a bonus only adds
        ([point(COVERED, 3), point(CONTRADICTED, 1)], 1.0),  # and never takes away
        ([point(COVERED, 3), point(COVERED, 1)], 1.0),  # and the cap holds
        ([point(COVERED, 1), point(MISSING, 1)], 0.5),  # all bonus: ordinary points
        ([], None),
    ],
)
def test_the_score_is_the_contracts(given: list[PointGrade], expected: float | None) -> None:
    assert score(given) == (None if expected is None else pytest.approx(expected))


@given(points)
def test_a_score_lies_between_0_and_1_and_never_falls_when_a_point_is_covered(graded: list[PointGrade]) -> None:
    before = score(graded)
    after = score([point(COVERED, graded[0].weight), *graded[1:]])
    assert before is not None
    assert after is not None
    assert 0 <= before <= after <= 1


def test_credit_is_expected_under_the_probabilities() -> None:
    judgement = Judgement(
        point_id="p", probabilities={COVERED: 0.5, PARTIAL: 0.2, MISSING: 0.1, CONTRADICTED: 0.2}, quote=None
    )
    assert expected_credit(judgement) == pytest.approx(0.5 + 0.1 - 0.05)
    assert judgement.verdict is COVERED


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([MISSING, COVERED], COVERED),
        ([PARTIAL, COVERED], COVERED),
        ([COVERED, PARTIAL], COVERED),
        ([COVERED, MISSING], COVERED),
        ([COVERED, CONTRADICTED], CONTRADICTED),
        ([COVERED, CONTRADICTED, COVERED], COVERED),
        ([CONTRADICTED, MISSING], CONTRADICTED),
        ([CONTRADICTED, PARTIAL], PARTIAL),
    ],
)
def test_a_point_keeps_its_best_until_contradicted_and_a_correction_restores_it(
    verdicts: list[Verdict], expected: Verdict
) -> None:
    merged = merge([([point(verdict)], False) for verdict in verdicts])
    assert [p.verdict for p in merged] == [expected]


def test_evidence_tells_which_reply_it_stands_in() -> None:
    merged = merge([([point(MISSING)], False), ([point(COVERED)], False)])
    assert merged[0].reply == 1


def test_credit_after_a_hint_is_marked_and_does_not_count_unaided() -> None:
    merged = merge(
        [
            ([point(COVERED, 3, "a"), point(MISSING, 2, "b")], False),
            ([point(MISSING, 3, "a"), point(COVERED, 2, "b")], True),
        ]
    )
    assert [(p.point_id, p.aided) for p in merged] == [("a", False), ("b", True)]
    assert score(merged) == pytest.approx(1.0)
    assert unaided_score(merged) == pytest.approx(0.6)


Said = tuple[Verdict, float, bool]
"""What one reply does with the point: verdict, credit, and whether the reply was aided."""


def state(*said: Said) -> PointGrade:
    [found] = merge([([point(verdict, credit=credit)], aided) for verdict, credit, aided in said])
    return found


@pytest.mark.parametrize(
    ("said", "verdict", "credit", "aided", "unaided"),
    [
        ([(COVERED, 0.7, False), (COVERED, 0.9, True)], COVERED, 0.9, False, 0.7),
        ([(PARTIAL, 0.4, False), (COVERED, 0.9, True)], COVERED, 0.9, True, 0.4),
        ([(MISSING, 0.1, False), (MISSING, 0.3, True)], MISSING, 0.3, False, 0.1),
        ([(MISSING, 0.0, False), (COVERED, 0.9, True)], COVERED, 0.9, True, 0.0),
        ([(COVERED, 0.9, True), (COVERED, 0.7, False)], COVERED, 0.9, False, 0.7),
        ([(COVERED, 0.8, False), (CONTRADICTED, -0.2, True)], CONTRADICTED, -0.2, False, -0.2),
        ([(CONTRADICTED, -0.2, False), (COVERED, 0.9, True)], COVERED, 0.9, True, 0.0),
        ([(COVERED, 0.8, False), (CONTRADICTED, -0.2, False), (COVERED, 0.9, True)], COVERED, 0.9, False, 0.8),
        ([(COVERED, 0.61, False), (PARTIAL, 0.65, False)], COVERED, 0.65, False, 0.65),
        ([(MISSING, 0.4, False), (PARTIAL, 0.38, False)], PARTIAL, 0.4, False, 0.4),
    ],
)
def test_what_was_said_before_a_hint_stays_ones_own(
    said: list[Said], verdict: Verdict, credit: float, aided: bool, unaided: float
) -> None:
    found = state(*said)
    assert (found.verdict, found.credit, found.aided) == (verdict, credit, aided)
    assert unaided_score([found]) == max(0.0, unaided)
    assert found.unaided_credit == unaided


replies = st.tuples(st.sampled_from(Verdict), st.floats(-0.25, 1), st.booleans())


@given(st.lists(replies, min_size=1, max_size=6), st.sampled_from([COVERED, PARTIAL, MISSING]), st.floats(-0.25, 1))
def test_an_aided_reply_without_a_contradiction_takes_nothing_away(
    said: list[Said], verdict: Verdict, credit: float
) -> None:
    before, after = state(*said), state(*said, (verdict, credit, True))
    assert after.credit >= before.credit
    assert (after.unaided_credit or 0.0) >= (before.unaided_credit or 0.0)


def test_a_grade_written_before_unaided_credit_was_kept_reads_as_it_did() -> None:
    written = [point(COVERED, 3, "a").model_dump_json(), point(COVERED, 2, "b", aided=True).model_dump_json()]
    assert all("unaided_credit" not in text for text in written)
    assert unaided_score([PointGrade.model_validate_json(text) for text in written]) == pytest.approx(0.6)


def test_the_rubric_says_what_it_can() -> None:
    graded = [
        point(COVERED, 3, "a", Aspect.DEFINITION),
        point(CONTRADICTED, 2, "b", Aspect.MECHANISM),
        point(MISSING, 2, "c", Aspect.CODE),
    ]
    found = rubric(graded, 0.75)
    assert found.correctness == pytest.approx(3 / 5)
    assert found.completeness == pytest.approx(3 / 7)
    assert found.depth == pytest.approx(0.0)
    assert found.focus == 0.75
    silent = rubric([point(MISSING, 3, "a", Aspect.DEFINITION)], None)
    assert silent.correctness is None
    assert silent.depth is None


@pytest.mark.parametrize(
    ("derived", "missing", "earned"),
    [(False, 0.6, 0.0), (True, 0.6, 0.35), (True, 0.85, 0.0)],
    ids=["a point of the bank", "a reference's sentence", "surely missing"],
)
def test_doubt_earns_nothing_but_where_points_are_a_references_sentences(
    derived: bool, missing: float, earned: float
) -> None:
    rest = 1 - missing
    chances = {COVERED: rest * 0.75, PARTIAL: rest * 0.25, MISSING: missing, CONTRADICTED: 0.0}
    task = GradeTask(
        question_id=None,
        question="What is a cat?",
        passages=("A cat is an animal.",),
        points=(Point(id="p1", text="A cat is an animal.", weight=2),),
        trained=False,
        derived=derived,
    )
    found = Findings(judgements=(Judgement(point_id="p1", probabilities=chances, quote="It purrs."),), model="m")
    points = verify_points({"task": task, "reply": "It purrs.", "findings": found})
    assert score(points) == pytest.approx(earned)
    assert (points[0].evidence is None) is (earned == 0.0)
    believed = verify_points({"task": task, "reply": "It purrs.", "findings": found}, Defences(merit=False))
    assert score(believed) == pytest.approx(0.875 * rest)
