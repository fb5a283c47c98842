"""A real HTTP server on this machine that speaks the OpenAI chat-completions protocol from a script."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
Answer = Callable[[Request], "tuple[int, Any]"]
"""From the request's body to a status and a JSON body (or a string, sent as it is)."""


class OpenAIServer:
    """What a test sees: the address, and every request that came."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []


def completion(content: str | None, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """A chat completion with one choice."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "test-model",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


@contextmanager
def openai_server(answer: Answer) -> Iterator[OpenAIServer]:
    """Serves until the block ends; `answer` may sleep, to hang."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.requests.append(body)
            status, reply = answer(body)
            self._send(status, reply if isinstance(reply, str) else json.dumps(reply))

        def do_GET(self) -> None:
            models = {
                "object": "list",
                "data": [{"id": "test-model", "object": "model", "created": 1, "owned_by": "test"}],
            }
            self._send(200, json.dumps(models))

        def _send(self, status: int, text: str) -> None:
            data = text.encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client gave up or was killed, which some tests want

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = OpenAIServer(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
