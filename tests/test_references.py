"""Several references of one question: each is a whole answer, and a reply is held against the one that it is most like."""

from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.grading.grade import Grade, GraderName, Point, Verdict
from interviewer.grading.local import LocalJudge
from interviewer.grading.memory import MOST_REFERENCES
from interviewer.grading.tasks import GradeRequest
from interviewer.wiring import Interviewer
from tests.openai_server import completion, openai_server
from tests.plain_grader import points_of

QUESTION = "How do you keep a network from overfitting?"
REFERENCES = (
    "Drop units at random during training.",
    "Stop training when the validation loss rises. Keep the best checkpoint.",
    "Add a penalty on the squared weights to the loss.",
)


def graded(interviewer: Interviewer, reply: str, references: tuple[str, ...] = REFERENCES) -> Grade:
    return interviewer.grader.grade(GradeRequest(question=QUESTION, references=references), reply)


@pytest.mark.parametrize(
    ("reply", "nearest"),
    [
        *((reference, i) for i, reference in enumerate(REFERENCES)),
        ("Randomly drop some units while it trains.", 0),
        ("End the training once validation loss goes up, and keep the checkpoint that did best.", 1),
        ("Penalise squared weights in the loss.", 2),
    ],
)
def test_any_of_several_references_is_an_answer(reply: str, nearest: int, interviewer: Interviewer) -> None:
    grade = graded(interviewer, reply)
    assert grade.score is not None
    assert grade.score > 0.8
    assert " ".join(point.point for point in grade.key_points) == REFERENCES[nearest]
    assert grade.passages == REFERENCES
    alone = graded(interviewer, reply, (REFERENCES[nearest],))
    assert [point.verdict for point in grade.key_points] == [point.verdict for point in alone.key_points]


def test_what_none_of_them_says_earns_little(interviewer: Interviewer) -> None:
    grade = graded(interviewer, "Train it for longer on the same data.")
    assert grade.score is not None
    assert grade.score < 0.3


def test_the_last_of_many_references_is_read_too(interviewer: Interviewer) -> None:
    others = tuple(f"Buy {n} more examples of each class." for n in range(2, MOST_REFERENCES + 1))
    grade = graded(interviewer, "Randomly drop some units while it trains.", (*others, REFERENCES[0]))
    assert [point.point for point in grade.key_points] == [REFERENCES[0]]


def test_a_reference_without_a_sentence_is_never_the_one(interviewer: Interviewer) -> None:
    grade = graded(interviewer, "Randomly drop some units while it trains.", ("Stop it early.", "...", REFERENCES[0]))
    assert [point.point for point in grade.key_points] == [REFERENCES[0]]


def test_points_that_are_given_stay(interviewer: Interviewer) -> None:
    given = Point(id="drop", text=REFERENCES[0], weight=2)
    request = GradeRequest(question=QUESTION, references=REFERENCES, points=(given,))
    [point] = interviewer.grader.grade(request, "Penalise squared weights in the loss.").key_points
    assert point.point == REFERENCES[0]
    assert point.verdict is Verdict.MISSING


def test_a_language_model_is_asked_about_the_nearest_one(make: Callable[..., Interviewer]) -> None:
    with openai_server(lambda _: (200, completion("{}"))) as server:
        grader = make(model="test-model", base_url=server.url).make_grader(GraderName.LLM)
        grader.grade(GradeRequest(question=QUESTION, references=REFERENCES), "Penalise squared weights in the loss.")
    assert list(points_of(server.requests[0]).values()) == [REFERENCES[2]]


def test_without_weights_a_language_model_is_asked_about_the_first(
    make: Callable[..., Interviewer], tmp_path: Path
) -> None:
    with openai_server(lambda _: (200, completion("{}"))) as server:
        interviewer = make(model="test-model", base_url=server.url)
        vars(interviewer)["_local_judge"] = LocalJudge(tmp_path)
        request = GradeRequest(question=QUESTION, references=REFERENCES)
        interviewer.make_grader(GraderName.LLM).grade(request, "Penalise squared weights in the loss.")
    assert list(points_of(server.requests[0]).values()) == [REFERENCES[0]]
