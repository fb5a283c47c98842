"""Work that tells what it does while it does it, as a generator: for text that streams in while a reply is answered."""

import contextvars
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def live(work: Callable[[Callable[[str], None]], T]) -> Generator[str, None, T]:
    """Yields each piece that the work tells, as soon as it is told, and returns what the work returns.

    Raises: whatever the work raises.
    """
    told: SimpleQueue[str | None] = SimpleQueue()
    pool = ThreadPoolExecutor(1)
    # Who acts is known by context, which a new thread does not have by itself.
    future = pool.submit(contextvars.copy_context().run, work, told.put)
    future.add_done_callback(lambda _: told.put(None))
    pool.shutdown(wait=False)
    while (piece := told.get()) is not None:
        yield piece
    return future.result()
