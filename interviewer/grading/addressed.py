"""Text addressed to whoever grades: found in every dress we know of, and taken out of the evidence.

A whole sentence is addressed to the grader (`addressed_to_grader`), or a stretch of markup, JSON, encoded text or faked
transcript is (`addressed_regions`). What is left is judged as if the rest had never been written.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from interviewer.patterns import read_patterns
from knowledge.text import Span, sentence_texts, sentences, words

FILE = Path(__file__).with_name("addressed.txt")
_MARKUP = re.compile(
    r"""
    <!--.*?(?:-->|\Z) | <!\[CDATA\[ | \]\]>
    | <(script|style|meta|system|instructions?|grader|verdict|score|result|admin|prompt)\b[^<>]{0,200}>(?:.{0,2000}?</\1>)?
    | <(\w{1,12})[^<>]{0,100}(?:display\s*:\s*none|visibility\s*:\s*hidden|hidden)[^<>]{0,100}>.{0,2000}?(?:</\2>|\Z)
    | <\|[^|<>\n]{1,30}\|>\s?(?:system|assistant|user)\b[^<]{0,2000}(?:<\|[^|<>\n]{1,30}\|>)?
    | (?:\[INST\]|<<SYS>>)(?=[^\[\]<]{0,300}\b(?:verdict|scor|grad|mark|rubric|candidate|covered|credit|points\b|correct|evaluat|judge|ignore|pass\b|output|respond))[^\[\]<]{0,2000}(?:\[/INST\]|<</SYS>>)?
    | \[//\]:\s*\#[^\n]* | %%[^%\n]{1,300}%% | \{%.{0,200}?%\} | (?<![\w}^\\])\{\{(?!\\).{0,80}?\}\}
    | \\(?:begin|end)\{(?:answer|verdict|reply|grade)\} | \#{2,}\s*system\b[^\n]*(?:\n[^\n]+)?
    | </(?:reply|candidate|answer|response|student|submission|text|input|user)\b[^<>]{0,60}> | <(?:reply|candidate|answer|submission)\b[^<>]{0,60}>
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
# A made-up end of the reply, and what its author has the judge say after it.
_EDGE = r"(?:end|beginning|begin|start)[ ](?:of[ ])?(?:the[ ])?"
_OWNER = r"(?:candidate|student|user|applicant)(?:'s)?[ ]"
_PART = r"(?:reply|answer|response|submission|transcript|reference[ ]answer)"
# The tokens at the end of a text are of the field: what stands within a sentence ends nothing.
_FAKE_END = re.compile(
    rf"""
    (?: (?:[=\-\#_~]{{2,12}}|\*{{3,12}})[ \n]?{_EDGE}(?:{_OWNER})?(?:{_PART}|input|text|update)[ \n]?(?:[=\-\#_~]{{2}}|\*{{3}})
      | [\[<(]{_EDGE}(?:{_OWNER})?{_PART}[\])>] | [\[<(]{_EDGE}{_OWNER}(?:input|text)[\])>]
    )[^\n]*(?:\n[^\n]+)*
    | ^[ ]?["'\#=\-*]{{0,12}}[ ]?{_EDGE}(?:(?:{_OWNER})?{_PART}|{_OWNER}(?:input|text))(?:$|[ ]?[.:=\-\#*])[^\n]*
    | ^[ ]?(?-i:END|BEGINNING|START)[ ](?-i:OF)[ ](?-i:THE[ ])?(?-i:INPUT|TEXT)\b[^\n]*
    | (?<=[.!?][ ]){_EDGE}(?:{_OWNER})?{_PART}[.!]?$
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_JSON = re.compile(r"[\[{][^\[\]{}]*(?:[\[{][^\[\]{}]*[\]}][^\[\]{}]*)*(?:[\]}]|\Z)")
_JSON_KEY = re.compile(
    r"[\"'](?:verdict|score|grade|covered|passed|correct|credit|role|correctness|key_points|points)[\"']\s*:|(?:[\"']covered[\"']\s*,?\s*){2,}",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/_-]{20,}={0,2}(?![A-Za-z0-9+/])")
_TURN = re.compile(
    r"^\W*(?:q(?:uestion)?|a(?:nswer)?|example|input|output|reply|candidate|student|teacher|interviewer|user|human|ai|assistant|me|previous\ answer|current\ answer|grader)\s*\d*\s*[:.\-)\]]",
    re.IGNORECASE | re.VERBOSE,
)
LEAST_KEPT_WORDS = 6
LEAST_ASKED_WORDS = 4
"""A shorter question may stand in an answer by chance."""
# Where a clause begins, the full stop before it forgotten or not.
_CLAUSE_START = re.compile(
    r"(?<=[,;:)])\s|\s[-(]\s?|(?<=[a-z0-9)])\s(?=[A-Z][a-z']*\s)|\s(?=(?:so|and|but|please|pls|thus|therefore)\s)"
)
# Where a sentence begins whose forerunner has no full stop ("I" is a capital anywhere).
_UNSTOPPED = re.compile(r"(?<=[a-z0-9)])\s(?=(?!I\b)[A-Z][a-z']*\s)")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str]]:
    """Those that tell a sentence to the grader, and the one that finds praise in a conversation."""
    found = read_patterns(FILE)
    praised = found.pop("praised")
    return tuple(found.values()), praised


def addressed_to_grader(sentence: str) -> bool:
    """Whether a sentence speaks to whoever grades rather than to the interviewer; such text is no evidence."""
    return any(pattern.search(sentence) for pattern in _patterns()[0]) or _MARKUP.search(sentence) is not None


def addressed_regions(text: str) -> list[Span]:
    """Stretches of a normalised text that are addressed to the grader, in order and apart from each other."""
    found = [Span(*match.span()) for pattern in (_MARKUP, _FAKE_END) for match in pattern.finditer(text)]
    found += [Span(*match.span()) for match in _JSON.finditer(text) if _JSON_KEY.search(match[0])]
    found += [Span(*match.span()) for match in _ENCODED.finditer(text) if is_encoded(match[0])]
    found += _transcript(text)
    struck = _strike(text, found)
    for span in sentences(struck):
        if addressed_to_grader(struck[span.start : span.end]):
            found.append(Span(span.start + _kept_length(struck[span.start : span.end]), span.end))
    return _joined(found)


def is_encoded(token: str) -> bool:
    """Whether a long token is base64 of a readable text, which no candidate speaks in."""
    padded = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return decoded.isprintable() and sum(c.isalpha() or c == " " for c in decoded) >= 0.8 * len(decoded)


def without_addressed(text: str) -> str:
    """A normalised text with line breaks for every character that is addressed to the grader; offsets stay."""
    return _strike(text, addressed_regions(text))


def without_question(text: str, questions: Iterable[str]) -> str:
    """A normalised text with line breaks for every character of a question, or of a sentence of it, that it gives back word
    for word: what is asked often states half of an answer, and it is the interviewer who states it. Offsets stay.
    """
    asked = [words(part) for question in questions for part in (question, *sentence_texts(question))]
    long = [r"\W+".join(map(re.escape, one)) for one in asked if len(one) >= LEAST_ASKED_WORDS]
    patterns = [rf"\b{one}\b[^\w\s]*" for one in long]
    spans = [Span(*match.span()) for one in patterns for match in re.finditer(one, text, re.IGNORECASE)]
    return _strike(text, _joined(spans))


def _strike(text: str, spans: list[Span]) -> str:
    for span in spans:
        text = text[: span.start] + "\n" * (span.end - span.start) + text[span.end :]
    return text


def _kept_length(sentence: str) -> int:
    """How much of an addressed sentence comes before the address and stays: nothing, unless it is a long clause, or a sentence
    of its own without a full stop."""
    start = min((found.start() for pattern in _patterns()[0] if (found := pattern.search(sentence))), default=0)
    breaks = [found.start() for found in _CLAUSE_START.finditer(sentence) if found.start() <= start]
    kept = breaks[-1] if breaks else 0
    return kept if _UNSTOPPED.match(sentence, kept) or len(words(sentence[:kept])) >= LEAST_KEPT_WORDS else 0


def _transcript(text: str) -> list[Span]:
    """The turns of a faked conversation in which somebody is praised or graded."""
    praised = _patterns()[1]
    lines = [Span(*match.span()) for match in re.finditer(r"[^\n]+", text)]
    turns = [line for line in lines if _TURN.match(text[line.start : line.end])]
    if len(turns) < 2 or not any(praised.search(text[line.start : line.end]) for line in lines):
        return []
    return [line for line in lines if line in turns or praised.search(text[line.start : line.end])]


def _joined(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if span.start == span.end:
            continue
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
