"""The policy and the fold, by playing sessions with a grader whose verdicts the test chooses."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import prompts
from interviewer.events import (
    FOLLOW_UPS,
    Asked,
    Event,
    Finished,
    FinishReason,
    Graded,
    Mode,
    Move,
    Order,
    Record,
    Replied,
    ReplyKind,
    SessionConfig,
    Spoke,
    Started,
    Understood,
)
from interviewer.grading.grade import Grade, GraderName, PointGrade, Verdict
from interviewer.grading.scoring import CREDIT, score
from interviewer.moves import MAX_FOLLOW_UPS
from interviewer.policy import Need, need, open_session, respond
from interviewer.sessions import understood
from interviewer.speech import Speech
from interviewer.state import State, apply, replay
from knowledge.bank import BANK_TOPICS, Bank, Question, Topic

AT_LENGTH = "This is what I would say to it, and it is long enough that nobody would have to ask me to go on."
SPEECH = Speech(prompts.phrases("speech"))
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def grade_of(question: Question, verdicts: dict[str, Verdict]) -> Grade:
    """A grade with the verdicts given; other points are missing."""
    points = tuple(
        PointGrade(
            point_id=p.id,
            point=p.text,
            weight=p.weight,
            aspect=p.aspect,
            verdict=(verdict := verdicts.get(p.id, Verdict.MISSING)),
            confidence=1.0,
            credit=CREDIT[verdict],
        )
        for p in question.key_points
    )
    return Grade(question_id=question.id, score=score(points), grader=GraderName.LOCAL, model="test", key_points=points)


class Play:
    """A session in memory: the log, and the state that it folds to."""

    def __init__(self, bank: Bank, step_s: float = 10, **config: object) -> None:
        self.bank = bank
        self.step = timedelta(seconds=step_s)
        self.log = [Record(seq=0, at=START, event=open_session(SessionConfig.model_validate(config), bank))]
        self.state = replay(self.log)
        self.respond()

    def add(self, *events: Event) -> None:
        for event in events:
            record = Record(seq=len(self.log), at=START + self.step * len(self.log), event=event)
            self.log.append(record)
            self.state = apply(self.state, record)

    def respond(self) -> None:
        if need(self.state) is Need.RESPONSE:
            self.add(*respond(self.state, self.bank, SPEECH))

    def say(
        self, kind: ReplyKind, verdicts: dict[str, Verdict] | None = None, text: str = AT_LENGTH, **grade: object
    ) -> Sequence[Event]:
        """One message of the candidate's and all that follows from it."""
        before = len(self.log)
        self.add(Replied(text=text))
        self.add(understood(self.state, kind, text))
        if need(self.state) is Need.GRADE:
            question = self.bank.by_id[self.state.askings[self.state.replying_to].question_id]
            self.add(Graded(grade=grade_of(question, verdicts or {}).model_copy(update=grade)))
        self.respond()
        return [record.event for record in self.log[before:] if isinstance(record.event, Asked | Spoke | Finished)]

    @property
    def question(self) -> Question:
        return self.bank.by_id[self.state.askings[-1].question_id]

    def all(self, verdict: Verdict) -> dict[str, Verdict]:
        return {point.id: verdict for point in self.question.key_points}


@pytest.fixture
def play(bank: Bank) -> Callable[..., Play]:
    return lambda **config: Play(bank, **config)


def test_a_session_greets_asks_and_ends(play: Callable[..., Play]) -> None:
    session = play(questions=2)
    assert session.state.transcript[0].move is Move.GREET
    first = session.question
    [asked] = session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    assert isinstance(asked, Asked)
    assert asked.question_id != first.id
    close, finished = session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    assert isinstance(close, Spoke)
    assert close.move is Move.CLOSE
    assert finished == Finished(reason=FinishReason.COMPLETED)
    assert need(session.state) is Need.NOTHING


def test_a_follow_up_goes_to_the_weightiest_open_point_and_never_twice_to_one(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    targets = []
    for _ in range(MAX_FOLLOW_UPS):
        [spoke] = session.say(ReplyKind.ANSWER, {})
        assert isinstance(spoke, Spoke)
        assert spoke.move is Move.PROBE
        targets.append(session.question.key_point(str(spoke.point_id)))
        assert targets[-1].probe in spoke.text
    assert len({point.id for point in targets}) == MAX_FOLLOW_UPS
    weights = sorted((point.weight for point in session.question.key_points), reverse=True)
    assert [point.weight for point in targets] == weights[:MAX_FOLLOW_UPS]
    assert isinstance(session.say(ReplyKind.ANSWER, {})[-1], Finished)


def test_among_points_of_a_weight_a_missing_one_comes_before_half_a_one_and_a_wrong_one_last(
    play: Callable[..., Play],
) -> None:
    session = play(questions=1)
    one, two, *others = [point.id for point in session.question.key_points if point.weight == 3]
    rest = dict.fromkeys(others, Verdict.COVERED)
    [first] = session.say(ReplyKind.ANSWER, {one: Verdict.CONTRADICTED, two: Verdict.MISSING} | rest)
    [second] = session.say(ReplyKind.ANSWER, {two: Verdict.PARTIAL})
    assert isinstance(first, Spoke)
    assert isinstance(second, Spoke)
    assert (first.move, first.point_id) == (Move.PROBE, two)
    assert (second.move, second.point_id) == (Move.CHALLENGE, one)
    session = play(questions=1)
    [clarify] = session.say(ReplyKind.ANSWER, {one: Verdict.CONTRADICTED, two: Verdict.PARTIAL} | rest)
    assert isinstance(clarify, Spoke)
    assert (clarify.move, clarify.point_id) == (Move.CLARIFY, two)


def test_interview_mode_says_nothing_of_the_grade(play: Callable[..., Play]) -> None:
    for verdict in Verdict:
        session = play(questions=1, seed=7)
        question = session.question
        said = " ".join(
            e.text for e in session.say(ReplyKind.ANSWER, session.all(verdict)) if isinstance(e, Spoke | Asked)
        )
        assert not any(
            word in said.lower() for word in ("right", "wrong", "correct", "missing", "covered", "%", "good answer")
        )
        assert not any(point.text in said for point in question.key_points)


def test_practice_mode_gives_feedback_after_each_reply_and_a_model_answer_at_the_end(play: Callable[..., Play]) -> None:
    session = play(questions=1, mode="practice")
    answer = session.question.answer
    feedback, follow_up = session.say(ReplyKind.ANSWER, {})
    assert isinstance(feedback, Spoke)
    assert feedback.move is Move.FEEDBACK
    assert isinstance(follow_up, Spoke)
    assert follow_up.move is Move.HINT
    assert answer not in feedback.text
    session.say(ReplyKind.ANSWER, {})
    feedback, *_ = session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
    assert isinstance(feedback, Spoke)
    assert answer in feedback.text
    assert "You had" in feedback.text


def test_hints_are_given_in_practice_and_declined_in_an_interview(play: Callable[..., Play]) -> None:
    interview = play(questions=1)
    [spoke] = interview.say(ReplyKind.HINT)
    assert isinstance(spoke, Spoke)
    assert spoke.move is Move.DECLINE_HINT
    assert not any(point.hint in spoke.text for point in interview.question.key_points)
    practice = play(questions=1, mode="practice")
    given: list[str] = []
    while (spoke := practice.say(ReplyKind.HINT)[0]).move is Move.HINT:  # type: ignore[union-attr]
        given.append(str(spoke.point_id))  # type: ignore[union-attr]
    assert len(given) == len(set(given)) == len([p for p in practice.question.key_points if p.weight > 1])
    assert spoke.move is Move.NO_MORE_HINTS  # type: ignore[union-attr]
    practice.say(ReplyKind.ANSWER, practice.all(Verdict.COVERED))
    assert practice.state.askings[0].attempts[0].aided


def test_dont_know_moves_on_in_an_interview_and_brings_a_hint_in_practice(play: Callable[..., Play]) -> None:
    interview = play(questions=2)
    [asked] = interview.say(ReplyKind.DONT_KNOW)
    assert isinstance(asked, Asked)
    practice = play(questions=2, mode="practice")
    [hint] = practice.say(ReplyKind.DONT_KNOW)
    assert isinstance(hint, Spoke)
    assert hint.move is Move.HINT
    [prompt] = practice.say(ReplyKind.DONT_KNOW)
    assert isinstance(prompt, Spoke)
    assert prompt.move is Move.PROMPT
    assertion, feedback, asked = practice.say(ReplyKind.DONT_KNOW)
    assert isinstance(assertion, Spoke)
    assert assertion.move is Move.ASSERTION
    assert hint.point_id == prompt.point_id == assertion.point_id
    assert practice.state.askings[0].asserted == (hint.point_id,)
    assert isinstance(feedback, Spoke)
    assert feedback.move is Move.FEEDBACK
    assert isinstance(asked, Asked)


@pytest.mark.parametrize(
    "kind", [ReplyKind.OFF_TOPIC, ReplyKind.NO_CONTENT, ReplyKind.REPEAT, ReplyKind.MEANING, ReplyKind.META]
)
def test_what_is_no_answer_never_advances_and_counts_for_nothing(play: Callable[..., Play], kind: ReplyKind) -> None:
    session = play(questions=1)
    for _ in range(4):
        [spoke] = session.say(kind)
        assert isinstance(spoke, Spoke)
    assert len(session.state.askings) == 1
    assert session.state.askings[0].attempts == ()
    assert session.state.askings[0].followed_up == ()


def test_no_question_is_taken_away_from_who_thinks_or_asks_for_it_again(play: Callable[..., Play]) -> None:
    session = play(questions=2)
    for _ in range(4):
        session.say(ReplyKind.WAIT)
        session.say(ReplyKind.REPEAT)
    assert len(session.state.askings) == 1
    for _ in range(4):
        session.say(ReplyKind.OFF_TOPIC)
    assert len(session.state.askings) == 1
    session.say(ReplyKind.OFF_TOPIC)
    assert len(session.state.askings) == 2


@pytest.mark.parametrize(
    "text", ["Shall I continue?", "should I stop here?", "Do you want me to talk about pooling too?"]
)
def test_who_asks_whether_to_say_more_is_told_to(play: Callable[..., Play], text: str) -> None:
    session = play(questions=1)
    [spoke] = session.say(ReplyKind.QUESTION, text=text)
    assert isinstance(spoke, Spoke)
    assert any(spoke.text.startswith(line.split("{")[0]) for line in prompts.phrases("speech")["go_on"])


def test_a_greeting_names_its_topics_as_people_do(play: Callable[..., Play]) -> None:
    [greeting, *_] = play(questions=1, topics=["transfer", "generative"]).log[1:]
    assert "on transfer learning and generative models" in str(greeting.event)


def test_repeat_repeats_and_meaning_says_it_otherwise(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    [repeat] = session.say(ReplyKind.REPEAT)
    assert isinstance(repeat, Spoke)
    assert session.question.question in repeat.text
    [other] = session.say(ReplyKind.MEANING)
    assert isinstance(other, Spoke)
    put = session.state.askings[0].text
    assert any(text in other.text for text in (*session.question.variants, session.question.question) if text != put)


def test_a_wording_that_leaves_out_half_of_the_question_comes_with_all_of_it(play: Callable[..., Play]) -> None:
    session = play(questions=1, planned=["activations-leaky-relu"])
    [other] = session.say(ReplyKind.MEANING)
    assert isinstance(other, Spoke)
    assert "dead units" in other.text


def test_skip_and_stop(play: Callable[..., Play]) -> None:
    session = play(questions=3)
    [asked] = session.say(ReplyKind.SKIP)
    assert isinstance(asked, Asked)
    assert session.state.askings[0].skipped
    assert session.say(ReplyKind.STOP)[-1] == Finished(reason=FinishReason.STOPPED)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("kind", [kind for kind in ReplyKind if kind is not ReplyKind.STOP])
def test_a_question_that_is_gone_from_the_bank_is_left(play: Callable[..., Play], kind: ReplyKind, mode: Mode) -> None:
    session = play(questions=2, mode=mode)
    gone, whole = session.question, session.bank
    session.add(Replied(text=AT_LENGTH), understood(session.state, kind, AT_LENGTH))
    if need(session.state) is Need.GRADE:
        session.add(Graded(grade=grade_of(gone, {})))
    session.bank = Bank(questions=tuple(q for q in whole.questions if q.id != gone.id), statements=whole.statements)
    session.respond()
    assert session.state.askings[-1].question_id != gone.id
    assert "bank" in session.state.transcript[-1].text
    session.bank = Bank(questions=(gone,), statements=())
    session.say(ReplyKind.SKIP)
    assert session.state.finished is FinishReason.COMPLETED
    assert "bank" in session.state.transcript[-1].text


def test_who_stops_at_a_question_that_is_gone_has_stopped(play: Callable[..., Play]) -> None:
    session = play(questions=2)
    session.bank = Bank(questions=(), statements=())
    session.say(ReplyKind.STOP)
    assert session.state.finished is FinishReason.STOPPED


def test_time_runs_out_after_the_reply_that_crosses_the_limit(bank: Bank) -> None:
    session = Play(bank, step_s=20, questions=5, time_limit_s=60)
    events = session.say(ReplyKind.ANSWER, {})
    assert events[-1] == Finished(reason=FinishReason.OUT_OF_TIME)
    assert session.state.askings[0].attempts[0].grade is not None


def test_an_ungraded_reply_is_no_reason_to_dig(play: Callable[..., Play]) -> None:
    session = play(questions=2)
    session.add(Replied(text="x"), Understood(kind=ReplyKind.ANSWER))
    session.add(
        Graded(grade=Grade(question_id=session.question.id, score=None, ungraded="no model", grader=GraderName.LOCAL))
    )
    session.respond()
    assert len(session.state.askings) == 2


def test_the_same_seed_asks_the_same_and_topics_take_turns(play: Callable[..., Play]) -> None:
    def asked(seed: int) -> list[str]:
        session = play(questions=4, seed=seed, topics=("rnn", "cnn"))
        while need(session.state) is not Need.NOTHING:
            session.say(ReplyKind.SKIP)
        return [asking.question_id for asking in session.state.askings]

    assert asked(1) == asked(1)
    assert asked(1) != asked(2)
    topics = [id.split("-")[0] for id in asked(1)]
    assert sorted(topics) == ["cnn", "cnn", "rnn", "rnn"]
    assert len(set(asked(1))) == 4


def test_the_level_asked_for_comes_first(bank: Bank) -> None:
    session = Play(bank, questions=3, level="senior", topics=("llm",))
    while need(session.state) is not Need.NOTHING:
        session.say(ReplyKind.SKIP)
    assert {bank.by_id[asking.question_id].level.value for asking in session.state.askings} == {"senior"}


def test_no_two_acknowledgements_in_a_row_are_alike(play: Callable[..., Play]) -> None:
    session = play(questions=20, seed=3)
    leads = []
    while need(session.state) is not Need.NOTHING:
        said = session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED))
        leads += [event.lead.split(".")[0] for event in said if isinstance(event, Asked)]
    assert len(leads) == 19
    assert all(one != two for one, two in itertools.pairwise(leads))


EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
moves = st.lists(st.tuples(st.sampled_from(ReplyKind), st.sampled_from([*Verdict, None])), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    played=moves,
    mode=st.sampled_from(Mode),
    seed=st.integers(0, 99),
    questions=st.integers(1, 5),
    order=st.sampled_from(Order),
    minutes=st.sampled_from([None, 3, 20]),
    topics=st.lists(st.sampled_from(BANK_TOPICS), max_size=3, unique=True),
)
def test_any_conversation_leaves_a_valid_state_that_replays(
    bank: Bank,
    played: list[tuple[ReplyKind, Verdict | None]],
    mode: Mode,
    seed: int,
    questions: int,
    order: Order,
    minutes: int | None,
    topics: list[Topic],
) -> None:
    limit = minutes and 60 * minutes
    session = Play(
        bank, mode=mode.value, seed=seed, questions=questions, topics=topics, order=order, time_limit_s=limit
    )
    for kind, verdict in played:
        if need(session.state) is Need.NOTHING:
            break
        assert need(session.state) is Need.REPLY
        session.say(kind, session.all(verdict) if verdict else {})
    state: State = replay(session.log)
    assert state == session.state
    ids = [asking.question_id for asking in state.askings if not asking.second_try]
    assert len(ids) == len(set(ids)) <= questions
    for asking in state.askings:
        assert len(asking.followed_up) == len(set(asking.followed_up))
        assert asking.follow_ups <= MAX_FOLLOW_UPS
        assert all(attempt.grade is not None for attempt in asking.attempts)
    leads = [record.event.lead for record in session.log if isinstance(record.event, Asked) and record.event.lead]
    assert all(one != two for one, two in itertools.pairwise(leads))
    heard = [line.text for line in state.transcript if line.role == "interviewer"]
    assert all(one != two for one, two in itertools.pairwise(heard))
    said = [line.text for line in state.transcript if line.move in FOLLOW_UPS]
    assert len(said) == sum(asking.follow_ups for asking in state.askings)
    assert EVENTS.validate_json(EVENTS.dump_json([record.event for record in session.log])) == [
        r.event for r in session.log
    ]


A_GRADE = Grade(question_id="cnn-receptive-field", score=None, ungraded="no model", grader=GraderName.LOCAL)
any_event = st.one_of(
    st.just(Asked(question_id="cnn-receptive-field", text="What is a receptive field?")),
    st.just(Replied(text="The part of the input that a unit sees.")),
    st.builds(Understood, kind=st.sampled_from(ReplyKind), revises=st.sampled_from([None, 0, 1, 7])),
    st.just(Graded(grade=A_GRADE)),
    st.builds(Spoke, move=st.sampled_from(Move), text=st.just("Go on."), point_id=st.sampled_from([None, "a", "b"])),
    st.just(Finished(reason=FinishReason.STOPPED)),
)


@settings(max_examples=100, deadline=None)
@given(events=st.lists(any_event, max_size=25), mode=st.sampled_from(Mode))
def test_any_event_is_refused_or_leaves_a_valid_state_that_replays(events: list[Event], mode: Mode) -> None:
    log = [Record(seq=0, at=START, event=Started(config=SessionConfig(mode=mode), bank_hash="x"))]
    state = replay(log)
    for event in events:
        record = Record(seq=len(log), at=START + timedelta(seconds=len(log)), event=event)
        try:
            state = apply(state, record)
        except ValueError:
            continue
        log.append(record)
        tries = [attempt for asking in state.askings for attempt in asking.attempts]
        replies = sum(isinstance(done.event, Replied) for done in log)
        assert sum(line.role == "candidate" for line in state.transcript) == replies >= len(tries)
        assert state.pending is not None or (state.pending_kind, state.pending_revises) == (None, None)
        assert state.finished is None or need(state) is Need.NOTHING
        assert need(state) is not Need.GRADE or state.askings[state.replying_to].attempts[-1].grade is None
    assert replay(log) == state
    assert len(state.transcript) == sum(isinstance(done.event, Asked | Replied | Spoke) for done in log)


def test_a_log_that_is_not_one_is_refused(play: Callable[..., Play]) -> None:
    log = play(questions=1).log
    with pytest.raises(ValueError, match="empty"):
        replay([])
    with pytest.raises(ValueError, match="begins with"):
        replay(log[1:])
    with pytest.raises(ValueError, match="does not follow"):
        replay([*log, log[-1]])
