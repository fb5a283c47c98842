"""Tells the program who acts while a handler runs: the visitor whom the gate found for the request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from interviewer.access import Role, User, acting, who_acts
from interviewer.errors import NotAllowed
from interviewer.wiring import Interviewer
from ui.texts import say

SCOPE = "interviewer.user"
"""Where a request's scope holds the visitor; None without accounts."""


@contextmanager
def visiting() -> Iterator[None]:
    """While this lasts, whoever sent the request that Gradio works on is the one who acts."""
    from gradio.context import LocalContext

    request = LocalContext.request.get(None)
    inner = getattr(request, "request", None)
    user = inner.scope.get(SCOPE) if inner is not None else None
    with acting(user if isinstance(user, User) else None):
        yield


def is_admin(interviewer: Interviewer) -> bool:
    """Whether the one who acts may change what all share; without accounts everybody may."""
    return interviewer.settings.auth is None or not interviewer.serving or who_acts().role is Role.ADMIN


def require_admin(interviewer: Interviewer) -> None:
    """Raises: NotAllowed where the one who acts is no admin."""
    if not is_admin(interviewer):
        raise NotAllowed(say("faults.admin"))


def for_admins(interviewer: Interviewer, told: Callable[..., Any]) -> Callable[..., Any]:
    """Like `told`, for handlers that only an admin may use."""

    def guarded(handler: Callable[..., Any]) -> Any:
        @wraps(handler)
        def checked(*arguments: Any, **named: Any) -> Any:
            require_admin(interviewer)
            return handler(*arguments, **named)

        return told(checked)

    return guarded
