"""How texts mark questions and answers: `Q7.`, `12)`, `Answer:`, a question mark, a word that asks or demands."""

import re
from typing import NamedTuple

# `Q1.`, `Q. 1)`, `Question 12:`, `Q 3 -`; without a number only `Q:` and `Question.`, so that `Q-learning` is none.
_QUESTION = re.compile(
    r"^(?:questions?|ques|q|interviewer)\s*[.#:]?\s*(?:no\.?\s*)?(?:(?P<n>\d{1,3})(?:\s*[.):–—\-]+\s*|\s+(?=[A-Z“\"'(])|\s*$)|[:.]\s+|:\s*$)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(
    r"^(?:#\s?|no\.\s?)?\(?(?P<n>\d{1,3})(?:[.)]{1,2}(?![\d.])\s*|\s?[:–—-]\s+)(?P<rest>\S.*)$", re.DOTALL
)
_DECIMAL = re.compile(r"^(?P<major>\d{1,2})\.(?P<n>\d{1,2})[.)]?\s+(?P<rest>[A-Z“\"'(].*)$", re.DOTALL)
_ANSWER = re.compile(
    r"^(?:(?:(?:sample |model |suggested |short |example )?(?:answers?|ans)\b\s*(?:\d{1,3}\s*)?"
    r"|(?:solution|response|candidate|interviewee)\s*)(?:[:.–—-]+\s*|$)|a\s?\d{0,3}\s*:\s*)",
    re.IGNORECASE,
)
_SHORT_ANSWER = re.compile(r"^a\s?\d{0,3}\s*[.)]\s+", re.IGNORECASE)
_INLINE_ANSWER = re.compile(r"(?<=\S)\s+(?:(?:answer|ans)\s*[:.–—-]+|A:)\s+", re.IGNORECASE)
_TRAILING = re.compile(r"[\s\"'”’)\]*_¶#]+$")

_AUXILIARIES = r"(?:is|are|was|were|am|do|does|did|can|could|should|shall|will|would|has|have|had|may|might|must)"
_INVERTED = re.compile(
    rf"^(?:(?:what|why|how|when|where|which|who|whose|whom|(?:what|which|how\s+(?:many|much))\s+\w+|how\s+(?:often|long|far|fast|well|big|large|old|deep|soon|early|late))(?:[’']s|\s+{_AUXILIARIES})\b|{_AUXILIARIES}\s)",
    re.IGNORECASE,
)

INTERROGATIVES = frozenset(
    """what what’s what's why how how’s how's when where which who who’s who's whose whom is are was were am can could do does did should shall will
    would has have may might must""".split()
)
IMPERATIVES = frozenset(
    """explain describe define compare contrast differentiate distinguish list name discuss give state tell outline illustrate derive
    prove show write implement mention elaborate summarise summarize identify calculate compute""".split()
)


class Marked(NamedTuple):
    """A text without its marker. `form` names the marker's kind: q, number or decimal."""

    form: str
    number: int | None
    text: str


def question_mark(text: str) -> Marked | None:
    """The text after `Q1.` or `Question:`, or None where no such marker opens it."""
    match = _QUESTION.match(text.strip())
    if not match:
        return None
    number = match.group("n")
    return Marked("q", int(number) if number else None, match.group("rest").strip())


def number_mark(text: str) -> Marked | None:
    """The text after `12.`, `12)`, `#12 -` or `3.2`, or None where no number opens it."""
    match = _DECIMAL.match(text.strip())
    if match:
        return Marked("decimal", int(match.group("n")), match.group("rest").strip())
    match = _NUMBER.match(text.strip())
    return Marked("number", int(match.group("n")), match.group("rest").strip()) if match else None


def answer_mark(text: str, short: bool = False) -> str | None:
    """The text after `Answer:` or `A:` (with `short` also after `A.`), or None where no such marker opens it."""
    match = _ANSWER.match(text) or (_SHORT_ANSWER.match(text) if short else None)
    return text[match.end() :].strip() if match else None


def split_inline_answer(text: str) -> tuple[str, str] | None:
    """`Q: …? A: …` on one line as question and answer, or None."""
    match = _INLINE_ANSWER.search(text)
    if not match or not (asks(text[: match.start()]) or question_mark(text) or number_mark(text)):
        return None
    return text[: match.start()].strip(), text[match.end() :].strip()


def is_marked_line(line: str) -> bool:
    """Whether a line inside a paragraph begins a question or an answer of its own."""
    numbered = number_mark(line)
    return bool(question_mark(line) or _ANSWER.match(line) or (numbered and asks(numbered.text)))


def lead_is_question(bold: str) -> bool:
    """Whether a paragraph's bold beginning is a question, so that what follows in the paragraph is its answer."""
    text = bold.strip()
    marked = question_mark(text) or number_mark(text)
    return ends_asking(text) or bool(marked and len(marked.text.split()) >= 2)


def ends_asking(text: str) -> bool:
    """Whether a text ends with a question mark (closing quotes and brackets aside)."""
    return _TRAILING.sub("", text).endswith("?")


def demands(text: str) -> bool:
    """Whether a text is an exam's imperative: Explain …, Compare …"""
    first = text.split(maxsplit=1)
    return len(first) == 2 and first[0].lower().strip(",") in IMPERATIVES


def is_inverted(text: str) -> bool:
    """Whether a text has a question's word order, with or without its mark: What is …, How do …, Can …"""
    return bool(_INVERTED.match(text))


def asks(text: str) -> bool:
    """Whether a text asks: a question mark in it, or an asking or demanding first word."""
    first = text.lower().split(maxsplit=1)
    return bool(first) and (ends_asking(text) or "? " in text or demands(text) or first[0].strip(",") in INTERROGATIVES)


def split_after_question(text: str) -> tuple[str, str] | None:
    """`What is X? X is a thing that …` as question and answer, or None where too little follows to be an answer."""
    match = re.match(r"^(.{8,300}?\?)[\"”’)]*\s+(\S.*)$", text, re.DOTALL)
    if not match or len(match.group(2).split()) < 4 or ends_asking(match.group(2)):
        return None
    return match.group(1).strip(), match.group(2).strip()


def question_text(text: str) -> str:
    """A question as it is shown: one line, no permalink signs at its end."""
    return " ".join(text.split()).rstrip(" ¶")
