"""Which earlier answer a candidate wants to correct. Pure."""

import re

from interviewer.state import State

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NAMED = re.compile(
    rf"\b(?:question|answer) (?:number |no\.? ?|#)?(?P<number>\d{{1,2}}|{'|'.join(_NUMBERS)})\b"
    rf"|\b(?:(?P<ordinal>{'|'.join(_ORDINALS)})|(?P<short>\d{{1,2}})(?:st|nd|rd|th))(?: \w+)? (?:question|answer|one|reply)\b",
    re.IGNORECASE,
)


def corrected_asking(state: State, wish: str = "") -> int:
    """Index of the asking that a correction is about: the one it names by its number, else the latest with an answer.

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
    return state.corrects


def asking_replied_to(state: State) -> int:
    """Index of the asking that the pending reply is about, before it is known what it is."""
    return corrected_asking(state) if state.invited_correction else len(state.askings) - 1


def _number(text: str) -> int | None:
    """The number, from 1, of the question that a text names; None where it names none."""
    found = _NAMED.search(text)
    if found is None:
        return None
    if found["ordinal"]:
        return _ORDINALS.index(found["ordinal"].lower()) + 1
    number = (found["number"] or found["short"]).lower()
    return _NUMBERS.index(number) + 1 if number in _NUMBERS else int(number) or None
