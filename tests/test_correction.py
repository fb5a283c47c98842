"""Corrections go to the answer that is meant; questions about the interview get an answer that fits."""

import pytest

from interviewer.asides import aside
from interviewer.correction import asking_replied_to, corrected_asking
from interviewer.events import Mode, Move, ReplyKind, Spoke
from interviewer.grading.grade import Verdict
from interviewer.moves import point_states
from interviewer.sessions import understood
from interviewer.state import State
from interviewer.utterance import corrected_text, read
from knowledge.bank import Bank
from tests.test_dialogue import Play


def past(bank: Bank, answered: int, **config: object) -> Play:
    """A session in which so many questions were answered, and the next one is on the table."""
    session = Play(bank, 10, questions=5, **config)
    for _ in range(answered):
        session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    return session


@pytest.mark.parametrize(
    ("wish", "about"),
    [
        ("Can I change my answer?", 2),
        ("I want to go back to the first question", 0),
        ("let me correct my answer to question 2", 1),
        ("may I revise my 2nd answer?", 1),
        ("can we return to question number one?", 0),
        ("I would like to correct my ninth answer", 2),
    ],
)
def test_a_wish_to_correct_goes_to_the_answer_it_names(bank: Bank, wish: str, about: int) -> None:
    session = past(bank, 3)
    assert corrected_asking(session.state, wish) == about
    [invited] = session.say(ReplyKind.CORRECTION, text=wish)
    assert isinstance(invited, Spoke)
    assert invited.move is Move.INVITE_CORRECTION
    assert session.state.askings[about].text in invited.text, "it says which answer is meant"
    assert asking_replied_to(session.state) == about
    [done] = session.say(ReplyKind.ANSWER, {}, text="it is the first layer that matters")
    assert isinstance(done, Spoke)
    assert done.move is Move.CORRECTED
    assert session.state.askings[-1].text in done.text
    assert [len(asking.attempts) for asking in session.state.askings] == [1 + (i == about) for i in range(3)] + [0]


ASKED = (
    "Why does dropout reduce overfitting?",
    "What does batch normalisation do at inference?",
    "Why does a transformer need positional encoding?",
)
NEXT = "How would you choose the learning rate for a new network?"


def asked_of(bank: Bank, *questions: str) -> State:
    """The state in which the first of these questions were answered, and the last is on the table."""
    state = past(bank, len(questions) - 1).state
    put = [asking.model_copy(update={"text": text}) for asking, text in zip(state.askings, questions, strict=True)]
    return state.model_copy(update={"askings": tuple(put)})


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Can we go back to the dropout question?", 0),
        ("let me return to the question about batch normalisation", 1),
        ("I want to add something to my answer about dropout", 0),
        ("Going back to the dropout question, at inference nothing is dropped.", 0),
        ("In my answer on batch normalisation I forgot the running averages.", 1),
        ("Coming back to dropout, I should have said that it is off at inference.", 0),
        ("Regarding the positional encoding question: attention alone is blind to the order.", 2),
    ],
)
def test_an_earlier_question_may_be_named_by_its_subject(bank: Bank, text: str, about: int) -> None:
    state = asked_of(bank, *ASKED, NEXT)
    kind = read(text, NEXT).kind
    assert corrected_asking(state, text) == about
    understanding = understood(state, kind, text)
    assert understanding.kind is ReplyKind.CORRECTION
    assert understanding.revises in (about, None)
    assert (understanding.revises is None) == (not corrected_text(text)), "a wish alone is answered by an invitation"


@pytest.mark.parametrize(
    "text",
    [
        "Going back to the definition, the rate scales each step along the gradient.",
        "Going back to the learning rate, a sweep over a few decades comes first.",
        "Coming back to dropout, a network with it takes a higher learning rate.",
        "The dropout question is another one: the learning rate decides how far each step goes.",
        "For the batch size question of memory I would take what fits, and scale the learning rate.",
    ],
)
def test_an_answer_that_goes_back_to_something_is_one_to_the_question_on_the_table(bank: Bank, text: str) -> None:
    state = asked_of(bank, *ASKED[:1], ASKED[2], NEXT)
    assert understood(state, read(text, NEXT).kind, text).kind is ReplyKind.ANSWER


@pytest.mark.parametrize(("mode", "aided"), [(Mode.INTERVIEW, False), (Mode.PRACTICE, True)])
def test_what_is_corrected_after_the_model_answer_was_shown_is_aided(bank: Bank, mode: Mode, aided: bool) -> None:
    session = past(bank, 1, mode=mode.value)
    session.say(ReplyKind.CORRECTION, {}, text="I should have said that the gradient vanishes with depth.")
    first = session.state.askings[0]
    assert [attempt.aided for attempt in first.attempts] == [False, aided]
    assert all(not point.aided for point in point_states(first)), "what was covered before stays one's own"


@pytest.mark.parametrize(
    ("text", "occasion"),
    [
        ("are you a bot?", "meta"),
        ("Who made you?", "meta"),
        ("how do you grade my answers?", "meta_grading"),
        ("Was that right?", "meta_feedback"),
        ("how am I doing?", "meta_feedback"),
        ("how many questions are left?", "meta_progress"),
        ("is this the last question?", "meta_progress"),
        ("Can I use Google?", "meta_other"),
    ],
)
def test_a_question_about_the_interview_gets_an_answer_that_fits(bank: Bank, text: str, occasion: str) -> None:
    assert aside(text, past(bank, 0).state)[0] == occasion


def test_progress_is_told_with_the_time_that_is_left(bank: Bank) -> None:
    session = past(bank, 1, time_limit_s=600)
    [told] = session.say(ReplyKind.META, text="how much time is left?")
    assert isinstance(told, Spoke)
    assert "question 2 of 5, with about 9 minutes left" in told.text
    assert told.text.endswith(session.state.askings[-1].text)


def test_practice_says_where_its_feedback_is(bank: Bank) -> None:
    assert aside("was that right?", past(bank, 0, mode="practice").state)[0] == "meta_feedback_practice"
