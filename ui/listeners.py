"""How the parts of the page listen to what a person does: how much is shown of it, and what the browser adds."""

from collections.abc import Callable
from typing import Any

Told = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Wraps a handler so that its errors are told to the person."""
QUIET: dict[str, Any] = {
    "api_visibility": "private",
    "concurrency_limit": None,
    "show_progress": "hidden",
    "show_progress_on": [],
}
"""Hidden progress would still be told to each output at every step, and the page copies all that an output holds (the whole
chat) before each such telling: a reply would be answered the slower the longer the chat is.
"""
BUSY: dict[str, Any] = QUIET | {"show_progress": "minimal", "show_progress_on": None}
"""For what may take seconds."""
ZONE_JS = "(...values) => [Intl.DateTimeFormat().resolvedOptions().timeZone, ...values.slice(1)]"
"""Puts the browser's time zone in the place of the first value."""
PRESS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (button) trigger('click', {...button.dataset});
});
"""
"""What lets a button within HTML be pressed: its `data-` values go to the handler."""


def leave(pressed: Callable[..., Any], answering: list[Any]) -> None:
    """Lets a press end the showing of an answer that still comes, which would come over what the press shows. The answer is kept
    all the same. To be wired before what the press shows: the page runs a press's listeners one after the other.
    """
    pressed(None, None, None, cancels=answering, **QUIET)
