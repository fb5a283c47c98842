"""Replies that need no judge: rules that decide before any model sees the text."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from interviewer.events import ReplyKind
from interviewer.utterance import kind_of
from knowledge.text import content_stems, words

Rule = Literal["empty", "dont_know", "parroted", "gibberish", "off_topic"]

KNOWN_SHARE = 0.34
"""A reply is gibberish when fewer of its words than this are words that the bank or a short general list knows."""

# Everyday words that a reply may be made of and that the bank need not hold.
_EVERYDAY = """able actually add answer anything bad because become believe best better big bit bunch call cause change
common course day definitely depend different difficult easy end enough especially etc everything exactly example fact
fast feel figure find fine first general good great guess happen hard help high idea important inside interesting job
kind know large last later learn left less level line little long look lot low main maybe mean mostly move name never
new next nice number okay old opposite order part people point possible pretty probably problem put question quickly
quite ready really reason recall remember right roughly run sense show side simple simply slow small sort start step
stop stuff suppose sure talk tell term thank thing think time today together true try turn type understand usually want
way word work world wrong yes yeah""".split()


def rule_for(reply: str, questions: Iterable[str], vocabulary: frozenset[str]) -> Rule | None:
    """The rule that decides this reply's grade (a score of 0), or None where it has to be judged.

    Args:
        questions: the question's text and its variants, against which a parroted one is recognised.
        vocabulary: stems of known words; see `vocabulary_of`.
    """
    found = words(reply)
    if not found:
        return "empty"
    if kind_of(reply) not in (ReplyKind.ANSWER, ReplyKind.MEANING, ReplyKind.META):
        return "dont_know"
    stems = content_stems(reply)
    if is_gibberish(reply, vocabulary):
        return "gibberish"
    asked = content_stems(" ".join(questions))
    return "parroted" if not stems - asked else None


def is_gibberish(reply: str, vocabulary: frozenset[str]) -> bool:
    """Whether hardly any word is known. Formulas and code, which hold few words, are not judged by this."""
    if any(sign in reply for sign in "=(){}[]<>^∇∂σ√Σ"):
        return False
    stems = {stem for stem in content_stems(reply) if len(stem) > 1 and not stem.isdigit()}
    if not stems:
        return False
    return len(stems & vocabulary) < KNOWN_SHARE * len(stems)


_TO_THE_GRADER = re.compile(
    r"""
    \b(?:dear|attention|note\ to(?:\ the)?|message\ to(?:\ the)?)\ (?:\w+\ )?(?:grader|evaluator|examiner|assessor)s?\b
    | \b(?:full|maximum|top|perfect|highest)\ (?:marks?|credits?|points|grades?|scores?\ (?:please|for\ (?:me|this)))\b
    | \b(?:mark|grade|count|consider|treat|set|rate)\b.{0,30}\b(?:key\ ?points?|answer|reply|candidate|response|everything|all\ points)\b.{0,30}\b(?:as\ )?(?:covered|correct|complete|perfect)\b
    | ^\W*(?:system|assistant|developer|grader|grading\ key)\W*[:>\]]
    | "?(?:verdict|credit|grade)"?\s*[:=]\s*"?(?:covered|correct|1\.0|full|pass)\b
    | <!--
    """,
    re.IGNORECASE | re.VERBOSE,
)


def addressed_to_grader(sentence: str) -> bool:
    """Whether a sentence speaks to whoever grades rather than to the interviewer; such text is no evidence."""
    return _TO_THE_GRADER.search(sentence) is not None


@lru_cache(maxsize=4)
def vocabulary_of(texts: tuple[str, ...]) -> frozenset[str]:
    """Stems of all words of these texts, and of a short list of everyday ones."""
    known = content_stems(" ".join(_EVERYDAY))
    for text in texts:
        known |= content_stems(text)
    return frozenset(known)
