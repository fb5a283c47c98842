"""Serves the page: one process a home folder, models loading behind it."""

import importlib
import logging
import shutil
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from interviewer.errors import InputInvalid
from interviewer.evaluations import Evaluations
from interviewer.home import hold_home
from interviewer.settings import make_home
from interviewer.wiring import Interviewer
from knowledge.errors import KnowledgeError
from ui.background import Background

if TYPE_CHECKING:
    from ui.server import Server

log = logging.getLogger("interviewer.serve")
PAGE_FIRST_S = 1.5
"""Seconds that a first page has before the models load beside it, which nobody needs before the first reply."""
DRAINS_S = 10
"""Seconds that answers under way have when the app is told to stop."""


def serve(interviewer: Interviewer, host: str, port: int, evaluations: Evaluations | None = None) -> int:
    """Serves until SIGTERM or Ctrl+C; returns the exit status.

    Args:
        evaluations: what the page's Evals part shows; None leaves that part out.

    Raises: HomeInUse where another app serves this home, InputInvalid where the port is taken.
    """
    home = make_home(interviewer.settings)
    lock = hold_home(home)
    try:
        check_port(host, port)
        return _run(interviewer, host, port, evaluations)
    finally:
        lock.release()


def check_port(host: str, port: int) -> None:
    """Raises: InputInvalid where the address cannot be listened on."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        raise InputInvalid(f"cannot listen on {host}, port {port} ({error}); choose another with --port") from error


def _run(interviewer: Interviewer, host: str, port: int, evaluations: Evaluations | None) -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    _ = interviewer.sessions  # a database that cannot be opened is told now, not at the first click
    _warn_if_open(interviewer, host)
    _clear_uploads(interviewer)
    work = Background()
    server = _server(interviewer, host, port, evaluations, work)
    for number in (signal.SIGTERM, signal.SIGINT):
        # The server drains on these, and then sends them again to whoever had them before.
        signal.signal(number, lambda _number, _frame: None)
    server.run()
    # A thread that is cut off amid a forward pass would take the process down with a fault.
    interviewer.waiting.close(DRAINS_S)
    work.stop()
    work.wait(DRAINS_S)
    _clear_uploads(interviewer)
    return 0


def _server(
    interviewer: Interviewer, host: str, port: int, evaluations: Evaluations | None, work: Background
) -> "Server":
    import uvicorn

    from ui.app import build_app
    from ui.server import Server
    from ui.site import build_site
    from ui.theme import script, styles, theme

    page = build_app(interviewer, evaluations, work)
    page.queue(default_concurrency_limit=None)
    site, inner = build_site(interviewer, page, host, theme=theme(), css=styles(), js=script())
    config = uvicorn.Config(
        site, host=host, port=port, ws="none", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=DRAINS_S,
    )  # fmt: skip

    def started() -> None:
        print(f"Interviewer is at http://{host}:{port}  (Ctrl+C stops it; your sessions are kept)", flush=True)
        # Plotly (a plot) and scikit-learn (the warm-up) both load these; two threads at once would deadlock over them.
        for shared in ("narwhals.stable.v1", "narwhals.stable.v2"):
            with suppress(ImportError):
                importlib.import_module(shared)
        later = threading.Timer(PAGE_FIRST_S, _warm_up, (interviewer,))
        later.daemon = True
        later.start()

    return Server(config, page, inner, started)


def _warn_if_open(interviewer: Interviewer, host: str) -> None:
    if host not in ("127.0.0.1", "::1", "localhost") and not interviewer.settings.auth:
        print(
            f"interviewer: {host} can be reached from other machines and there are no accounts: whoever reaches it reads "
            "and deletes everything. Set INTERVIEWER_AUTH=accounts",
            file=sys.stderr,
            flush=True,
        )


def _clear_uploads(interviewer: Interviewer) -> None:
    """What was uploaded and not accepted is not kept."""
    shutil.rmtree(interviewer.settings.home / "uploads", ignore_errors=True)


def _warm_up(interviewer: Interviewer) -> None:
    try:
        interviewer.warm_up()
    except KnowledgeError as error:
        print(f"interviewer: {error}", file=sys.stderr, flush=True)
