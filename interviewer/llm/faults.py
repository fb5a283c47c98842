"""What can go wrong with a request to a language model, as a closed set: retries and the circuit breaker decide by it."""

from enum import StrEnum

from interviewer.errors import ModelFailed


class FaultKind(StrEnum):
    """Why there is no answer."""

    REQUEST = "request"  # the server will not have it: 400, 404, 422...
    KEY = "key"  # 401, 403
    BUSY = "busy"  # 429
    SERVER = "server"  # 408, 409, 5xx
    CONNECTION = "connection"  # refused, reset, cut
    TLS = "tls"
    TIMEOUT = "timeout"  # nothing came for the length of the read timeout
    DEADLINE = "deadline"  # the whole call took too long
    INVALID = "invalid"  # an answer that is not what was asked for
    LENGTH = "length"  # an answer cut at the model's token limit
    REFUSED = "refused"  # the model declined
    FILTERED = "filtered"  # a content filter took the answer away
    CANARY = "canary"  # the answer repeats what it must not
    BUDGET = "budget"  # the tokens set for the session or the process are spent
    RESTING = "resting"  # the circuit breaker is open
    NOT_SENT = "not_sent"  # recorded, or no recorded response


ASKED_AGAIN = frozenset(
    {
        FaultKind.BUSY,
        FaultKind.SERVER,
        FaultKind.CONNECTION,
        FaultKind.TIMEOUT,
        FaultKind.INVALID,
        FaultKind.LENGTH,
    }
)
"""Faults after which a second request may help."""
OF_THE_SERVER = frozenset(
    {
        FaultKind.REQUEST,
        FaultKind.KEY,
        FaultKind.BUSY,
        FaultKind.SERVER,
        FaultKind.CONNECTION,
        FaultKind.TLS,
        FaultKind.TIMEOUT,
        FaultKind.DEADLINE,
    }
)
"""Faults that say that the server is not well. The others hang on the text, and a reply must not be able to open the
circuit breaker for everybody."""


class Fault(ModelFailed):
    """A call without a usable answer.

    Args:
        kind: which of the closed set.
        message: what happened, for the person; holds no key.
        retry_after_s: how long the server asks to wait, where it said something usable.
        said: the server's own words, for finding out what it can do; shown to nobody.
    """

    def __init__(self, kind: FaultKind, message: str, retry_after_s: float | None = None, said: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.said = said
