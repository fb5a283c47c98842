"""What a server can do: JSON Schema, tools, or plain JSON. `doctor` finds it out by small requests, the first use by the
requests that are sent anyway, so that a grade costs one.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import prompts
from interviewer.llm.faults import Fault, FaultKind
from interviewer.llm.limits import Format
from interviewer.llm.objects import last_object, without_thoughts
from interviewer.llm.wire import Answer
from knowledge.bank import Frozen

PROMPT = "probe"
_SCHEMA = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}, "colour": {"type": "string"}},
    "required": ["ready", "colour"],
    "additionalProperties": False,
}
_AT_ONCE = frozenset(
    {FaultKind.KEY, FaultKind.BUSY, FaultKind.CONNECTION, FaultKind.TLS, FaultKind.TIMEOUT, FaultKind.NOT_SENT}
)
"""Faults that say nothing about what the server can do."""
_OF_THE_FORM = re.compile(
    r"response_?format|json.?(?:schema|object|mode)|structured|\btools?\b|tool_choice|function.?call|grammar",
    re.IGNORECASE,
)
"""What a server's error names that will not have a request's form."""

Ask = Callable[[str, dict[str, Any], Format, bool], Awaitable[Answer]]
"""One request: its text, schema, format, temperature 0 or none. Raises: Fault."""


class Capabilities(Frozen):
    """How this server gives JSON, and whether the model takes a temperature of 0."""

    answer_format: Format
    steady: bool

    def in_words(self) -> str:
        """For `doctor`."""
        how = {Format.SCHEMA: "JSON Schema", Format.TOOLS: "tools", Format.JSON: "plain JSON"}[self.answer_format]
        return f"answers by {how}" + ("" if self.steady else ", without a temperature")


class Learning:
    """What the requests sent so far have shown of a server. Used from one event loop.

    Args:
        given: the format that is taken at its word; None to find it out.
    """

    def __init__(self, given: Format | None) -> None:
        self.way = Capabilities(answer_format=given or Format.SCHEMA, steady=True)
        self.known = given is not None

    def worked(self, way: Capabilities) -> None:
        """An answer was as asked for: so it is done from now on."""
        self.way, self.known = way, True

    def refused(self, way: Capabilities, fault: Fault) -> bool:
        """Whether to ask again at once, in what is now `way`: the server said that it will not be asked in this one."""
        if fault.kind not in (FaultKind.REQUEST, FaultKind.SERVER):
            return False
        if way.steady and "temperature" in fault.said:
            self.way = way.model_copy(update={"steady": False})
            return True
        if self.known or not _OF_THE_FORM.search(fault.said):
            return False
        return self._move_on(way)

    def gave_up(self, way: Capabilities, fault: Fault) -> None:
        """A call failed: where nothing is known yet and it may hang on the way of asking, the next call takes another."""
        if not self.known and fault.kind in (FaultKind.REQUEST, FaultKind.INVALID):
            self._move_on(way)

    def _move_on(self, way: Capabilities) -> bool:
        """Whether there is a way after this one; after the last it begins anew."""
        order = list(Format)
        if self.way == way:
            later = order[order.index(way.answer_format) + 1 :]
            self.way = Capabilities(answer_format=later[0] if later else order[0], steady=way.steady or not later)
        return order.index(self.way.answer_format) > order.index(way.answer_format)


async def find_out(ask: Ask) -> Capabilities:
    """Tries the formats, the surest first. Raises: Fault where the server cannot be used, or gives JSON in no way."""
    last: Fault | None = None
    steady = True
    for how in Format:
        for with_temperature in (True, False) if steady else (False,):
            try:
                if _as_asked(await ask(prompts.render(PROMPT), _SCHEMA, how, with_temperature)):
                    return Capabilities(answer_format=how, steady=with_temperature)
                break
            except Fault as fault:
                if fault.kind in _AT_ONCE:
                    raise
                last = fault
                if not (with_temperature and "temperature" in fault.said):
                    break
                steady = False
    raise last or Fault(FaultKind.INVALID, "it gives JSON neither by a schema, nor by tools, nor when asked for it")


def _as_asked(answer: Answer) -> bool:
    try:
        found = json.loads(last_object(without_thoughts(answer.text)))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and set(found) == {"ready", "colour"} and found["ready"] is True
