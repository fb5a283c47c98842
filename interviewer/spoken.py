"""Whether a text that a language model phrased may be said: it must not leak, ask two things, judge or stray. Pure."""

import re
from enum import StrEnum

from interviewer.leaks import gives_away
from knowledge.bank import Frozen, Question
from knowledge.text import sentences, words


class Occasion(StrEnum):
    """What is phrased."""

    FOLLOW_UP = "follow_up"
    ACKNOWLEDGE = "acknowledge"
    SUMMARY = "summary"


LONGEST_WORDS = {Occasion.FOLLOW_UP: 60, Occasion.ACKNOWLEDGE: 30, Occasion.SUMMARY: 90}
_TWO_THINGS = re.compile(
    r"\b(?:and|or|but|then)(?: also)?,? (?:what|why|how|when|where|which|who|can you|could you|do|does|is|are)\b", re.I
)
_VERDICT = re.compile(
    r"\b(?:correct(?:ly)?|incorrect(?:ly)?|(?<!all )right|wrong|exactly|precisely|perfect(?:ly)?|excellent|great|good|well done|did well|"
    r"nice(?:ly)?|impressive|accurate(?:ly)?|inaccurate|mistaken?|missed|missing|forgot|incomplete|complete|not quite|"
    r"almost|spot on|strong|weak|agree|disagree|score|grade|marks?|points?|covered|congrat\w*|bravo|hired|impressed|"
    r"outstanding|brilliant(?:ly)?|fantastic|amazing|superb|you(?:'ve| have)? pass(?:ed)?|you(?:'ve| have)? fail(?:ed)?)\b|\d+ ?%",
    re.I,
)
_MARKUP = re.compile(r"https?:|www\.|```|[<>{}\[\]|#*_]|^\s*(?:interviewer|assistant|candidate)\s*:", re.I | re.M)
_DOUBLED = re.compile(r"\b(\w+(?:\W+\w+){0,7}?)[\s.,!]*\b\1\b", re.I)


class Plan(Frozen):
    """What the policy wants said, and what must not be.

    `authored`: the text that is said otherwise. `questions`: those whose key points must not be given away. `known`:
    what was said in the open. `secrets`: delimiter and canary. `judging`: whether a verdict may be told.
    """

    occasion: Occasion
    authored: str
    questions: tuple[Question, ...]
    known: str
    secrets: tuple[str, ...]
    judging: bool = False


def objection(text: str, plan: Plan) -> str | None:
    """Why the text so far must not be said, or None. It holds of whole sentences and of whole texts."""
    asked = text.count("?")
    if any(gives_away(text, question, f"{plan.known} {plan.authored}") for question in plan.questions):
        return "it gives a key point away"
    if asked > (1 if plan.occasion is Occasion.FOLLOW_UP else 0):
        return "it asks too much"
    if _asks_two_things(text) and not _asks_two_things(plan.authored):
        return "it asks two things at once"
    if not plan.judging and _VERDICT.search(text) and not _VERDICT.search(plan.authored):
        return "it judges the reply"
    return _strays(text, plan)


def final_objection(text: str, plan: Plan) -> str | None:
    """Why the whole text must not be said, or None."""
    if not words(text):
        return "it says nothing"
    if plan.occasion is Occasion.FOLLOW_UP and "?" not in text:
        return "it asks nothing"
    if text[-1] not in ".!?\"'”)":
        return "it breaks off"
    if plan.occasion is Occasion.ACKNOWLEDGE and " ".join(words(text.lower())) in " ".join(words(plan.known.lower())):
        return "it was said before"
    return objection(text, plan)


def _strays(text: str, plan: Plan) -> str | None:
    if len(words(text)) > LONGEST_WORDS[plan.occasion]:
        return "it is too long"
    if _MARKUP.search(text) or any(secret in text for secret in plan.secrets):
        return "it holds more than speech"
    said = [" ".join(words(text[span.start : span.end])) for span in sentences(text)]
    if len(set(said)) < len(said) or _DOUBLED.search(text):
        return "it repeats itself"
    return None


def _asks_two_things(text: str) -> bool:
    return any("?" in sentence and _TWO_THINGS.search(sentence) for sentence in re.split(r"(?<=[.!?])\s+", text))
