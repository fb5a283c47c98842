"""What a language model may say in the interviewer's place, and what is said where it may not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interviewer.events import Asked, Move, Replied, ReplyKind, SessionConfig, Understood
from interviewer.phrasing import Phraser, silent, speaking_prompt
from interviewer.policy import Need, need, respond
from interviewer.spoken import Occasion, Plan, final_objection
from interviewer.state import State
from knowledge.bank import Bank
from tests.openai_server import Request, chunks, completion, openai_server, prompt_of, streamed
from tests.plain_grader import grader, judged, language_model, sessions
from tests.test_dialogue import SPEECH, Play

QUESTION = "activations-dying-relu"
AUTHORED = "A short follow-up. Which activation would you try instead?"
REPLY = "For negative inputs the output is zero."


def plan(bank: Bank, occasion: Occasion = Occasion.FOLLOW_UP, authored: str = AUTHORED) -> Plan:
    question = bank.by_id[QUESTION]
    return Plan(
        occasion=occasion, authored=authored, questions=(question,), known=f"{question.question} {REPLY}",
        secrets=("=== d ===", "c0dec0de"),
    )  # fmt: skip


def test_good_follow_ups_pass(bank: Bank) -> None:
    for text in (
        "You said the output is zero. Which activation would you try instead?",
        "Okay. If you could change the activation, which one would it be?",
    ):
        assert final_objection(text, plan(bank)) is None, text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Which activation would you try? And what learning rate?", "too much"),
        ("Which activation would you try, and why does it help?", "two things"),
        ("That is correct. Which activation would you try?", "judges"),
        ("Congratulations, you passed. Which activation would you try?", "judges"),
        ("You covered 80% so far. Which activation would you try?", "judges"),
        ("Tell me about the activation.", "asks nothing"),
        ("Which activation would you try? It is https://example.org", "breaks off"),
        ("See https://example.org please. Which activation would you try?", "more than speech"),
        ("The code is c0dec0de. Which activation would you try?", "more than speech"),
        ("Which Which activation would you try?", "repeats"),
        ("I wonder. I wonder. Which activation would you try?", "repeats"),
        ("So " + "really " * 0 + " ".join(f"w{i}" for i in range(70)) + "?", "too long"),
        ("", "nothing"),
    ],
)
def test_what_strays_is_rejected(bank: Bank, text: str, says: str) -> None:
    assert says in str(final_objection(text, plan(bank)))


def test_each_key_point_of_the_question_counts_as_a_leak(bank: Bank) -> None:
    for point in bank.by_id[QUESTION].key_points:
        found = final_objection(f"Is it that {point.text[0].lower()}{point.text[1:].rstrip('.')}?", plan(bank))
        assert found == "it gives a key point away", point.text


def test_an_acknowledgement_asks_nothing(bank: Bank) -> None:
    thanks = plan(bank, Occasion.ACKNOWLEDGE, "Thanks. Next question.")
    assert final_objection("Thanks, noted what you said on zero outputs. On to the next one.", thanks) is None
    assert "asks" in str(final_objection("Thanks. Shall we go on?", thanks))
    again = thanks.model_copy(update={"known": f"{thanks.known} All right, I have that. What is a GAN?"})
    assert "said before" in str(final_objection("All right, I have that.", again))


def test_of_a_question_that_is_gone_from_the_bank_nothing_is_phrased(bank: Bank) -> None:
    session = Play(bank, questions=2)
    gone = session.question
    session.add(Replied(text="skip it"), Understood(kind=ReplyKind.SKIP))
    rest = Bank(questions=tuple(question for question in bank.questions if question.id != gone.id), statements=())
    said = respond(session.state, rest, SPEECH)
    model = language_model("http://127.0.0.1:9/v1")
    assert Phraser(model, lambda *_: 1.0)(session.state, rest, said, silent) == said
    session.add(*said)
    summary = speaking_prompt(session.state, rest, plan(bank, Occasion.SUMMARY))
    assert session.question.question in summary
    assert gone.question not in summary
    model.close()


Said = Callable[[Request], list[bytes]]


def interview(bank: Bank, home: Path, speak: Said, alike: float = 1.0) -> tuple[State, list[str], list[Request]]:
    """One reply in an interview whose model finds nothing covered, and what was told while it spoke."""

    def answer(request: Request) -> tuple[int, Any]:
        if request.get("stream"):
            return 200, streamed(speak(request))
        return 200, completion(judged(request, "missing", None))

    with openai_server(answer) as server:
        model = language_model(server.url)
        held = sessions(home, bank, grader(model, bank), Phraser(model, lambda *_: alike))
        id, _ = held.start(SessionConfig(questions=2, seed=1))
        told: list[str] = []
        held.accept(
            id, "I have seen this in a paper once, and the gradient was somehow involved in what they did there."
        )
        state = held.advance(id, told.append)
        assert held.state(id) == state
        model.close()
        held.close()
    return state, told, [request for request in server.requests if request.get("stream")]


def test_a_follow_up_is_said_in_the_models_words_and_kept(bank: Bank, tmp_path: Path) -> None:
    words = ["You bring up a paper. ", "Could you tell me ", "what you remember of it?"]
    state, told, [request] = interview(bank, tmp_path, lambda _: chunks(words))
    assert state.transcript[-1].text == "".join(words)
    assert told == ["You bring up a paper. ", "Could you tell me what you remember of it?"]
    assert need(state) is Need.REPLY
    assert state.askings[0].followed_up
    sent = prompt_of(request)
    assert "somehow involved" in sent
    assert "Ask exactly this one thing" in sent


def authored(bank: Bank, home: Path) -> str:
    state, _, _ = interview(bank, home, lambda _: [])
    return state.transcript[-1].text


@pytest.mark.parametrize(
    ("pieces", "alike", "shown"),
    [
        (["What is it? ", "And what else is there?"], 1.0, ["What is it? "]),
        (["That's right. ", "What else is there?"], 1.0, []),
        (["What do you like to cook?"], 0.1, ["What do you like to cook?"]),
        (["What is ", "What is ", "it?"], 1.0, []),
    ],
)
def test_what_may_not_be_said_is_replaced_by_the_authored_text(
    bank: Bank, tmp_path: Path, pieces: list[str], alike: float, shown: list[str]
) -> None:
    state, told, requests = interview(bank, tmp_path / "a", lambda _: chunks(pieces), alike)
    assert state.transcript[-1].text == authored(bank, tmp_path / "b")
    assert told == shown
    assert len(requests) == 1


def test_a_leak_never_shows(bank: Bank, tmp_path: Path) -> None:
    def leak(request: Request) -> list[bytes]:
        asked = prompt_of(request)
        question = next(q for q in bank.questions if q.question in asked)
        point = next(p for p in question.key_points)
        return chunks(["Hm. ", f"{point.text.rstrip('.')}. ", "What do you think of it?"])

    state, told, _ = interview(bank, tmp_path / "a", leak)
    assert told in ([], ["Hm. "])
    assert state.transcript[-1].text == authored(bank, tmp_path / "b")


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(chunks(["What is ", "it?"])[:1], id="cut"),
        pytest.param(chunks(["What is it?"], finish=None), id="no end mark"),
        pytest.param(
            [chunk for chunk in chunks(["What comes ", "after it?"]) for _ in range(2)], id="duplicate chunks"
        ),
        pytest.param(chunks(["What is it?"], finish="content_filter"), id="content filter"),
    ],
)
def test_a_broken_stream_is_replaced_by_the_authored_text(bank: Bank, tmp_path: Path, events: list[bytes]) -> None:
    state, _, requests = interview(bank, tmp_path / "a", lambda _: events)
    assert state.transcript[-1].text == authored(bank, tmp_path / "b")
    assert len(requests) == 1


def test_the_move_and_its_point_stay_the_policys(bank: Bank, tmp_path: Path) -> None:
    state, _, _ = interview(bank, tmp_path, lambda _: chunks(["What do you remember of it?"]))
    assert state.transcript[-1].move in (Move.PROBE, Move.PUMP)
    assert not isinstance(state.transcript[-1], Asked)
