"""What the model has cost so far, by session and in all, and whether there is budget left."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from interviewer.llm.faults import Fault, FaultKind
from interviewer.llm.limits import Limits, Prices
from knowledge.bank import Frozen

CHARACTERS_A_TOKEN = 4
"""For servers that do not count: about so many characters are a token of English."""
_session: ContextVar[str | None] = ContextVar("session", default=None)


class Usage(Frozen):
    """Requests sent and tokens used. `cost_usd` is None where no price is set; `estimated`: some tokens were guessed."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = None
    estimated: bool = False


@contextmanager
def spending(session: str) -> Iterator[None]:
    """What is asked inside the block is this session's."""
    token = _session.set(session)
    try:
        yield
    finally:
        _session.reset(token)


class Ledger:
    """Usage of this process. Safe to use from many threads.

    Args:
        limits: the budgets.
        prices: for the cost.
    """

    def __init__(self, limits: Limits, prices: Prices) -> None:
        self._limits = limits
        self._prices = prices
        self._lock = Lock()
        self._total = Usage()
        self._sessions: defaultdict[str, Usage] = defaultdict(Usage)

    def check(self, session: str | None) -> None:
        """Raises: Fault where the session's or the process's tokens are spent."""
        used = self.session(session) if session else Usage()
        if used.tokens_in + used.tokens_out >= self._limits.session_tokens:
            raise Fault(
                FaultKind.BUDGET,
                f"this session has used its {self._limits.session_tokens:,} tokens of the language model; "
                "INTERVIEWER_LLM_SESSION_TOKENS sets how many",
            )
        if self.total.tokens_in + self.total.tokens_out >= self._limits.total_tokens:
            raise Fault(
                FaultKind.BUDGET,
                f"the {self._limits.total_tokens:,} tokens of the language model are used up; "
                "INTERVIEWER_LLM_TOTAL_TOKENS sets how many, until the program is started anew",
            )

    def add(self, session: str | None, asked: str, answered: str, tokens: tuple[int, int] | None) -> None:
        """Counts one request.

        Args:
            tokens: in and out, as the server counted them; None where it did not, and the texts' lengths decide.
        """
        guessed = (len(asked) // CHARACTERS_A_TOKEN, len(answered) // CHARACTERS_A_TOKEN)
        with self._lock:
            self._total = self._added(self._total, tokens or guessed, tokens is None)
            if session:
                self._sessions[session] = self._added(self._sessions[session], tokens or guessed, tokens is None)

    def _added(self, usage: Usage, tokens: tuple[int, int], estimated: bool) -> Usage:
        tokens_in, tokens_out = usage.tokens_in + tokens[0], usage.tokens_out + tokens[1]
        return Usage(
            requests=usage.requests + 1,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost_usd=self._prices.cost_usd(tokens_in, tokens_out),
            estimated=usage.estimated or estimated,
        )

    @property
    def total(self) -> Usage:
        """Of this process."""
        return self._total

    def session(self, session: str) -> Usage:
        """Of one session, since this process began."""
        return self._sessions.get(session, Usage())


def current_session() -> str | None:
    """The session that is being worked on, or None outside of one."""
    return _session.get()


def in_words(usage: Usage) -> str:
    """Usage in one line."""
    about = "about " if usage.estimated else ""
    cost = "" if usage.cost_usd is None else f", {about}${usage.cost_usd:.4f}"
    requests = "1 request" if usage.requests == 1 else f"{usage.requests} requests"
    return f"{requests}, {about}{usage.tokens_in + usage.tokens_out:,} tokens{cost}"
