"""Marks the scripts of Gradio's own page, so that no script that came in with a text ever runs."""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.gate import POLICY


class Nonce:
    """ASGI middleware within Gradio's app: gives each script of an HTML page the page's nonce, and says so in its policy.

    Gradio makes functions from texts of our own ('unsafe-eval'); what stands in markup as a script or as a handler's
    attribute has no nonce and does not run.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands on, and changes an answer that is a page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        start: Message | None = None
        pieces: list[bytes] = []

        async def marking(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = POLICY.format(scripts=f"'self' 'nonce-{nonce}' 'unsafe-eval'")
                if headers.get("content-type", "").startswith("text/html"):
                    start = message
                    return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                body = b"".join(pieces).replace(b"<script", f'<script nonce="{nonce}"'.encode())
                MutableHeaders(scope=start)["content-length"] = str(len(body))
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, marking)
