"""Whether a reply tries to steer whoever grades it, by its words or behind the reader's back. Pure.

No list of phrases is ever whole: what this misses is still held by the cross-check, which asks for support on every point.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from interviewer.grading.marking import addressed_spans
from interviewer.grading.quotes import INVISIBLE, normalise
from interviewer.patterns import read_patterns

MOST_INVISIBLE = 2
"""Soft hyphens and the like come with pasted text; more than a few hide something."""
_PICTURE = "\u203c\u2049\u2122\u2139\u2190-\u27ff\u2900-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff\u00a9\u00ae"
# What makes a sign an emoji, or one emoji of two, stands behind what a reader sees.
_EMOJI_JOINT = re.compile(rf"(?<=[{_PICTURE}0-9#*])[\ufe0e\ufe0f]|(?<=[{_PICTURE}\ufe0f])\u200d(?=[{_PICTURE}])")
_GREEK_LOOKALIKES = frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορυ")
FILE = Path(__file__).with_name("suspicion.txt")


@cache
def _of_itself() -> re.Pattern[str]:
    return read_patterns(FILE)["of itself"]


def steers(reply: str) -> bool:
    """Whether a sentence speaks to the grader, text is hidden from a reader, or letters are dressed up as others."""
    hidden = len(INVISIBLE.findall(_EMOJI_JOINT.sub("", reply))) > MOST_INVISIBLE
    return hidden or bool(addressed_spans(reply)) or any(map(_is_disguised, re.findall(r"[^\W\d_]{2,}", reply)))


def speaks_of_itself(reply: str) -> bool:
    """Whether a reply speaks of answers and their worth rather than of its subject alone: a plea or praise in disguise."""
    return _of_itself().search(normalise(reply).text) is not None


def _is_disguised(word: str) -> bool:
    """Whether a word mixes Latin letters with Cyrillic ones, or with several Greek ones that look alike."""
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
    return "LATIN" in scripts and ("CYRILLIC" in scripts or sum(letter in _GREEK_LOOKALIKES for letter in word) > 1)
