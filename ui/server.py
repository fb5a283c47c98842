"""uvicorn with two additions: says when it listens, and ends Gradio's endless streams when it stops."""

import asyncio
import logging
import time
from collections.abc import Callable
from socket import socket
from typing import Any

import gradio as gr
import uvicorn


class Server(uvicorn.Server):
    """Serves the site until SIGTERM or SIGINT, then drains.

    Args:
        page: Gradio's page, which is told when the server stops.
        inner: Gradio's own application.
        started: called once the server listens.
    """

    def __init__(self, config: uvicorn.Config, page: gr.Blocks, inner: Any, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._page = page
        self._inner = inner
        self._told = started
        self._stopping_since: float | None = None

    def left_s(self, whole_s: float) -> float:
        """What is left of so many seconds since it was told to stop."""
        since = time.monotonic() if self._stopping_since is None else self._stopping_since
        return max(0.0, since + whole_s - time.monotonic())

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listens, and says so."""
        await super().startup(sockets)
        if self.started:
            self._told()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Lets what is under way end; heartbeats, which have no end of their own, stop at once."""
        self._stopping_since = time.monotonic()
        logging.getLogger("uvicorn.error").addFilter(_was_not_cut_off)
        self._page.is_running = False
        self._inner.stop_event.set()
        await super().shutdown(sockets)


def _was_not_cut_off(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's log tells of something else than an answer that was cut off when the time was up."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, asyncio.CancelledError)
