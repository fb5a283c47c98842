"""All of one's data out, and all of it gone: every file of the home folder is searched for it."""

import json
import resource
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from interviewer.access import Role, User, acting
from interviewer.errors import InputInvalid, NotAllowed, StoreConflict, UnknownSession
from interviewer.events import Finished, FinishReason
from interviewer.personal import export, forget_all, forget_user, write_export
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from tests.conftest import Clock
from tests.visits import command
from ui import bank_handlers, handlers

CANARY = "CANARY-7f3a"
PASSWORD = "correct horse 42"
KEY = "sk-CANARY-key-1234567890"


@pytest.fixture
def make(own_home: Path, bank: Bank, clock: Clock) -> Iterator[Callable[..., Interviewer]]:
    """Makes the program without its models and its index: none of this needs them."""
    made: list[Interviewer] = []

    def build(**settings: Any) -> Interviewer:
        interviewer = Interviewer(Settings(home=own_home, **settings), clock=clock)
        vars(interviewer)["shipped_bank"] = bank
        made.append(interviewer)
        return interviewer

    yield build
    for interviewer in made:
        interviewer.sessions.close()


def damage(interviewer: Interviewer, id: str) -> None:
    """Breaks the text of a session's second event, which SQLite itself does not notice."""
    with interviewer.store.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE events SET payload = substr(payload, 1, 12) WHERE session_id = ? AND seq = 1", (id,)
        )


def begun(interviewer: Interviewer, text: str) -> str:
    """A session with one reply."""
    page = handlers.start(interviewer, "interview", "mid", ["cnn"], 2, 0, 1)
    interviewer.sessions.accept(page.session_id, text)
    return page.session_id


def holding(home: Path, text: str) -> list[str]:
    """Names of the files under a home folder that hold a text, in UTF-8 or UTF-16."""
    forms = (text.encode(), text.encode("utf-16-le"))
    files = [file for file in home.rglob("*") if file.is_file()]
    return [str(file.relative_to(home)) for file in files if any(form in file.read_bytes() for form in forms)]


def litter(home: Path) -> None:
    """Copies, logs and caches as the program and its tools leave them."""
    for name in ("interviewer.db.damaged-20260101T000000", "interviewer.db.bak", "evals/run/rows.jsonl", "uploads/x/cv.txt", "logs/app.log"):  # fmt: skip
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"… {CANARY} …")


def test_everything_is_gone_from_every_file(interviewer: Interviewer, own_home: Path) -> None:
    id = begun(interviewer, f"Kernels share weights, {CANARY}.")
    material = bank_handlers.read_paste(
        interviewer, f"Q: What is a cache, {CANARY}?\nA: A store that is near."
    ).material
    bank_handlers.accept_rest(interviewer, material)
    litter(own_home)
    assert len(holding(own_home, CANARY)) >= 7
    assert forget_all(interviewer) == 1
    assert holding(own_home, CANARY) == []
    assert holding(own_home, id) == []
    with pytest.raises(UnknownSession):
        interviewer.sessions.state(id)
    assert begun(interviewer, "A new beginning works.") in interviewer.sessions.ids()


def test_what_the_program_did_not_make_stays_and_is_named(interviewer: Interviewer, own_home: Path) -> None:
    begun(interviewer, f"Kernels, {CANARY}.")
    interviewer.sessions.close()
    litter(own_home)
    theirs = ("notes.md", "thesis/one.tex", ".git/config", "evals/cases/theirs.csv", "logs/theirs.txt")
    for name in (*theirs, "settings.json.txt", ".settings.json.part", "evals/grades.db-wal"):
        (own_home / name).parent.mkdir(parents=True, exist_ok=True)
        (own_home / name).write_text(CANARY if name.endswith(("part", "wal")) else "theirs")
    done = command("forget", "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("did not make it: .git, evals, logs, notes.md, settings.json.txt, thesis\n")
    assert all((own_home / name).read_text() == "theirs" for name in theirs)
    assert holding(own_home, CANARY) == []


def test_copies_are_deleted_beside_a_database_elsewhere_and_nothing_else(
    make: Callable[..., Interviewer], tmp_path: Path
) -> None:
    interviewer = make(database_url=f"sqlite:///{tmp_path / 'data'}")
    begun(interviewer, f"Kernels, {CANARY}.")
    for name in ("data.csv", "data.damaged-20260101T000000"):
        (tmp_path / name).write_text(CANARY)
    assert forget_all(interviewer) == 1
    assert holding(tmp_path, CANARY) == ["data.csv"]


def test_a_reply_that_was_under_way_does_not_come_back(interviewer: Interviewer, own_home: Path) -> None:
    id = begun(interviewer, f"Kernels, {CANARY}.")
    state = interviewer.sessions.state(id)
    forget_all(interviewer)
    with pytest.raises(UnknownSession):
        interviewer.sessions.advance(id)
    with pytest.raises(StoreConflict, match="is gone"):
        interviewer.store.append(id, state.seq, [Finished(reason=FinishReason.STOPPED)], interviewer.now())
    assert interviewer.store.heads() == {}
    assert holding(own_home, id) == []


def test_a_users_data_goes_and_the_others_stay(make: Callable[..., Interviewer], own_home: Path) -> None:
    interviewer = make(auth="accounts")
    ann, ben = (interviewer.accounts.add(name, PASSWORD, Role.CANDIDATE) for name in ("ann", "ben"))
    shared = vars(interviewer)["access"] = _serving(interviewer)
    with acting(ann):
        hers = begun(interviewer, f"Kernels, {CANARY}-ann.")
    with acting(ben):
        his = begun(interviewer, f"Kernels, {CANARY}-ben.")
        with pytest.raises(UnknownSession):
            interviewer.sessions.state(hers)
    with pytest.raises(NotAllowed):
        interviewer.sessions.state(hers)
    assert shared is interviewer.access
    litter(own_home)
    data = export(interviewer, ann)
    assert [session["id"] for session in data["sessions"]] == [hers]
    assert CANARY + "-ben" not in json.dumps(data)
    assert forget_user(interviewer, ann) == 1
    assert holding(own_home, f"{CANARY}-ann") == []
    assert holding(own_home, hers) == holding(own_home, ann.id) == []
    assert [name for name in holding(own_home, f"{CANARY}-ben") if name.startswith("interviewer.db")]
    with acting(ben):
        assert interviewer.sessions.ids() == [his]
    again = interviewer.accounts.add("ann", PASSWORD, Role.CANDIDATE)
    with acting(again):
        assert interviewer.sessions.ids() == []


def _serving(interviewer: Interviewer) -> object:
    from interviewer.accounts import OwnSessions

    return OwnSessions(interviewer.accounts)


def test_an_account_that_is_gone_has_no_login(make: Callable[..., Interviewer]) -> None:
    accounts = make(auth="accounts").accounts
    user = accounts.add("ann", PASSWORD, Role.CANDIDATE)
    token = accounts.log_in("ANN ", PASSWORD, "127.0.0.1")
    assert accounts.who(token) == user
    accounts.set_password("ann", "another phrase 7")
    assert accounts.who(token) is None
    token = accounts.log_in("ann", "another phrase 7", "127.0.0.1")
    accounts.remove(user)
    assert accounts.who(token) is None


def test_the_logins_end_before_it_is_read_what_is_to_go(make: Callable[..., Interviewer]) -> None:
    interviewer = make(auth="accounts")
    user = interviewer.accounts.add("ann", PASSWORD, Role.CANDIDATE)
    said: list[str] = []
    event.listen(interviewer.store.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    forget_user(interviewer, user)
    owned = next(i for i, sql in enumerate(said) if sql.startswith("SELECT owners"))
    assert any(sql.startswith("DELETE FROM logins") for sql in said[:owned])


def test_a_stranger_cannot_lock_somebody_out(make: Callable[..., Interviewer]) -> None:
    accounts = make(auth="accounts").accounts
    accounts.add("ann", PASSWORD, Role.CANDIDATE)
    for _ in range(5):
        with pytest.raises(NotAllowed, match="wrong"):
            accounts.log_in("ann", "not this one", "10.0.0.1")
    with pytest.raises(NotAllowed, match="too many"):
        accounts.log_in("ann", PASSWORD, "10.0.0.1")
    assert accounts.who(accounts.log_in("ann", PASSWORD, "10.0.0.2")) is not None


def test_many_guesses_at_the_same_moment_are_not_all_the_first(make: Callable[..., Interviewer]) -> None:
    accounts = make(auth="accounts").accounts
    user = accounts.add("ann", PASSWORD, Role.CANDIDATE)

    def outcome(guess: Callable[[], object]) -> str:
        try:
            return str(guess())
        except NotAllowed as error:
            return "refused" if "too many" in str(error) else "wrong"

    for guess in (
        lambda: accounts.log_in("ann", "not this one", "10.0.0.1"),
        lambda: accounts.is_password(user, "not this one"),
    ):
        with ThreadPoolExecutor(16) as threads:
            found = list(threads.map(lambda _, guess=guess: outcome(guess), range(16)))
        assert found.count("refused") >= 11, found
        assert outcome(guess) == "refused"
    assert accounts.who(accounts.log_in("ann", PASSWORD, "10.0.0.2")) == user


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaaa", "Anna-the-great", "x" * 257, "", "abababababab"]
)  # fmt: skip
def test_weak_passwords_are_refused(make: Callable[..., Interviewer], password: str) -> None:
    with pytest.raises(InputInvalid, match="choose another"):
        make(auth="accounts").accounts.add("anna", password, Role.CANDIDATE)


def test_a_short_name_may_stand_in_a_password_by_chance(make: Callable[..., Interviewer]) -> None:
    assert make(auth="accounts").accounts.add("al", "medical horse 42", Role.CANDIDATE).name == "al"


def test_the_export_holds_every_event_and_is_private(interviewer: Interviewer, tmp_path: Path) -> None:
    id = begun(interviewer, f"Kernels, {CANARY}, “ünï” \U0001f600.")
    file = tmp_path / "mine.json"
    assert write_export(interviewer, file) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    data = json.loads(file.read_text())
    events = data["sessions"][0]["events"]
    assert data["sessions"][0]["id"] == id
    assert [one["event"]["type"] for one in events] == ["started", "spoke", "asked", "replied"]
    assert events[-1]["event"]["text"] == f"Kernels, {CANARY}, “ünï” \U0001f600."
    with pytest.raises(InputInvalid, match="is there already"):
        write_export(interviewer, file)


def test_a_damaged_session_is_left_out_of_the_export_and_named(interviewer: Interviewer, tmp_path: Path) -> None:
    harmed, sound = begun(interviewer, "Kernels share weights."), begun(interviewer, "Kernels slide.")
    damage(interviewer, harmed)
    interviewer.sessions.close()
    done = command("export", "--all", str(tmp_path / "mine.json"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(": 1 sessions\n")
    assert len(done.stderr.splitlines()) == 1
    assert f"left out, since damaged: session {harmed}" in done.stderr
    data = json.loads((tmp_path / "mine.json").read_text())
    assert [session["id"] for session in data["sessions"]] == [sound]
    assert data["damaged"] == [harmed]


def test_an_export_that_the_disk_does_not_take_leaves_no_file(interviewer: Interviewer, tmp_path: Path) -> None:
    begun(interviewer, "Kernels share weights.")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(InputInvalid, match="cannot be written"):
            write_export(interviewer, tmp_path / "mine.json")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (tmp_path / "mine.json").exists()


def test_the_commands_do_the_same(own_home: Path, interviewer: Interviewer, tmp_path: Path) -> None:
    begun(interviewer, f"Kernels, {CANARY}.")
    interviewer.sessions.close()
    file = tmp_path / "mine.json"
    assert command("export", "--all", str(file), OPENAI_API_KEY=KEY).returncode == 0
    assert CANARY in file.read_text()
    assert KEY not in file.read_text()
    kept = command("forget", stdin="no\n")
    assert kept.returncode == 1
    assert "nothing was deleted" in kept.stdout
    assert holding(own_home, CANARY) != []
    assert command("forget", stdin="delete\n").stdout.endswith("1 sessions deleted, and every copy of them\n")
    assert holding(own_home, CANARY) == []


def test_a_user_has_a_limit_of_sessions(make: Callable[..., Interviewer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.accounts.MOST_SESSIONS", 1)
    interviewer = make(auth="accounts")
    vars(interviewer)["access"] = _serving(interviewer)
    with acting(interviewer.accounts.add("ann", PASSWORD, Role.CANDIDATE)):
        begun(interviewer, "Kernels share weights.")
        with pytest.raises(InputInvalid, match="the limit"):
            begun(interviewer, "Kernels share weights.")


def test_users_have_no_more_rights_than_their_role() -> None:
    assert {role.value for role in Role} == {"candidate", "coach", "admin"}
    assert User(id="a", name="b", role=Role("coach")).role is Role.COACH
