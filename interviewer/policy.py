"""The dialogue policy: from a state to what happens next. Pure: no clock, no store, no model."""

import itertools
from enum import StrEnum

from interviewer.adaptive import WARM_UP_FROM, observations
from interviewer.asides import aside, asks_length, offers_more
from interviewer.correction import corrected_asking
from interviewer.events import (
    CUES,
    FOLLOW_UPS,
    Asked,
    Event,
    Finished,
    FinishReason,
    Mode,
    Move,
    Order,
    ReplyKind,
    SessionConfig,
    Spoke,
    Started,
)
from interviewer.feedback import closing_feedback, reply_feedback
from interviewer.grading.scoring import score
from interviewer.leaks import gives_away
from interviewer.moves import cue, follow_up, point_states, requested_hint, said_lately, unaided_scores, without_lead
from interviewer.retry import first_wording, second_try
from interviewer.selection import choose_question
from interviewer.speech import Speech
from interviewer.state import State
from interviewer.timing import cue_due, in_words, is_over, left_s, too_late_to_ask
from knowledge.bank import Bank, Question
from knowledge.text import content_stems

TOPICS_SPOKEN = {
    "my-material": "your own material",
    "cnn": "CNNs",
    "rnn": "RNNs",
    "llm": "language models",
    "generative": "generative models",
    "transfer": "transfer learning",
}
"""Topics whose id does not read as words."""
SAME_QUESTION = 0.6
"""Share of a question's content words from which another wording asks the same."""
PATIENCE, PAUSES = 5, 12
"""So many messages in a row that are no answer, or that ask for time or for the question again, and the interviewer goes on to the next
question."""


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
    return Need.GRADE if state.awaits_grade else Need.RESPONSE


def open_session(config: SessionConfig, bank: Bank, recent: tuple[str, ...] = ()) -> Started:
    """The first event of a session. `recent`: ids of the questions of the latest sessions."""
    return Started(config=config, bank_hash=bank.content_hash, recent=recent)


def respond(state: State, bank: Bank, speech: Speech) -> tuple[Event, ...]:
    """What the interviewer says and does now; stored in one piece.

    Call it only where `need(state)` is RESPONSE.
    """
    if not state.askings:
        return _greet(state, bank, speech)
    said = _respond(state, bank, speech)
    due, left = cue_due(state), left_s(state)
    if due is None or left is None or isinstance(said[-1], Finished):
        return said
    text = speech.pick(f"time_cue_{due}", _seed(state), left=in_words(left))
    return (Spoke(move=Move.TIME_CUE, text=text, left_s=due), *said)


def _respond(state: State, bank: Bank, speech: Speech) -> tuple[Event, ...]:
    question = bank.by_id.get(state.askings[-1].question_id)
    if question is None:
        return _after_gone(state, bank, speech)
    if state.pending_revises is not None and state.pending_revises != len(state.askings) - 1:
        return (_say(state, speech, Move.CORRECTED, question=_on_the_table(state, question)),)
    asking = state.askings[-1]
    if (asking.strays >= PATIENCE or asking.pauses >= PAUSES) and _leads_nowhere(state, speech, question):
        return _leave(state, bank, speech, question)
    match _kind(state):
        case ReplyKind.STOP:
            return _finish(state, speech, FinishReason.STOPPED)
        case ReplyKind.SKIP:
            return _after_skip(state, bank, speech, question)
        case ReplyKind.HINT:
            return (_hint(state, speech, question),)
        case ReplyKind.CORRECTION if state.pending_revises is None:
            return (_invite_correction(state, bank, speech),)
        case ReplyKind.MEANING:
            return (_rephrase(state, speech, question),)
        case ReplyKind.META:
            return (_answer_aside(state, speech, question),)
        case ReplyKind.QUESTION if asks_length(state.pending.text if state.pending else ""):
            return (_say(state, speech, Move.QUESTION_BACK, "length", question=_on_the_table(state, question)),)
        case ReplyKind.QUESTION if offers_more(state.pending.text if state.pending else ""):
            return (_say(state, speech, Move.QUESTION_BACK, "go_on", question=_on_the_table(state, question)),)
        case kind if kind in _MET_BY:
            return (_say(state, speech, _MET_BY[kind], question=_on_the_table(state, question)),)
        case _:
            return _after_answer(state, bank, speech, question)


def _kind(state: State) -> ReplyKind | None:
    """What the pending message is; with no answer there can be nothing more to one."""
    said_all = state.pending_kind is ReplyKind.NOTHING_MORE and not state.askings[-1].attempts
    return ReplyKind.NO_CONTENT if said_all else state.pending_kind


# Messages that are met by a phrase and what was asked last.
_MET_BY = {
    ReplyKind.REPEAT: Move.REPEAT,
    ReplyKind.QUESTION: Move.QUESTION_BACK,
    ReplyKind.OFF_TOPIC: Move.REFOCUS,
    ReplyKind.NO_CONTENT: Move.NO_CONTENT,
    ReplyKind.WAIT: Move.WAIT,
}


def _leads_nowhere(state: State, speech: Speech, question: Question) -> bool:
    """Whether the pending message, once more, brings neither an answer nor anything to give."""
    match _kind(state):
        case ReplyKind.HINT:
            return state.config.mode is Mode.INTERVIEW or requested_hint(state, question, speech) is None
        case ReplyKind.CORRECTION:
            return state.pending_revises is None
    return _kind(state) in {*_MET_BY, ReplyKind.MEANING, ReplyKind.META}


def _asked_since(state: State, question: Question) -> str | None:
    """The follow-up or cue on the table, without what led up to it; None where the question itself is, or 'go on'."""
    said = itertools.takewhile(
        lambda line: line.role == "candidate" or line.move is not None, reversed(state.transcript)
    )
    last = next((line for line in said if line.move in FOLLOW_UPS | CUES), None)
    return None if last is None or last.move is Move.PUMP else without_lead(last.text, question)


def _on_the_table(state: State, question: Question) -> str:
    """What the candidate was asked last: the follow-up or cue where there was one, else the question as it was put."""
    return _asked_since(state, question) or state.askings[-1].text or question.question


def _rephrase(state: State, speech: Speech, question: Question) -> Spoke:
    """The question in other words; a follow-up is put once more with the question it belongs to."""
    put = state.askings[-1].text or question.question
    since = _asked_since(state, question)
    if since is not None:
        return _say(state, speech, Move.REPHRASE, "rephrase_follow_up", question=put, probe=since)
    return _say(state, speech, Move.REPHRASE, question=_otherwise(question, put))


def _otherwise(question: Question, put: str) -> str:
    """Of the wordings that give nothing away the one that asks most of what was asked; with what was asked where it leaves out much of
    it, unless both together would give something away.
    """
    asked = content_stems(question.question)

    def kept(wording: str) -> float:
        return len(content_stems(wording) & asked) / max(1, len(asked))

    others = [wording for wording in (*question.variants, question.question) if wording != put]
    other = max((wording for wording in others if gives_away(wording, question) is None), key=kept, default=put)
    both = f"{other} All of it again: {put}"
    return other if kept(other) >= SAME_QUESTION or gives_away(both, question) is not None else both


def _answer_aside(state: State, speech: Speech, question: Question) -> Spoke:
    """What the candidate wants to know about the interview itself, then back to the question."""
    occasion, values = aside(state.pending.text if state.pending else "", state)
    return _say(state, speech, Move.META, occasion, question=_on_the_table(state, question), **values)


def _invite_correction(state: State, bank: Bank, speech: Speech) -> Spoke:
    """Asks what is to be changed, and says in the answer to which question."""
    asking = state.askings[corrected_asking(state, state.pending.text if state.pending else "")]
    question = bank.by_id.get(asking.question_id)
    put = asking.text or (question.question if question else "")
    return _say(state, speech, Move.INVITE_CORRECTION, question=put)


def _leave(state: State, bank: Bank, speech: Speech, question: Question) -> tuple[Event, ...]:
    return (_say(state, speech, Move.LEAVE), *_untold(state, question), *_next(state, bank, speech, ""))


def _untold(state: State, question: Question) -> tuple[Spoke, ...]:
    """Practice's feedback on a question that is left; nothing in an interview."""
    if state.config.mode is Mode.INTERVIEW:
        return ()
    asking = state.askings[-1]
    text = closing_feedback(question, point_states(asking), shown=asking.second_try)
    return (Spoke(move=Move.FEEDBACK, text=text),)


def _seed(state: State) -> str:
    return f"{state.config.seed}:{state.seq}"


def _say(state: State, speech: Speech, move: Move, occasion: str | None = None, **values: object) -> Spoke:
    return Spoke(move=move, text=speech.pick(occasion or move.value, _seed(state), said_lately(state), **values))


def _greet(state: State, bank: Bank, speech: Speech) -> tuple[Event, ...]:
    config = state.config
    count = "one question" if config.questions == 1 else f"{config.questions} questions"
    topics = (
        f" on {_listed([TOPICS_SPOKEN.get(topic, topic.replace('-', ' and ')) for topic in config.topics])}"
        if 0 < len(config.topics) <= 3
        else ""
    )
    hello = speech.pick(f"greet_{config.mode.value}", _seed(state), count=count, topics=topics)
    warm = config.order is Order.ADAPTIVE and config.questions >= WARM_UP_FROM and not config.planned
    lead = speech.pick("warm_up", _seed(state)) if warm else ""
    return (Spoke(move=Move.GREET, text=hello[0].upper() + hello[1:]), *_next(state, bank, speech, lead))


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _next(state: State, bank: Bank, speech: Speech, lead: str) -> tuple[Event, ...]:
    """The next question, or the end."""
    asked = [asking.question_id for asking in state.askings if not asking.second_try]
    if is_over(state) or too_late_to_ask(state):
        return _finish(state, speech, FinishReason.OUT_OF_TIME, lead)
    seen = observations(bank, unaided_scores(state.askings))
    question = choose_question(bank, state.config, asked, seen, state.recent)
    if question is None:
        return _finish(state, speech, FinishReason.COMPLETED, lead)
    if asked:
        last = len(asked) + 1 == state.config.questions
        bridge = speech.pick("last_question" if last else "next_question", _seed(state), said_lately(state))
        lead = f"{lead} {bridge}".strip()
    return (Asked(question_id=question.id, text=first_wording(state, question), lead=lead),)


def _finish(state: State, speech: Speech, reason: FinishReason, lead: str = "") -> tuple[Event, ...]:
    words = speech.pick(f"close_{reason.value}", _seed(state))
    return Spoke(move=Move.CLOSE, text=f"{lead} {words}".strip()), Finished(reason=reason)


def _after_skip(state: State, bank: Bank, speech: Speech, question: Question) -> tuple[Event, ...]:
    lead = speech.pick("acknowledge_skip", _seed(state), said_lately(state))
    return (*_untold(state, question), *_next(state, bank, speech, lead))


def _after_gone(state: State, bank: Bank, speech: Speech) -> tuple[Event, ...]:
    """The current question is no longer in the bank (its article was removed): nothing but stopping can be done with it."""
    if _kind(state) is ReplyKind.STOP:
        return _finish(state, speech, FinishReason.STOPPED)
    return _next(state, bank, speech, speech.pick("gone", _seed(state)))


def _hint(state: State, speech: Speech, question: Question) -> Spoke:
    if state.config.mode is Mode.INTERVIEW:
        return _say(state, speech, Move.DECLINE_HINT)
    return requested_hint(state, question, speech) or _say(state, speech, Move.NO_MORE_HINTS)


def _after_answer(state: State, bank: Bank, speech: Speech, question: Question) -> tuple[Event, ...]:
    if state.config.mode is Mode.PRACTICE:
        return _practise(state, bank, speech, question)
    attempt = state.askings[-1].attempts[-1]
    graded = attempt.grade is not None and attempt.grade.ungraded is None
    # Who knows no more when only asked to go on may still know what a question is after.
    gave_up = _has_no_more(state) and state.last_move is not Move.PUMP
    further = follow_up(state, question, speech) if graded and not gave_up and not is_over(state) else None
    if further is not None:
        return (further,)
    return _next(state, bank, speech, _thanks(state, speech, attempt.kind is ReplyKind.DONT_KNOW and gave_up))


def _has_no_more(state: State) -> bool:
    return state.pending_kind in (ReplyKind.DONT_KNOW, ReplyKind.NOTHING_MORE)


def _practise(state: State, bank: Bank, speech: Speech, question: Question) -> tuple[Event, ...]:
    """After a try in practice: feedback and a cue, or, when the cues are used up, everything and the next question."""
    asking = state.askings[-1]
    attempt = asking.attempts[-1]
    gave_up = _has_no_more(state)
    graded = attempt.grade is not None and attempt.grade.ungraded is None
    helping = (graded or gave_up) and not asking.second_try and not is_over(state)
    given = cue(state, question, speech) if helping else None
    if given is not None and given.move is not Move.ASSERTION:
        feedback = Spoke(move=Move.FEEDBACK, text=reply_feedback(question, attempt.grade, point_states(asking)))
        return (given,) if gave_up else (feedback, given)
    told = (given,) if given else ()
    points = point_states(asking)
    feedback = Spoke(move=Move.FEEDBACK, text=closing_feedback(question, points, attempt.grade, asking.second_try))
    reached = (score(points) or 0.0) if graded else None
    again = None if is_over(state) else second_try(state, question, speech, reached)
    return (*told, feedback, again) if again else (*told, feedback, *_next(state, bank, speech, ""))


def _thanks(state: State, speech: Speech, gave_up: bool) -> str:
    return speech.pick("acknowledge_dont_know" if gave_up else "acknowledge", _seed(state), said_lately(state))
