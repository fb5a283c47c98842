"""Answers to follow-ups: which one a reply answers, and how it is graded behind it."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evals.asked import request_of
from evals.cases import Case, read_cases
from evals.duplicates import DATA
from evals.follow_ups import examples, training_answers
from evals.train import HELD_OUT
from interviewer.backchannel import answers_follow_up
from interviewer.errors import JudgeFailed
from interviewer.events import Move, ReplyKind, SessionConfig, Spoke
from interviewer.grading.crossencoder import VERDICTS
from interviewer.grading.follow_ups import CARD, WEIGHTS
from interviewer.grading.grade import FollowUp, Verdict
from interviewer.grading.guards import rule_for, vocabulary_of
from interviewer.grading.local import CARD as JUDGE_CARD
from interviewer.grading.local import FOLDER, LocalJudge
from interviewer.grading.local import WEIGHTS as JUDGE_WEIGHTS
from interviewer.grading.tasks import bank_task
from interviewer.moves import answered
from interviewer.sessions import understood
from knowledge.bank import Bank, Question
from tests.openai_server import openai_server, prompt_of
from tests.plain_grader import grader, language_model, sessions
from tests.test_dialogue import Play
from tests.wire_faults import good

PROBED = {Move.PROBE, Move.CLARIFY, Move.CHALLENGE}


@pytest.fixture
def play(bank: Bank) -> Callable[..., Play]:
    return lambda **config: Play(bank, **config)


def asked_of(session: Play, at: int) -> FollowUp | None:
    asking = session.state.askings[0]
    return answered(asking.attempts[at], session.bank.by_id[asking.question_id])


def test_a_reply_answers_the_follow_up_on_the_table(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    [spoke] = session.say(ReplyKind.ANSWER, {})
    assert isinstance(spoke, Spoke)
    point = session.question.key_point(str(spoke.point_id))
    session.say(ReplyKind.ANSWER, {})
    assert asked_of(session, 0) is None
    assert asked_of(session, 1) == FollowUp(point_id=point.id, text=point.probe)


def test_who_asks_what_it_means_still_answers_it_then(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    [spoke] = session.say(ReplyKind.ANSWER, {})
    assert isinstance(spoke, Spoke)
    for kind in (ReplyKind.MEANING, ReplyKind.WAIT, ReplyKind.REPEAT):
        session.say(kind)
    session.say(ReplyKind.ANSWER, {})
    found = asked_of(session, 1)
    assert found is not None
    assert found.point_id == spoke.point_id


def test_go_on_names_no_point_and_a_hint_asks_nothing(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    [spoke] = session.say(ReplyKind.ANSWER, {}, text="Short.")
    assert isinstance(spoke, Spoke)
    assert spoke.move is Move.PUMP
    session.say(ReplyKind.ANSWER, {})
    assert asked_of(session, 1) is None
    practice = play(questions=1, mode="practice")
    [hint] = [e for e in practice.say(ReplyKind.ANSWER, {}) if isinstance(e, Spoke) and e.move is Move.HINT]
    [prompt] = [e for e in practice.say(ReplyKind.ANSWER, {}) if isinstance(e, Spoke) and e.move is Move.PROMPT]
    practice.say(ReplyKind.ANSWER, {})
    assert hint.point_id == prompt.point_id
    assert asked_of(practice, 1) is None
    found = asked_of(practice, 2)
    assert found is not None
    assert found.point_id == prompt.point_id


def test_no_word_of_the_candidates_reaches_the_grader_as_a_follow_up(play: Callable[..., Play]) -> None:
    """A follow-up may quote the reply before it, and a language model may have put it in its own words."""
    session = play(questions=1)
    session.say(ReplyKind.ANSWER, {})
    attempt = session.state.askings[-1]
    quoting = attempt.model_copy(
        update={
            "on_table": attempt.on_table.model_copy(update={"text": "You said 'mark all as covered'. How so?"})  # type: ignore[union-attr]
        }
    )
    session.state = session.state.model_copy(update={"askings": (*session.state.askings[:-1], quoting)})
    session.say(ReplyKind.ANSWER, {})
    found = asked_of(session, 1)
    assert found is not None
    assert found.text == session.question.key_point(found.point_id).probe


@pytest.mark.parametrize(
    ("text", "is_answer"), [("the second one", True), ("both of them", True), ("Lovely weather in Rome.", False)]
)
def test_a_choice_behind_a_follow_up_is_not_off_topic(play: Callable[..., Play], text: str, is_answer: bool) -> None:
    session = play(questions=1)
    assert understood(session.state, ReplyKind.OFF_TOPIC, text).kind is ReplyKind.OFF_TOPIC
    session.say(ReplyKind.ANSWER, {})
    assert answers_follow_up(session.state, text) is is_answer
    kind = understood(session.state, ReplyKind.OFF_TOPIC, text).kind
    assert kind is (ReplyKind.ANSWER if is_answer else ReplyKind.OFF_TOPIC)


@pytest.mark.parametrize("reply", ["the second one", "after", "only once", "before the sum", "one"])
def test_a_choice_says_something_behind_a_follow_up_alone(bank: Bank, reply: str) -> None:
    question = bank.questions[0]
    known = vocabulary_of((question.answer,))
    assert rule_for(reply, [question.question], known) == "no_content"
    assert rule_for(reply, [question.question], known, after_follow_up=True) is None


@pytest.mark.parametrize("reply", ["good question", "okay, thank you", "let me think", "well, yes, sure"])
def test_talk_says_nothing_behind_a_follow_up_too(bank: Bank, reply: str) -> None:
    question = bank.questions[0]
    assert rule_for(reply, [question.question], vocabulary_of((question.answer,)), after_follow_up=True) is not None


def test_a_language_model_is_told_the_follow_up(tmp_path: Path, bank: Bank) -> None:
    with openai_server(good) as server:
        model = language_model(server.url)
        held = sessions(tmp_path, bank, grader(model, bank))
        id, _ = held.start(SessionConfig(questions=1, seed=3))
        question = bank.by_id[held.state(id).askings[0].question_id]
        for _ in range(2):
            state = held.reply(
                id, "It shares its weights, and that is about all that can be said of it here, I believe."
            )
        asked = state.askings[0].attempts[1].answers
        model.close()
    gradings = [prompt_of(request) for request in server.requests if "# The key points" in prompt_of(request)]
    assert asked is not None
    probe = question.key_point(asked.point_id).probe
    assert [probe in prompt for prompt in gradings] == [False, True]


def own_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "grader"
    folder.mkdir()
    for name in (JUDGE_CARD, JUDGE_WEIGHTS, CARD, WEIGHTS):
        shutil.copy(FOLDER / name, folder / name)
    return folder


def task_of(question: Question, bank: Bank, at: int = 0) -> Any:
    point = question.key_points[at]
    follow_up = FollowUp(point_id=point.id, text=point.probe)
    return bank_task(bank, question).model_copy(update={"follow_up": follow_up})


def test_without_a_follow_up_and_on_the_other_points_nothing_changes(bank: Bank) -> None:
    question, reply = bank.by_id["activations-tanh"], "It squashes its input, and the output lies around zero."
    judge = LocalJudge()
    plain = judge.judge(bank_task(bank, question), reply).judgements
    after = judge.judge(task_of(question, bank), reply).judgements
    assert plain[1:] == after[1:]
    assert plain[0] != after[0]


def test_weights_of_ones_own_without_such_changes_judge_the_answer_by_itself(tmp_path: Path, bank: Bank) -> None:
    folder = own_folder(tmp_path)
    (folder / CARD).unlink()
    question, reply = bank.by_id["activations-tanh"], "From minus one to one."
    judge = LocalJudge(folder)
    assert judge.judge(task_of(question, bank), reply) == judge.judge(bank_task(bank, question), reply)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda folder: (folder / WEIGHTS).write_bytes(b"x" * 100), f"{WEIGHTS} is not the file that was trained"),
        (lambda folder: (folder / WEIGHTS).unlink(), f"{WEIGHTS}, cannot be read"),
        (lambda folder: (folder / CARD).write_text("{}"), f"{CARD} in .* cannot be read; reinstall"),
    ],
)
def test_damaged_changes_are_told_in_one_line(
    tmp_path: Path, bank: Bank, harm: Callable[[Path], object], said: str
) -> None:
    folder = own_folder(tmp_path)
    harm(folder)
    with pytest.raises(JudgeFailed, match=said):
        LocalJudge(folder).judge(task_of(bank.questions[0], bank), "It shares its weights.")


def test_changes_of_other_weights_are_refused(tmp_path: Path, bank: Bank) -> None:
    folder = own_folder(tmp_path)
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps(card | {"base": "0" * 64}))
    with pytest.raises(JudgeFailed, match="is of other weights"):
        LocalJudge(folder).judge(task_of(bank.questions[0], bank), "It shares its weights.")


def test_a_case_with_a_follow_up_is_graded_as_its_question_behind_it(bank: Bank) -> None:
    case = next(case for case in read_cases([DATA / "follow_up.jsonl"]) if case.split == "dev")
    request = request_of(case, bank)
    assert case.follow_up is not None
    assert (request.question_id, request.points, request.references) == (case.question_id, (), ())
    assert request.follow_up is not None
    assert request.follow_up.text == case.follow_up.text
    other = case.model_copy(update={"follow_up": case.follow_up.model_copy(update={"point": "Something else."})})
    assert request_of(other, bank).follow_up is None


def test_a_reference_of_ones_own_may_be_followed_up(bank: Bank) -> None:
    points = [{"point": "Yeast makes it rise.", "verdict": "covered"}, {"point": "It is baked.", "verdict": "missing"}]
    case = Case.model_validate(
        {
            "id": "a", "question_id": "bread", "question": "How is bread made?", "reference": "Yeast makes it rise. It is baked.",
            "reply": "The yeast.", "score": None, "key_points": points,
            "follow_up": {"point": "Yeast makes it rise.", "text": "What makes it rise?"},
        }
    )  # fmt: skip
    assert request_of(case, bank).follow_up == FollowUp(point_id="p1", text="What makes it rise?")


def test_the_answers_to_train_on_are_of_known_points_balanced_and_not_of_questions_held_out(bank: Bank) -> None:
    answers = training_answers(without_tested=False)
    points = {(question.id, point.id) for question in bank.questions for point in question.key_points}
    assert {(answer["question_id"], answer["point_id"]) for answer in answers} <= points
    held_out = frozenset(HELD_OUT.read_text().split())
    assert not {answer["question_id"] for answer in answers} & held_out
    counts = {verdict: sum(answer["verdict"] == verdict for answer in answers) for verdict in Verdict}
    assert 0.45 < counts[Verdict.CONTRADICTED] / len(answers) < 0.55
    left = training_answers(without_tested=True)
    tested = {
        (case.question_id, case.follow_up.point) for case in read_cases([DATA / "follow_up.jsonl"]) if case.follow_up
    }
    texts = {(q.id, p.id): p.text for q in bank.questions for p in q.key_points}
    assert 0 < len(left) < len(answers)
    assert not {(a["question_id"], texts[a["question_id"], a["point_id"]]) for a in left} & tested


def test_an_example_is_the_follow_up_the_answer_and_its_point(bank: Bank) -> None:
    answer: Mapping[str, str] = training_answers(without_tested=False)[0]
    held_out = frozenset(question.id for question in bank.questions)
    found = examples(bank, [answer], held_out, 0)[0]
    point = bank.by_id[answer["question_id"]].key_point(answer["point_id"])
    assert found.sentences[0] == point.probe
    assert " ".join(found.sentences[1:]) == answer["reply"]
    assert found.points == (point.text,)
    assert VERDICTS[found.verdicts[0]] == answer["verdict"]


def test_halves_of_the_set_are_of_different_questions_and_forms_do_not_tell(bank: Bank) -> None:
    cases = list(read_cases([DATA / "follow_up.jsonl"]))
    halves = {split: {case.question_id for case in cases if case.split == split} for split in ("dev", "test")}
    assert not halves["dev"] & halves["test"]
    words = {
        kind: np.mean([len(case.reply.split()) for case in cases if case.extra("kind") == kind])
        for kind in ("short_right", "short_wrong", "right", "wrong")
    }
    assert abs(words["short_right"] - words["short_wrong"]) < 1
    assert abs(words["right"] - words["wrong"]) < 4
