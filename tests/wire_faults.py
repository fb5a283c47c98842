"""About thirty things that go wrong between a program and a language model's server, each as it looks on the wire."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple

from tests.openai_server import Line, Request, completion
from tests.plain_grader import judged, reply_of


class Fault(NamedTuple):
    """A fault: what the server does, how many requests it may see, and words of the reason given."""

    name: str
    answer: Callable[[Request], tuple[int, Any]]
    requests: int
    says: str


def good(request: Request) -> tuple[int, Any]:
    """What a model in good health answers: everything covered by the whole reply."""
    return 200, completion(judged(request, "covered", reply_of(request)))


def status(code: int, **headers: str) -> Callable[[Request], tuple[int, Any]]:
    """An error of that status, with headers."""
    body = json.dumps({"error": {"message": "made up"}}).encode()

    def send(line: Line) -> None:
        line.head(code, len(body), **headers)
        line.write(body)

    return lambda _: (code, send)


def _text(make: Callable[[str], str]) -> Callable[[Request], tuple[int, Any]]:
    """A completion whose text is made from the good one's."""
    return lambda request: (200, completion(make(judged(request, "covered", reply_of(request)))))


def _changed(change: Callable[[dict[str, Any]], object]) -> Callable[[Request], tuple[int, Any]]:
    """A completion whose JSON was changed in one place."""

    def make(text: str) -> str:
        value = json.loads(text)
        change(value)
        return json.dumps(value)

    return _text(make)


def _point(change: Callable[[dict[str, Any]], object]) -> Callable[[Request], tuple[int, Any]]:
    """A completion in which something was changed in each point."""
    return _changed(lambda value: [change(point) for point in value["points"]])


def _in_parts(request: Request) -> tuple[int, Any]:
    body = good(request)[1]
    message = body["choices"][0]["message"]
    message["content"] = [{"type": "text", "text": message["content"]}]
    return 200, body


def _bare(request: Request) -> tuple[int, Any]:
    """No more than a person who answers by hand would write."""
    content = good(request)[1]["choices"][0]["message"]["content"]
    return 200, {"choices": [{"message": {"role": "assistant", "content": content}}]}


def _line(act: Callable[[Line], object]) -> Callable[[Request], tuple[int, Any]]:
    return lambda _: (200, lambda line: act(line))


def _reset_at(n: int) -> Callable[[Request], tuple[int, Any]]:
    def act(line: Line) -> None:
        line.head(200, 5000)
        line.write(b"{" + b" " * n)
        line.reset()

    return _line(act)


def _drip(line: Line) -> None:
    line.head(200, 100_000)
    line.drip(b" " * 100_000, 0.1)


def _html(line: Line) -> None:
    page = b"<html><body>Sign in to the hotel's network</body></html>"
    line.head(200, len(page), Content_Type="text/html")
    line.write(page)


def _refusal(_: Request) -> tuple[int, Any]:
    return 200, completion(None, refusal="I can't help with that")


def _no_choices(request: Request) -> tuple[int, Any]:
    return 200, good(request)[1] | {"choices": []}


SOON = format_datetime(datetime.now(UTC) - timedelta(seconds=5))
FAULTS = [
    Fault("400", status(400), 1, "400"),
    Fault("401", status(401), 1, "401"),
    Fault("403", status(403), 1, "403"),
    Fault("404", status(404), 1, "404"),
    Fault("408", status(408), 2, "408"),
    Fault("409", status(409), 2, "409"),
    Fault("429 after 0 s", status(429, Retry_After="0"), 2, "429"),
    Fault("429 after 1 s", status(429, Retry_After="1"), 2, "429"),
    Fault("429 after a date", status(429, Retry_After=SOON), 2, "429"),
    Fault("429 after 121 s", status(429, Retry_After="121"), 1, "429"),
    Fault("429 after -1 s", status(429, Retry_After="-1"), 2, "429"),
    Fault("429 after NaN", status(429, Retry_After="NaN"), 2, "429"),
    Fault("500", status(500), 2, "500"),
    Fault("502", status(502), 2, "502"),
    Fault("503", status(503), 2, "503"),
    Fault("reset before the head", _line(lambda line: line.reset()), 2, "broke"),
    Fault("reset in the body", _reset_at(200), 2, "broke"),
    Fault("hang", _line(lambda line: line.hang(60)), 2, "in time"),
    Fault("drip", _line(_drip), 1, "no whole answer"),
    Fault(
        "drip in the head", _line(lambda line: line.drip(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 9000, 0.1)), 1, "no whole"
    ),
    Fault("empty choices", _no_choices, 2, "no chat completion"),
    Fault("null content", lambda _: (200, completion(None)), 2, "empty"),
    Fault("refusal", _refusal, 1, "refused"),
    Fault("length", lambda _: (200, completion('{"points": [', finish="length")), 2, "token limit"),
    Fault("content filter", lambda _: (200, completion("", finish="content_filter")), 1, "filter"),
    Fault("cut JSON", _text(lambda text: text[:-9]), 2, "not what was asked for"),
    Fault("short JSON", _changed(lambda value: value["points"].pop()), 2, "left out"),
    Fault("a point twice", _changed(lambda value: value["points"].append(value["points"][0])), 2, "twice"),
    Fault("wrong types", _changed(lambda value: value["points"][0].update(quote=7)), 2, "quote"),
    Fault("NaN", _text(lambda text: text.replace('"covered"', "NaN", 1)), 2, "not what was asked for"),
    Fault("a deep object", _text(lambda text: '{"a":' * 3000), 2, "not what was asked for"),
    Fault("a deep list", _text(lambda text: "[" * 100_000), 2, "not what was asked for"),
    Fault("a deep body", lambda _: (200, "[" * 100_000), 2, "no chat completion"),
    Fault("10 MB", lambda _: (200, " " * 10_000_000), 2, "longer than"),
    Fault("HTML with 200", _line(_html), 2, "no chat completion"),
]
HARMLESS: dict[str, Callable[[Request], tuple[int, Any]]] = {
    "extra keys": _changed(lambda value: value.update(score=1.0, remark="a fine reply")),
    "extra keys in a point": _point(lambda point: point.update(why="it says so")),
    "keys in another order": _text(lambda text: json.dumps(json.loads(text), sort_keys=True)),
    "a verdict in capitals": _point(lambda point: point.update(verdict=" Covered")),
    "no misconceptions": _changed(lambda value: value.pop("misconceptions")),
    "a quote with marks of its own": _point(lambda point: point.update(quote=f"“{point['quote']}…”")),
    "a fence": _text(lambda text: f"```json\n{text}\n```"),
    "prose and a fence": _text(lambda text: f"I looked at each {{point}}.\n\n```\n{text}\n```\nThat is all."),
    "thoughts": _text(lambda text: f'<think>Is it {{"points": []}}?</think>{text}'),
    "content in parts": _in_parts,
    "a tool nobody asked for": lambda request: (
        200,
        completion(None, tool=judged(request, "covered", reply_of(request))),
    ),
    "a bare message": _bare,
}
"""What models do beside what they are asked, and what costs nothing."""
