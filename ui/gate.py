"""The gate in front of the page: which hosts, origins, paths and bodies get in, and whose they are. ASGI, no Gradio."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interviewer.access import Role, User
from ui.bodies import BodyRefused, Limits, check_told_size, cleaned, read_body
from ui.tabs import TAB, Tabs, tabs_of
from ui.visitor import SCOPE

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
PUBLIC = re.compile(r"/(?:login|assets/.+|static/.+|theme\.css|favicon\.ico|robots\.txt|manifest\.json)")
"""Paths that anybody may read: the login page and the program's own files."""
OURS = re.compile(r"/(?:account(?:/[a-z]+)?|logout|shared|report/[0-9a-f]{32}\.(?:md|html|json|pdf))")
"""Paths of the pages beside Gradio's."""
_API = "/gradio_api"
READS = re.compile(
    rf"/|/config/?|{_API}/(?:info/?|app_id/?|startup-events|queue/data|heartbeat/[\w-]+|upload_progress"
    r"|call/(?!v2/)[\w-]+/[\w-]+)"
)
"""What Gradio's page and its clients fetch. Its file, proxy, stream, monitoring and history routes are closed; so is its
second way to call, which no client uses and which fails on names that it does not know."""
WRITES = re.compile(rf"{_API}/(?:queue/join/?|cancel|reset/?|upload/?|call/[\w-]+/?)")
_JOINS = re.compile(rf"{_API}/(?:queue/join/?|call/[\w-]+/?)")
"""Are answered with the id under which the answer waits."""
_FORWARDED = (b"forwarded", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-for", b"x-forwarded-port", b"x-forwarded-prefix")  # fmt: skip
LONGEST_PATH = 250
"""Bytes of a path."""
# With no referrer at all a browser sends our own forms from the origin "null".
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Styles stand inline in Gradio's markup; scripts run only from our files or with the answer's nonce."""


WhoIs = Callable[[str | None], User | None]
"""From the session cookie's value to the visitor, or None where it is nobody's."""
COOKIE = "interviewer-session"


class Gate:
    """An ASGI application that lets through to another only what belongs there.

    Args:
        app: what stands behind it.
        hosts: names under which the page may be reached, beside the loopback ones; without ports.
        limits: how large a body may be, and where uploads lie.
        who: finds the visitor by cookie; None where there are no accounts.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], limits: Limits, who: WhoIs | None = None) -> None:
        self._app = app
        self._hosts = LOOPBACK | {host.lower() for host in hosts}
        self._limits = limits
        self._who = who
        self._tabs = Tabs()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or hands it on."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        headers = Headers(scope=scope)
        send = _with_headers(send)
        try:
            self._check_place(scope, headers)
            visitor = await self._visitor(scope, headers)
            # uvicorn has read what a trusted proxy says; from here on nobody else's word counts.
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in _FORWARDED]
            scope[SCOPE] = visitor
            receive = await self._body(scope, headers, receive, visitor)
        except _Refused as refused:
            return await refused.answer(scope, receive, send)
        except BodyRefused as refused:
            return await JSONResponse({"detail": str(refused)}, refused.status)(scope, receive, send)
        if visitor is not None and scope["method"] == "POST" and _JOINS.fullmatch(scope["path"]):
            send = self._tabs.noting(send, visitor.id)
        return await self._app(scope, receive, send)

    def _check_place(self, scope: Scope, headers: Headers) -> None:
        """Host, method, path and origin. Raises: _Refused."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_name(hosts[0]) not in self._hosts:
            raise _refused(
                421, "this address is not one of the app's; set INTERVIEWER_HOSTS to the names it is reached by"
            )
        path, method = scope["path"], scope["method"]
        if ".." in path.split("/") or "//" in path or "\\" in path or not path.isprintable() or _too_long(path):
            raise _refused(404, "there is nothing here")
        allowed = {
            "GET": (PUBLIC, OURS, READS),
            "HEAD": (PUBLIC, READS),
            "POST": (OURS, WRITES, re.compile("/login")),
        }.get(method, ())
        if not any(pattern.fullmatch(path) for pattern in allowed):
            raise _refused(405 if method not in ("GET", "HEAD", "POST") else 404, "there is nothing here")
        if not _same_origin(headers, hosts[0]) and not _navigation(method, path, headers):
            raise _refused(403, "a page of another site may not do this; open the app itself")

    async def _visitor(self, scope: Scope, headers: Headers) -> User | None:
        if self._who is None:
            return None
        visitor = await run_sync(self._who, cookie(headers))
        if visitor is None and not PUBLIC.fullmatch(scope["path"]):
            if scope["method"] == "GET" and not scope["path"].startswith(_API):
                raise _Refused(RedirectResponse("/login", 303))
            raise _refused(401, "log in first")
        return visitor

    async def _body(self, scope: Scope, headers: Headers, receive: Receive, visitor: User | None) -> Receive:
        """The body's source, capped; one in JSON is read, checked and cleaned. Raises: BodyRefused, _Refused."""
        path: str = scope["path"]
        if scope["method"] != "POST":
            for tab in tabs_of(scope):
                if not TAB.fullmatch(tab):
                    raise _refused(400, "this tab has no name that could be ours; reload the page")
                self._own_tab(tab, visitor)
            return receive
        if path.rstrip("/") == f"{_API}/upload":
            if visitor is not None and visitor.role is not Role.ADMIN:
                raise _refused(403, "only an admin may add material here")
            check_told_size(headers, self._limits.upload_bytes)
            return receive
        body = await read_body(receive, headers, self._limits.body_bytes)
        if path.startswith(_API):
            value = cleaned(body, self._limits)
            for name in ("session_hash", "event_id"):
                self._own_tab(value.get(name), visitor)
            body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
            scope["headers"] = [
                (name, value)
                for name, value in scope["headers"]
                if name not in (b"content-length", b"transfer-encoding")
            ] + [(b"content-length", str(len(body)).encode())]
        return _replayed(body, receive)

    def _own_tab(self, tab: Any, visitor: User | None) -> None:
        if visitor is not None and isinstance(tab, str) and not self._tabs.claim(tab, visitor.id):
            raise _refused(403, "this belongs to another user's page; reload yours")


class _Refused(Exception):
    """A request is answered here."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def _refused(status: int, why: str) -> _Refused:
    return _Refused(PlainTextResponse(f"{why}\n", status))


def _too_long(path: str) -> bool:
    """No file has such a name; Gradio would ask the system for it, and fail."""
    return len(path.encode("utf-8", "replace")) > LONGEST_PATH


def host_name(host: str) -> str:
    """A Host header without its port, in lower case; a name's final dot is not part of it."""
    name = host.strip().lower()
    name = name[: name.index("]") + 1] if name.startswith("[") and "]" in name else name.partition(":")[0]
    return name.removesuffix(".")


def cookie(headers: Headers) -> str | None:
    """The session cookie's value."""
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return None


def _same_origin(headers: Headers, host: str) -> bool:
    """Whether our own page, or no page at all, sends this. Programs send neither header; browsers cannot leave them out."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and (urlsplit(origin).netloc.lower() != host.strip().lower()):
        return False
    return site in (None, "same-origin", "none")


def _navigation(method: str, path: str, headers: Headers) -> bool:
    """Whether somebody only followed a link to a page of ours from elsewhere."""
    linked = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return method == "GET" and linked and not path.startswith(_API) and headers.get("origin") is None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once; then whatever else the connection says, such as that it has gone."""
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers.setdefault("content-security-policy", POLICY.format(scripts="'none'"))
        await send(message)

    return sending
