"""Which earlier answer a candidate wants to correct. Pure."""

import re

from interviewer.state import State
from knowledge.text import content_stems

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NAMED = re.compile(
    rf"\b(?:question|answer) (?:number |no\.? ?|#)?(?P<number>\d{{1,2}}|{'|'.join(_NUMBERS)})\b"
    rf"|\b(?:(?P<ordinal>{'|'.join(_ORDINALS)})|(?P<short>\d{{1,2}})(?:st|nd|rd|th))(?: \w+)? (?:question|answer|one|reply)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\bback to (?P<back>[^,.;:!?]{2,80})"
    r"|\b(?:question|answer|reply|topic|one) (?:about|on|regarding|concerning) (?P<about>[^,.;:!?]{2,80})"
    r"|\b(?:my|the|that) (?P<named>(?:[\w/'-]+ ){1,5})(?:question|answer|reply|topic)\b",
    re.IGNORECASE,
)
"""What is named by what it is about: "back to dropout", "the question about dropout", "my dropout answer"."""
_SUBJECT_WORDS = 8
_SAID_BEFORE = re.compile(
    r"\b(?:questions?|answer\w*|repl\w+|response|statement|topics?|point|said|told|wrote|mentioned|asked|earlier|previous|before|last|first"
    r"|prior|one)\b",
    re.IGNORECASE,
)
_ADMITS = re.compile(
    r"\bi (?:actually |really )?(?:should|ought|meant|said|wrote|told|got|mixed|misspoke|was wrong|forgot|confused)\b",
    re.IGNORECASE,
)
_RETURNS = re.compile(
    r"(?:(?:so|ok|okay|oh|ah|actually|sorry|wait|and|also|but|one more thing|before that|by the way)[,:.]? )*"
    r"(?:(?P<back>(?:going|coming|turning|getting|jumping) back to)"
    r"|(?:(?:about|regarding|concerning|on|as for|for) (?:the|that|your)|(?:(?:about|regarding|concerning|on|as for|for|in|with|to) )?my)"
    r" (?:[\w/'-]+ ){0,4}(?:question|answer|reply)\b)",
    re.IGNORECASE,
)
"""How a reply opens that returns to an earlier question."""
_ABOUT_NOTHING = content_stems(
    "question answer reply topic one thing part point previous last earlier prior first second other"
)


def corrected_asking(state: State, wish: str = "") -> int:
    """Index of the asking that a correction is about: the one it names by its number or by its subject, else the latest with an answer.

    Args:
        wish: the message that wants to correct. Where the candidate was invited to correct, the wish before counts too.
    """
    said = [wish]
    if state.invited_correction:
        lines = [line.text for line in state.transcript if line.role == "candidate"]
        # The reply to the invitation stands last once it is in.
        said.append(lines[-2] if state.pending is not None and len(lines) > 1 else lines[-1])
    first_tries = [i for i, asking in enumerate(state.askings) if not asking.second_try]
    for text in said:
        number = _number(text)
        if number is not None and number <= len(first_tries):
            return first_tries[number - 1]
        about = _about(state, _SUBJECT.search(text))
        if about is not None:
            return about
    return state.corrects


def names_earlier(state: State, text: str) -> int | None:
    """Index of the earlier asking that a reply returns to as it opens ("in my answer on dropout, I forgot ..."), or None.

    What is only "back to dropout" may lead an answer to the question on the table: there it takes a word of what was said wrong.
    """
    opening = " ".join(text.split())
    found = _RETURNS.match(opening)
    if found is None or (found["back"] and not _ADMITS.search(opening)):
        return None
    subject = _SUBJECT.search(opening)
    about = _about(state, subject) if subject and subject.start() <= found.end() else None
    return None if about == len(state.askings) - 1 else about


def returns_to_nothing_said(state: State, text: str) -> bool:
    """Whether a message that opens like "going back to the definition" names what is on the table, or no question that was asked:
    then it corrects nothing.
    """
    last = len(state.askings) - 1
    if last < 0 or state.askings[last].attempts:
        return False
    found = _SUBJECT.search(text)
    about = _about(state, found)
    if about is not None:
        return about == last
    if found is None or found["back"] is None or _ADMITS.search(text):
        return False
    return bool(_subject(found)) and _SAID_BEFORE.search(found["back"]) is None


def asking_replied_to(state: State) -> int:
    """Index of the asking that the pending reply is about, before it is known what it is."""
    return corrected_asking(state) if state.invited_correction else len(state.askings) - 1


def _about(state: State, found: re.Match[str] | None) -> int | None:
    """Index of the asking whose question holds most of the words that it is named by, the latest of several; None where none does."""
    if found is None:
        return None
    subject = _subject(found)
    shared = [
        (len(subject & content_stems(asking.text)), at)
        for at, asking in enumerate(state.askings)
        if not asking.second_try
    ]
    most, about = max(shared, default=(0, 0))
    return about if most else None


def _subject(found: re.Match[str]) -> set[str]:
    """Stems of the words that name a subject."""
    named = found["back"] or found["about"] or found["named"]
    return content_stems(" ".join(named.split()[:_SUBJECT_WORDS])) - _ABOUT_NOTHING


def _number(text: str) -> int | None:
    """The number, from 1, of the question that a text names; None where it names none."""
    found = _NAMED.search(text)
    if found is None:
        return None
    if found["ordinal"]:
        return _ORDINALS.index(found["ordinal"].lower()) + 1
    number = (found["number"] or found["short"]).lower()
    return _NUMBERS.index(number) + 1 if number in _NUMBERS else int(number) or None
