"""A real HTTP server on this machine that speaks the OpenAI protocol (chat completions, streams, models) from a script."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
Answer = Callable[[Request], "tuple[int, Any]"]
"""From the request's body to a status and a JSON body, or a string sent as it is, or what is to be done on the line."""


class Line:
    """The open connection to a client, for answers that are no plain answers."""

    def __init__(self, handler: BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        self._handler = handler
        self._stopped = stopped

    def head(self, status: int = 200, length: int | None = None, **headers: str) -> None:
        """Status and headers; without a length the body ends with the connection."""
        self._handler.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | headers).items():
            self._handler.send_header(name.replace("_", "-"), value)
        if length is not None:
            self._handler.send_header("Content-Length", str(length))
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        """Some bytes."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def hang(self, seconds: float) -> None:
        """Says nothing for a while, or until the server stops."""
        self._stopped.wait(seconds)

    def drip(self, data: bytes, pause_s: float) -> None:
        """One byte after another."""
        for i in range(len(data)):
            if self._stopped.is_set():
                return
            self.write(data[i : i + 1])
            time.sleep(pause_s)

    def reset(self) -> None:
        """Breaks the connection with a TCP reset."""
        self._handler.wfile.flush()
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.connection.close()


class OpenAIServer:
    """What a test sees: the address, every request that came, and apart from them those that asked what it can do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []
        self.probes: list[Request] = []


def completion(
    content: str | None, finish: str = "stop", refusal: str | None = None, tool: str | None = None
) -> dict[str, Any]:
    """A chat completion with one choice; `tool`: the arguments of a tool call instead of content."""
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": refusal}
    if tool is not None:
        function = {"name": "answer", "arguments": tool}
        message["tool_calls"] = [{"id": "call-1", "type": "function", "function": function}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "test-model",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


def chunks(pieces: list[str], finish: str | None = "stop", done: bool = True) -> list[bytes]:
    """A streamed completion as server-sent events, one for each piece; `finish` None: it just ends."""
    deltas: list[tuple[dict[str, Any], str | None]] = [({"content": piece}, None) for piece in pieces]
    if finish is not None:
        deltas.append(({}, finish))
    events = [
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "test-model",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        }
        for delta, reason in deltas
    ]
    sent = [f"data: {json.dumps(event)}\n\n".encode() for event in events]
    return [*sent, b"data: [DONE]\n\n"] if done else sent


def streamed(events: list[bytes], pause_s: float = 0.0) -> Callable[[Line], None]:
    """Sends events as a stream that ends with the connection."""

    def send(line: Line) -> None:
        line.head(Content_Type="text/event-stream")
        for event in events:
            line.write(event)
            time.sleep(pause_s)

    return send


def prompt_of(request: Request) -> str:
    """The text that a request asks."""
    return str(request["messages"][0]["content"])


def is_probe(request: Request) -> bool:
    """Whether a request asks what the server can do."""
    return '"colour"' in prompt_of(request)


def can_all(request: Request) -> tuple[int, Any]:
    """Answers a probe as a server that can do whatever it is asked."""
    found = '{"ready": true, "colour": "green"}'
    return 200, completion(None, tool=found) if "tools" in request else completion(found)


@contextmanager
def openai_server(answer: Answer, probe: Answer = can_all) -> Iterator[OpenAIServer]:
    """Serves until the block ends; `answer` may sleep, to hang."""
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            probing = is_probe(body)
            (served.probes if probing else served.requests).append(body)
            self._send(*(probe if probing else answer)(body))

        def do_GET(self) -> None:
            models = {
                "object": "list",
                "data": [{"id": "test-model", "object": "model", "created": 1, "owned_by": "test"}],
            }
            self._send(200, models)

        def _send(self, status: int, reply: Any) -> None:
            line = Line(self, stopped)
            try:
                if callable(reply):
                    reply(line)
                    return
                data = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
                line.head(status, len(data))
                line.write(data)
            except OSError:
                return  # the client gave up or was killed, which some tests want

        def log_message(self, format: str, *args: Any) -> None:
            return

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                return  # the line was broken on purpose

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = OpenAIServer(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
