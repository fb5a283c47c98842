"""The Interview part's wiring in Gradio: what each button does, and what is shown of it."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from interviewer.events import Order
from interviewer.wiring import Interviewer
from ui import handlers
from ui.interview_show import ACTIONS, SHOWN, blank, said_so_far, show, taken
from ui.listeners import QUIET, ZONE_JS, leave
from ui.practice_handlers import zone_of
from ui.practice_page import Opening, wire_presses
from ui.told import told, told_each

Steps = Iterator[list[Any] | None]
"""Values for the shown parts, one set after the other; None where there is nothing new yet."""
TO_THE_REPORT = (
    "() => document.querySelector('#report')?.scrollIntoView({behavior: "
    "matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'})"
)
"""Brings the report into view; before the end there is none and nothing moves."""


class Handlers:
    """From what the page hands over to values for the parts that show a session; what is done is in `ui/handlers.py`."""

    def __init__(self, interviewer: Interviewer) -> None:
        self._interviewer = interviewer

    def proposed(self, text: str) -> tuple[list[str], str, str]:
        """Topics, level and why, from a job description."""
        found = self._interviewer.propose(text)
        return [topic.value for topic in found.topics], found.level.value, found.why

    def started(self, zone: str, mode: str, level: str, topics: list[str], questions: int, minutes: int) -> list[Any]:
        """A new session."""
        seed = random.SystemRandom().randrange(2**31)
        page = handlers.start(
            self._interviewer, mode, level, topics, questions, minutes, seed, zone_of(zone), Order.ADAPTIVE
        )
        return show(self._interviewer, page)

    def sent(self, id: str, text: str, sure: float | None) -> Steps:
        """A reply, which is kept and shown, and then answered: one request, since each costs the page its time."""
        yield taken(handlers.accept(self._interviewer, id, text, sure=sure), keep_draft=False)
        yield from self.advanced(id)

    def pressed(self, kind: str) -> Callable[[str], Steps]:
        """A button of that kind, as `sent`."""

        def steps(id: str) -> Steps:
            yield taken(handlers.accept(self._interviewer, id, "", kind))
            yield from self.advanced(id)

        return steps

    def advanced(self, id: str) -> Steps:
        """What the interviewer says to the pending reply, as it comes."""
        for page in handlers.advance(self._interviewer, id):
            speaking = page is not None and not page.waiting and page.report is None
            yield said_so_far(page) if page and speaking else page and show(self._interviewer, page)

    def taken_up(self, id: str) -> Steps:
        """What was kept while the app was busy is shown when it is answered, in a page that was loaded anew too."""
        if id and handlers.is_due(self._interviewer, id):
            return self.advanced(id)
        # A generator that ends without a value would empty every part, the labels of buttons too.
        return iter(([gr.skip() for _ in ("id", *SHOWN, *ACTIONS)],))

    def loaded(self, id: str, request: gr.Request) -> list[Any]:
        """The session that the address names, or else the one that this browser had last."""
        wanted = request.query_params.get("session") or id
        try:
            return show(self._interviewer, handlers.resume(self._interviewer, wanted)) if wanted else blank()
        except handlers.EXPECTED_ERRORS:
            # A session of another home, or one that was deleted: begin anew rather than greet with an error.
            return blank()


def wire_interview(
    interviewer: Interviewer, app: gr.Blocks, session: gr.BrowserState, parts: dict[str, Any], shown: list[Any]
) -> list[Any]:
    """Makes the buttons of the set-up card and the composer work, and shows a session when the page loads. Returns the listeners
    that show an answer as it comes.

    Args:
        session: holds the session's id.
        parts: of `interview_layout`.
        shown: the components that `show` gives values for.
    """
    on = Handlers(interviewer)
    parts["propose"].click(told(on.proposed), parts["job"], [parts["topics"], parts["level"], parts["why"]], **QUIET)
    setup = [parts[name] for name in ("zone", "mode", "level", "topics", "questions", "minutes")]
    parts["start"].click(told(on.started), setup, shown, js=ZONE_JS, **QUIET)
    reply = [session, parts["reply"], parts["sure"]]
    answered = [gr.on([parts["send"].click, parts["reply"].submit], told_each(on.sent), reply, shown, **QUIET)]
    for button, (_, kind) in zip(parts["actions"], ACTIONS, strict=True):
        answered.append(button.click(told_each(on.pressed(kind)), session, shown, **QUIET))
    for answer in answered:
        answer.success(None, None, None, js=TO_THE_REPORT, **QUIET)
    loaded = app.load(told(on.loaded), session, shown, **QUIET)
    answered.append(loaded.success(told_each(on.taken_up), session, shown, **QUIET))
    leave(parts["new"].click, answered)
    parts["new"].click(blank, None, shown, **QUIET)
    return answered


def wire_report(interviewer: Interviewer, parts: dict[str, Any], opening: Opening) -> None:
    """Practice from the report, and the grade that a reply still waits for."""
    for part in ("next", "ungraded"):
        wire_presses(interviewer, parts[part], parts["zone"], opening, told)
