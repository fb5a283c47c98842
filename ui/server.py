"""uvicorn with two additions: says when it listens, and ends Gradio's endless streams when it stops."""

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

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listens, and says so."""
        await super().startup(sockets)
        if self.started:
            self._told()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Lets what is under way end; heartbeats, which have no end of their own, stop at once."""
        self._page.is_running = False
        self._inner.stop_event.set()
        await super().shutdown(sockets)
