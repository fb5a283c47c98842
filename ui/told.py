"""Handlers whose errors are told to the person, in words that say what to do."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from typing import Any

import gradio as gr
from anyio import sleep, to_thread

from ui.handlers import EXPECTED_ERRORS
from ui.texts import say
from ui.visitor import visiting

log = logging.getLogger("interviewer.ui")

NOTHING_NEW_S = 1.0
"""Seconds until a page that waits for a kept reply's answer looks again."""
OVER: Any = object()


def told(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler with errors told to the person; the app's only catch-all, which logs."""

    @wraps(handler)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        try:
            with visiting():
                return handler(*arguments, **named)
        except EXPECTED_ERRORS as error:
            raise gr.Error(str(error), print_exception=False, title=say("faults.not_yet")) from error
        except Exception as error:
            log.exception("a handler failed")
            raise gr.Error(say("faults.unexpected"), print_exception=False) from error

    return wrapped


def told_each(handler: Callable[..., Iterator[Any | None]]) -> Callable[..., AsyncIterator[Any]]:
    """The same for a handler that streams: each step is told, and no thread is held where there is nothing new (None)."""

    async def wrapped(*arguments: Any) -> AsyncIterator[Any]:
        steps = await to_thread.run_sync(told(handler), *arguments)
        step = told(lambda: next(steps, OVER))
        while (value := await to_thread.run_sync(step)) is not OVER:
            if value is None:
                await sleep(NOTHING_NEW_S)
            else:
                yield value

    return wrapped
