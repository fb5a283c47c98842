"""Replies that need no judge: rules that decide before any model sees the text."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from interviewer.events import ANSWERS, ReplyKind
from interviewer.grading.addressed import addressed_to_grader, without_addressed
from interviewer.grading.bare_terms import asks_for_names, asks_for_steps, is_bare_list, is_mostly_list
from interviewer.grading.language import is_foreign
from interviewer.grading.quotes import normalise
from interviewer.grading.small_talk import own_words, says_nothing
from interviewer.grading.word_order import has_no_order
from interviewer.utterance import kind_of
from knowledge.encoder import bundled_folder
from knowledge.text import content_stems, stem, without_code, words

__all__ = ["Rule", "addressed_to_grader", "is_gibberish", "rule_for", "vocabulary_of", "without_addressed"]

Rule = Literal[
    "empty",
    "dont_know",
    "parroted",
    "gibberish",
    "off_topic",
    "no_content",
    "bare_terms",
    "shuffled",
    "to_the_grader",
    "not_english",
]
"""All decide a score of 0 but `not_english`, which leaves the reply ungraded."""

KNOWN_SHARE = 0.34
"""A reply is gibberish when fewer of its words than this are words that the bank or a short general list knows."""
REPEATED_SHARE = 0.25
"""A dozen words or more of which fewer than this are different say nothing."""
LEAST_REPEATED = 8
PARROTED_SHARE = 0.6
LEAST_PARROTED = 4
"""Share and number of a question's words that a parroted one gives back at least."""
MOST_WORDS_OF_A_PASS = 3
"""A reply that passes on the question holds no more words than these beside talk about answering."""
MISSPELT_WORDS = 6
"""In so few words that name something of the reference, unknown ones are slips of the keyboard."""
LEAST_MISSPELT = 6
NEARLY = 0.8
"""From so many letters, and so alike (as difflib's ratio), a word is taken for another one misspelt."""
_CHOICE = re.compile(
    r"""\b(?:first|second|third|last|latter|former|one|two|three|four|once|twice|half|double|more|less|fewer|most|least|same
    |before|after|afterwards|later|always|only|both|every|each|up|down|part|whole|sum|word|words|section|steps?|type)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words that choose, count or place something: behind a question they are an answer."""
_FORMULA = re.compile(r"[=(){}\[\]<>^∇∂σ√Σ]")
_FREQUENT = frozenset(
    """a about am an and any are as at be been but by can could did do does don't for from had has have he her him his how i
    i'd i'm if in into is it it's its know me my no not of on or our out she should so some that the their them then there
    they this to us was we were what when which who why will with would you your""".split()
)
_NEGATION = re.compile(r"\b(?:no|not|never|none|without|cannot|false|wrong)\b|n't\b", re.IGNORECASE)

_MAY_ANSWER = frozenset({*ANSWERS, ReplyKind.CORRECTION, ReplyKind.MEANING, ReplyKind.META, ReplyKind.QUESTION})
"""Kinds of message that may hold an answer all the same."""

# What is left of a text to the grader where its sentences are taken out one by one.
_GRADING = """assessment candidate confidence correct count covered credit criteria criterion error evaluate evidence
examiner feedback full grade grader instruction judge key mark maximum output pass passed point rate rating reference
reply result return rubric score star system text total update verdict above five hundred"""

# Everyday words that a reply may be made of and that the bank need not hold.
_EVERYDAY = """able actually add answer anything bad because become believe best better big bit bunch call cause change
common course day definitely depend different difficult easy end enough especially etc everything exactly example fact
fast feel figure find fine first general good great guess happen hard help high idea important inside interesting job
kind know large last later learn left less level line little long look lot low main maybe mean mostly move name never
new next nice number okay old opposite order part people point possible pretty probably problem put question quickly
quite ready really reason recall remember right roughly run sense show side simple simply slow small sort start step
stop stuff suppose sure talk tell term thank thing think time today together true try turn type understand usually want
way word work world wrong yes yeah""".split()


def rule_for(
    reply: str,
    questions: Iterable[str],
    vocabulary: frozenset[str],
    reference: str = "",
    points: str = "",
    after_follow_up: bool = False,
) -> Rule | None:
    """The rule that decides this reply's grade, or None where it has to be judged.

    What is addressed to the grader is left out first: a reply that says something besides is judged on the rest.

    Args:
        questions: the question's text and its variants, against which a parroted one is recognised.
        vocabulary: stems of known words; see `vocabulary_of`.
        reference: what a question that the bank does not hold is graded against. Its subject may be any, and its answer a
            word that is small talk elsewhere ("they are the same").
        points: the key points of a question that the bank holds. A few words of theirs are an answer ("Recall."), even
            where each is small talk elsewhere or misspelt; in a longer reply they are no sign that something is said.
        after_follow_up: whether the reply answers a follow-up, to which "the second one" may be all that there is to say.
    """
    asked = tuple(questions)
    whole = normalise(reply).text
    if not _says_anything(whole):
        return "empty"
    text = without_addressed(whole)
    if not _says_anything(text) or (text != whole and says_nothing(text, _GRADING)):
        return "to_the_grader"
    taught = vocabulary | content_stems(reference)
    if is_foreign(text, taught):
        return "not_english"
    known = taught | english_stems()
    named = _names_some_of(reference, text, asked)
    few = len(words(text)) <= MISSPELT_WORDS
    if few:
        known |= content_stems(text if named else _misspelt(points, text))
    rule = None if named else _talk_rule(text)
    if (
        rule == "no_content"
        and few
        and (_is_made_of(points, text, asked) or (after_follow_up and _CHOICE.search(text)))
    ):
        rule = None
    return rule or _wording_rule(text, asked, known)


def _names_some_of(reference: str, text: str, questions: tuple[str, ...]) -> bool:
    """Whether a text holds a word of the reference that is neither in the question nor among the most frequent ones."""
    said = {word for word in words(text) if word not in _FREQUENT}
    return bool(said & (set(words(reference)) - {word for question in questions for word in words(question)}))


def _is_made_of(points: str, text: str, questions: tuple[str, ...]) -> bool:
    """Whether every word of a text is one of the points', and one at least is none of the question's."""
    said = content_stems(text)
    return said <= content_stems(points) and not said <= content_stems(" ".join(questions))


def _misspelt(points: str, text: str) -> str:
    """The words of a text that are nearly one of the points'."""
    known = {word for word in words(points) if len(word) >= LEAST_MISSPELT}
    said = [word for word in words(text) if len(word) >= LEAST_MISSPELT]
    return " ".join(word for word in said if get_close_matches(word, known, 1, NEARLY))


def _says_anything(text: str) -> bool:
    found = words(text)
    return len(found) > 1 or any(len(word) > 1 or word.isdigit() for word in found) or _has_letters(text)


def _has_letters(text: str) -> bool:
    return sum(character.isalpha() and not character.isascii() for character in text) > 1


def _talk_rule(text: str) -> Rule | None:
    kind = kind_of(text)
    if kind not in _MAY_ANSWER and len(own_words(text)) <= MOST_WORDS_OF_A_PASS:
        return "dont_know"
    return "no_content" if says_nothing(text) else None


def _wording_rule(text: str, questions: tuple[str, ...], vocabulary: frozenset[str]) -> Rule | None:
    if is_gibberish(text, vocabulary):
        return "gibberish"
    if _is_parroted(text, questions):
        return "parroted"
    if is_mostly_list(text):
        named = any(asks_for_names(question) or asks_for_steps(question) for question in questions)
        return "bare_terms" if not named and is_bare_list(text) else None
    return "shuffled" if has_no_order(text) else None


def _is_parroted(text: str, questions: tuple[str, ...]) -> bool:
    """Whether a reply gives most of one of the questions back, with no word of its own but talk about answering."""
    stems = content_stems(text)
    for question in questions:
        asked = content_stems(question)
        if len(stems & asked) >= max(LEAST_PARROTED, PARROTED_SHARE * len(asked)):
            own = stems - asked
            if not own or (not _NEGATION.search(text) and says_nothing(text, question)):
                return True
    return False


def is_gibberish(reply: str, vocabulary: frozenset[str]) -> bool:
    """Whether hardly any word is known, or hardly one is another than the rest.

    Formulas and code, which hold few words, are not judged by this.
    """
    if _FORMULA.search(reply):
        return False
    found = words(without_code(reply))
    if (
        len(found) >= LEAST_REPEATED
        and len(set(found)) < REPEATED_SHARE * len(found)
        and len(set(found)) <= LEAST_REPEATED
    ):
        return True
    stems = {stem for stem in content_stems(reply) if len(stem) > 1 and not stem.isdigit()}
    if not stems:
        return False
    return len(stems & vocabulary) < KNOWN_SHARE * len(stems)


@lru_cache(maxsize=1)
def english_stems() -> frozenset[str]:
    """Stems of the encoder's whole words: some 20,000 of general English (and some of other languages)."""
    listed = (bundled_folder() / "vocab.txt").read_text(encoding="utf-8").split()
    return frozenset(stem(word) for word in listed if len(word) > 2 and word.isascii() and word.isalpha())


@lru_cache(maxsize=4)
def vocabulary_of(texts: tuple[str, ...]) -> frozenset[str]:
    """Stems of all words of these texts, and of a short list of everyday ones."""
    known = content_stems(" ".join(_EVERYDAY))
    for text in texts:
        known |= content_stems(text)
    return frozenset(known)
