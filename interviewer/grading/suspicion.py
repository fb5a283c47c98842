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
FILE = Path(__file__).with_name("suspicion.txt")


@cache
def _of_itself() -> re.Pattern[str]:
    return read_patterns(FILE)["of itself"]


def steers(reply: str) -> bool:
    """Whether a sentence speaks to the grader, text is hidden from a reader, or letters are dressed up as others."""
    hidden = len(INVISIBLE.findall(reply)) > MOST_INVISIBLE
    return hidden or bool(addressed_spans(reply)) or any(map(_is_disguised, re.findall(r"[^\W\d_]{2,}", reply)))


def speaks_of_itself(reply: str) -> bool:
    """Whether a reply speaks of answers and their worth rather than of its subject alone: a plea or praise in disguise."""
    return _of_itself().search(normalise(reply).text) is not None


def _is_disguised(word: str) -> bool:
    """Whether a word mixes Latin letters with Cyrillic ones or several Greek ones, which look alike."""
    scripts = [unicodedata.name(letter, "").partition(" ")[0] for letter in word]
    return "LATIN" in scripts and ("CYRILLIC" in scripts or scripts.count("GREEK") > 1)
