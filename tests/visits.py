"""A real `interviewer serve` with accounts, and visits to it as a browser or a program makes them."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx

from tests.test_cli import ROOT, RUN, free_port

PASSWORD = "correct horse 42"
JSON = dict[str, Any]


@contextmanager
def served(home: Path, **settings: str) -> Iterator[str]:
    """The address of an app over this home; at the end it stops, and must have said nothing that was not its own."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "INTERVIEWER_HOME": str(home), **settings}
    # A pipe that nobody reads would stop an app that has much to say.
    with TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*RUN, "serve", "--port", str(port)], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            assert process.stdout is not None
            assert "Interviewer is at" in process.stdout.readline()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                said, _ = process.communicate(timeout=120)
            finally:
                process.kill()
        errors.seek(0)
        for told in (said, errors.read()):
            assert "CANARY" not in told


def command(*arguments: str, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """One command in this test's home."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(
        [*RUN, *arguments], input=stdin, capture_output=True, text=True, env=environment, timeout=300, check=False
    )


class Visit:
    """One visitor's requests. `cookie` is what a login gave."""

    def __init__(self, url: str, name: str | None = None) -> None:
        self.http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self.tab = os.urandom(6).hex()
        if name is not None:
            answer = self.log_in(name)
            assert answer.status_code == 200, answer.text

    def log_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Logs in as a program does."""
        return self.http.post("/login", data={"username": name, "password": password})

    def named(self, name: str, *data: Any) -> str:
        """What a named endpoint answers, as it comes over the wire."""
        joined = self.http.post(f"/gradio_api/call/{name}", json={"data": list(data)})
        if joined.status_code != 200:
            return joined.text
        return self.http.get(f"/gradio_api/call/{name}/{joined.json()['event_id']}").text

    def any(self, index: int, data: list[Any], event: Any = None) -> str:
        """What the function of this number answers, whether it is private or not, as the page asks for it."""
        body = {"data": data, "fn_index": index, "session_hash": self.tab, "event_data": event, "trigger_id": None}
        joined = self.http.post("/gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return joined.text
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.tab}) as lines:
            found = []
            for line in lines.iter_lines():
                found.append(line)
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
        return "\n".join(found)

    def config(self) -> JSON:
        """What the page is made of."""
        found: JSON = self.http.get("/config").json()
        return found


def result(answer: str) -> Any:
    """The value in a named endpoint's answer."""
    assert "event: complete" in answer, answer
    return json.loads(answer.partition("data: ")[2])[0]
