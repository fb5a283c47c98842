"""A real app is told to stop, or its line to the browser breaks, while a reply is being answered: nothing is lost."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from interviewer.events import Replied
from interviewer.policy import Need, need
from interviewer.state import State, replay
from interviewer.store import open_store
from tests.browser import open_browser
from tests.openai_server import Line, Request, chunks, openai_server, streamed
from tests.test_cli import free_port, serve
from tests.visits import Visit, result
from ui.serve import UNANSWERED

SAID = "I don't know"
PATIENCE_S = 90.0


class SlowModel:
    """A language model that is asked how to say something, and says nothing until it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()

    def __call__(self, request: Request) -> tuple[int, Callable[[Line], None]]:
        self.asked.set()
        self.go.wait(PATIENCE_S)
        return 200, streamed(chunks(["No problem at all."]))


class Proxy:
    """A TCP proxy in front of a port, whose connections can be cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._near = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._near.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._up = True
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._near.accept()
            except OSError:
                return
            if not self._up:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._to))
            self._open += [near, far]
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        """Every connection is gone, and no new one comes through."""
        self._up = False
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open = []

    def mend(self) -> None:
        """New connections come through again."""
        self._up = True

    def close(self) -> None:
        """No more of it."""
        self.cut()
        self._near.close()


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowModel]:
    """The language model of the apps that this test starts."""
    slow = SlowModel()
    with openai_server(slow) as server:
        monkeypatch.setenv("INTERVIEWER_MODEL", "slow")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield slow
        slow.go.set()


@contextmanager
def app() -> Iterator[tuple[Any, str, int]]:
    """An app's process, its address and its port; it ends by itself, or is killed."""
    port = free_port()
    process = serve(port)
    try:
        assert process.stdout is not None
        assert "Interviewer is at" in process.stdout.readline()
        yield process, f"http://127.0.0.1:{port}", port
    finally:
        process.kill()
        process.communicate()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def kept(home: Path) -> State:
    """The one session of a home, as it stands on the disk."""
    store, _ = open_store(f"sqlite:///{home / 'interviewer.db'}")
    try:
        [id] = store.session_ids()
        records = store.load(id)
        assert [r.event.text for r in records if isinstance(r.event, Replied)] == [SAID]
        return replay(records)
    finally:
        store.close()


def refused(url: str) -> bool:
    """Whether new visitors are turned away: at the door, or, where the door closes behind them, without a word, or by the system
    that resets those who waited before it.
    """
    try:
        httpx.get(url, trust_env=False)
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        return True
    return False


def test_an_app_that_is_told_to_stop_answers_what_is_under_way_first(indexed_home: Path, model: SlowModel) -> None:
    with app() as (process, url, _), ThreadPoolExecutor(1) as pool:
        visit = Visit(url)
        begun = result(visit.named("start", "interview", "mid", [], 2, 0, 1))
        answer = pool.submit(visit.named, "reply", begun["session_id"], SAID)
        assert model.asked.wait(PATIENCE_S)
        process.send_signal(signal.SIGTERM)
        until(lambda: refused(url))
        assert process.poll() is None
        model.go.set()
        said = result(answer.result(PATIENCE_S))
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert said["question_id"] != begun["question_id"]
    assert not said["finished"]
    assert (process.returncode, "Traceback" in errors) == (0, False), errors
    assert need(kept(indexed_home)) is Need.REPLY


def test_an_app_that_is_told_to_stop_does_not_wait_for_ever_and_keeps_the_reply(
    indexed_home: Path, model: SlowModel
) -> None:
    with app() as (process, url, _), ThreadPoolExecutor(1) as pool:
        visit = Visit(url)
        begun = result(visit.named("start", "interview", "mid", [], 2, 0, 1))
        cut_off = pool.submit(visit.named, "reply", begun["session_id"], SAID)
        assert model.asked.wait(PATIENCE_S)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert "event: complete" not in str(cut_off.exception(PATIENCE_S) or cut_off.result())
    assert process.returncode == 0
    assert [line for line in errors.splitlines() if "interviewer: " in line] == [UNANSWERED]
    assert "Traceback" not in errors
    assert need(kept(indexed_home)) is Need.RESPONSE


def test_a_line_that_breaks_amid_a_reply_costs_nothing_once_the_tab_is_loaded_again(
    indexed_home: Path, model: SlowModel
) -> None:
    with app() as (_, _, port), open_browser() as browser:
        proxy = Proxy(port)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        expect.set_options(timeout=PATIENCE_S * 1000)
        page.goto(proxy.url)
        page.locator("#start").click()
        mine = page.locator('#chat [data-testid="user"]')
        expect(page.locator("#act-skip:not([disabled])")).to_be_visible()
        page.locator("#reply textarea").fill(SAID)
        page.locator("#reply textarea").press("Shift+Enter")
        assert model.asked.wait(PATIENCE_S)
        proxy.cut()
        assert need(kept(indexed_home)) is Need.RESPONSE
        model.go.set()
        until(lambda: need(kept(indexed_home)) is Need.REPLY)
        proxy.mend()
        page.reload()
        expect(page.locator("#act-skip:not([disabled])")).to_be_visible()
        expect(mine).to_have_count(1)
        expect(mine).to_contain_text(SAID)
        expect(page.locator("#progress")).to_contain_text("2 of 5")
        page.locator("#act-stop").click()
        expect(page.locator("#headline .headline")).to_be_visible()
        proxy.close()
