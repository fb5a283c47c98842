"""Fixtures of all tests: a home folder each, the real bank, encoder and index once, and no way out of the machine."""

import hashlib
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

import knowledge
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from knowledge.encoder import SentenceEncoder, open_encoder
from knowledge.index import PassageIndex, index_key, open_index
from knowledge.load import load_bank
from knowledge.vectors import BankVectors

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOOPBACK = ("127.", "::1", "localhost")
KEPT_S = 24 * 3600
"""How long an index that no run has used stays in pytest's cache folder."""

# The suite runs several processes beside one another, and the commands that it starts: a thread each, set before torch
# is loaded, or they wait for one another's cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A property is not wrong because the machine is busy.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need the index come last: a worker has the others to run while the index is built."""
    items.sort(key=lambda item: "index" in getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, and none of the person's settings."""
    for name in list(os.environ):
        if name.startswith(("INTERVIEWER_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("INTERVIEWER_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to anything but this machine are refused, so that no test can reach a model server by accident."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def bank() -> Bank:
    """The project's bank."""
    return load_bank()


@pytest.fixture(scope="session")
def bare_encoder() -> SentenceEncoder:
    """The bundled encoder."""
    return open_encoder()


@pytest.fixture(scope="session")
def encoder(bare_encoder: SentenceEncoder) -> BankVectors:
    """The same with the bank's vectors, as the program has it."""
    return BankVectors(bare_encoder)


@pytest.fixture(scope="session")
def index_folder(pytestconfig: pytest.Config, bank: Bank, encoder: BankVectors) -> Path:
    """Where the tests' index lies: in pytest's cache, for all workers and later runs, until the bank or the code changes."""
    code = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(Path(knowledge.__path__[0]).glob("*.py"))))
    folder = pytestconfig.cache.mkdir("index") / f"{index_key(bank, encoder)}-{code.hexdigest()[:16]}"
    folder.mkdir(exist_ok=True)
    os.utime(folder)
    for other in folder.parent.iterdir():
        if other.stat().st_mtime < time.time() - KEPT_S:
            shutil.rmtree(other, ignore_errors=True)
    return folder


@pytest.fixture(scope="session")
def index(bank: Bank, encoder: BankVectors, index_folder: Path) -> PassageIndex:
    """The bank's index, built once."""
    return open_index(index_folder, bank, encoder)


@pytest.fixture
def indexed_home(own_home: Path, index: PassageIndex, index_folder: Path) -> Path:
    """The test's home with a copy of the index in it, for processes that would otherwise each build their own."""
    shutil.copytree(index_folder, own_home / "index")
    return own_home


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A Chromium of the module's; the test is skipped where there is none."""
    from tests.browser import open_browser

    with open_browser() as opened:
        yield opened


@pytest.fixture
def url(indexed_home: Path) -> Iterator[str]:
    """The address of an app over this test's home."""
    from tests.browser import serving

    with serving(indexed_home) as address:
        yield address


@pytest.fixture
def page(browser: "Browser", url: str) -> Iterator["Page"]:
    """The app's page in the browser."""
    from tests.browser import looking

    with looking(browser, url) as opened:
        yield opened


class Clock:
    """A clock that moves only when told, and by a second at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The test's clock."""
    return Clock()


@pytest.fixture
def make(
    own_home: Path, bank: Bank, encoder: BankVectors, index: PassageIndex, clock: Clock
) -> Iterator[Callable[..., Interviewer]]:
    """Makes the whole program over the test's home, with settings as given; what is slow to make is shared."""
    made: list[Interviewer] = []

    def build(**settings: Any) -> Interviewer:
        interviewer = Interviewer(Settings(home=own_home, **settings), clock=clock)
        vars(interviewer).update(shipped_bank=bank, encoder=encoder, _index=index)
        made.append(interviewer)
        return interviewer

    yield build
    for interviewer in made:
        if "sessions" in vars(interviewer):
            interviewer.sessions.close()


@pytest.fixture
def interviewer(make: Callable[..., Interviewer]) -> Interviewer:
    """The whole program with the local grader."""
    return make()


def shared_folder() -> Path:
    """The folder of sources and data sets beside the project, which a user's clone does not have."""
    return Path(__file__).resolve().parents[2] / "shared"
