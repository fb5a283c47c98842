"""The process's edge: the transport below the client, which bounds what a server may send, or answers in its place."""

from collections.abc import AsyncIterator

import httpx2

from interviewer.llm.faults import Fault, FaultKind
from interviewer.llm.recorder import Exchange

MOST_BYTES = 2_000_000
"""A longer body is no answer: the longest that is asked for has some ten thousand characters."""


class BoundedTransport(httpx2.AsyncBaseTransport):
    """The real network, with bodies cut off at `MOST_BYTES`."""

    def __init__(self) -> None:
        self._network = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises: httpx2.TransportError; Fault while the body is read."""
        response = await self._network.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream)
        return response

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._network.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MOST_BYTES:
                raise Fault(FaultKind.INVALID, f"its answer is longer than {MOST_BYTES:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class ExchangeTransport(httpx2.AsyncBaseTransport):
    """No network: a function from a request's body to its response's body.

    Args:
        exchange: a recorder or a replayer.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises: Fault, InputInvalid."""
        body = self._exchange(await request.aread())
        return httpx2.Response(200, content=body, headers={"content-type": "application/json"}, request=request)
