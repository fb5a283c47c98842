"""Kills, a changed clock, shipped files: the program goes on, or says what is wrong."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from interviewer.events import FinishReason, Mode, Order, SessionConfig
from interviewer.policy import Need, need
from interviewer.shipped import ROOT, SHIPPED, changed_files
from interviewer.wiring import Interviewer


def test_what_was_acknowledged_survives_kills_at_random_moments(indexed_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "kill_run.py"), "--kills", "5", "--part", "chat", "--seed", "7"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none lost, none twice" in done.stdout


def test_a_clock_that_is_set_back_or_forth_breaks_no_session(make: Callable[..., Interviewer]) -> None:
    interviewer = make()
    times = [timedelta(0), timedelta(hours=-9), timedelta(days=400), timedelta(days=-2), timedelta(0)]
    now = [datetime(2026, 11, 20, 9, 0, tzinfo=UTC)]
    interviewer._clock = lambda: now[0]
    config = SessionConfig(mode=Mode.PRACTICE, questions=9, seed=2, order=Order.FIXED)
    id, state = interviewer.sessions.start(config)
    for jump in times:
        now[0] += jump
        before = state
        state = interviewer.sessions.reply(id, "skip")
        assert need(state) is Need.REPLY
        assert len(state.transcript) > len(before.transcript)
        interviewer.sessions.drop_remembered()
        assert interviewer.sessions.state(id) == state
    assert list(interviewer.sessions.states()) == [id]


def test_a_clock_that_is_set_back_gives_no_more_time_and_ends_no_session(make: Callable[..., Interviewer]) -> None:
    interviewer = make()
    now = [datetime(2026, 11, 20, 9, 0, tzinfo=UTC)]
    interviewer._clock = lambda: now[0]
    id, state = interviewer.sessions.start(SessionConfig(questions=9, seed=2, order=Order.FIXED, time_limit_s=300))
    for step_s, ran_s in ((100, 100), (-90_000, 100), (100, 200), (-400, 200)):
        now[0] += timedelta(seconds=step_s)
        state = interviewer.sessions.reply(id, "skip")
        assert (need(state), state.ran_s) == (Need.REPLY, ran_s)
    now[0] += timedelta(seconds=100)
    assert interviewer.sessions.reply(id, "skip").finished is FinishReason.OUT_OF_TIME


def test_a_reply_left_unread_by_a_crash_is_read_first_and_counts_once(interviewer: Interviewer) -> None:
    sessions = interviewer.sessions
    id, _ = sessions.start(SessionConfig(questions=3, seed=1))
    sessions.accept(id, "I don't know")
    state = sessions.reply(id, "I don't know")
    assert [line.text for line in state.transcript if line.role == "candidate"] == ["I don't know"]
    sessions.accept(id, "skip")
    state = sessions.reply(id, "could you repeat the question?")
    said = [line.text for line in state.transcript if line.role == "candidate"]
    assert said == ["I don't know", "skip", "could you repeat the question?"]
    assert need(state) is Need.REPLY


def test_the_list_of_shipped_files_is_the_present_one_and_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    assert changed_files() == [], "run `python -m interviewer.shipped` where the change is meant"
    for file in (file for pattern in SHIPPED for file in ROOT.glob(pattern)):
        (tmp_path / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, tmp_path / file.relative_to(ROOT))
    (tmp_path / "knowledge" / "bank" / "new.yaml").write_text("[]")
    harmed = next((tmp_path / "knowledge" / "statements").glob("*.jsonl"))
    harmed.write_bytes(harmed.read_bytes().replace(b"e", b"a", 1))
    assert changed_files(tmp_path) == ["knowledge/bank/new.yaml", harmed.relative_to(tmp_path).as_posix()]
