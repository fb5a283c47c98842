"""What a server can do, found out at first use by small requests: JSON Schema, tools, or plain JSON."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import prompts
from interviewer.llm.faults import Fault, FaultKind
from interviewer.llm.limits import Endpoint, Format
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

Ask = Callable[[list[str], dict[str, Any], Format, bool], Awaitable[Answer]]
"""One request: messages, schema, format, temperature 0 or none. Raises: Fault."""


class Capabilities(Frozen):
    """How this server gives JSON, and whether the model takes a temperature of 0."""

    answer_format: Format
    steady: bool

    def in_words(self) -> str:
        """For `doctor`."""
        how = {Format.SCHEMA: "JSON Schema", Format.TOOLS: "tools", Format.JSON: "plain JSON"}[self.answer_format]
        return f"answers by {how}" + ("" if self.steady else ", without a temperature")


async def find_out(ask: Ask, endpoint: Endpoint) -> Capabilities:
    """Tries the formats, the surest first; the one that the endpoint's settings name is taken at its word.

    Raises: Fault where the server cannot be used, or gives JSON in no way.
    """
    if endpoint.answer_format is not None:
        return Capabilities(answer_format=endpoint.answer_format, steady=True)
    last: Fault | None = None
    for how in Format:
        for steady in (True, False):
            try:
                if _as_asked(await ask([prompts.render(PROMPT)], _SCHEMA, how, steady)):
                    return Capabilities(answer_format=how, steady=steady)
                break
            except Fault as fault:
                if fault.kind in _AT_ONCE:
                    raise
                last = fault
                if not (steady and "temperature" in str(fault)):
                    break
    raise last or Fault(FaultKind.INVALID, "it gives JSON neither by a schema, nor by tools, nor when asked for it")


def _as_asked(answer: Answer) -> bool:
    try:
        found = json.loads(bare_json(answer.text))
    except ValueError:
        return False
    return isinstance(found, dict) and set(found) == {"ready", "colour"} and found["ready"] is True


def bare_json(text: str) -> str:
    """The text without a reasoning model's thoughts before it and a code fence around it."""
    text = text.rpartition("</think>")[2].strip()
    if text.startswith("```") and text.endswith("```") and len(text) > 6:
        text = text[3:-3].removeprefix("json").strip()
    return text
