"""One request to an OpenAI-compatible server over `langchain-openai`; whatever goes wrong is one of the known faults."""

import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx2
import openai
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_openai import ChatOpenAI

from interviewer.llm.exchange import BoundedTransport, ExchangeTransport
from interviewer.llm.faults import Fault, FaultKind
from interviewer.llm.limits import OPENAI, Endpoint, Format, Limits
from interviewer.llm.objects import whole
from interviewer.llm.recorder import Exchange
from interviewer.llm.retries import retry_after_s

TOOL = "answer"
LONGEST_SAID = 2000
_KINDS = {
    401: FaultKind.KEY, 403: FaultKind.KEY, 408: FaultKind.SERVER, 409: FaultKind.SERVER, 429: FaultKind.BUSY,
}  # fmt: skip
# What langchain-openai and the client raise on a body that is no chat completion, beside their own errors.
_NOT_A_COMPLETION = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


class Answer(NamedTuple):
    """What the server sent: the text and, where the server counts them, the tokens in and out."""

    text: str
    tokens: tuple[int, int] | None


class Wire:
    """Sends requests; all from one event loop.

    Args:
        endpoint: which model and where.
        limits: how long to wait for a connection and between two pieces of an answer.
        exchange: stands in for the network (a recorder, a replayer); None for the network.
    """

    def __init__(self, endpoint: Endpoint, limits: Limits, exchange: Exchange | None = None) -> None:
        timeout = httpx2.Timeout(limits.read_s, connect=limits.connect_s)
        transport = ExchangeTransport(exchange) if exchange else BoundedTransport()
        self._http = httpx2.AsyncClient(transport=transport, timeout=timeout)
        # Passed explicitly: the class otherwise reads other variables first, retries on its own, and picks another API
        # for some model names.
        self._chat = ChatOpenAI(
            model=endpoint.model,
            base_url=endpoint.base_url,
            api_key=endpoint.api_key,
            max_retries=0,
            timeout=timeout,
            use_responses_api=False,
            stream_usage=endpoint.base_url == OPENAI,
            openai_proxy=None,
            http_client=httpx2.Client(trust_env=False),
            http_async_client=self._http,
        )

    async def ask(self, text: str, schema: dict[str, Any] | None, how: Format, steady: bool) -> Answer:
        """One request, one whole answer.

        Args:
            text: what the user says, in one message.
            schema: JSON Schema of the answer; None for plain text.
            how: by which means JSON is asked for.
            steady: ask for temperature 0.

        Raises: Fault.
        """
        options = _options(schema, how) | ({"temperature": 0.0} if steady else {})
        with _as_faults():
            message = await self._chat.ainvoke([HumanMessage(text)], **options)
            return _answer(message)

    async def stream(self, text: str) -> AsyncIterator[str]:
        """The answer in pieces, as they come. Raises: Fault, also where the stream ends without its end mark."""
        finish = None
        with _as_faults():
            async for chunk in self._chat.astream([HumanMessage(text)]):
                assert isinstance(chunk, AIMessageChunk)
                finish = chunk.response_metadata.get("finish_reason") or finish
                if isinstance(chunk.content, str) and chunk.content:
                    yield whole(chunk.content)
            _check_finish(finish)
            if finish is None:
                raise Fault(FaultKind.CONNECTION, "the stream was cut")

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()


def _options(schema: dict[str, Any] | None, how: Format) -> dict[str, Any]:
    """What asks for JSON. It goes by `extra_body`: as an argument of its own langchain-openai takes another way, which
    parses the answer itself and gives length cuts and refusals other forms.
    """
    if schema is None:
        return {}
    if how is Format.SCHEMA:
        named = {"name": TOOL, "schema": schema, "strict": True}
        return {"extra_body": {"response_format": {"type": "json_schema", "json_schema": named}}}
    if how is Format.TOOLS:
        function = {"name": TOOL, "description": "Gives the answer.", "parameters": schema}
        choice = {"type": "function", "function": {"name": TOOL}}
        return {"extra_body": {"tools": [{"type": "function", "function": function}], "tool_choice": choice}}
    return {"extra_body": {"response_format": {"type": "json_object"}}}


def _answer(message: AIMessage) -> Answer:
    import json

    _check_finish(message.response_metadata.get("finish_reason"))
    if refusal := message.additional_kwargs.get("refusal"):
        raise Fault(FaultKind.REFUSED, f"it refused: {_line(str(refusal))}")
    usage = message.usage_metadata
    tokens = (usage["input_tokens"], usage["output_tokens"]) if usage and usage["input_tokens"] else None
    if message.tool_calls:
        return Answer(json.dumps(message.tool_calls[0]["args"]), tokens)
    if message.invalid_tool_calls:
        return Answer(message.invalid_tool_calls[0]["args"] or "", tokens)
    # Some servers send the text as a list of parts.
    text = str(message.text)
    if not text.strip():
        raise Fault(FaultKind.INVALID, "its answer is empty")
    return Answer(text, tokens)


def _check_finish(reason: str | None) -> None:
    if reason == "length":
        raise Fault(FaultKind.LENGTH, "its answer was cut at its token limit")
    if reason == "content_filter":
        raise Fault(FaultKind.FILTERED, "its content filter took the answer away")


@contextmanager
def _as_faults() -> Iterator[None]:
    """Makes a fault of every error of the client below."""
    try:
        yield
    except openai.APIStatusError as error:
        raise _of_status(error) from error
    except openai.APITimeoutError as error:
        raise Fault(FaultKind.TIMEOUT, "it did not answer in time") from error
    except (openai.APIConnectionError, httpx2.TransportError) as error:
        raise _of_connection(error) from error
    except openai.APIError as error:
        raise Fault(FaultKind.SERVER, f"it answered with an error ({_line(error.message)})") from error
    except (openai.OpenAIError, *_NOT_A_COMPLETION) as error:
        raise Fault(FaultKind.INVALID, "its answer is no chat completion") from error


def _of_status(error: openai.APIStatusError) -> Fault:
    status = error.status_code
    if status == 400 and "content_filter" in str(error.body):
        return Fault(FaultKind.FILTERED, "its content filter refused the text")
    kind = _KINDS.get(status, FaultKind.SERVER if status >= 500 else FaultKind.REQUEST)
    wait = retry_after_s(error.response.headers.get("retry-after"), datetime.now(UTC))
    return Fault(kind, f"it answered {status} ({_line(error.message)})", wait, said=error.message[:LONGEST_SAID])


def _of_connection(error: Exception) -> Fault:
    causes: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in causes:
        causes.append(at)
        at = at.__cause__ or at.__context__
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Fault(FaultKind.TLS, "no secure connection to it could be made (TLS)")
    if any(isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout) for cause in causes):
        return Fault(FaultKind.CONNECTION, "it cannot be reached; is the server running, and is OPENAI_BASE_URL right?")
    if any(isinstance(cause, httpx2.TimeoutException) for cause in causes):
        return Fault(FaultKind.TIMEOUT, "it did not answer in time")
    return Fault(FaultKind.CONNECTION, "the connection broke")


def _line(text: str) -> str:
    """The first line of a message, short and without anything that looks like a key."""
    line = whole((text.strip().splitlines() or [""])[0][:160])
    return re.sub(r"\b(sk|key)-[\w-]{6,}", "[key]", line)
