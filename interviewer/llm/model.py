"""The language model as the rest of the program sees it: a text in, a checked answer out, or one fault."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import prompts
from interviewer.llm.breaker import Admission, Breaker
from interviewer.llm.faults import OF_THE_SERVER, Fault, FaultKind
from interviewer.llm.ledger import Ledger, current_session
from interviewer.llm.limits import Endpoint, Format, Limits
from interviewer.llm.objects import last_object, without_thoughts
from interviewer.llm.recorder import Exchange
from interviewer.llm.retries import wait_before_retry

if TYPE_CHECKING:
    from interviewer.llm.capabilities import Capabilities, Learning
    from interviewer.llm.wire import Answer, Wire

AGAIN = "again"
T = TypeVar("T")
Work = Callable[[float], Coroutine[Any, Any, T]]
"""From the time (`time.monotonic`) at which the call is broken off to what it does until then."""


class Asked(NamedTuple):
    """A checked answer, and what it took. `tokens` (in, out) is None where the server does not count."""

    value: Any
    tokens: tuple[int, int] | None
    requests: int


class LanguageModel:
    """Asks a server within all limits. Safe to use from many threads; a call blocks the one it is made from.

    Args:
        endpoint: which model and where.
        limits: how long, how often and how much.
        ledger: counts what is used and refuses where a budget is spent.
        exchange: stands in for the network; None for the network.
        clock: seconds, monotonic, for the circuit breaker.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        limits: Limits,
        ledger: Ledger,
        exchange: Exchange | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint
        self.limits = limits
        self.ledger = ledger
        self._exchange = exchange
        self._breaker = Breaker(limits, clock)
        self._wire: Wire | None = None
        self._learning: Learning | None = None
        self._opening = threading.Lock()
        self._places = asyncio.Semaphore(limits.concurrent)

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.endpoint.model

    def capabilities(self) -> "Capabilities":
        """What the server can do: found out by small requests where no answer has shown it yet. Raises: Fault."""
        return self._call(lambda until: self._find_out())

    def ask(self, text: str, schema: dict[str, Any], check: Callable[[str], Any], canary: str | None = None) -> Asked:
        """One checked answer to a text.

        Args:
            schema: JSON Schema of the answer.
            check: from the answer's JSON object to its value; raises ValueError where it is not what was asked for.
            canary: lower-case text of the request; an answer that repeats it is discarded.

        Raises: Fault.
        """
        session = current_session()
        checked = partial(_checked, check=check, canary=canary)
        return self._call(lambda until: self._ask(text, schema, checked, session, until))

    def stream(self, text: str, take: Callable[[str], None]) -> None:
        """Streams an answer in one request; `take` gets each piece, and ends it all by raising a Fault.

        Raises: Fault.
        """
        session = current_session()
        # Not as the probe, which goes on when nobody listens any more.
        return self._call(lambda until: self._stream(text, take, session), may_probe=False)

    def open(self) -> None:
        """Loads what is needed to ask, which takes seconds the first time; else the first call's deadline pays for it."""
        with self._opening:
            if self._wire is None:
                from interviewer.llm.wire import Wire

                self._wire = Wire(self.endpoint, self.limits, self._exchange)

    def close(self) -> None:
        """Closes the connections."""
        if self._wire is not None:
            asyncio.run_coroutine_threadsafe(self._wire.close(), _loop()).result()
            self._wire = None

    def _call(self, work: Work[T], may_probe: bool = True) -> T:
        """What the work returns, or a fault by the deadline, in whatever state the work then is."""
        began = time.monotonic()
        self.open()
        call = self._breaker.admits(may_probe)
        if call is None:
            raise Fault(FaultKind.RESTING, "it failed too often just now and is left alone for a while")
        until = began + self.limits.given_up_s
        future = asyncio.run_coroutine_threadsafe(self._noted(call, work, until), _loop())
        most_s = began + self.limits.handed_on_s - time.monotonic()
        try:
            return future.result(min(most_s, self.limits.long_s) if call.probe else most_s)
        except TimeoutError as error:
            if call.probe:
                # It goes on by itself, and what becomes of it decides about the next call.
                raise Fault(FaultKind.RESTING, "it failed too often just now, and has not recovered yet") from error
            future.cancel()
            self._breaker.failed(call)
            raise self._too_late() from error
        except BaseException:
            future.cancel()
            raise

    async def _noted(self, call: Admission, work: Work[T], until: float) -> T:
        """What the work returns; what it shows of the server's health is told to the breaker."""
        try:
            value = await self._within_deadline(work, until)
        except Fault as fault:
            if fault.kind in OF_THE_SERVER:
                self._breaker.failed(call)
            elif fault.kind in (FaultKind.BUDGET, FaultKind.NOT_SENT):
                self._breaker.left(call)
            else:
                self._breaker.worked()
            raise
        except BaseException:
            self._breaker.left(call)
            raise
        self._breaker.worked()
        return value

    async def _within_deadline(self, work: Work[T], until: float) -> T:
        try:
            async with asyncio.timeout(until - time.monotonic()), self._places:
                return await work(until)
        except TimeoutError as error:
            raise self._too_late() from error

    def _too_late(self) -> Fault:
        return Fault(FaultKind.DEADLINE, f"it gave no whole answer within {self.limits.call_s:g} s")

    async def _ask(
        self, text: str, schema: dict[str, Any], checked: Callable[[str], Any], session: str | None, until: float
    ) -> Asked:
        learning = self._learn()
        asked, tokens, sent, refused = text, (0, 0), 0, 0
        counted = True
        while True:
            self.ledger.check(session)
            sent, way = sent + 1, learning.way
            try:
                answer = await self._ask_once(session, asked, schema, way.answer_format, way.steady)
                counted = counted and answer.tokens is not None
                tokens = (tokens[0] + (answer.tokens or (0, 0))[0], tokens[1] + (answer.tokens or (0, 0))[1])
                value = checked(answer.text)
                learning.worked(way)
                return Asked(value, tokens if counted else None, sent)
            except Fault as fault:
                if learning.refused(way, fault):
                    refused += 1
                    continue
                left_s = until - time.monotonic()
                wait = wait_before_retry(fault, sent - refused, self.limits.requests, left_s)
                if wait is None:
                    learning.gave_up(way, fault)
                    raise
                counted = counted and fault.kind is not FaultKind.LENGTH
                if fault.kind in (FaultKind.INVALID, FaultKind.LENGTH):
                    # In the same message: some models' templates refuse two of the user's, one after the other.
                    asked = f"{text}\n{prompts.render(AGAIN)}"
                await asyncio.sleep(wait)

    async def _ask_once(
        self, session: str | None, text: str, schema: dict[str, Any], how: Format, steady: bool
    ) -> "Answer":
        assert self._wire is not None
        async with self._counted(session, text) as count:
            answer = await self._wire.ask(text, schema, how, steady)
            count(answer.text, answer.tokens)
            return answer

    async def _stream(self, text: str, take: Callable[[str], None], session: str | None) -> None:
        assert self._wire is not None
        self.ledger.check(session)
        async with self._counted(session, text) as count:
            said = ""
            try:
                async for piece in self._wire.stream(text):
                    said += piece
                    take(piece)
            finally:
                count(said, None)

    @asynccontextmanager
    async def _counted(self, session: str | None, asked: str) -> AsyncIterator[Callable[..., None]]:
        """Counts a request when it is over, answered or not; one that was not sent is none."""
        used: list[Any] = ["", None]

        def count(answered: str, tokens: tuple[int, int] | None) -> None:
            used[:] = [answered, tokens]

        try:
            yield count
        except Fault as fault:
            if fault.kind is not FaultKind.NOT_SENT:
                self.ledger.add(session, asked, *used)
            raise
        except BaseException:
            self.ledger.add(session, asked, *used)
            raise
        self.ledger.add(session, asked, *used)

    async def _find_out(self) -> "Capabilities":
        from interviewer.llm.capabilities import find_out

        learning = self._learn()
        if not learning.known:
            self.ledger.check(None)
            learning.worked(await find_out(partial(self._ask_once, None)))
        return learning.way

    def _learn(self) -> "Learning":
        if self._learning is None:
            from interviewer.llm.capabilities import Learning

            self._learning = Learning(self.endpoint.answer_format)
        return self._learning


def _checked(text: str, check: Callable[[str], Any], canary: str | None) -> Any:
    said = without_thoughts(text)
    found = last_object(said)
    # What it read is looked at, too: there a canary written in escapes stands in letters.
    if canary and (canary in said.lower() or canary in found.lower()):
        raise Fault(FaultKind.CANARY, "it repeated text that it must not, so its answer was discarded")
    try:
        return check(found)
    except (ValueError, RecursionError) as error:
        raise Fault(FaultKind.INVALID, f"its answer is not what was asked for ({_short(error)})") from error


def _short(error: Exception) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        problem = error.errors()[0]
        return f"{'.'.join(str(part) for part in problem['loc']) or 'JSON'}: {problem['msg']}"[:160]
    return (str(error).splitlines() or [""])[0][:160]


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """The one event loop of all models, in a thread of its own: only there can a call be broken off at its deadline,
    however the server drips.
    """
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language-model", daemon=True).start()
    return loop
