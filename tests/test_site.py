"""What a visit costs the site, before anybody is answered."""

import gradio as gr
import pytest

from interviewer.wiring import Interviewer
from ui.app import build_app
from ui.serve import NO_STATISTICS
from ui.site import MOST_VISITORS, build_site


@pytest.fixture
def page(interviewer: Interviewer, monkeypatch: pytest.MonkeyPatch) -> gr.Blocks:
    """The page as it is served, its queue set."""
    for name, value in NO_STATISTICS.items():
        monkeypatch.setenv(name, value)
    app = build_app(interviewer)
    app.queue()
    return app


def test_a_visitor_is_remembered_without_the_page_written_out(interviewer: Interviewer, page: gr.Blocks) -> None:
    _, inner = build_site(interviewer, page, "127.0.0.1")
    state = inner.state_holder["a visitor"]
    assert state.config_values == {}
    assert state.blocks_config.blocks.keys() == page.blocks.keys()


def test_states_of_visitors_long_gone_are_dropped(interviewer: Interviewer, page: gr.Blocks) -> None:
    _, inner = build_site(interviewer, page, "127.0.0.1")
    for n in range(MOST_VISITORS + 50):
        assert inner.state_holder[str(n)]
    assert len(inner.state_holder.session_data) == MOST_VISITORS
    assert "0" not in inner.state_holder


def test_no_table_of_calls_is_made_at_each_call(page: gr.Blocks) -> None:
    calls = [{"function": "reply", "status": "success", "process_time": 1.0}] * 1000
    page._queue.events_recorded = len(calls)
    assert page._queue.compute_analytics_summary(calls) == {"functions": {}}  # type: ignore[no-untyped-call]
