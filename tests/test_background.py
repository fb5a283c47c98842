"""Work in the background: one piece at a time, its progress, its end, and its faults."""

import threading

import pytest

from interviewer.errors import InputInvalid
from interviewer.evaluations import Tell
from tests.conftest import Clock
from ui.background import Background

WAIT_S = 30


class Steps:
    """Work that goes on step by step as the test lets it."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.go = threading.Semaphore(0)
        self.told = threading.Semaphore(0)

    def __call__(self, tell: Tell) -> str:
        for i in range(self.steps):
            tell("Grading", i, self.steps)
            self.told.release()
            assert self.go.acquire(timeout=WAIT_S)
        return "the-run"


def seconds(clock: Clock) -> float:
    return clock().timestamp()


def test_progress_is_told_and_the_end_has_the_result(clock: Clock) -> None:
    work, steps = Background(lambda: seconds(clock)), Steps(3)
    assert work.status() is None
    work.start(steps)
    assert steps.told.acquire(timeout=WAIT_S)
    first = work.status()
    assert first is not None
    assert (first.state, first.stage, first.done, first.total, first.left_s) == ("running", "Grading", 0, 3, None)
    steps.go.release()
    assert steps.told.acquire(timeout=WAIT_S)
    second = work.status()
    assert second is not None
    assert second.done == 1
    # The clock moves a second at each look: so many lie between the stage's begin and this look, for one step of two.
    assert second.left_s is not None
    assert second.left_s >= 2
    steps.go.release(2)
    work.wait(WAIT_S)
    last = work.status()
    assert last is not None
    assert (last.state, last.result, last.fault) == ("done", "the-run", None)
    assert last.elapsed_s > 0


def test_one_piece_at_a_time_and_it_stops_between_two_steps() -> None:
    work, steps = Background(), Steps(5)
    work.start(steps)
    with pytest.raises(InputInvalid, match="under way"):
        work.start(steps)
    assert steps.told.acquire(timeout=WAIT_S)
    work.stop()
    stopping = work.status()
    assert stopping is not None
    assert stopping.state == "stopping"
    steps.go.release()
    work.wait(WAIT_S)
    stopped = work.status()
    assert stopped is not None
    assert (stopped.state, stopped.done, stopped.result) == ("stopped", 0, None)
    again = Steps(0)
    work.start(again)
    work.wait(WAIT_S)
    done = work.status()
    assert done is not None
    assert done.state == "done"


def test_a_fault_for_the_person_is_told_and_another_is_raised_once() -> None:
    def refused(tell: Tell) -> str:
        raise InputInvalid("the server is away")

    def broken(tell: Tell) -> str:
        raise ZeroDivisionError

    work = Background()
    work.start(refused)
    work.wait(WAIT_S)
    failed = work.status()
    assert failed is not None
    assert (failed.state, failed.fault) == ("failed", "the server is away")
    work.start(broken)
    work.wait(WAIT_S)
    with pytest.raises(ZeroDivisionError):
        work.status()
    assert work.status() is None
