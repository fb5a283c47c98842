"""The interviewer's words, phrased by a language model within the policy's plan; the authored text wherever it strays.

A sentence is shown only once it has been checked, so that what is rejected for a leak was never on the screen.
"""

import logging
import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import prompts
from interviewer.errors import ModelFailed
from interviewer.events import FOLLOW_UPS, Asked, Event, Mode, Move, Spoke
from interviewer.grading.grade import GraderName
from interviewer.grading.marking import marked
from interviewer.llm.faults import Fault, FaultKind
from interviewer.spoken import Occasion, Plan, final_objection, objection
from interviewer.state import State
from knowledge.bank import Bank, Question

if TYPE_CHECKING:
    from interviewer.llm.model import LanguageModel

log = logging.getLogger("interviewer.phrasing")

ALIKE_FROM = 0.4
"""Least cosine of a follow-up to the authored one: below it, it asks about something else."""
_SENTENCE_END = re.compile(r"[.!?][\"'”)]*\s+")

Tell = Callable[[str], None]
"""Is told each piece of what the interviewer says, as it becomes certain enough to show."""
Alike = Callable[[str, str], float]
"""Cosine of two texts."""


def silent(piece: str) -> None:
    """Nobody listens while it is phrased."""


def as_authored(state: State, bank: Bank, events: tuple[Event, ...], tell: Tell) -> tuple[Event, ...]:
    """Without a language model everything is said as it is written."""
    return events


class Phraser:
    """Phrases follow-ups, acknowledgements and the closing summary.

    Args:
        language_model: asks it.
        alike: compares a follow-up with the authored one.
        rng: makes the random source of delimiter and canary.
    """

    def __init__(
        self, language_model: "LanguageModel", alike: Alike, rng: Callable[[], random.Random] = random.SystemRandom
    ) -> None:
        self._model = language_model
        self._alike = alike
        self._rng = rng

    def __call__(self, state: State, bank: Bank, events: tuple[Event, ...], tell: Tell) -> tuple[Event, ...]:
        """The same events, the first that can be phrased in the model's words."""
        if not state.askings or _has_just_failed(state):
            return events
        for i, event in enumerate(events):
            plan = self._plan(state, bank, event)
            if plan is not None:
                said = self._phrased(state, bank, plan, tell)
                return (*events[:i], _with_text(event, said), *events[i + 1 :]) if said else events
        return events

    def _plan(self, state: State, bank: Bank, event: Event) -> Plan | None:
        question = bank.by_id.get(state.askings[-1].question_id)
        if question is None:
            return None
        asked = f"{question.question} {' '.join(line.text for line in state.transcript)}"
        rng = self._rng()
        secrets = (f"=== {rng.getrandbits(64):016x} ===", f"{rng.getrandbits(64):016x}")
        practice = state.config.mode is Mode.PRACTICE

        def plan(occasion: Occasion, authored: str, *questions: Question) -> Plan:
            return Plan(
                occasion=occasion,
                authored=authored,
                questions=questions,
                known=asked,
                secrets=secrets,
                judging=practice,
            )

        match event:
            case Spoke() if event.move in FOLLOW_UPS:
                return plan(Occasion.FOLLOW_UP, event.text, question)
            case Asked() if event.lead and not event.second_try:
                return plan(Occasion.ACKNOWLEDGE, event.lead, question, bank.by_id[event.question_id])
            case Spoke(move=Move.CLOSE):
                return plan(Occasion.SUMMARY, event.text, question)
        return None

    def _phrased(self, state: State, bank: Bank, plan: Plan, tell: Tell) -> str | None:
        """The model's words, or None where they must not be said."""
        speaking = _Speaking(plan, tell)
        try:
            self._model.stream(speaking_prompt(state, bank, plan), speaking.take)
            text = speaking.finish()
            if plan.occasion is Occasion.FOLLOW_UP and self._alike(text, plan.authored) < ALIKE_FROM:
                raise Fault(FaultKind.INVALID, "it asks about something else")
        except ModelFailed as error:
            log.info("%s is said as it is written: %s", plan.occasion, error)
            return None
        return text


def speaking_prompt(state: State, bank: Bank, plan: Plan) -> str:
    """The whole prompt of what is to be phrased."""
    delimiter, canary = plan.secrets
    common = {"plan": plan.authored, "delimiter": delimiter, "canary": canary}
    if plan.occasion is Occasion.SUMMARY:
        known = (bank.by_id.get(asking.question_id) for asking in state.askings)
        asked = "\n".join(f"- {found.question}" for found in known if found)
        return prompts.render("summary", questions=asked, plan=plan.authored, canary=canary)
    question = bank.by_id[state.askings[-1].question_id].question
    reply = next((line.text for line in reversed(state.transcript) if line.role == "candidate"), "")
    quoted = marked(reply, (delimiter, delimiter.strip("= "), canary)).text
    return prompts.render(plan.occasion.value, question=question, reply=quoted, **common)


class _Speaking:
    """Takes a stream in, and lets out whole sentences that nothing speaks against."""

    def __init__(self, plan: Plan, tell: Tell) -> None:
        self._plan = plan
        self._tell = tell
        self._text = ""
        self._told = 0

    def take(self, piece: str) -> None:
        """Raises: Fault where the text must not be said."""
        self._text += piece
        whole = max((match.end() for match in _SENTENCE_END.finditer(self._text)), default=0)
        if whole > self._told:
            self._let_out(whole, objection(self._text[:whole].strip(), self._plan))

    def finish(self) -> str:
        """The whole text. Raises: Fault where it must not be said."""
        text = self._text.strip()
        self._let_out(len(self._text), final_objection(text, self._plan))
        return text

    def _let_out(self, end: int, against: str | None) -> None:
        if against:
            raise Fault(FaultKind.INVALID, f"the model's words were not used, since {against}")
        self._tell(self._text[self._told : end])
        self._told = end


def _has_just_failed(state: State) -> bool:
    """Whether the local grader had to stand in for the last reply: then the model is not waited for a second time."""
    attempts = state.askings[-1].attempts
    grade = attempts[-1].grade if attempts else None
    return grade is not None and grade.rule is None and grade.grader is GraderName.LOCAL


def _with_text(event: Event, text: str) -> Event:
    return event.model_copy(update={"lead" if isinstance(event, Asked) else "text": text})
