"""Practice's second try: the same question in fresh words, after the feedback on the first. Pure."""

import random

from interviewer.events import Asked, Mode
from interviewer.moves import said_lately
from interviewer.speech import Speech
from interviewer.state import State
from knowledge.bank import Question

SECOND_TRY_BELOW = 0.6
"""Score in [0, 1] under which practice offers a second try: what the report calls less than solid."""


def second_try(state: State, question: Question, speech: Speech, reached: float | None) -> Asked | None:
    """The question once more in other words, or None where it went well, was a second try, or there are no other words.

    Args:
        reached: the score of the first try in [0, 1]; None where it has no grade.
    """
    asking = state.askings[-1]
    if state.config.mode is not Mode.PRACTICE or asking.second_try or asking.skipped:
        return None
    if reached is None or reached >= SECOND_TRY_BELOW:
        return None
    text = fresh_wording(state, question)
    if text is None:
        return None
    lead = speech.pick("second_try", f"{state.config.seed}:{state.seq}", said_lately(state))
    return Asked(question_id=question.id, text=text, lead=lead, second_try=True)


def fresh_wording(state: State, question: Question) -> str | None:
    """A variant of the question that this session has not used, the same for the same seed; None where all were."""
    said = "\n".join(line.text for line in state.transcript if line.role == "interviewer")
    fresh = [variant for variant in question.variants if variant not in said]
    return random.Random(f"{state.config.seed}:{question.id}:{state.asked}").choice(fresh) if fresh else None


def first_wording(state: State, question: Question) -> str:
    """How a question is put the first time: one planned for practice, or asked lately, comes in other words."""
    if question.id not in (*state.config.planned, *state.recent):
        return question.question
    return fresh_wording(state, question) or question.question
