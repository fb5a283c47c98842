"""Asking a language model: what a server can do, when to ask again, when to leave it alone, and what it costs."""

import json
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.llm.breaker import Breaker
from interviewer.llm.faults import ASKED_AGAIN, Fault, FaultKind
from interviewer.llm.ledger import Ledger, Usage, in_words, spending
from interviewer.llm.limits import Format, Limits, Prices
from interviewer.llm.objects import last_object, without_thoughts
from interviewer.llm.retries import PAUSE_S, retry_after_s, wait_before_retry
from tests.openai_server import Answer, Request, can_all, chunks, completion, openai_server, prompt_of, streamed
from tests.plain_grader import PATIENT, language_model
from tests.wire_faults import status

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def one(request: Request) -> tuple[int, Any]:
    return 200, completion(None, tool='{"a": 1}') if "tools" in request else completion('{"a": 1}')


def only(*named: str) -> Answer:
    """A server that can do these: of 'schema', 'tools', 'json', 'temperature'."""

    def probe(request: Request) -> tuple[int, Any]:
        how = request.get("response_format", {}).get("type", "tools")
        name = {"json_schema": "schema", "json_object": "json", "tools": "tools"}[how]
        if "temperature" in request and "temperature" not in named:
            return 400, {"error": {"message": "Unsupported value: 'temperature'"}}
        return can_all(request) if name in named else (400, {"error": {"message": f"{how} is not supported"}})

    return probe


@pytest.mark.parametrize(
    ("can", "found", "steady", "requests"),
    [
        (("schema", "tools", "json", "temperature"), Format.SCHEMA, True, 1),
        (("tools", "json", "temperature"), Format.TOOLS, True, 2),
        (("json", "temperature"), Format.JSON, True, 3),
        (("json",), Format.JSON, False, 4),
        (("schema",), Format.SCHEMA, False, 2),
    ],
)
def test_what_a_server_can_do_is_found_out_by_the_first_use(
    can: tuple[str, ...], found: Format, steady: bool, requests: int
) -> None:
    with openai_server(one, only(*can)) as asked:
        model = language_model(asked.url)
        assert (model.capabilities().answer_format, model.capabilities().steady) == (found, steady)
        model.close()
    assert (len(asked.probes), len(asked.requests)) == (requests, 0)
    may = only(*can)
    with openai_server(lambda r: one(r) if may(r)[0] == 200 else may(r)) as server:
        model = language_model(server.url)
        assert [model.ask("?", SCHEMA, json.loads).value for _ in range(2)] == [{"a": 1}, {"a": 1}]
        assert (model.capabilities().answer_format, model.capabilities().steady) == (found, steady)
        model.close()
    assert (len(server.requests), len(server.probes)) == (requests + 1, 0)
    sent = server.requests[-1]
    assert ("tools" in sent) == (found is Format.TOOLS)
    assert ("temperature" in sent) == steady
    if found is Format.SCHEMA:
        assert sent["response_format"]["json_schema"]["schema"] == SCHEMA


def test_a_server_that_only_says_no_is_asked_another_way_by_the_next_call() -> None:
    def tools_only(request: Request) -> tuple[int, Any]:
        return one(request) if "tools" in request else (400, {"error": {"message": "no"}})

    with openai_server(tools_only) as server:
        model = language_model(server.url)
        with pytest.raises(Fault, match="400"):
            model.ask("?", SCHEMA, json.loads)
        assert len(server.requests) == 1
        assert model.ask("?", SCHEMA, json.loads).value == {"a": 1}
        assert model.capabilities().answer_format is Format.TOOLS
        model.close()


def test_a_server_that_ignores_what_is_asked_is_told_apart() -> None:
    with openai_server(one, lambda _: (200, completion("Green!"))) as server:
        model = language_model(server.url)
        with pytest.raises(Fault, match="JSON neither"):
            model.capabilities()
        model.close()
    assert len(server.probes) == 3


def test_a_probe_that_meets_a_passing_fault_concludes_nothing() -> None:
    answers = [status(429), can_all]
    with openai_server(one, lambda request: answers.pop(0)(request)) as server:
        model = language_model(server.url)
        with pytest.raises(Fault, match="429"):
            model.capabilities()
        assert model.capabilities().answer_format is Format.SCHEMA
        model.close()


def test_the_key_goes_to_the_server_named_and_other_variables_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/elsewhere")
    monkeypatch.setenv("OPENAI_PROXY", "http://127.0.0.1:9")
    with openai_server(one) as server:
        model = language_model(server.url, format=Format.SCHEMA)
        asked = model.ask("hello there", SCHEMA, json.loads)
        model.close()
    assert (asked.tokens, asked.requests) == ((100, 20), 1)
    [request] = server.requests
    assert prompt_of(request) == "hello there"
    assert request["model"] == "test-model"
    assert server.probes == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<think>is it {"a": 2}?</think>\n```json\n{"a": 1}\n```', '{"a": 1}'),
        ('{"a": "``` </think>"}', '{"a": "``` </think>"}'),
        ('The reply says {"a": 0}, so:\n\n```\n{"a": {"b": 1}}\n```\nIn {short}, it is wrong.', '{"a": {"b": 1}}'),
        (r'{"a": "\sigma(x), \\theta, \u00e9, \"y\""}', r'{"a": "\\sigma(x), \\theta, é, \"y\""}'),
        (r'{"a": "half \ud83d, whole \ud83d\ude00"}', '{"a": "half \ufffd, whole \U0001f600"}'),
        ('{"a": "two\nlines"}', r'{"a": "two\nlines"}'),
        ("I would rather not.", "I would rather not."),
    ],
)
def test_an_object_is_found_in_whatever_a_model_says(text: str, found: str) -> None:
    assert last_object(without_thoughts(text)) == found


@given(
    st.dictionaries(st.text(), st.recursive(st.none() | st.text() | st.integers(), st.lists), max_size=4),
    st.text("ab`.\n "),
)
def test_every_object_is_found_between_words(value: dict[str, Any], beside: str) -> None:
    for written in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)):
        assert json.loads(last_object(f"{beside}{written}{beside}")) == value


def test_a_hostile_answer_is_read_quickly() -> None:
    began = time.perf_counter()
    for text in ('{"a":' * 300_000, '{"a":"x{' * 200_000, "\\" * 999_999):
        assert last_object(text) == text
    assert time.perf_counter() - began < 5


def test_an_object_too_deep_to_be_written_is_handed_on() -> None:
    for depth in range(950, 1000):  # the reader goes a few steps deeper than the writer
        assert last_object('{"a":' * depth + "1" + "}" * depth).startswith('{"a":')


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None), ("0", 0.0), ("1", 1.0), ("121", 121.0), ("-1", None), ("NaN", None), ("inf", None), ("soon", None),
        ("Fri, 20 Nov 2026 12:00:07 GMT", 7.0), ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds


def test_when_a_call_asks_again() -> None:
    for kind in FaultKind:
        wait = wait_before_retry(Fault(kind, ""), sent=1, most=2, left_s=10)
        assert (wait is not None) == (kind in ASKED_AGAIN)
        assert wait_before_retry(Fault(kind, ""), sent=2, most=2, left_s=10) is None
    assert wait_before_retry(Fault(FaultKind.SERVER, ""), 1, 2, 10) == PAUSE_S
    assert wait_before_retry(Fault(FaultKind.INVALID, ""), 1, 2, 10) == 0
    assert wait_before_retry(Fault(FaultKind.BUSY, "", retry_after_s=9), 1, 2, 10) == 9
    assert wait_before_retry(Fault(FaultKind.BUSY, "", retry_after_s=10), 1, 2, 10) is None


class Ticking:
    """A breaker of the true limits with a clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.breaker = Breaker(Limits(), lambda: self.now)

    def fails(self, after_s: float = 0.0) -> None:
        """A call that is admitted now fails by the server's fault so much later."""
        call = self.breaker.admits()
        assert call is not None
        self.now += after_s
        self.breaker.failed(call)


def test_the_breaker_opens_rests_probes_and_closes() -> None:
    clock = Ticking()
    breaker = clock.breaker
    for _ in range(4):
        clock.fails()
    clock.now = 31
    clock.fails()
    for _ in range(4):
        assert breaker.admits()  # the first four are out of the window
        clock.fails()
    assert not breaker.admits()
    clock.now = 31 + 30
    assert not breaker.admits(may_probe=False)
    probe = breaker.admits()
    assert probe is not None
    assert probe.probe
    assert not breaker.admits()  # one probe only
    breaker.failed(probe)
    clock.now += 29
    assert not breaker.admits()
    clock.now += 1
    assert breaker.admits()
    breaker.worked()
    assert breaker.admits()
    assert breaker.admits()


def test_two_long_failures_without_an_answer_between_open_the_breaker_however_far_apart() -> None:
    clock = Ticking()
    breaker = clock.breaker
    clock.fails(after_s=40.5)
    breaker.worked()
    clock.fails(after_s=40.5)
    clock.now += 3600
    clock.fails(after_s=0.1)  # it answers nothing either
    assert breaker.admits()
    clock.fails(after_s=Limits().long_s)
    assert not breaker.admits()


def test_calls_that_were_under_way_when_it_opened_do_not_prolong_the_rest() -> None:
    clock = Ticking()
    breaker = clock.breaker
    late = breaker.admits()
    assert late is not None
    clock.fails(after_s=40)
    clock.fails(after_s=40)
    clock.now += 20
    breaker.failed(late)
    clock.now += 10
    probe = breaker.admits()
    assert probe is not None
    breaker.left(late)
    assert not breaker.admits()
    breaker.left(probe)
    assert breaker.admits()


SHORT = Limits(connect_s=1.0, read_s=0.3, call_s=3.0, breaker_window_s=2.0, breaker_rest_s=1.2)
"""As the true limits stand to each other, a hang lasts 1.1 s and a probe is waited for 0.4 s."""


def test_a_server_that_hangs_is_not_waited_for_at_every_reply() -> None:
    well = threading.Event()

    def hang(request: Request) -> tuple[int, Any]:
        return one(request) if well.is_set() else (200, lambda line: line.hang(5))

    def ask() -> tuple[FaultKind | None, float]:
        began = time.perf_counter()
        try:
            model.ask("?", SCHEMA, json.loads)
        except Fault as fault:
            return fault.kind, time.perf_counter() - began
        return None, time.perf_counter() - began

    with openai_server(hang) as server:
        model = language_model(server.url, SHORT, format=Format.SCHEMA)
        assert [ask()[0] for _ in range(2)] == [FaultKind.TIMEOUT, FaultKind.TIMEOUT]
        assert len(server.requests) == 4
        kind, took_s = ask()
        assert kind is FaultKind.RESTING
        assert took_s < 0.3
        time.sleep(SHORT.breaker_rest_s)
        kind, took_s = ask()  # the probe, which hangs as well
        assert kind is FaultKind.RESTING
        assert SHORT.long_s <= took_s < 0.9
        assert ask()[0] is FaultKind.RESTING
        assert len(server.requests) == 5
        well.set()
        time.sleep(SHORT.breaker_rest_s + 1.2)
        assert ask()[0] is None
        assert ask()[0] is None
        model.close()


def test_a_call_comes_back_by_its_deadline_whatever_its_work_does() -> None:
    held = threading.Event()
    with openai_server(one) as server:
        model = language_model(server.url, Limits(call_s=1.0), format=Format.SCHEMA)
        began = time.perf_counter()
        with pytest.raises(Fault, match="no whole answer within 1 s"):
            model.ask("?", SCHEMA, lambda text: held.wait(10))
        took_s = time.perf_counter() - began
        held.set()
        assert 0.8 <= took_s < 3
        assert model.ask("?", SCHEMA, json.loads).value == {"a": 1}
        model.close()


def test_a_failing_server_is_left_alone_and_a_refusing_one_is_not() -> None:
    now = [0.0]
    with openai_server(status(400)) as server:
        model = language_model(server.url, Limits(), format=Format.SCHEMA, clock=lambda: now[0])
        for _ in range(8):
            with pytest.raises(Fault) as caught:
                model.ask("?", SCHEMA, json.loads)
        assert caught.value.kind is FaultKind.RESTING
        assert len(server.requests) == 5
        now[0] = 30
        with pytest.raises(Fault, match="400"):
            model.ask("?", SCHEMA, json.loads)
        assert len(server.requests) == 6
        model.close()
    with openai_server(lambda _: (200, completion(None, refusal="no"))) as server:
        model = language_model(server.url, Limits(), format=Format.SCHEMA)
        for _ in range(7):
            with pytest.raises(Fault, match="refused"):
                model.ask("?", SCHEMA, json.loads)
        assert len(server.requests) == 7
        model.close()


def test_budgets_hold_for_a_session_and_for_all() -> None:
    limits = PATIENT.model_copy(update={"session_tokens": 240, "total_tokens": 480})
    with openai_server(one) as server:
        model = language_model(server.url, limits, format=Format.SCHEMA)

        def spend(session: str, times: int) -> None:
            with spending(session):
                for _ in range(times):
                    model.ask("?", SCHEMA, json.loads)

        spend("a", 2)
        with pytest.raises(Fault, match="this session has used its 240 tokens"):
            spend("a", 1)
        spend("b", 2)
        with pytest.raises(Fault, match="480 tokens of the language model are used up"):
            spend("c", 1)
        model.close()
    assert len(server.requests) == 4
    assert model.ledger.session("a") == Usage(requests=2, tokens_in=200, tokens_out=40, cost_usd=0.00028)
    assert in_words(model.ledger.total) == "4 requests, 480 tokens, $0.0006"


def test_tokens_that_a_server_does_not_count_are_estimated() -> None:
    ledger = Ledger(Limits(), Prices())
    ledger.add("s", "x" * 400, "y" * 40, None)
    assert ledger.session("s") == Usage(requests=1, tokens_in=100, tokens_out=10, estimated=True)
    assert in_words(ledger.session("s")) == "1 request, about 110 tokens"


def test_no_more_calls_than_set_are_under_way_at_once() -> None:
    under_way, most = [0], [0]
    lock = threading.Lock()

    def slow(request: Request) -> tuple[int, Any]:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.1)
        with lock:
            under_way[0] -= 1
        return one(request)

    with openai_server(slow) as server:
        limits = Limits(concurrent=2)
        model = language_model(server.url, limits, format=Format.SCHEMA)
        threads = [threading.Thread(target=model.ask, args=("?", SCHEMA, json.loads)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        model.close()
    assert len(server.requests) == 6
    assert most[0] == 2


def test_half_characters_do_not_reach_what_is_stored() -> None:
    with openai_server(lambda _: (200, streamed(chunks(["Well \ud83d."])))) as server:
        model = language_model(server.url)
        pieces: list[str] = []
        model.stream("?", pieces.append)
        model.close()
    assert "".join(pieces).encode() == "Well \ufffd.".encode()
    with openai_server(lambda _: (400, {"error": {"message": "no \ud83d"}})) as server:
        model = language_model(server.url, format=Format.SCHEMA)
        with pytest.raises(Fault, match="no \ufffd"):
            model.ask("?", SCHEMA, json.loads)
        model.close()


def test_a_stream_comes_in_pieces_and_can_be_broken_off() -> None:
    events = chunks(["One. ", "Two. ", "Three."])
    with openai_server(lambda _: (200, streamed(events))) as server:
        model = language_model(server.url)
        pieces: list[str] = []
        model.stream("speak", pieces.append)
        assert pieces == ["One. ", "Two. ", "Three."]

        def refuse(piece: str) -> None:
            raise Fault(FaultKind.INVALID, "enough")

        with pytest.raises(Fault, match="enough"):
            model.stream("speak", refuse)
        model.close()
    assert all(request["stream"] for request in server.requests)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(chunks(["One. ", "Two."])[:1], id="cut"),
        pytest.param(chunks(["One."], finish=None), id="no end mark"),
        pytest.param(chunks(["One."], finish="length"), id="length"),
        pytest.param([b"data: {broken\n\n"], id="no JSON"),
    ],
)
def test_a_stream_without_its_end_is_a_fault(events: list[bytes]) -> None:
    with openai_server(lambda _: (200, streamed(events))) as server:
        model = language_model(server.url)
        with pytest.raises(Fault):
            model.stream("speak", lambda piece: None)
        model.close()
    assert len(server.requests) == 1
