"""The JSON object in what a model said: thoughts stand before it, a fence around it, words beside it.

Pure. What is no JSON at all is handed on as it is, for the reader to refuse.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice

MOST_TRIES = 500
"""Places in a text at which an object may begin; more make a hostile answer slow to read."""
_THOUGHTS_END = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?')
_BACKSLASHES = str.maketrans({"\b": r"\b", "\f": r"\f", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
# Line breaks and tabs inside a string are let through.
_DECODER = json.JSONDecoder(strict=False)


def without_thoughts(text: str) -> str:
    """The text without a reasoning model's thoughts before it."""
    if text.lstrip().startswith("{"):
        return text  # an answer that quotes such a mark
    return _THOUGHTS_END.split(text)[-1].strip()


def whole(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, half a character that nothing can be stored with."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def last_object(text: str) -> str:
    """The last JSON object of a text that stands in no other, as strict JSON; the text itself where it holds none.

    A lone backslash that begins no escape, as formulas have it, counts as itself: models forget to write it twice. One that
    does (`\\theta` begins with a tab) is `with_backslashes`' to find out.
    """
    mended = _ESCAPE.sub(lambda escape: escape[0] if escape[1] else r"\\", text)
    found = list(_objects(mended))
    return whole(found[-1]) if found else text


def with_backslashes(text: str) -> str:
    """A read string as it was meant if its control characters were a formula's backslashes that were not written twice."""
    return text.translate(_BACKSLASHES)


def _objects(text: str) -> Iterator[str]:
    end = 0
    for match in islice(re.finditer("{", text), MOST_TRIES):
        if match.start() < end:
            continue
        try:
            value, end = _DECODER.raw_decode(text, match.start())
            found = json.dumps(value, ensure_ascii=False)
        except (ValueError, RecursionError):
            continue
        yield found
