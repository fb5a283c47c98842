"""Where the model is, and how long, how often and how much it may be asked."""

from enum import StrEnum

from pydantic import Field, SecretStr

from knowledge.bank import Frozen

OPENAI = "https://api.openai.com/v1"
MARGIN_S = 3.0
"""Taken off the deadline (of a short one a fifth): to give up and hand on what there is takes time, too."""


class Format(StrEnum):
    """How a server can be made to answer in JSON, the surest first."""

    SCHEMA = "schema"
    TOOLS = "tools"
    JSON = "json"


class Endpoint(Frozen):
    """Where the model is. A local server may need no key.

    `answer_format` None: found out at first use.
    """

    model: str
    base_url: str = OPENAI
    api_key: SecretStr = SecretStr("none")
    answer_format: Format | None = None


class Limits(Frozen):
    """How long, how often and how much. Source of the defaults: the project's issue on language models.

    `call_s`: the whole call by wall clock, its waits and second request included. `requests`: at most so many a call.
    `session_tokens`, `total_tokens`: most tokens, in and out, of a session and of this process. The breaker opens after
    `breaker_failures` within `breaker_window_s`, or after `breaker_long` long ones with no answer in between, and lets one
    probe through after `breaker_rest_s`; 0 failures: never.
    """

    connect_s: float = Field(default=3.0, gt=0)
    read_s: float = Field(default=20.0, gt=0)
    call_s: float = Field(default=45.0, gt=0)
    requests: int = Field(default=2, ge=1, le=2)
    concurrent: int = Field(default=8, ge=1)
    session_tokens: int = Field(default=300_000, ge=1)
    total_tokens: int = Field(default=20_000_000, ge=1)
    breaker_failures: int = Field(default=5, ge=0)
    breaker_window_s: float = Field(default=30.0, gt=0)
    breaker_rest_s: float = Field(default=30.0, gt=0)
    breaker_long: int = Field(default=2, ge=1)

    @property
    def long_s(self) -> float:
        """From so many seconds a failed call is long (6 by default): calls one after the other that take longer never make
        `breaker_failures` within the window. So long at most is the probe waited for, too.
        """
        return self.breaker_window_s / max(1, self.breaker_failures)

    @property
    def given_up_s(self) -> float:
        """Seconds at which a call is broken off, so much before `call_s` that what is left to do fits in."""
        return self.call_s - self._margin_s

    @property
    def handed_on_s(self) -> float:
        """Seconds at which a call's caller goes on without it, should it not have let itself be broken off."""
        return self.call_s - self._margin_s / 2

    @property
    def _margin_s(self) -> float:
        return min(MARGIN_S, self.call_s / 5)


class Prices(Frozen):
    """Prices in US dollars for a million tokens; None where none is set."""

    tokens_in: float | None = None
    tokens_out: float | None = None

    def cost_usd(self, tokens_in: int | None, tokens_out: int | None) -> float | None:
        """The cost of these tokens; None where a price is not set or the tokens are not known."""
        if self.tokens_in is None or self.tokens_out is None or tokens_in is None or tokens_out is None:
            return None
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1_000_000
