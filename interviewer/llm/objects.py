"""The JSON object in what a model said: thoughts stand before it, a fence around it, words beside it.

Pure. What is no JSON at all is handed on as it is, for the reader to refuse.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

MOST_TRIES = 500
"""Places in a text at which an object may begin; more make a hostile answer slow to read."""
_THOUGHTS_END = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?')
# Line breaks and tabs inside a string are let through.
_DECODER = json.JSONDecoder(strict=False)


def without_thoughts(text: str) -> str:
    """The text without a reasoning model's thoughts before it."""
    if text.lstrip().startswith("{"):
        return text  # an answer that quotes such a mark
    return _THOUGHTS_END.split(text)[-1].strip()


def last_object(text: str) -> str:
    """The last JSON object of a text that stands in no other, as strict JSON; the text itself where it holds none.

    A lone backslash, as formulas have it, counts as itself: models forget to write it twice.
    """
    mended = _ESCAPE.sub(lambda escape: escape[0] if escape[1] else r"\\", text)
    found = list(_objects(mended))
    return json.dumps(found[-1]) if found else text


def _objects(text: str) -> Iterator[dict[str, Any]]:
    end = 0
    for match in islice(re.finditer("{", text), MOST_TRIES):
        if match.start() < end:
            continue
        try:
            value, end = _DECODER.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        yield value
