"""What kind of message a candidate wrote, by its words: an answer unless it is plainly something else.

A message counts as a request only where each of its clauses is one, so that an answer that happens to hold the words is
never lost. What words alone cannot tell is judged in `interviewer/understanding.py`, which needs the encoder.
"""

import re
from typing import NamedTuple

from interviewer.canonical import canonical, clauses, without_fillers
from interviewer.events import ReplyKind
from interviewer.requests import CORRECTING, CORRECTING_AT_LENGTH, HEDGE, PATTERNS
from knowledge.text import content_stems, words

LONGEST_REQUEST_WORDS = 40
LONGEST_REQUEST_CHARACTERS = 1_000
"""Anything longer is not looked through for requests, so that no message takes long to read."""
OPENING_CHARACTERS = 120
"""So much of a longer message tells whether it opens as a correction."""
_NEEDS_A_QUESTION = frozenset({ReplyKind.QUESTION, ReplyKind.META})
_ASKING = re.compile(
    r"(?:(?:are|is|am|do|did|can|could|may|will|would|should|shall|have|must|r) (?:i|you|we|this|it|there|my)|who|what (?:is|was|does|kind of)|what are you|what happens|how is (?:this|the)|how does (?:this|the|it)|why do not you|when do i|how (?:do|did|am|are|is my|is it|many|much|long should|detailed should)|does (?:it|that|this) (?:have|need)|you mean|was (?:my|that|this|it))\b"
)
_SENTENCES = re.compile(r"[.?!;]\s+\w")
_OWN_TASK = re.compile(r"(?:should|shall|may|must|do|am|need) i ")
_OWN_WORDS = re.compile(
    r"(?:let me|allow me to|i (?:would|will|can|could|might|want to|need to|have to|must|should|am going to|prefer to)(?: (?:like|love|prefer|be able) to)?|(?:we|you|one) (?:could|can|would|might)) (?:just |also |quickly |briefly |try to )?(?:put|say|phrase|word|express|describe|state|formulate|write|tell|rephrase|reformulate|reword|clarify|simplify|explain|elaborate|paraphrase|define|specify|break|be more)\b(?! (?:you|u)\b)"
)
"""What the candidate announces to do, which is no wish that the interviewer did it."""
_GOES_ON = re.compile(
    r"(?:(?:should|shall|can|could|may|might|must|do) i|let me|allow me to|i (?:will|shall|can|could|would|want to|need to|have to|am going to|would like to|am ready to))(?: (?:just|now|please|first|then|like to|have to))* (?:continue|carry on|go on|proceed|keep going)\b(?! (?:to|with) (?:the |a |an )?(?:next|another|other|new|different))"
    r"|(?:should|shall) i (?:stop|end|finish|quit|leave)\b.*"
    r"|(?:let me|i (?:want to|would like to|need to|have to)) finish(?! (?:the |this |our |my )?(?:interview|session|practice|here|now|today|early|for))\b.*"
)
"""What the candidate asks or announces of the answer, which is no wish to leave question or interview."""
_HARD = re.compile(r"(?:this|that|it)(?: one| question)? is (?:hard|difficult|tough|complicated|advanced)(?: for me)?")
"""What is hard is not given up, unless it is too hard; clauses have lost the 'too'."""
_OF_THE_TASK = re.compile(
    r"(?:(?:i|we|you|one) (?:would|should|could|will) )?(?:stop|end|quit|finish|abort|cancel|leave|halt|terminate)(?: (?:it|this|that))? early"
    r"|(?!we should \w+$)(?:i|we|you|one) (?:would|should|could) (?:stop|end|quit|finish|abort|cancel|leave|halt|terminate)(?: (?:it|this|that))?"
    r"|pass (?:it|this|that) (?:on|along|forward|through)"
)
"""What a candidate would do in the task, in words that could end the interview or the question, which nothing undoes."""
_INTERVIEW = re.compile(r"\b(?:interview|session|here|now|today|question|chat|test|practice|please)\b")
_CLOSINGS = frozenset(
    "out|done|finish|finished|through|that is it|that is all|that is everything|again|then again|drop it".split("|")
)
"""What ends many an answer, too, so that beside other words it asks for nothing."""
_OWN = re.compile(r"(?:do|did|can) ?not (?:know|remember|recall)\b")
_OWN_AT_FIRST = re.compile(r"(?:no|not|do not|cannot|never) |unsure")
_GUESS = re.compile(r"\b(?:maybe|perhaps|probably|possibly|something)\b")
_MEANING_OF = re.compile(r"(?:what (?:is|are)(?: an?| the)?|define(?: an?| the)?|meaning of|you mean) (.{2,50})")
_EMPTY_STEMS = content_stems(
    "maybe perhaps something think guess like kind thing know honest answer question say simply year age"
)


class Reading(NamedTuple):
    """What the words of a message say.

    `kind` is what it is taken for. Where some clauses ask for something and others do not, `asked` is what they ask for
    and `rest` the other clauses: whether these are an answer or chatter, the words do not tell.
    """

    kind: ReplyKind
    asked: ReplyKind | None = None
    rest: str = ""


def kind_of(text: str, question: str = "") -> ReplyKind:
    """The kind of a message, from its words alone; ANSWER where none of the requests fits the whole message."""
    return read(text, question).kind


def read(text: str, question: str = "") -> Reading:
    """The kind of a message with what is undecided about it.

    Args:
        question: the question on the table, whose words a candidate may ask the meaning of.
    """
    text = " ".join(text.split())
    if len(text) > LONGEST_REQUEST_CHARACTERS:
        return _at_length(text) if words(text) else Reading(ReplyKind.NO_CONTENT)
    plain = canonical(text)
    if not words(plain):
        return Reading(ReplyKind.MEANING if plain and set(plain) <= {"?", " "} else ReplyKind.NO_CONTENT)
    if len(words(plain)) > LONGEST_REQUEST_WORDS or "```" in plain:
        return _at_length(text)
    parts = [part for clause in clauses(plain) for part in _parts(clause, plain, question)]
    whole = _match(without_fillers(plain), plain, question)
    one = len(parts) < 2 or (whole is ReplyKind.QUESTION and not _SENTENCES.search(plain))
    if whole is not None and (one or whole not in (ReplyKind.DONT_KNOW, ReplyKind.QUESTION)):
        return Reading(whole)
    if not parts:
        return Reading(ReplyKind.ANSWER if {"yes", "no", "sure"} & set(words(plain)) else ReplyKind.NO_CONTENT)
    return _by_parts(parts, plain, question)


def _at_length(text: str) -> Reading:
    """A correction by how it opens, as most that say why are long; else an answer."""
    opening = canonical(text[:OPENING_CHARACTERS])
    return Reading(ReplyKind.CORRECTION if CORRECTING_AT_LENGTH.match(opening) else ReplyKind.ANSWER)


def _by_parts(parts: list[str], plain: str, question: str) -> Reading:
    """What the clauses of a message say together, where it is no request as a whole."""
    found = [_match(part, plain, question) for part in parts]
    rest = ". ".join(part for part, kind in zip(parts, found, strict=True) if kind is None)
    asked = _strongest([kind for kind in found if kind is not None])
    if not content_stems(rest) - _EMPTY_STEMS:
        rest = ""
    # In between, a single word that could be a wish to correct is one of what is said ("..., rewind, ...").
    wishes = [i for i, kind in enumerate(found) if kind is ReplyKind.CORRECTION]
    if CORRECTING.match(plain) or any(i in (0, len(parts) - 1) or " " in parts[i] for i in wishes):
        return Reading(ReplyKind.CORRECTION)
    if asked is not None and not rest:
        return Reading(asked)
    unsure = [i for i, kind in enumerate(found) if kind is ReplyKind.DONT_KNOW and _is_own(parts[i], first=i == 0)]
    if unsure or any(HEDGE.match(part) for part in parts):
        return Reading(ReplyKind.PARTIAL, None if asked is ReplyKind.DONT_KNOW else asked, rest)
    if asked is ReplyKind.DONT_KNOW:
        return Reading(ReplyKind.ANSWER)
    # A request stands first or last; in between, the words are part of what is said.
    at_an_end = any(found[i] is asked and parts[i] not in _CLOSINGS for i in (0, -1))
    return Reading(ReplyKind.ANSWER, asked if at_an_end else None, rest)


def corrected_text(text: str) -> str:
    """What a correction says is right, in plain words; empty where the message only asks to correct something."""
    wish = PATTERNS[ReplyKind.CORRECTION]
    parts = [clause for clause in clauses(canonical(text)) if wish.fullmatch(clause) is None]
    rest = " ".join(CORRECTING.sub("", part, count=1) if CORRECTING.match(part) else part for part in parts)
    told = content_stems(rest) - _ABOUT_ANSWERS - _EMPTY_STEMS
    return rest.strip() if len(told) >= 2 else ""


_ABOUT_ANSWERS = content_stems("""answer reply response question previous last earlier first second said say told correct change wrong
right mistake thought thinking back before add something go made make have want would let wait sorry actually better now
remember remembered realise realised time it mine again moment previously mistaken part number return revise one two three four five six seven eight nine ten third
fourth fifth sixth seventh eighth ninth tenth""")


def _parts(clause: str, plain: str, question: str) -> list[str]:
    """A clause, cut before a guess where what stands before is a 'don't know'."""
    guess = _GUESS.search(clause)
    if guess and guess.start() and _match(clause, plain, question) is None:
        before = clause[: guess.start()].strip()
        if _match(before, plain, question) is ReplyKind.DONT_KNOW:
            return [before, clause[guess.start() :]]
    return [clause]


def _is_own(clause: str, first: bool) -> bool:
    """Whether a 'don't know' is the candidate's own and no part of what is said of the matter."""
    return (
        " i " in f" {clause}" or _OWN.match(clause) is not None or (first and _OWN_AT_FIRST.match(clause) is not None)
    )


def _match(clause: str, plain: str, question: str) -> ReplyKind | None:
    meaning = _MEANING_OF.fullmatch(clause)
    if meaning and question and content_stems(meaning[1]) and content_stems(meaning[1]) <= content_stems(question):
        return ReplyKind.MEANING
    without = " ".join(re.sub(r"\b(?:maybe|perhaps)\b", " ", clause).split())
    for kind, pattern in PATTERNS.items():
        if kind in _NEEDS_A_QUESTION and not (plain.rstrip(" )'\"").endswith("?") or _ASKING.match(clause)):
            continue
        if kind is ReplyKind.MEANING and (_OWN_TASK.match(clause) or _OWN_WORDS.match(clause)):
            continue
        if kind in (ReplyKind.STOP, ReplyKind.SKIP) and _GOES_ON.match(clause):
            continue
        if kind is ReplyKind.SKIP and _HARD.fullmatch(clause) and "too" not in words(plain):
            continue
        if kind in (ReplyKind.STOP, ReplyKind.SKIP) and _OF_THE_TASK.fullmatch(clause) and not _INTERVIEW.search(plain):
            continue
        if pattern.fullmatch(clause) or (
            kind is not ReplyKind.DONT_KNOW and without != clause and pattern.fullmatch(without)
        ):
            return kind
    return None


def _strongest(found: list[ReplyKind]) -> ReplyKind | None:
    """Of several requests the last that asks for something; not knowing is the weakest, and asking back the next."""
    for weak in ({ReplyKind.DONT_KNOW, ReplyKind.META, ReplyKind.QUESTION}, {ReplyKind.DONT_KNOW}, set()):
        if kept := [kind for kind in found if kind not in weak]:
            return kept[-1]
    return None
