"""Serves the page: one process a home folder, models loading behind it."""

import importlib
import logging
import signal
import socket
import sys
import threading
from contextlib import suppress
from types import FrameType

from filelock import FileLock, Timeout

from interviewer.errors import HomeInUse, InputInvalid
from interviewer.settings import make_home
from interviewer.wiring import Interviewer
from knowledge.errors import KnowledgeError

log = logging.getLogger("interviewer.serve")


def serve(interviewer: Interviewer, host: str, port: int) -> int:
    """Serves until SIGTERM or Ctrl+C; returns the exit status.

    Raises: HomeInUse where another app serves this home, InputInvalid where the port is taken.
    """
    home = make_home(interviewer.settings)
    lock = FileLock(home / "serve.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise HomeInUse(
            f"another `interviewer serve` already works on {home}; stop it, or set INTERVIEWER_HOME"
        ) from error
    try:
        check_port(host, port)
        return _run(interviewer, host, port)
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


def _run(interviewer: Interviewer, host: str, port: int) -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    from ui.app import FOLDER, build_app
    from ui.theme import theme

    _ = interviewer.sessions  # a database that cannot be opened is told now, not at the first click
    app = build_app(interviewer)
    app.queue(default_concurrency_limit=None)
    app.launch(
        server_name=host,
        server_port=port,
        theme=theme(),
        css="\n".join(file.read_text() for file in sorted(FOLDER.glob("*.css"))),
        js=(FOLDER / "page.js").read_text(),
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        footer_links=[],
        show_error=True,
    )
    print(f"Interviewer is at http://{host}:{port}  (Ctrl+C stops it; your sessions are kept)", flush=True)
    # Plotly (a plot) and scikit-learn (the warm-up) both load these; two threads at once would deadlock over them.
    for shared in ("narwhals.stable.v1", "narwhals.stable.v2"):
        with suppress(ImportError):
            importlib.import_module(shared)
    threading.Thread(target=_warm_up, args=(interviewer,), daemon=True).start()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    stop.wait()
    app.close(verbose=False)
    return 0


def _warm_up(interviewer: Interviewer) -> None:
    try:
        interviewer.warm_up()
    except KnowledgeError as error:
        print(f"interviewer: {error}", file=sys.stderr, flush=True)
