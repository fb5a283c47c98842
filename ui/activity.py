"""Whether a visitor waits for something, so that what can wait does not get in the way. ASGI, no Gradio."""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

ENDLESS = "/gradio_api/heartbeat/"
"""Beginning of the path of the streams that stay open for as long as a page does."""


class Activity:
    """An ASGI application that hands all on to another, and notes which requests are not answered yet.

    Args:
        app: what answers.
        clock: seconds, monotonic.
    """

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._last = clock()
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request on."""
        if scope["type"] != "http" or scope["path"].startswith(ENDLESS):
            return await self._app(scope, receive, send)
        self._open += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open -= 1
            self._last = self._clock()

    @property
    def quiet_s(self) -> float:
        """Seconds since the last request was answered, or since the start; 0 while one waits for its answer."""
        return 0.0 if self._open else self._clock() - self._last
