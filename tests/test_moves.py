"""How the interviewer goes on: which move, about which point, in whose words; corrections, patience and time."""

import itertools
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

import prompts
from evals.utterances import real_answers, sample_of
from interviewer.ability import DIFFICULTY, Observation, abilities, expected_score, general_ability, information
from interviewer.backchannel import in_place
from interviewer.doubt import Doubt, chance_open, most_important
from interviewer.events import CUES, FOLLOW_UPS, Asked, Finished, FinishReason, Move, Order, ReplyKind, Spoke
from interviewer.grading.grade import MisconceptionFound, PointGrade, Verdict
from interviewer.grading.misconceptions import about, still_held
from interviewer.leaks import gives_away
from interviewer.moves import point_states
from interviewer.policy import PATIENCE, PAUSES, Need, need
from interviewer.speech import Speech
from interviewer.timing import cue_due, left_s
from interviewer.utterance import kind_of
from knowledge.bank import Bank, Level, Topic
from tests.test_dialogue import START, Play

IN_INTERVIEWS = (
    "greet_interview warm_up acknowledge acknowledge_dont_know acknowledge_skip next_question last_question pump anything_else probe "
    "clarify clarify_quoted challenge challenge_quoted decline_hint wait length go_on repeat rephrase question_back refocus no_content "
    "invite_correction corrected leave gone rephrase_follow_up meta meta_grading meta_feedback meta_progress meta_other time_cue_90 time_cue_30 close_completed close_stopped close_out_of_time"
).split()
JUDGING = re.compile(
    r"\b(?:correct|incorrect|wrong|mistake|mistaken|well done|good answer|great answer|excellent|perfect|nice answer|exactly|"
    r"spot on|not quite|almost|nearly there|that's right|you're right|good point|missed|missing|score|points?)\b", re.IGNORECASE,
)  # fmt: skip


@pytest.fixture
def play(bank: Bank) -> Callable[..., Play]:
    return lambda **config: Play(bank, **config)


@pytest.mark.parametrize("occasion", IN_INTERVIEWS)
def test_nothing_said_in_an_interview_tells_whether_a_reply_was_right(occasion: str) -> None:
    assert [text for text in prompts.phrases("speech")[occasion] if JUDGING.search(text)] == []


@pytest.mark.parametrize("occasion", ["acknowledge", "probe", "clarify", "challenge", "pump", "hint", "repeat"])
def test_there_is_more_than_one_way_to_say_what_is_said_often(occasion: str) -> None:
    assert len(set(prompts.phrases("speech")[occasion])) >= 3


def test_a_misconception_about_what_was_covered_is_not_held(bank: Bank) -> None:
    question = next(q for q in bank.questions if q.misconceptions)
    [wrong, *_] = question.misconceptions
    found = MisconceptionFound(statement=wrong.statement, correction=wrong.correction, evidence="said so")
    texts = {point.id: point.text for point in question.key_points}
    target = about(wrong, texts)

    def held(verdict: Verdict) -> tuple[MisconceptionFound, ...]:
        points = [
            PointGrade(
                point_id=id, point=text, weight=2, aspect=None, confidence=1.0, credit=0.0,
                verdict=verdict if id == target else Verdict.MISSING,
            )
            for id, text in texts.items()
        ]  # fmt: skip
        return still_held([found], points)

    assert held(Verdict.COVERED) == ()
    for verdict in (Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED):
        assert held(verdict) == (found,)
    assert still_held([found], []) == (found,)


def test_a_phrase_used_lately_is_passed_over_while_another_is_left() -> None:
    speech = Speech({"thanks": ["Thanks.", "Noted. {more}"]})
    for seed in "abcdefgh":
        assert speech.pick("thanks", seed, ["Well. Thanks. Next."], more="Go on.") == "Noted. Go on."
        assert speech.pick("thanks", seed, ["Thanks.", "Noted. x"], more="y") == "Thanks.", "not the last one again"


def test_a_terse_answer_is_met_with_go_on_before_anything_is_asked(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    [pump] = session.say(ReplyKind.ANSWER, {}, text="overfitting")
    [probe] = session.say(ReplyKind.ANSWER, {}, text="no more")
    assert isinstance(pump, Spoke)
    assert isinstance(probe, Spoke)
    assert (pump.move, probe.move) == (Move.PUMP, Move.PROBE)
    assert session.question.key_point(str(probe.point_id)).probe in probe.text
    assert session.state.askings[0].follow_ups == 2
    assert isinstance(session.say(ReplyKind.ANSWER, {}, text="no")[-1], Finished)


def doubtful(session: Play, missing: dict[str, float]) -> tuple[PointGrade, ...]:
    """Grades that find all points surely covered but those given, which are missing and yet covered with a probability."""
    return tuple(
        point.model_copy(
            update={
                "verdict": Verdict.MISSING,
                "confidence": 1 - missing[point.point_id],
                "credit": missing[point.point_id],
            }
        )
        if point.point_id in missing
        else point
        for point in grade_points(session, {})
    )


@pytest.mark.parametrize(
    ("verdict", "confidence", "credit", "chance"),
    [
        (Verdict.COVERED, 0.7, 0.8, 0.3),
        (Verdict.MISSING, 1.0, 0.0, 1.0),
        (Verdict.MISSING, 0.6, 0.4, 0.6),
        (Verdict.MISSING, 0.6, 0.0, 0.8),
        (Verdict.PARTIAL, 0.8, 0.5, 0.9),
        (Verdict.CONTRADICTED, 0.6, 0.1, 0.75),
        (Verdict.CONTRADICTED, 1.0, -0.25, 1.0),
        (Verdict.PARTIAL, 0.9, 0.3, 1.0),
    ],
)
def test_how_likely_a_point_is_open_follows_from_its_credit(
    verdict: Verdict, confidence: float, credit: float, chance: float
) -> None:
    point = PointGrade(
        point_id="a", point="A.", weight=3, aspect=None, verdict=verdict, confidence=confidence, credit=credit
    )
    assert chance_open(point) == pytest.approx(chance)
    assert chance_open(None) == 1.0


def test_a_lesser_point_is_the_most_important_open_one_only_where_the_weightier_are_covered() -> None:
    found = most_important({"a": Doubt(3, 0.1), "b": Doubt(3, 0.2), "c": Doubt(2, 0.9), "d": Doubt(2, 1.0)})
    assert found == pytest.approx({"a": 0.1, "b": 0.2, "c": 0.9 * 0.9 * 0.8, "d": 0.9 * 0.8})


def test_the_surely_open_point_is_asked_about_before_the_one_that_the_grader_doubts(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    first, second, *_ = (point.id for point in session.question.key_points if point.weight == 3)
    [spoke] = session.say(ReplyKind.ANSWER, key_points=doubtful(session, {first: 0.45, second: 0.0}))
    assert isinstance(spoke, Spoke)
    assert (spoke.move, spoke.point_id) == (Move.PROBE, second)


def test_where_no_point_is_sure_to_be_open_what_else_there_is_is_asked_once(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    first, second, *_ = (point.id for point in session.question.key_points if point.weight == 3)
    [pump] = session.say(ReplyKind.ANSWER, key_points=doubtful(session, {first: 0.45, second: 0.4}))
    assert isinstance(pump, Spoke)
    assert (pump.move, pump.point_id) == (Move.PUMP, None)
    assert pump.text in prompts.phrases("speech")["anything_else"]
    assert isinstance(session.say(ReplyKind.ANSWER, key_points=doubtful(session, {first: 0.45}))[-1], Finished)


@pytest.mark.parametrize(
    "text", ["No.", "That's all I have on that", "I don't know", "nothing to add", "not really, no"]
)
def test_who_has_no_more_to_add_may_still_know_what_a_question_is_after(play: Callable[..., Play], text: str) -> None:
    session = play(questions=1)
    [pump] = session.say(ReplyKind.ANSWER, {}, text="overfitting")
    kind = kind_of(text, session.question.question)
    [probe] = session.say(kind, {}, text=text)
    assert isinstance(pump, Spoke)
    assert isinstance(probe, Spoke)
    assert (pump.move, probe.move) == (Move.PUMP, Move.PROBE)
    assert isinstance(session.say(kind_of("that's it"), {}, text="that's it")[-1], Finished)
    assert session.state.finished is FinishReason.COMPLETED


@pytest.mark.parametrize(
    "text",
    ["That's all", "I'm done", "I think that covers it.", "I already said that", "you asked me that already", "see above",
     "No, that's it", "no more", "that's pretty much it"],
)  # fmt: skip
def test_nothing_more_ends_the_answer_and_not_the_interview(play: Callable[..., Play], text: str) -> None:
    session = play(questions=2)
    session.say(ReplyKind.ANSWER, {})
    tried = session.state.askings[0].attempts
    [asked] = session.say(kind_of(text), text=text)
    assert isinstance(asked, Asked)
    assert any(asked.lead.startswith(thanks) for thanks in prompts.phrases("speech")["acknowledge"])
    assert session.state.askings[0].attempts == tried


def test_nothing_more_brings_the_next_cue_in_practice_and_the_end_where_nothing_was_said(
    play: Callable[..., Play],
) -> None:
    session = play(questions=1, mode="practice")
    session.say(ReplyKind.ANSWER, {})
    [prompt] = session.say(kind_of("that's it"), text="that's it")
    assert isinstance(prompt, Spoke)
    assert prompt.move is Move.PROMPT
    fresh = play(questions=2)
    fresh.say(kind_of("that's all for today"), text="that's all for today")
    assert fresh.state.finished is FinishReason.STOPPED


@pytest.mark.parametrize(
    "text",
    ["Hmm, let me think about that for a minute.", "can I have a minute?", "hold on", "wait, I need a moment", "okay"],
)
def test_who_thinks_is_given_time_and_the_question_stays(play: Callable[..., Play], text: str) -> None:
    session = play(questions=2)
    [wait] = session.say(kind_of(text), text=text)
    assert isinstance(wait, Spoke)
    assert wait.move is Move.WAIT
    assert session.question.question not in wait.text
    session.say(ReplyKind.ANSWER, {})
    assert len(session.state.askings[0].attempts) == 1
    session.say(ReplyKind.CORRECTION, text="Can I change my answer?")
    session.say(kind_of(text), text=text)
    [done] = session.say(ReplyKind.ANSWER, {}, text="it is the batch statistics that matter")
    assert isinstance(done, Spoke | Asked)
    assert session.state.askings[0].attempts[-1].kind is ReplyKind.CORRECTION


def test_no_real_answer_is_taken_for_nothing_more_or_for_thinking(play: Callable[..., Play], bank: Bank) -> None:
    session = play(questions=1)
    session.say(ReplyKind.ANSWER, {}, text="overfitting")
    assert session.state.last_move is Move.PUMP
    answers = sample_of(real_answers(bank), 1500)
    assert [text for _, text in answers if in_place(session.state, text)] == []


def test_how_long_an_answer_should_be_is_told(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    [told] = session.say(ReplyKind.QUESTION, text="How long should my answer be?")
    assert isinstance(told, Spoke)
    assert "sentences" in told.text or "stop" in told.text


def test_a_quote_is_the_candidates_own_words_and_short(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    said = "the filters are moved over the picture and each place gives a number that says how well it fits there"
    target = next(point for point in session.question.key_points if point.weight == 3)
    points = [point.model_copy(update={"evidence": said, "start": 0}) if point.point_id == target.id else point
              for point in grade_points(session, {target.id: Verdict.CONTRADICTED})]  # fmt: skip
    [spoke] = session.say(ReplyKind.ANSWER, text=said, key_points=tuple(points))
    assert isinstance(spoke, Spoke)
    assert (spoke.move, spoke.point_id) == (Move.CHALLENGE, target.id)
    quote = re.search("“(.*)…”", spoke.text)
    assert quote
    assert said.startswith(quote[1])
    assert len(quote[1].split()) == 12


def grade_points(session: Play, verdicts: dict[str, Verdict]) -> list:  # type: ignore[type-arg]
    from tests.test_dialogue import grade_of

    covered = {point.id: Verdict.COVERED for point in session.question.key_points}
    return list(grade_of(session.question, covered | verdicts).key_points)


def test_a_stated_misconception_is_challenged_with_its_own_question(bank: Bank) -> None:
    challenged = 0
    for seed in range(4):
        question = Play(bank, questions=1, seed=seed).question
        for wrong, point in itertools.product(question.misconceptions, question.key_points):
            session = Play(bank, questions=1, seed=seed)
            found = MisconceptionFound(statement=wrong.statement, correction=wrong.correction, evidence=None)
            verdicts = session.all(Verdict.COVERED) | {point.id: Verdict.MISSING}
            [*_, last] = session.say(ReplyKind.ANSWER, verdicts, misconceptions=(found,))
            if isinstance(last, Spoke) and last.move is Move.CHALLENGE:
                challenged += 1
                assert last.point_id == point.id
                assert wrong.probe in last.text or gives_away(wrong.probe, question)
    assert challenged


def test_practice_tells_a_point_only_after_hint_and_prompt_and_what_follows_is_aided(play: Callable[..., Play]) -> None:
    session = play(questions=1, mode="practice")
    _, hint = session.say(ReplyKind.ANSWER, {})
    _, prompt = session.say(ReplyKind.ANSWER, {})
    assertion, feedback, *_ = session.say(ReplyKind.ANSWER, {})
    moves = [event.move for event in (hint, prompt, assertion, feedback) if isinstance(event, Spoke)]
    assert moves == [Move.HINT, Move.PROMPT, Move.ASSERTION, Move.FEEDBACK]
    point = session.question.key_point(str(getattr(hint, "point_id", "")))
    texts = [event.text for event in (hint, prompt, assertion) if isinstance(event, Spoke)]
    assert [point.hint in texts[0], point.probe in texts[1], point.text in texts[2]] == [True, True, True]
    assert [attempt.aided for attempt in session.state.askings[0].attempts] == [False, True, True]


def test_in_an_interview_every_reply_is_unaided_whatever_was_asked_on(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    for _ in range(3):
        session.say(ReplyKind.ANSWER, {})
    assert [attempt.aided for attempt in session.state.askings[0].attempts] == [False, False, False]
    assert not any(line.move in CUES for line in session.state.transcript)


def test_a_guess_counts_as_an_answer(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    session.say(ReplyKind.PARTIAL, session.all(Verdict.COVERED), text="No idea, but maybe it is the learning rate?")
    [attempt] = session.state.askings[0].attempts
    assert attempt.grade is not None
    assert attempt.kind is ReplyKind.PARTIAL


def test_a_correction_counts_for_the_question_before_and_leaves_the_one_on_the_table(play: Callable[..., Play]) -> None:
    session = play(questions=3)
    first = session.question
    session.say(ReplyKind.ANSWER, session.all(Verdict.COVERED) | {first.key_points[0].id: Verdict.CONTRADICTED})
    while len(session.state.askings) == 1:
        session.say(ReplyKind.ANSWER, {})
    second = session.question
    text = "Let me correct my earlier answer: the gradient shrinks with depth."
    [spoke] = session.say(ReplyKind.CORRECTION, {first.key_points[0].id: Verdict.COVERED}, text=text)
    assert isinstance(spoke, Spoke)
    assert spoke.move is Move.CORRECTED
    assert second.question in spoke.text
    assert session.state.askings[0].attempts[-1].text == text
    assert session.state.askings[1].attempts == ()
    assert {point.verdict for point in point_states(session.state.askings[0])} == {Verdict.COVERED}
    assert need(session.state) is Need.REPLY


def test_a_wish_to_correct_is_invited_and_may_be_dropped(play: Callable[..., Play]) -> None:
    session = play(questions=3)
    while len(session.state.askings) == 1:
        session.say(ReplyKind.ANSWER, {})
    [invited] = session.say(ReplyKind.CORRECTION, text="Can I change my answer?")
    assert isinstance(invited, Spoke)
    assert invited.move is Move.INVITE_CORRECTION
    before = len(session.state.askings[0].attempts)
    [again] = session.say(ReplyKind.SKIP, text="never mind")
    assert isinstance(again, Spoke)
    assert again.move is Move.REPEAT
    session.say(ReplyKind.CORRECTION, text="Can I change my answer?")
    [done] = session.say(ReplyKind.ANSWER, {}, text="it is the batch statistics that matter")
    assert isinstance(done, Spoke)
    assert done.move is Move.CORRECTED
    assert len(session.state.askings[0].attempts) == before + 1
    assert session.state.askings[1].attempts == ()


def test_after_a_follow_up_repeat_says_the_follow_up(play: Callable[..., Play]) -> None:
    session = play(questions=1)
    [pump] = session.say(ReplyKind.ANSWER, {}, text="overfitting")
    [repeat] = session.say(ReplyKind.REPEAT)
    assert isinstance(pump, Spoke)
    assert isinstance(repeat, Spoke)
    assert session.question.question in repeat.text, "'go on' is no question to repeat"
    [probe] = session.say(ReplyKind.ANSWER, {})
    assert isinstance(probe, Spoke)
    asked = session.question.key_point(str(probe.point_id)).probe
    for kind in (ReplyKind.REPEAT, ReplyKind.OFF_TOPIC, ReplyKind.MEANING):
        [again] = session.say(kind)
        assert isinstance(again, Spoke)
        assert again.text.endswith(asked)
        assert probe.text not in again.text, "what led up to it is not said twice"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ReplyKind.NO_CONTENT, "..."),
        (ReplyKind.QUESTION, "Do you mean at training time?"),
        (ReplyKind.HINT, "hint"),
        (ReplyKind.CORRECTION, "Can I change my answer?"),
        (ReplyKind.META, "are you a bot?"),
    ],
)
def test_patience_ends_so_that_every_interview_does(play: Callable[..., Play], kind: ReplyKind, text: str) -> None:
    session = play(questions=2)
    said = []
    for _ in range(PATIENCE - 1):
        [spoke] = session.say(kind, text=text)
        assert isinstance(spoke, Spoke)
        said.append(spoke.text)
    assert all(one != two for one, two in itertools.pairwise(said))
    leave, asked = session.say(kind, text=text)
    assert isinstance(leave, Spoke)
    assert leave.move is Move.LEAVE
    assert isinstance(asked, Asked)
    assert session.state.askings[0].skipped
    for _ in range(PATIENCE):
        session.say(kind, text=text)
    assert session.state.finished is FinishReason.COMPLETED


@pytest.mark.parametrize("kind", [ReplyKind.WAIT, ReplyKind.REPEAT])
def test_even_who_only_thinks_is_not_waited_for_without_end(play: Callable[..., Play], kind: ReplyKind) -> None:
    session = play(questions=2)
    for _ in range(PAUSES - 1):
        session.say(kind)
    assert len(session.state.askings) == 1
    session.say(kind)
    assert len(session.state.askings) == 2


def test_time_is_told_once_at_ninety_and_once_at_thirty_seconds(bank: Bank) -> None:
    session = Play(bank, step_s=8, questions=20, time_limit_s=360)
    told: list[tuple[int | None, float]] = []
    while need(session.state) is not Need.NOTHING:
        for event in session.say(ReplyKind.REPEAT if told else ReplyKind.SKIP):
            if isinstance(event, Spoke) and event.move is Move.TIME_CUE:
                told.append((event.left_s, left_s(session.state) or 0))
    assert [cue for cue, _ in told] == [90, 30]
    assert session.state.cued == (90, 30)
    assert session.state.finished is FinishReason.OUT_OF_TIME
    assert not any(line.move is Move.TIME_CUE for line in Play(bank, questions=2).state.transcript)


@pytest.mark.parametrize(
    ("left", "cue", "says"),
    [(88, 90, "a minute and a half"), (47, 90, "forty-five seconds"), (16, 30, "fifteen seconds")],
)
def test_a_cue_says_the_time_that_is_left_and_not_its_own_name(bank: Bank, left: int, cue: int, says: str) -> None:
    said = set()
    for seed in range(6):
        session = Play(bank, step_s=0, questions=20, time_limit_s=600, seed=seed)
        # The reply is understood two events on.
        session.step = timedelta(seconds=(600 - left) / (len(session.log) + 1))
        told, *_ = session.say(ReplyKind.REPEAT)
        assert isinstance(told, Spoke)
        assert told.left_s == cue
        said.add(told.text)
    assert any(says in text for text in said)
    others = ("a minute and a half", "forty-five seconds", "fifteen seconds")
    assert not any(other in text for other in others if other != says for text in said)


def test_time_left_follows_the_clock_passed_in(bank: Bank) -> None:
    session = Play(bank, questions=5, time_limit_s=600)
    assert left_s(session.state, START + timedelta(seconds=100)) == 500
    assert cue_due(session.state) is None
    assert left_s(Play(bank, questions=5).state) is None


def test_words_that_give_a_point_away_are_found(bank: Bank) -> None:
    question = bank.by_id["cnn-how-cnns-work"]
    point = question.key_points[1]
    assert gives_away(f"Would you say this? {point.text}", question) == point
    assert gives_away(f"Would you say this? {point.text}", question, known=point.text) is None
    assert gives_away(question.question, question) is None
    assert [p.probe for q in bank.questions for p in q.key_points if gives_away(p.probe, q)] == []


def test_ability_rises_with_good_replies_and_grows_certain() -> None:
    def seen(score: float, n: int) -> list[Observation]:
        return [Observation(topic=Topic.CNN, level=Level.MID, score=score)] * n

    start = general_ability([], Level.MID)
    assert start.mean == 0.0
    assert start.sd == pytest.approx(1.5)
    good, bad, more = (
        general_ability(seen(0.9, 4), Level.MID),
        general_ability(seen(0.1, 4), Level.MID),
        general_ability(seen(0.9, 20), Level.MID),
    )
    assert bad.mean == pytest.approx(-good.mean)
    assert 0 < good.mean < more.mean < 2.3
    assert more.sd < good.sd < start.sd
    by_topic = abilities(seen(0.9, 6), Level.MID, [Topic.CNN, Topic.RNN])
    assert by_topic[Topic.CNN].mean > by_topic[Topic.RNN].mean > 0
    assert by_topic[Topic.CNN].sd < by_topic[Topic.RNN].sd
    assert abilities([], Level.SENIOR, [Topic.CNN])[Topic.CNN].mean == DIFFICULTY[Level.SENIOR]
    assert expected_score(1.0, Level.SENIOR) == pytest.approx(0.5)


def test_the_level_nearest_to_the_ability_tells_most() -> None:
    strong = abilities([Observation(topic=Topic.CNN, level=Level.SENIOR, score=0.9)] * 3, Level.MID, [Topic.CNN])[
        Topic.CNN
    ]
    told = [information(strong, level) for level in (Level.JUNIOR, Level.MID, Level.SENIOR)]
    assert told == sorted(told)


def test_adaptive_choice_follows_the_replies_and_covers_the_topics(bank: Bank) -> None:
    def levels(verdict: Verdict) -> list[Level]:
        session = Play(bank, questions=6, order=Order.ADAPTIVE, topics=["cnn", "rnn", "llm"], seed=4)
        while need(session.state) is not Need.NOTHING:
            session.say(ReplyKind.ANSWER, session.all(verdict))
        ids = [asking.question_id for asking in session.state.askings]
        assert len(set(ids)) == 6
        topics = [bank.by_id[id].topic for id in ids]
        assert all(topics.count(topic) == 2 for topic in set(topics))
        return [bank.by_id[id].level for id in ids]

    strong, weak = levels(Verdict.COVERED), levels(Verdict.MISSING)
    assert strong[0] is weak[0] is Level.JUNIOR, "the warm-up is a level easier"
    assert set(strong[2:]) == {Level.SENIOR}
    assert set(weak[2:]) == {Level.JUNIOR}


def test_adaptive_order_asks_the_questions_of_earlier_sessions_last(bank: Bank) -> None:
    from interviewer.events import Record, SessionConfig
    from interviewer.policy import open_session, respond
    from interviewer.state import apply, replay
    from tests.test_dialogue import SPEECH

    ids = [question.id for question in bank.questions if question.topic is Topic.DATA]
    config = SessionConfig(order=Order.ADAPTIVE, topics=(Topic.DATA,), questions=2)
    for left in (set(ids[:1]), set()):
        recent = tuple(id for id in ids if id not in left)
        state = replay([Record(seq=0, at=START, event=open_session(config, bank, recent))])
        for i, event in enumerate(respond(state, bank, SPEECH), start=1):
            state = apply(state, Record(seq=i, at=START, event=event))
        asking = state.askings[0]
        question = bank.by_id[asking.question_id]
        assert not left or asking.question_id in left
        assert left or asking.text in question.variants, "one seen before comes in other words"


def test_follow_up_texts_do_not_repeat_within_an_interview(play: Callable[..., Play]) -> None:
    session = play(questions=8, seed=5, order=Order.ADAPTIVE)
    while need(session.state) is not Need.NOTHING:
        session.say(ReplyKind.ANSWER, {})
    said = [line.text for line in session.state.transcript if line.move in FOLLOW_UPS]
    assert len(said) == 16
    assert len(set(said)) == len(said)
    leads = [text.split("{")[0] for text in prompts.phrases("speech")["probe"]]
    used = [next(lead for lead in leads if text.startswith(lead)) for text in said]
    assert all(one != two for one, two in itertools.pairwise(used))
