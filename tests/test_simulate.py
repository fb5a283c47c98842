"""Simulated interviews with known grades: they end, never repeat themselves, ask what is open, and rank by ability."""

import itertools
import random
from collections.abc import Sequence

import pytest

from evals.candidates import ANSWERING, LOWEST, Candidate, Mind, Profile, Said, make_candidates
from evals.entailment import distinct_texts, entailments, local_judge
from evals.findings import results
from evals.interviews import Played, Speaking, known_grade
from evals.savings import questions_saved
from evals.simulate import QUESTIONS, held_out, simulate
from interviewer.events import Move, Order, Spoke
from interviewer.grading.crossencoder import Read, Reading
from interviewer.grading.grade import FollowUp, Grade, PointGrade, Verdict
from knowledge.bank import Bank, Question


@pytest.fixture(scope="module")
def played(bank: Bank) -> list[Played]:
    return simulate(make_candidates(60, seed=0), bank)


def test_abilities_are_spread_evenly_and_every_profile_takes_part() -> None:
    candidates = make_candidates(100, seed=3)
    assert {candidate.profile for candidate in candidates} == set(Profile)
    spread = sorted(candidate.ability for candidate in candidates if candidate.profile in ANSWERING)
    steps = [later - earlier for earlier, later in itertools.pairwise(spread)]
    assert max(steps) == pytest.approx(min(steps))
    assert all(c.ability == LOWEST for c in candidates if c.profile not in ANSWERING)
    assert make_candidates(100, seed=3) == candidates != make_candidates(100, seed=4)


def test_every_interview_ends_and_nothing_is_asked_twice(played: list[Played]) -> None:
    assert all(one.ended for one in played)
    assert all(one.questions == QUESTIONS for one in played)
    assert sum(one.repeated for one in played) == 0


def test_follow_ups_ask_about_the_most_important_open_point(played: list[Played]) -> None:
    found = results(played)
    assert found.follow_ups > 300
    assert found.share_open.value == 1.0
    assert found.share_most_important.value == 1.0
    assert 0.98 < found.share_most_important.low < 1.0


def errs_and_knows_when(question: Question, said: Said, _: FollowUp | None) -> Grade:
    """The known grade, in which half of the verdicts are wrong one time in three and say so."""

    def doubted(point: PointGrade) -> PointGrade:
        rng = random.Random(f"{question.id} {point.point_id} {said.text}")
        doubt = rng.choice([0.02, 0.35])
        covered = (point.verdict is Verdict.COVERED) is (rng.random() >= doubt)
        return point.model_copy(
            update={
                "verdict": Verdict.COVERED if covered else Verdict.MISSING,
                "confidence": 1 - doubt,
                "credit": 1 - doubt if covered else doubt,
            }
        )

    grade = known_grade(question, said)
    return grade.model_copy(update={"key_points": tuple(map(doubted, grade.key_points))})


def test_a_grader_that_errs_and_knows_when_hardly_leads_follow_ups_astray(bank: Bank) -> None:
    found = results(simulate(make_candidates(60, seed=2), bank, grades=errs_and_knows_when))
    assert found.follow_ups > 150
    assert found.share_open.value >= 0.95
    assert found.share_most_important.value >= 0.95
    assert found.invited > 50
    assert found.not_ended == found.repeated == found.leaks == 0


def test_who_is_asked_about_what_was_said_already_says_it_in_other_words(bank: Bank) -> None:
    expert = Candidate(profile=Profile.EXPERT, ability=9.0, seed=1)
    question = next(q for q in bank.questions if len(q.key_points) > 3)
    point = question.key_points[0]
    mind = Mind(expert, question, bank)
    told = [mind.reply(None), *(mind.reply(Spoke(move=Move.PROBE, text="?", point_id=point.id)) for _ in range(2))]
    assert all(said.verdicts[point.id] is Verdict.COVERED for said in told[1:])
    assert len({said.text for said in told}) == 3


def test_no_text_gives_a_point_away(played: list[Played]) -> None:
    assert [leak for one in played for leak in one.leaks] == []


def test_the_judge_reads_each_text_once_for_its_question_and_finds_what_states_a_point(
    bank: Bank, played: list[Played]
) -> None:
    texts = distinct_texts(played, bank)
    assert len(texts) < sum(len(one.said) for one in played)
    assert len(set(texts)) == len(texts)
    question = bank.questions[0]
    read: list[Reading] = []

    def judge(readings: Sequence[Reading]) -> list[Read]:
        read.extend(readings)
        return local_judge()(readings)

    planted = [
        Speaking(question_id=question.id, text=text) for text in (question.key_points[0].text, question.question)
    ]
    found = entailments(planted, bank, judge)
    assert [reading.sentences for reading in read] == [(said.text,) for said in planted]
    assert found[0].startswith(f"{question.key_points[0].text} => ")
    assert not any(line.startswith(question.question) for line in found)


def test_ability_is_recovered(played: list[Played]) -> None:
    found = results(played)
    assert found.spearman_score.value >= 0.9
    assert found.spearman_score.low < found.spearman_score.value < found.spearman_score.high
    assert found.spearman_estimate.value >= 0.9
    assert found.mean_score["expert"] > found.mean_score["partial"] > found.mean_score["novice"]
    assert found.mean_score["silent"] == 0.0


def test_fixed_order_plays_too_and_the_held_out_questions_suffice(bank: Bank) -> None:
    few = simulate(make_candidates(8, seed=1), held_out(bank), Order.FIXED)
    assert all(one.ended and one.questions == QUESTIONS for one in few)


def test_adaptive_choice_needs_fewer_questions_than_chance(bank: Bank) -> None:
    saving = questions_saved(bank, candidates=60, seed=1)
    assert saving.low <= saving.saved <= saving.high
    assert saving.saved > 0
    assert saving.rmse_adaptive[-1] < saving.rmse_random[-1]
