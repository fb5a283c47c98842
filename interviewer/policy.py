"""The dialogue policy: from a state to what happens next. Pure: no clock, no store, no model."""

from enum import StrEnum

from interviewer.events import (
    Asked,
    Event,
    Finished,
    FinishReason,
    Mode,
    Move,
    ReplyKind,
    SessionConfig,
    Spoke,
    Started,
)
from interviewer.feedback import closing_feedback, reply_feedback
from interviewer.grading.grade import PointGrade, Verdict
from interviewer.grading.scoring import BONUS_WEIGHT, merge
from interviewer.selection import choose_question
from interviewer.speech import Speech
from interviewer.state import Asking, State
from knowledge.bank import Bank, Question

MAX_FOLLOW_UPS = 2
_URGENCY = {Verdict.CONTRADICTED: 0, Verdict.PARTIAL: 1, Verdict.MISSING: 2}


class Need(StrEnum):
    """What a state waits for."""

    UNDERSTANDING = "understanding"
    GRADE = "grade"
    RESPONSE = "response"
    REPLY = "reply"
    NOTHING = "nothing"


def need(state: State) -> Need:
    """What has to happen next."""
    if state.finished is not None:
        return Need.NOTHING
    if not state.askings:
        return Need.RESPONSE
    if state.pending is None:
        return Need.REPLY
    if state.pending_kind is None:
        return Need.UNDERSTANDING
    if state.pending_kind in (ReplyKind.ANSWER, ReplyKind.DONT_KNOW) and not state.pending_graded:
        return Need.GRADE
    return Need.RESPONSE


def open_session(config: SessionConfig, bank: Bank) -> Started:
    """The first event of a session."""
    return Started(config=config, bank_hash=bank.content_hash)


def respond(state: State, bank: Bank, speech: Speech) -> tuple[Event, ...]:
    """What the interviewer says and does now; stored in one piece.

    Call it only where `need(state)` is RESPONSE. Raises: KeyError where the current question is no longer in the bank.
    """
    if not state.askings:
        return _greet(state, bank, speech)
    question = bank.by_id[state.askings[-1].question_id]
    match state.pending_kind:
        case ReplyKind.STOP:
            return _finish(state, speech, FinishReason.STOPPED)
        case ReplyKind.SKIP:
            return _after_skip(state, bank, speech, question)
        case ReplyKind.HINT:
            return (_hint(state, speech, question),)
        case ReplyKind.REPEAT:
            return (_say(state, speech, Move.REPEAT, question=question.question),)
        case ReplyKind.MEANING:
            other = question.variants[0] if question.variants else question.question
            return (_say(state, speech, Move.REPHRASE, question=other),)
        case ReplyKind.OFF_TOPIC:
            return (_say(state, speech, Move.REFOCUS, question=question.question),)
        case ReplyKind.NO_CONTENT:
            return (_say(state, speech, Move.NO_CONTENT, question=question.question),)
        case ReplyKind.META:
            return (_say(state, speech, Move.META, question=question.question),)
        case _:
            return _after_answer(state, bank, speech, question)


def point_states(asking: Asking) -> tuple[PointGrade, ...]:
    """Where each key point stands after the replies graded so far."""
    return merge([(a.grade.key_points, a.aided) for a in asking.attempts if a.grade and a.grade.key_points])


def open_points(asking: Asking, question: Question) -> list[str]:
    """Ids of the essential and expected points that are not covered, the most important first.

    By weight, then contradicted before partial before missing, then in the bank's order.
    """
    verdicts = {point.point_id: point.verdict for point in point_states(asking)}
    points = [
        (-point.weight, _URGENCY[verdict], i, point.id)
        for i, point in enumerate(question.key_points)
        if point.weight > BONUS_WEIGHT and (verdict := verdicts.get(point.id, Verdict.MISSING)) is not Verdict.COVERED
    ]
    return [id for *_, id in sorted(points)]


def _seed(state: State) -> str:
    return f"{state.config.seed}:{state.seq}"


def _last_said(state: State) -> str:
    return next((line.text for line in reversed(state.transcript) if line.role == "interviewer"), "")


def _say(state: State, speech: Speech, move: Move, point_id: str | None = None, **values: object) -> Spoke:
    text = speech.pick(move.value, _seed(state), _last_said(state), **values)
    return Spoke(move=move, text=text, point_id=point_id)


def _greet(state: State, bank: Bank, speech: Speech) -> tuple[Event, ...]:
    config = state.config
    count = "one question" if config.questions == 1 else f"{config.questions} questions"
    topics = (
        f" on {_listed([topic.replace('-', ' and ') for topic in config.topics])}"
        if 0 < len(config.topics) <= 3
        else ""
    )
    hello = speech.pick(f"greet_{config.mode.value}", _seed(state), count=count, topics=topics)
    return (Spoke(move=Move.GREET, text=hello[0].upper() + hello[1:]), *_next(state, bank, speech, ""))


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _next(state: State, bank: Bank, speech: Speech, lead: str) -> tuple[Event, ...]:
    """The next question, or the end."""
    asked = [asking.question_id for asking in state.askings]
    if _out_of_time(state):
        return _finish(state, speech, FinishReason.OUT_OF_TIME, lead)
    question = choose_question(bank, state.config, asked)
    if question is None:
        return _finish(state, speech, FinishReason.COMPLETED, lead)
    if asked:
        last = len(asked) + 1 == state.config.questions
        bridge = speech.pick("last_question" if last else "next_question", _seed(state), _last_said(state))
        lead = f"{lead} {bridge}".strip()
    return (Asked(question_id=question.id, text=question.question, lead=lead),)


def _out_of_time(state: State) -> bool:
    limit = state.config.time_limit_s
    return limit is not None and state.elapsed_s >= limit


def _finish(state: State, speech: Speech, reason: FinishReason, lead: str = "") -> tuple[Event, ...]:
    words = speech.pick(f"close_{reason.value}", _seed(state))
    return Spoke(move=Move.CLOSE, text=f"{lead} {words}".strip()), Finished(reason=reason)


def _after_skip(state: State, bank: Bank, speech: Speech, question: Question) -> tuple[Event, ...]:
    lead = speech.pick("acknowledge_skip", _seed(state), _last_said(state))
    if state.config.mode is Mode.PRACTICE:
        feedback = Spoke(move=Move.FEEDBACK, text=closing_feedback(question, point_states(state.askings[-1])))
        return (feedback, *_next(state, bank, speech, lead))
    return _next(state, bank, speech, lead)


def _hint(state: State, speech: Speech, question: Question) -> Spoke:
    if state.config.mode is Mode.INTERVIEW:
        return _say(state, speech, Move.DECLINE_HINT)
    asking = state.askings[-1]
    fresh = [id for id in open_points(asking, question) if id not in asking.hinted]
    if not fresh:
        return _say(state, speech, Move.NO_MORE_HINTS)
    return _say(state, speech, Move.HINT, fresh[0], hint=question.key_point(fresh[0]).hint)


def _after_answer(state: State, bank: Bank, speech: Speech, question: Question) -> tuple[Event, ...]:
    asking = state.askings[-1]
    attempt = asking.attempts[-1]
    practice = state.config.mode is Mode.PRACTICE
    gave_up = attempt.kind is ReplyKind.DONT_KNOW
    if practice and gave_up and not asking.hinted:
        return (_hint(state, speech, question),)
    graded = attempt.grade is not None and attempt.grade.ungraded is None
    follow_up = _follow_up(state, speech, question) if graded and not gave_up and not _out_of_time(state) else None
    if follow_up is not None:
        if not practice:
            return (follow_up,)
        return Spoke(move=Move.FEEDBACK, text=reply_feedback(question, attempt.grade)), follow_up
    lead = speech.pick("acknowledge_dont_know" if gave_up else "acknowledge", _seed(state), _last_said(state))
    if not practice:
        return _next(state, bank, speech, lead)
    feedback = closing_feedback(question, point_states(asking), attempt.grade)
    return (Spoke(move=Move.FEEDBACK, text=feedback), *_next(state, bank, speech, ""))


def _follow_up(state: State, speech: Speech, question: Question) -> Spoke | None:
    asking = state.askings[-1]
    if len(asking.followed_up) >= MAX_FOLLOW_UPS:
        return None
    targets = [id for id in open_points(asking, question) if id not in asking.followed_up]
    if not targets:
        return None
    lead = speech.pick("follow_up", _seed(state), _last_said(state))
    return Spoke(move=Move.FOLLOW_UP, text=f"{lead} {question.key_point(targets[0]).probe}", point_id=targets[0])
