"""Who acts, and which sessions they may see. Without accounts there is one person, whose is everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Protocol

from interviewer.errors import NotAllowed
from knowledge.bank import Frozen


class Role(StrEnum):
    """Candidate: their own sessions. Coach: also the reports that were shared. Admin: also material, evals, settings."""

    CANDIDATE = "candidate"
    COACH = "coach"
    ADMIN = "admin"


class User(Frozen):
    """Who is logged in. `id` is random and never used again, so that a name given anew inherits nothing."""

    id: str
    name: str
    role: Role


class Access(Protocol):
    """Says which sessions the one who acts may see and go on with."""

    def begin(self, session_id: str) -> None:
        """Makes a new session theirs. Raises: NotAllowed, StoreUnavailable."""

    def check(self, session_id: str, write: bool) -> None:
        """Raises: UnknownSession where they may not read it, or not go on with it; NotAllowed where nobody acts."""

    def visible(self) -> frozenset[str] | None:
        """Ids of the sessions that are theirs; None for all. Raises: NotAllowed where nobody acts."""


class Everything:
    """The access of the one person at this machine."""

    def begin(self, session_id: str) -> None:
        """Nothing is to be kept."""

    def check(self, session_id: str, write: bool) -> None:
        """Everything may be read and written."""

    def visible(self) -> frozenset[str] | None:
        """All sessions."""
        return None


_acting: ContextVar[User | None] = ContextVar("interviewer_acting", default=None)


@contextmanager
def acting(user: User | None) -> Iterator[None]:
    """While this lasts, `user` is the one who acts; None: nobody is known."""
    before = _acting.set(user)
    try:
        yield
    finally:
        _acting.reset(before)


def who_acts() -> User:
    """The one who acts. Raises: NotAllowed where nobody is known."""
    user = _acting.get()
    if user is None:
        raise NotAllowed("log in first, then try again")
    return user
