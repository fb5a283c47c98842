"""More replies than can be answered: told at once, kept, answered in their order, and then all is as before."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from interviewer.access import Role, User, acting, who_acts
from interviewer.errors import Busy, InputInvalid, StoreUnavailable
from interviewer.events import Record, Replied, SessionConfig, Started
from interviewer.phrasing import Tell, silent
from interviewer.settings import Settings
from interviewer.state import State, replay
from interviewer.waiting import KEPT, WaitingRoom
from interviewer.wiring import Interviewer
from ui import handlers

AT_ONCE_S = 1.0
BEGUN = Record(seq=0, at=datetime(2026, 11, 20, tzinfo=UTC), event=Started(config=SessionConfig(), bank_hash="b"))
STATE = replay([BEGUN])


class Slow:
    """Answers when it is let go, and remembers the order."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.order: list[str] = []

    def __call__(self, id: str, tell: Tell = silent) -> State:
        self.order.append(id)
        assert self.go.wait(20)
        return STATE


def until(true: Callable[[], Any], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.005)
    assert true()


def holds(room: WaitingRoom, n: int) -> bool:
    return len(room._tickets) == n


def test_who_is_too_far_back_is_told_at_once_and_answered_in_turn_all_the_same() -> None:
    others = set(threading.enumerate())
    slow = Slow()
    room = WaitingRoom(slow, workers=1, seats=3)
    with ThreadPoolExecutor(3) as pool:
        seated = []
        for n, id in enumerate("abc", start=1):
            seated.append(pool.submit(room.advance, id))
            until(partial(holds, room, n))
        for id in "defd":
            started = time.monotonic()
            with pytest.raises(Busy, match="Your reply is kept"):
                room.advance(id)
            assert time.monotonic() - started < AT_ONCE_S
        slow.go.set()
        assert [one.result(10) for one in seated] == [STATE] * 3
    until(lambda: not room._tickets)
    assert slow.order == list("abcdef")
    assert room.advance("d") == STATE
    room.close()
    until(lambda: not any(t.name.startswith("answers-") for t in threading.enumerate() if t not in others))


def test_an_error_is_that_of_the_one_who_asked_and_the_next_is_answered() -> None:
    def answer(id: str, tell: Tell) -> State:
        if id == "broken":
            raise StoreUnavailable("the disk is full")
        return STATE

    room = WaitingRoom(answer, workers=1)
    with pytest.raises(StoreUnavailable, match="disk is full"):
        room.advance("broken")
    assert room.advance("sound") == STATE
    room.close()


def test_who_acts_is_known_to_the_worker() -> None:
    seen = []

    def answer(id: str, tell: Tell) -> State:
        seen.append(who_acts().name)
        return STATE

    room = WaitingRoom(answer, workers=1)
    for name in ("ada", "bob"):
        with acting(User(id=name, name=name, role=Role.CANDIDATE)):
            room.advance(name)
    room.close()
    assert seen == ["ada", "bob"]


def test_who_waits_when_the_room_closes_is_told_that_the_reply_is_kept() -> None:
    slow = Slow()
    room = WaitingRoom(slow, workers=1)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(room.advance, "a"), None
        until(lambda: slow.order == ["a"])
        second = pool.submit(room.advance, "b")
        until(lambda: len(room._tickets) == 2)
        room.close()
        with pytest.raises(Busy):
            second.result(10)
        slow.go.set()
        assert first.result(10) == STATE


def test_the_page_says_busy_keeps_the_reply_and_shows_the_answer_later(own_home: Path) -> None:
    app = Interviewer(Settings(home=own_home))
    gate = threading.Event()

    def answer(id: str, tell: Tell) -> State:
        assert gate.wait(20)
        return app.sessions.advance(id, tell)

    vars(app)["waiting"] = WaitingRoom(answer, workers=1, seats=1)
    one, other, third = (handlers.start(app, "interview", "mid", ["cnn"], 2, 0, n).session_id for n in range(3))
    with ThreadPoolExecutor(1) as pool:
        handlers.accept(app, one, "", "skip")
        first = pool.submit(lambda: list(handlers.advance(app, one)))
        until(lambda: len(app.waiting._tickets) == 1)

        handlers.accept(app, other, "", "skip")
        steps = handlers.advance(app, other)
        started = time.monotonic()
        told = next(steps)
        assert time.monotonic() - started < AT_ONCE_S
        assert told is not None
        assert told.chat[-1]["content"] == KEPT
        assert not told.waiting
        assert next(steps) is None
        assert handlers.resume(app, other).chat[-1]["content"] == KEPT
        said = handlers.api_act(app, third, "skip")
        assert (said["busy"], said["messages"]) == (True, [KEPT])
        with pytest.raises(InputInvalid, match="still being read"):
            handlers.api_reply(app, third, "Another one.")
        assert handlers.api_act(app, third, "skip")["busy"]
        for id in (other, third):
            assert any(isinstance(record.event, Replied) for record in app.store.load(id))
            assert handlers.is_due(app, id)

        gate.set()
        done = first.result(20)[-1]
        assert done is not None
        assert done.waiting
    until(lambda: not app.waiting._tickets)
    *_, last = (step for step in steps if step)
    assert last.waiting
    assert last.state.asked == 2
    assert all(KEPT not in message["content"] for message in last.chat)
    after = handlers.api_resume(app, third)
    assert not after["busy"]
    assert after["question"] == 2
    assert after["messages"]
    app.waiting.close()
    app.sessions.close()
