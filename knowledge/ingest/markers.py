"""How texts mark questions and answers: `Q7.`, `12)`, `Answer:`, a question mark, a word that asks or demands."""

import re
from typing import NamedTuple

# `Q1.`, `Q. 1)`, `Question 12:`, `Q 3 -`; without a number only `Q:` and `Question.`, so that `Q-learning` is none.
_QUESTION = re.compile(
    r"^(?:questions?|ques?|q|interviewer)\s*[.#:–—\-]?\s*(?:no\.?\s*)?(?:(?P<n>\d{1,3})(?:\s*[.):–—\-]+\s*|\s+(?=[A-Z“\"'(])|\s*$)|[:.]\s+|(?<=^q)\)\s+|(?<=\s)[–—-]\s+|(?<=^q)\s[–—-]\s+|:\s*$)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
# `Problem 3:` is as often a step inside an answer as a question, so these are a form of their own, and need a number.
_EXERCISE = re.compile(
    r"^(?P<word>problem|exercise|task|challenge|prompt|scenario|riddle|puzzle)\s*(?:no\.?\s*|#\s*)?(?P<n>\d{1,3})\s*(?:[.):–—\-]+\s*|\s+(?=[A-Z“\"'(])|$)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
# Any other word (another language's, say) marks a question with its number only where a question follows.
_OTHER_WORD = re.compile(r"^(?P<word>[^\W\d_]{3,14})\s+(?P<n>\d{1,3})\s*[.):–—\-]+\s*(?P<rest>\S.*)$", re.DOTALL)
# A bare or bracketed number may open any sentence or note, so it counts only before what asks.
_BARE_NUMBER = re.compile(
    r"^(?:#\s?(?P<a>\d{1,3})|\[(?P<b>\d{1,3})\][.:]?|(?P<c>\d{1,3})[/\]|]?)\s+(?P<rest>[A-Z“\"'(].*)$", re.DOTALL
)
_NUMBER = re.compile(
    r"^(?:#\s?|no\.\s?)?\(?(?P<n>\d{1,3})(?:[.)]{1,2}(?![\d.])\s*|\s?[:–—-]\s+)(?P<rest>\S.*)$", re.DOTALL
)
_DECIMAL = re.compile(r"^(?P<major>\d{1,2})\.(?P<n>\d{1,2})[.)]?\s+(?P<rest>[A-Z“\"'(].*)$", re.DOTALL)
_SPELLED = {
    word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
}
_LETTERED = re.compile(
    rf"^question\s+(?P<n>[A-Z]|[IVX]{{2,5}}|{'|'.join(_SPELLED)})\s*[.):–—\-]+\s*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ROMAN = re.compile(r"^\(?(?P<n>[IVX]{1,6})[.)]{1,2}\s+(?P<rest>\S.*)$", re.DOTALL)
_LETTER = re.compile(r"^\(?(?P<n>[a-h])[.)]{1,2}\s+(?P<rest>\S.*)$", re.DOTALL)
_KEYCAPS = re.compile(r"((?:[0-9]\ufe0f?\u20e3)+|\U0001f51f)[.):]?[ \t]*")
_PICTOGRAPH = r"[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]"
_LEADING_PICTOGRAPHS = re.compile(
    rf"(^|>)([ \t]*)(?:{_PICTOGRAPH}[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*[ \t]*)+(?=\S)", re.MULTILINE
)
_BEHIND_QUESTION = re.compile(rf"(?:[\s¶\u200d\ufe0f]|{_PICTOGRAPH}|(?<=[?.!])\s*\[+[^\]]{{1,20}}\]+)+$")
_ANSWER = re.compile(
    r"^(?:(?:(?:sample |model |suggested |short |example )?(?:answers?|ans)\b\s*(?:-?\d{1,3}\s*)?"
    r"|(?:solution|soln?|response|candidate|interviewee)\s*)(?:[:.–—-]+\s*|$)|a\s?\d{0,3}(?:\s*:\s*|\s[–—-]\s+))",
    re.IGNORECASE,
)
_SHORT_ANSWER = re.compile(r"^a\s?\d{0,3}\s*[.)]\s+", re.IGNORECASE)
_OPTION = re.compile(r"^\(?([A-Ba-b])\s*[:.)]")
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
    """A text without its marker. `form` names the marker's kind: q, number, decimal or letter."""

    form: str
    number: int | None
    text: str


def question_mark(text: str) -> Marked | None:
    """The text after `Q1.` or `Question:`, or None where no such marker opens it."""
    match = _QUESTION.match(text.strip())
    if not match:
        lettered = _LETTERED.match(text.strip())
        return Marked("q", _place(lettered.group("n")), lettered.group("rest").strip()) if lettered else None
    number = match.group("n")
    return Marked("q", int(number) if number else None, match.group("rest").strip())


def exercise_mark(text: str) -> Marked | None:
    """The text after `Problem 3:`, with the word as its form, or None where no such marker opens it."""
    match = _EXERCISE.match(text.strip())
    other = None if match else _OTHER_WORD.match(text.strip())
    if other and ends_asking(other.group("rest")) and other.group("word")[0].isupper():
        match = other
    return Marked(match.group("word").lower(), int(match.group("n")), match.group("rest").strip()) if match else None


def number_mark(text: str) -> Marked | None:
    """The text after `12.`, `12)`, `#12 -` or `3.2`, before what asks also `[12]`, `12` and `b)`, or None where no number opens it."""
    match = _DECIMAL.match(text.strip())
    if match:
        return Marked("decimal", int(match.group("n")), match.group("rest").strip())
    match = _NUMBER.match(text.strip())
    if match:
        return Marked("number", int(match.group("n")), match.group("rest").strip())
    bare = _BARE_NUMBER.match(text.strip())
    if bare and asks(bare.group("rest")) and len(bare.group("rest").split()) >= 2:
        return Marked("number", int(bare.group("a") or bare.group("b") or bare.group("c")), bare.group("rest").strip())
    lettered = _LETTER.match(text.strip())
    if lettered and (ends_asking(lettered.group("rest")) or demands(lettered.group("rest"))):
        return Marked("letter", _place(lettered.group("n")), lettered.group("rest").strip())
    roman = _ROMAN.match(text.strip())
    # A name may open with an initial, so a Roman number counts only before what asks.
    if roman and asks(roman.group("rest")):
        return Marked("number", _roman(roman.group("n")), roman.group("rest").strip())
    return None


def _place(mark: str) -> int:
    """The place of `C` in the alphabet, of `IV` among Roman numbers, or of `three` among the spelled ones, from 1."""
    if mark.lower() in _SPELLED:
        return _SPELLED[mark.lower()]
    return ord(mark.upper()) - ord("A") + 1 if len(mark) == 1 else _roman(mark)


def _roman(mark: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[sign] for sign in mark.upper()]
    signed = [-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True)]
    return sum(signed)


def with_plain_marks(text: str) -> str:
    """The text with numbers in keycap signs as `3. ` and without pictographs at the beginnings of lines."""
    plain = _KEYCAPS.sub(lambda match: f"{_digits(match.group(1))}. ", text)
    return _LEADING_PICTOGRAPHS.sub(r"\1\2", plain)


def _digits(keycaps: str) -> str:
    return "".join(sign for sign in keycaps if sign.isascii()) or "10"


def answer_mark(text: str, short: bool = False) -> str | None:
    """The text after `Answer:` or `A:` (with `short` also after `A.`), or None where no such marker opens it."""
    match = _ANSWER.match(text) or (_SHORT_ANSWER.match(text) if short else None)
    return text[match.end() :].strip() if match else None


def is_option(text: str, below: str) -> bool:
    """Whether a line is the first of choices to pick from: `A: …` or `a) …` with `B: …` below it."""
    first, second = _OPTION.match(text), _OPTION.match(below)
    return bool(first and second and (first.group(1).lower(), second.group(1).lower()) == ("a", "b"))


def split_inline_answer(text: str) -> tuple[str, str] | None:
    """`Q: …? A: …` on one line as question and answer, or None."""
    lettered = _LETTERED.match(text)
    match = _INLINE_ANSWER.search(text, lettered.start("rest") if lettered else 0)
    if not match or not (asks(text[: match.start()]) or question_mark(text) or number_mark(text)):
        return None
    # `3. Answer: …` has no question before its answer.
    asked = text[: match.start()].strip()
    return (asked, text[match.end() :].strip()) if re.search(r"[^\W\d]{2}", asked) else None


def is_marked_line(line: str) -> bool:
    """Whether a line inside a paragraph begins a question or an answer of its own."""
    numbered = number_mark(line)
    return bool(question_mark(line) or exercise_mark(line) or _ANSWER.match(line) or (numbered and asks(numbered.text)))


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
    """A question as it is shown: one line, without permalink signs, pictographs and `[link]` behind it."""
    return _BEHIND_QUESTION.sub("", " ".join(text.split()))
