"""Loads behind the page what it does not wait for: the bank at once, the models when nobody waits for an answer."""

import gc
import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from interviewer.wiring import Interviewer
from knowledge.errors import KnowledgeError

NAME = "warm-up"
QUIET_S = 1.5
"""So long nobody must have waited for anything before the models load, which nobody needs before the first reply."""
LATEST_S = 15.0
"""After this they load however busy the page is."""
PAUSE_S, LATEST_PAUSE_S = 0.1, 1.0
"""The same for the bank, which the first question needs: it loads while the browser makes sense of what it was sent."""
LOOKS_S = 0.02
SWITCH_S = 0.0005
"""How soon the interpreter goes from the thread that loads to one that answers; its own 5 ms add up over a page's many
small steps."""


def warm_up_behind(interviewer: Interviewer, quiet_s: Callable[[], float]) -> None:
    """Starts the thread that loads. `quiet_s` says for how many seconds nobody has waited for an answer."""
    threading.Thread(target=_warm_up, args=(interviewer, quiet_s), name=NAME, daemon=True).start()


def is_loading() -> bool:
    """Whether something is still loaded, or the index built."""
    return any(thread.name == NAME for thread in threading.enumerate())


def wait_for_quiet(
    quiet_s: Callable[[], float],
    wanted_s: float = QUIET_S,
    latest_s: float = LATEST_S,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Returns when it has been quiet for `wanted_s`, at the latest after `latest_s`."""
    until = clock() + latest_s
    while quiet_s() < wanted_s and clock() < until:
        sleep(LOOKS_S)


def _warm_up(interviewer: Interviewer, quiet_s: Callable[[], float]) -> None:
    try:
        with _short_turns():
            wait_for_quiet(quiet_s, PAUSE_S, LATEST_PAUSE_S)
            _ = interviewer.bank
            wait_for_quiet(quiet_s)
            _import_shared()
            interviewer.warm_up()
            # Built at the first start; a reply needs none.
            _ = interviewer.index
        # What is loaded stays; to go through it all again and again would stop everybody for moments.
        gc.freeze()
    except KnowledgeError as error:
        print(f"interviewer: {error}", file=sys.stderr, flush=True)


def _import_shared() -> None:
    # Plotly (a plot) and scikit-learn (here) both load these; begun from two ends at once they would deadlock.
    for shared in ("narwhals.stable.v1", "narwhals.stable.v2"):
        with suppress(ImportError):
            importlib.import_module(shared)


@contextmanager
def _short_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
