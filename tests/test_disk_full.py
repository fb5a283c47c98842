"""Files that cannot grow, as on a full disk: told in one line, nothing acknowledged is lost."""

import json
import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from interviewer.events import Replied
from interviewer.saved import Saved, read_saved, write_saved
from interviewer.store import open_store
from knowledge.sealed import Changed, seal, unseal

ROOT = Path(__file__).parents[1]
WRITER = """
import json, resource, signal, sys
from datetime import UTC, datetime
from interviewer.errors import StoreUnavailable
from interviewer.events import Replied, SessionConfig, Started
from interviewer.store import open_store
store, _ = open_store(f"sqlite:///{sys.argv[1]}")
now, done = datetime(2026, 11, 20, tzinfo=UTC), {}
for kilobytes in (60, 100, 140):
    id = f"s{kilobytes}"
    store.append(id, -1, [Started(config=SessionConfig(), bank_hash="b")], now)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, resource.RLIM_INFINITY))
    for n in range(40):
        try:
            store.append(id, n, [Replied(text=f"{n} " * 2000)], now)
        except StoreUnavailable as error:
            done[id] = [n, str(error)]
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(json.dumps(done))
"""


def test_the_log_on_a_full_disk_tells_it_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(file)], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told
    store, warning = open_store(f"sqlite:///{file}")
    assert warning is None
    for id, (acknowledged, message) in told.items():
        assert "the database cannot be written" in message
        assert "the disk's space" in message
        assert "\n" not in message
        found = [record.event for record in store.load(id)[1:]]
        assert found == [Replied(text=f"{n} " * 2000) for n in range(acknowledged)]
    store.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_told_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "import sys; from interviewer.cli import main; sys.exit(main())", "bank"],
            stdout=full, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "interviewer: the output cannot be read or written (No space left on device); check the disk's space and rights"
    ]


def test_settings_that_cannot_be_saved_leave_the_old_ones(tmp_path: Path) -> None:
    write_saved(tmp_path, Saved(model="old"))
    code = (
        "import resource, signal, sys; from pathlib import Path; from interviewer.saved import Saved, write_saved; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)); "
        "write_saved(Path(sys.argv[1]), Saved(model='new' * 100))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "SettingsInvalid: the settings cannot be saved" in done.stderr
    assert read_saved(tmp_path) == Saved(model="old")
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_sealed_file_tells_every_changed_bit() -> None:
    text = json.dumps({"question": "Why – 日本?", "n": 1}, indent=1, ensure_ascii=False)
    data = seal(text).encode()
    assert unseal(data) == text.encode()
    assert unseal(text.encode()) == text.encode()
    assert seal("{}") == "{}"
    for at in range(len(data)):
        for bit in range(8):
            harmed = bytearray(data)
            harmed[at] ^= 1 << bit
            try:
                again = unseal(bytes(harmed))
            except Changed:
                continue
            # What hit the seal's own mark leaves a field that no reader knows.
            assert again == bytes(harmed)
            with suppress(ValueError):
                assert set(json.loads(again)) != {"question", "n"}
