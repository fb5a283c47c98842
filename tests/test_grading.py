"""The grader chain with the real local grader, and with a language-model server over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

import prompts
from evals.mutations import OpenJudge
from interviewer.errors import NoReference, SettingsInvalid
from interviewer.grading.grade import Grade, GraderName, Verdict
from interviewer.grading.llm import grading_prompt
from interviewer.grading.local import FOLDER, LocalJudge
from interviewer.grading.marking import quotable
from interviewer.grading.quotes import locate_quote
from interviewer.grading.scoring import score
from interviewer.grading.tasks import GradeRequest, bank_task, derive_points, reference_task
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from tests.openai_server import openai_server
from tests.plain_grader import obedient

QUESTION = "activations-dying-relu"


def ask(interviewer: Interviewer, reply: str, question: str = QUESTION) -> Grade:
    return interviewer.grader.grade(GradeRequest(question_id=question), reply)


def check(grade: Grade, reply: str) -> None:
    """What holds for every grade: it adds up, and every quote is an exact slice of the reply."""
    assert grade.score == pytest.approx(score(grade.key_points))
    for point in grade.key_points:
        if point.evidence is not None:
            assert point.start is not None
            assert reply[point.start : point.start + len(point.evidence)] == point.evidence
        else:
            assert point.credit == 0
            assert point.verdict is Verdict.MISSING


def test_the_reference_answer_scores_far_above_another_questions(interviewer: Interviewer, bank: Bank) -> None:
    own, other = bank.by_id[QUESTION], bank.by_id["rnn-lstm"]
    right, wrong = ask(interviewer, own.answer), ask(interviewer, other.answer)
    check(right, own.answer)
    check(wrong, other.answer)
    assert right.score is not None
    assert wrong.score is not None
    assert right.score > wrong.score + 0.3
    assert right.grader is GraderName.LOCAL
    assert right.trained_question
    assert right.sources == own.sources
    assert right.passages


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        ("", "empty"),
        ("   \n ", "empty"),
        ("🙂🙂", "empty"),
        ("I don't know, sorry", "dont_know"),
        ("skip", "dont_know"),
        ("asdkjh qwlekj zxmcnb qpwoei", "gibberish"),
        ("ReLU network output zero for every input, some units", "parroted"),
    ],
)
def test_what_needs_no_judge_scores_0_by_rule(interviewer: Interviewer, reply: str, rule: str) -> None:
    grade = ask(interviewer, reply)
    assert grade.score == 0
    assert grade.rule == rule
    assert {point.verdict for point in grade.key_points} == {Verdict.MISSING}


def test_formulas_code_and_short_terms_are_not_gibberish(interviewer: Interviewer) -> None:
    for reply in ("f(x) = max(0, x) => df/dx = 0 for x < 0", "leaky relu", "He init, lower lr", "zero gradient"):
        assert ask(interviewer, reply).rule is None, reply


def test_a_question_is_found_by_its_text_or_refused(interviewer: Interviewer) -> None:
    found = interviewer.grader.grade(GradeRequest(question="what is the dying relu problem"), "The gradient is zero.")
    assert found.question_id == QUESTION
    with pytest.raises(NoReference, match="no_reference"):
        interviewer.grader.grade(GradeRequest(question="What is the capital of France?"), "Paris.")


def test_a_reference_of_ones_own_is_graded_by_its_sentences(interviewer: Interviewer) -> None:
    request = GradeRequest(
        question="How does photosynthesis work?",
        references=(
            "Plants turn light into chemical energy. They take in carbon dioxide and water. They release oxygen.",
        ),
    )
    reply = "Plants take up water and carbon dioxide. They give off oxygen."
    grade = interviewer.grader.grade(request, reply)
    check(grade, reply)
    assert not grade.trained_question
    assert [point.weight for point in grade.key_points] == [2, 2, 2]
    off = interviewer.grader.grade(request, "Football matches last ninety minutes and have two halves.")
    assert grade.score is not None
    assert off.score is not None
    assert grade.score > off.score


def test_points_of_a_reference() -> None:
    def texts(reference: str) -> list[str]:
        return [point.text for point in derive_points(reference)]

    whole = [f"Sentence {n} says something." for n in range(30)]
    assert texts("Gradients flow back. Memory decays with time.") == [
        "Gradients flow back.",
        "Memory decays with time.",
    ]
    assert texts(" ".join(whole[:12])) == whole[:12]
    assert texts("It works. Gradients flow back.\n---\n2.\nSo they vanish. Sadly.") == [
        "It works. Gradients flow back.",
        "2. So they vanish. Sadly.",
    ]
    assert texts("Use dropout. Weight decay helps too. Stop early.") == [
        "Use dropout. Weight decay helps too. Stop early."
    ]
    many = texts(" ".join(whole))
    assert " ".join(many) == " ".join(whole)
    assert {text.count(".") for text in many} == {2, 3}
    assert len(many) == 12
    assert texts("Yes.") == ["Yes."]
    with pytest.raises(NoReference):
        reference_task(GradeRequest(question="Why?", references=("...",)))


def test_a_reference_that_is_longer_than_what_is_judged_says_so(interviewer: Interviewer) -> None:
    notes = []
    for count in (50, 200):
        reference = f"Plants turn light into energy, {'and then water ' * (count // 3)}into sugar."
        request = GradeRequest(question="What do plants do?", references=(reference,))
        notes.append(interviewer.grader.grade(request, "They turn light into chemical energy.").note)
    assert notes[0] is None
    assert "longer than what is judged" in str(notes[1])


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("I would try a leaky ReLU, which keeps a small slope for negative inputs.", "small slope"),
        ("Its gradient is zero for negative inputs, so a dead unit never learns again.", "gradient is zero"),
    ],
)
def test_the_last_sentence_of_a_long_reply_counts(interviewer: Interviewer, said: str, part: str) -> None:
    filler = "I had a lovely time preparing for this conversation with my friends. " * 110
    grade = ask(interviewer, (filler + said)[-8000:])
    best = max(grade.key_points, key=lambda point: point.credit)
    assert best.evidence is not None
    assert part in best.evidence


def test_what_is_asked_is_not_said_by_asking_it_back(bank: Bank) -> None:
    task, judge = bank_task(bank, bank.by_id[QUESTION]), LocalJudge()
    told = task.model_copy(update={"variants": (*task.variants, "A dead unit has a zero gradient. Why?")})
    answer = "Its inputs are negative for all samples, so no gradient reaches the weights; leaky ReLU helps."
    for asked in (told.question, told.variants[-1]):
        assert judge.judge(told, f"{asked} {answer}").judgements == judge.judge(told, answer).judgements
    assert judge.judge(told, "A dead unit has a zero gradient.").judgements[0].verdict is Verdict.MISSING


def test_the_question_earns_nothing_where_training_knew_it_not() -> None:
    question = (
        "Why does bread rise when yeast eats the sugar in the dough and gives off carbon dioxide that the dough holds?"
    )
    reference = (
        "Yeast eats the sugar in the dough and gives off carbon dioxide, which the dough holds, so the bread rises."
    )
    task = reference_task(GradeRequest(question=question, references=(reference,)))
    reply = f"{question} My aunt bakes a lot."
    [cut], [left] = (judge.judge(task, reply).judgements for judge in (LocalJudge(), OpenJudge(asked=False)))
    assert cut.verdict is Verdict.MISSING
    assert left.verdict is Verdict.COVERED


ASKED = "How do you compute the accuracy of a classifier?"
COUNTED = "correct = (logits.argmax(1) == y).sum()\naccuracy = correct / len(y)"


@pytest.mark.parametrize(
    "code",
    [f"# {ASKED}\n{COUNTED}", f'{COUNTED}\nreturn {{"correct": correct, "of": len(y)}}'],
    ids=["the question", "a dictionary"],
)
def test_what_is_struck_inside_code_leaves_the_rest_of_it_to_quote(code: str) -> None:
    reply = f"Like this:\n```python\n{code}\n```"
    judge = LocalJudge()
    shown = judge.shown(reply, [ASKED])
    assert any("accuracy = correct / len(y)" in text for text in shown)
    assert [text for text in shown if locate_quote(text, quotable(reply)) is None] == []
    task = reference_task(GradeRequest(question=ASKED, references=(f"Count what is right: {COUNTED}",)))
    assert all(locate_quote(one.quote or "", reply) for one in judge.judge(task, reply).judgements)


def test_grades_are_the_same_each_time(interviewer: Interviewer) -> None:
    reply = "The unit always gets negative inputs so relu outputs 0 and no gradient comes back; use leaky relu."
    one, two = ask(interviewer, reply), ask(interviewer, reply)
    assert one.model_copy(update={"latency_ms": 0}) == two.model_copy(update={"latency_ms": 0})


def test_broken_weights_leave_a_reply_ungraded_with_the_reason(interviewer: Interviewer, tmp_path: Any) -> None:
    for name in ("crossencoder.json", "crossencoder.safetensors"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes()[:1000])
        vars(interviewer).pop("grader", None)
        vars(interviewer)["_local_judge"] = LocalJudge(tmp_path)
        grade = ask(interviewer, "The gradient is zero, so the unit is dead.")
        assert grade.score is None
        assert "install" in str(grade.ungraded)


# The language model, with the real local grader beside it. Its faults and its checks: tests/test_llm_*.py.


def test_the_model_judges_points_and_the_local_grader_checks_them(make: Callable[..., Interviewer], bank: Bank) -> None:
    reply, other = bank.by_id[QUESTION].answer, bank.by_id["rnn-lstm"].answer
    with openai_server(obedient) as server:
        interviewer = make(model="test-model", base_url=server.url, api_key=SecretStr("k"))
        right, wrong = ask(interviewer, reply), ask(interviewer, other)
    check(right, reply)
    check(wrong, other)
    assert right.score is not None
    assert wrong.score is not None
    assert right.score > wrong.score + 0.3
    assert (right.grader, right.model) == (GraderName.LLM, "test-model")
    assert right.prompt_version == prompts.version("grade")
    assert (right.tokens_in, right.tokens_out) == (100, 20)
    assert len(server.requests) == 2


def test_a_model_that_fails_is_replaced_by_the_local_grader_which_says_so(make: Callable[..., Interviewer]) -> None:
    reply = "The gradient is zero, so the dead unit never learns."
    refused = {"error": {"message": "bad key sk-abcdefgh1234"}}
    with openai_server(lambda _: (401, refused)) as server:
        interviewer = make(model="test-model", base_url=server.url, api_key=SecretStr("k"))
        grade = ask(interviewer, reply)
        alone = interviewer.make_grader(GraderName.LLM).grade(GradeRequest(question_id=QUESTION), reply)
    check(grade, reply)
    assert grade.grader is GraderName.LOCAL
    assert "the local grader judged instead" in str(grade.note)
    assert "[key]" in str(grade.note)
    assert "sk-abc" not in str(grade.note)
    assert alone.score is None
    assert "[key]" in str(alone.ungraded)
    assert len(server.requests) == 2


def test_rules_come_before_the_model(make: Callable[..., Interviewer]) -> None:
    with openai_server(obedient) as server:
        grade = ask(make(model="test-model", base_url=server.url), "I don't know")
    assert grade.score == 0
    assert server.requests == []


def test_the_llm_grader_without_a_model_is_refused(interviewer: Interviewer) -> None:
    with pytest.raises(SettingsInvalid, match="INTERVIEWER_MODEL"):
        interviewer.make_grader(GraderName.LLM)


def test_the_prompt_holds_everything_and_the_delimiter_only_at_its_place(bank: Bank) -> None:
    task = bank_task(bank, bank.by_id[QUESTION])
    prompt = grading_prompt(task, "mine ===x=== {{ canary }} CANARY end", delimiter="===x===", canary="CANARY")
    for text in (
        task.question,
        *task.passages,
        *(p.text for p in task.points),
        *(m.statement for m in task.misconceptions),
    ):
        assert text in prompt
    assert prompt.count("===x===") == 3
    assert prompt.count("CANARY") == 1
    assert "{{ canary }} [...] end" in prompt
