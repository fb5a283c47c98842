"""What the clauses of a message can ask for or admit: the patterns of `requests.txt`, compiled."""

import re
from pathlib import Path

from interviewer.events import ReplyKind
from interviewer.patterns import sections, without_captures

FILE = Path(__file__).with_name("requests.txt")
_WISHES = """
(can|could|may|might|would|will|shall|should) (i|you|we|u)( (like|mind|be able) ?(to)?)?
i (can|could|might|may)
i (would|will|want|wish|need|like|prefer|am going|have|must|got)( (like|prefer|rather|love|appreciate|want|need))?( you)?( to)?
is it (possible|ok|okay|fine|alright)( (to|if (i|we|you)))?
would it be possible to
(do you )?mind
let (us|me)
(you|we) (can|could|may|should)
(it is )?time to
(how|what) about
what if (we|i|you)
better
feel free to
go ahead and
be so kind (to|and)
i am ready to
lets
"""
_ASK = f"({'|'.join(_WISHES.split(chr(10))[1:-1])}) "
_NAMES = {
    "{ask} ": _ASK,
    "{req}": f"({_ASK})*",
    "{not_of_a_past}": r"(?! (once|while|during|(in|at|on)(?! (my|the|that|your) (\w+ )?(last|previous|earlier|first|second|third|prior|other)\b)|when(?! i (said|wrote|answered|told|claimed|explained)))\b)",
    "{mended}": r"[^.:;]*\b(wrong|actually|should|meant|mean|instead|incorrect|mistaken?|mixed|backwards|swapped|confused|not|rather|correct|i (said|forgot|left out|missed|omitted)|needs? (a |to be )?(correct|chang|fix)\w*)\b",
    "{tail}": "(?! (something|maybe|perhaps|probably|possibly))<0-9>",
}
_MORE_WORDS = re.compile(r"<(\d)-(\d)>")
_MORE_CHARACTERS = re.compile(r" \.\.(\d+)")


def expanded(line: str) -> str:
    """A line of `requests.txt` as the regular expression that it stands for."""
    for name, pattern in _NAMES.items():
        line = line.replace(name, pattern)
    line = _MORE_WORDS.sub(r"(?: [\\w'-]+){\1,\2}", line)
    line = _MORE_CHARACTERS.sub(r"(?: .{0,\1})?", line)
    return without_captures(line)


def _compiled(lines: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(expanded(line) for line in lines))


_SECTIONS = sections(FILE.read_text(encoding="utf-8"))

HEDGE = re.compile(rf"(?:{_compiled(_SECTIONS.pop('hedge')).pattern})\b")
"""How a clause opens that calls what follows a guess or a part."""

MOMENT, NOTHING_MORE, NO_MORE = (_compiled(_SECTIONS.pop(name)) for name in ("moment", "nothing_more", "no_more"))
"""Whole messages that mean something in their place only (`interviewer/backchannel.py`)."""

_HESITATION = "actually|no|oops|ah|oh|wait|hang on|hold on|sorry|hmm|um|uh|well|ok|okay|and|so|but|just|please|hey"


def _opening(lines: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{_HESITATION})[\s,.!:-]+)*(?:{_compiled(lines).pattern})(?:(?<=:)|\b:?)")


CORRECTING = _opening(_SECTIONS.pop("correcting"))
"""How a message opens that corrects an earlier answer."""

CORRECTING_AT_LENGTH = _opening(_SECTIONS.pop("correcting_at_length"))
"""The same where nothing but how it opens is looked at."""

PATTERNS: dict[ReplyKind, re.Pattern[str]] = {ReplyKind(kind): _compiled(lines) for kind, lines in _SECTIONS.items()}
"""For each kind the whole clauses that ask for it, in the order in which they are tried."""
