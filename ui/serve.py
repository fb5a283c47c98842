"""Serves the page: one process a home folder, models loading behind it."""

import gc
import logging
import os
import shutil
import signal
import socket
import sys
from typing import TYPE_CHECKING

from interviewer.errors import InputInvalid
from interviewer.evaluations import Evaluations
from interviewer.home import hold_home
from interviewer.settings import make_home
from interviewer.wiring import Interviewer
from ui.activity import Activity
from ui.background import Background
from ui.gradio_import import without_stubs
from ui.warm_up import is_loading, warm_up_behind

if TYPE_CHECKING:
    from ui.server import Server

log = logging.getLogger("interviewer.serve")
DRAINS_S = 8
"""Seconds that answers under way have when the app is told to stop: a container is killed after 10."""
MOST_QUEUED = 2_000
"""Calls that wait for a thread of the page; who comes then gets a 503 at once."""
NO_STATISTICS = {"GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9), "GRADIO_ANALYTICS_MAX_EVENTS": "100"}
"""Gradio would make a table of its last 10,000 calls at every call, for a page of statistics that ours has not."""
UNANSWERED = "interviewer: stopped with a reply unanswered; it is kept, and answered later"


def serve(interviewer: Interviewer, host: str, port: int, evaluations: Evaluations | None = None) -> int:
    """Serves until SIGTERM or Ctrl+C; returns the exit status.

    Args:
        evaluations: what the page's Evals part shows; None leaves that part out.

    Raises: HomeInUse where another app serves this home, InputInvalid where the port is taken.
    """
    # Replies are read side by side, each on one processor: a second one would make a reply hardly quicker, and others slower.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.update(NO_STATISTICS)
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
        raise InputInvalid(
            f"cannot listen on {host}, port {port} ({error}); choose another with --port or INTERVIEWER_PORT, or another --host"
        ) from error


def _run(interviewer: Interviewer, host: str, port: int, evaluations: Evaluations | None) -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    # What is made until the page is up stays; to look among it for what may go takes a tenth of the time.
    gc.disable()
    _ = interviewer.sessions  # a database that cannot be opened is told now, not at the first click
    _warn_if_open(interviewer, host)
    _clear_uploads(interviewer)
    work = Background()
    server = _server(interviewer, host, port, evaluations, work)
    for number in (signal.SIGTERM, signal.SIGINT):
        # The server drains on these, and then sends them again to whoever had them before.
        signal.signal(number, lambda _number, _frame: None)
    server.run()
    work.stop()
    answered = interviewer.waiting.close(server.left_s(DRAINS_S))
    if not answered:
        print(UNANSWERED, file=sys.stderr, flush=True)
    ended = work.wait(server.left_s(DRAINS_S))
    _clear_uploads(interviewer)
    if not (answered and ended) or is_loading():
        # The interpreter's own end would wait for threads that are at work, or fault amid a forward pass or an index.
        sys.stdout.flush()
        os._exit(0)
    return 0


def _server(
    interviewer: Interviewer, host: str, port: int, evaluations: Evaluations | None, work: Background
) -> "Server":
    import uvicorn

    with without_stubs():
        from ui.app import build_app
    from ui.server import Server
    from ui.site import build_site
    from ui.theme import script, styles, theme

    page = build_app(interviewer, evaluations, work)
    page.queue(default_concurrency_limit=None, max_size=MOST_QUEUED)
    site, inner = build_site(interviewer, page, host, theme=theme(), css=styles(), js=script())
    activity = Activity(site)
    config = uvicorn.Config(
        activity, host=host, port=port, ws="none", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=DRAINS_S,
    )  # fmt: skip

    def started() -> None:
        print(f"Interviewer is at http://{host}:{port}  (Ctrl+C stops it; your sessions are kept)", flush=True)
        gc.freeze()
        gc.enable()
        warm_up_behind(interviewer, lambda: activity.quiet_s)

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
