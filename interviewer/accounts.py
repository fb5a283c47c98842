"""Accounts in the event log's database: users, logins, and whose each session is. Used where INTERVIEWER_AUTH is set."""

import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import Boolean, Column, Engine, Integer, String, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from interviewer.access import Role, User, who_acts
from interviewer.errors import InputInvalid, NotAllowed
from interviewer.store import metadata, unavailable, unknown_session

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("password", String(256), nullable=False),
    Column("at", String(32), nullable=False),
)
logins = Table(
    "logins",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("user_id", String(32), nullable=False, index=True),
    Column("until", String(32), nullable=False),
)
login_failures = Table(
    "login_failures",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("what", String(64), nullable=False, index=True),
    Column("at", String(32), nullable=False),
)
owners = Table(
    "owners",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("user_id", String(32), nullable=False, index=True),
    Column("shared", Boolean, nullable=False),
)

log = logging.getLogger("interviewer.accounts")

LOGIN_LASTS = timedelta(days=14)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 256
SHORTEST_NAME_GUESSED = 4
"""Letters from which on an account's name within its password makes it easily guessed."""
FAILURES_LAST = timedelta(minutes=15)
MOST_FAILURES = {"pair": 5, "address": 30, "name": 100}
"""Failed logins within a quarter of an hour after which more are refused: from one address for one name, from one
address, and for one name. The last is high, so that a stranger cannot easily lock somebody out."""
TOO_MANY = "too many failed logins; wait a quarter of an hour and try again"
MOST_SESSIONS = 2_000
"""So many sessions a user may have."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


class Accounts:
    """Users, their logins and their sessions.

    Args:
        engine: of the event log's database, its tables made.
        clock: the time now, aware.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        from argon2 import PasswordHasher

        self._engine = engine
        self._clock = clock
        # Source of the cost: OWASP's password storage cheat sheet, argon2id with 19 MiB, 2 passes, 1 lane.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobodys = self._hasher.hash(secrets.token_hex())
        self._hashing = BoundedSemaphore(4)

    def add(self, name: str, password: str, role: Role) -> User:
        """A new account. Raises: InputInvalid (the name is taken or cannot be one, the password is weak)."""
        user = User(id=secrets.token_hex(16), name=_checked_name(name), role=role)
        row = {"id": user.id, "name": user.name, "role": role.value, "password": self._hash(user.name, password)}
        try:
            self._write(insert(users).values(row | {"at": self._now()}))
        except IntegrityError as error:
            raise InputInvalid(f"there is an account {user.name!r} already; choose another name") from error
        return user

    def all(self) -> list[User]:
        """All accounts by name."""
        return [_user(row) for row in self._rows(select(users).order_by(users.c.name))]

    def find(self, name: str) -> User:
        """An account by name. Raises: InputInvalid where there is none."""
        rows = self._rows(select(users).where(users.c.name == name.strip().lower()))
        if not rows:
            raise InputInvalid(f"there is no account {name!r}; `interviewer accounts list` shows them")
        return _user(rows[0])

    def set_password(self, name: str, password: str) -> None:
        """A new password; all logins of the account end. Raises: InputInvalid."""
        user = self.find(name)
        hashed = self._hash(user.name, password)
        self._write(
            update(users).where(users.c.id == user.id).values(password=hashed),
            delete(logins).where(logins.c.user_id == user.id),
        )

    def end_logins(self, user: User) -> None:
        """Every login of the account ends."""
        self._write(delete(logins).where(logins.c.user_id == user.id))

    def remove(self, user: User) -> None:
        """The account and its logins are gone; its sessions are the caller's to delete."""
        self._write(
            delete(logins).where(logins.c.user_id == user.id),
            delete(owners).where(owners.c.user_id == user.id),
            delete(users).where(users.c.id == user.id),
        )

    def log_in(self, name: str, password: str, address: str) -> str:
        """A login's token, of 256 random bits; only its hash is kept.

        Raises: NotAllowed where name or password is wrong, or there were too many failures.
        """
        name = name.strip().lower()[:64]
        keys = {"pair": _digest(f"pair {name} {address}"), "address": _digest(address), "name": _digest(f"name {name}")}
        self._check_failures(keys)
        self._count_try(keys["pair"])
        rows = self._rows(select(users).where(users.c.name == name))
        # An unknown name takes as long as a wrong password.
        if not self._verify(rows[0].password if rows else self._nobodys, password) or not rows:
            self._fail(keys["address"], keys["name"])
            # No name: people type a password there by mistake.
            log.warning("a login failed, from %r", address)
            raise NotAllowed("name or password is wrong")
        token = secrets.token_urlsafe(32)
        until = (self._clock() + LOGIN_LASTS).astimezone(UTC).isoformat()
        self._write(
            delete(login_failures).where(login_failures.c.what == keys["pair"]),
            delete(logins).where(logins.c.until < self._now()),
            insert(logins).values(token=_digest(token), user_id=rows[0].id, until=until),
        )
        return token

    def who(self, token: str | None) -> User | None:
        """Whose login this token is; None where it is nobody's, or has ended."""
        if not token or len(token) > 128:
            return None
        query = select(users).join(logins, logins.c.user_id == users.c.id)
        rows = self._rows(query.where(logins.c.token == _digest(token), logins.c.until >= self._now()))
        return _user(rows[0]) if rows else None

    def log_out(self, token: str | None) -> None:
        """The login ends."""
        if token:
            self._write(delete(logins).where(logins.c.token == _digest(token)))

    def is_password(self, user: User, password: str) -> bool:
        """Whether this is the account's password. Raises: NotAllowed after too many that were not: a login may be stolen."""
        key = _digest(f"password {user.id}")
        self._check_failures({"pair": key})
        self._count_try(key)
        rows = self._rows(select(users).where(users.c.id == user.id))
        if right := bool(rows) and self._verify(rows[0].password, password):
            self._write(delete(login_failures).where(login_failures.c.what == key))
        return right

    def own(self, session_id: str, user: User) -> None:
        """The session is that user's."""
        self._write(insert(owners).values(session_id=session_id, user_id=user.id, shared=False))

    def share(self, session_id: str, user: User, shared: bool) -> None:
        """Whether coaches may read the session's report. Raises: UnknownSession where it is not that user's."""
        if not self.may(session_id, user, write=True):
            raise unknown_session(session_id)
        self._write(update(owners).where(owners.c.session_id == session_id).values(shared=shared))

    def sessions_of(self, user: User) -> dict[str, bool]:
        """Ids of a user's sessions, and whether each is shared."""
        rows = self._rows(select(owners).where(owners.c.user_id == user.id))
        return {row.session_id: bool(row.shared) for row in rows}

    def shared(self) -> dict[str, str]:
        """Ids of all shared sessions, with their owners' names."""
        query = select(owners.c.session_id, users.c.name).join(users, users.c.id == owners.c.user_id)
        return {row.session_id: row.name for row in self._rows(query.where(owners.c.shared))}

    def may(self, session_id: str, user: User, write: bool) -> bool:
        """Whether the session is theirs; for reading also, whether it is shared and they are a coach."""
        rows = self._rows(select(owners).where(owners.c.session_id == session_id))
        if not rows or rows[0].user_id == user.id:
            return bool(rows)
        return not write and bool(rows[0].shared) and user.role is Role.COACH

    def _check_failures(self, keys: dict[str, str]) -> None:
        since = (self._clock() - FAILURES_LAST).astimezone(UTC).isoformat()
        self._write(delete(login_failures).where(login_failures.c.at < since))
        found = self._failures(*keys.values())
        if any(found.get(key, 0) >= MOST_FAILURES[kind] for kind, key in keys.items()):
            raise NotAllowed(TOO_MANY)

    def _count_try(self, pair: str) -> None:
        """Counts a try before it is made: of many at the same moment, each would else find that none had failed yet."""
        self._fail(pair)
        if self._failures(pair)[pair] > MOST_FAILURES["pair"]:
            raise NotAllowed(TOO_MANY)

    def _fail(self, *keys: str) -> None:
        self._write(insert(login_failures).values([{"what": key, "at": self._now()} for key in keys]))

    def _failures(self, *keys: str) -> dict[str, int]:
        counted = select(login_failures.c.what, func.count().label("n")).group_by(login_failures.c.what)
        return {row.what: row.n for row in self._rows(counted.where(login_failures.c.what.in_(keys)))}

    def _hash(self, name: str, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise InputInvalid(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; choose another")
        # A short name stands in good passwords by chance: 'al' in 'medical'.
        named = len(name) >= SHORTEST_NAME_GUESSED and name in password.lower()
        if named or len(set(password)) < 5:
            raise InputInvalid("this password is easily guessed; choose another")
        with self._hashing:
            return self._hasher.hash(password)

    def _verify(self, hashed: str, password: str) -> bool:
        from argon2.exceptions import Argon2Error, InvalidHashError

        try:
            with self._hashing:
                return self._hasher.verify(hashed, password[: LONGEST_PASSWORD + 1])
        except (Argon2Error, InvalidHashError, UnicodeError):
            return False

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat()

    def _rows(self, query: Any) -> list[Any]:
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query))
        except SQLAlchemyError as error:
            raise unavailable("read", error) from error

    def _write(self, *statements: Any) -> None:
        try:
            with self._engine.begin() as connection:
                for statement in statements:
                    connection.execute(statement)
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise unavailable("written", error) from error


class OwnSessions:
    """The access of whoever acts: their own sessions; for a coach, reading what was shared too."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def begin(self, session_id: str) -> None:
        """Makes a new session theirs. Raises: InputInvalid where they have too many."""
        user = who_acts()
        if len(self._accounts.sessions_of(user)) >= MOST_SESSIONS:
            raise InputInvalid(
                f"you have {MOST_SESSIONS:,} sessions, the limit; export and delete your data to begin more"
            )
        self._accounts.own(session_id, user)

    def check(self, session_id: str, write: bool) -> None:
        """A session of another is unknown, so that nothing tells whether it is there."""
        if not self._accounts.may(session_id, who_acts(), write):
            raise unknown_session(session_id)

    def visible(self) -> frozenset[str] | None:
        """Ids of their own sessions."""
        return frozenset(self._accounts.sessions_of(who_acts()))


def _checked_name(name: str) -> str:
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise InputInvalid(f"{name!r} is no name for an account; use up to 64 letters, digits and . _ @ + -")
    return name


def _user(row: Any) -> User:
    return User(id=row.id, name=row.name, role=Role(row.role))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
