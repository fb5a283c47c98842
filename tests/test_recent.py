"""What is remembered of a session between two looks at it: never anything else than what its log says."""

import pytest

from interviewer.errors import UnknownSession
from interviewer.events import ReplyKind, SessionConfig
from interviewer.recent import Recent
from interviewer.state import replay
from interviewer.store import Store, events
from interviewer.wiring import Interviewer


def test_a_session_that_another_process_went_on_with_is_seen_as_it_stands(interviewer: Interviewer) -> None:
    id, begun = interviewer.sessions.start(SessionConfig(questions=3))
    elsewhere = Interviewer(interviewer.settings)
    went_on = elsewhere.sessions.act(id, ReplyKind.SKIP)
    seen = interviewer.sessions.state(id)
    assert seen == went_on
    assert seen.seq > begun.seq
    assert interviewer.sessions.act(id, ReplyKind.SKIP) == elsewhere.sessions.state(id)
    elsewhere.sessions.drop_remembered()
    assert elsewhere.sessions.state(id) == interviewer.sessions.state(id)


def test_a_session_that_was_deleted_is_gone_however_well_it_is_remembered(interviewer: Interviewer) -> None:
    id, _ = interviewer.sessions.start(SessionConfig(questions=2))
    assert interviewer.sessions.state(id).asked == 1
    with interviewer.store.engine.begin() as connection:
        connection.execute(events.delete().where(events.c.session_id == id))
    with pytest.raises(UnknownSession):
        interviewer.sessions.state(id)


def test_a_log_is_read_from_any_record_on(interviewer: Interviewer) -> None:
    id, _ = interviewer.sessions.start(SessionConfig(questions=2))
    store: Store = interviewer.store
    whole = store.load(id)
    assert store.load(id, since=1) == whole[1:]
    assert replay(whole) == interviewer.sessions.state(id)
    with pytest.raises(UnknownSession):
        store.load(id, since=len(whole))


def test_only_so_many_are_kept_those_of_the_last_looks(interviewer: Interviewer) -> None:
    _, state = interviewer.sessions.start(SessionConfig(questions=1))
    recent = Recent(2)
    for id in ("a", "b", "a", "c"):
        recent.put(id, state)
    assert [recent.get(id) is state for id in ("a", "b", "c")] == [True, False, True]
    recent.clear()
    assert recent.get("a") is None
