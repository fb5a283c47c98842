"""The whole site: Gradio's page and our plain ones in one application, behind the gate."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import gradio as gr
from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp

from interviewer.access import User
from interviewer.settings import make_home
from interviewer.wiring import Interviewer
from knowledge.ingest.source import LARGEST_FILE_MB
from ui.bodies import Limits
from ui.gate import Gate
from ui.nonce import Nonce
from ui.own_routes import own_routes
from ui.visitor import SCOPE

UPLOADS = "uploads"
"""Folder within the home folder; emptied whenever the app starts."""
MOST_VISITORS = 1_000
"""So many pages and calls of endpoints, the last ones, of which Gradio keeps a state: in ours, where somebody is in a list or a review."""


def build_site(interviewer: Interviewer, page: gr.Blocks, host: str, **looks: Any) -> tuple[ASGIApp, Any]:
    """The site behind its gate, and Gradio's own application within it.

    Args:
        page: the page, its queue set.
        host: the address that is listened on, under which the page may be reached too.
        looks: Gradio's theme, css, js and the like.
    """
    uploads = make_home(interviewer.settings) / UPLOADS
    uploads.mkdir(mode=0o700, exist_ok=True)
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, routes=own_routes(interviewer))
    page.state_session_capacity = MOST_VISITORS
    gr.mount_gradio_app(
        site,
        page,
        path="",
        ssr_mode=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        max_file_size=LARGEST_FILE_MB * 1024**2,
        show_error=True,
        auth_dependency=visitor_name if interviewer.settings.auth else None,
        **looks,
    )
    # Only a launched page checks that a file which a visitor names was uploaded; a mounted one counts as not launched.
    page.has_launched = True
    inner: Any = next(route.app for route in site.routes if isinstance(route, Mount))
    inner.state_holder.blocks = _Lean(page.default_config)
    # The last one added here is the innermost, so that pages are marked before they are compressed.
    inner.user_middleware.append(Middleware(Nonce))
    names = interviewer.settings.host_names | {_as_host(host)}
    who = interviewer.accounts.who if interviewer.settings.auth else None
    return Gate(site, names, Limits(uploads=Path(uploads)), who), inner


class _Lean(NamedTuple):
    """What a visitor's state in Gradio is made from, without the page's components.

    For each of them Gradio would write out its configuration, for a link that restores a page, which ours has not: 16 ms and 280 kB a
    visitor or call of an endpoint, kept for the last 10,000.
    """

    default_config: Any
    blocks: Mapping[int, Any] = MappingProxyType({})


def visitor_name(request: Request) -> str | None:
    """Who the gate found, as Gradio wants to know it."""
    user = request.scope.get(SCOPE)
    return user.name if isinstance(user, User) else None


def _as_host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
