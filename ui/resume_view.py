"""Unfinished sessions and a session's link as the page shows them: pure functions, all text escaped."""

import html
from collections.abc import Mapping
from datetime import datetime

from interviewer.state import State
from ui.names import days_ago, mode_name, topic_name
from ui.texts import say

LISTED = 3
COPY_LINK = """
element.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-copy]');
  if (!button) return;
  const link = new URL(location.href);
  link.search = new URLSearchParams({session: button.dataset.copy});
  link.hash = '';
  const told = element.querySelector('.copied');
  try {
    await navigator.clipboard.writeText(link.href);
    told.textContent = button.dataset.copied;
  } catch {
    // Without a secure address a page may not copy; the address bar can.
    history.replaceState(null, '', link.href);
    told.textContent = button.dataset.failed;
  }
});
"""
"""What makes the button of a session's link work."""


def unfinished(states: Mapping[str, State], now: datetime) -> str:
    """The sessions that can be gone on with, the latest begun first; empty where there is none."""
    left = [(id, state) for id, state in states.items() if state.finished is None]
    items = "".join(_item(id, state, now) for id, state in left[:LISTED])
    rest = len(left) - LISTED
    more = f'<p class="more">{say("resume.more", n=rest)}</p>' if rest > 0 else ""
    return f'<section class="unfinished"><h3>{say("resume.title")}</h3><ul>{items}</ul>{more}</section>' if left else ""


def _item(id: str, state: State, now: datetime) -> str:
    topics = [topic_name(topic) for topic in state.config.topics]
    about = ", ".join(topics[:2]) + ("…" if len(topics) > 2 else "") or say("resume.all_topics")
    name = f"{mode_name(state.config.mode)} · {about}"
    at = say("resume.at", n=state.asked, total=state.config.questions)
    return (
        f'<li><div><span class="asked">{html.escape(name)}</span><span class="meta">{at} · {_when(state.started_at, now)}</span></div>'
        f'<button type="button" class="small" data-do="open" data-session="{html.escape(id)}" '
        f'aria-label="{say("resume.button")}: {html.escape(name)}, {at}">{say("resume.button")}</button></li>'
    )


def _when(started: datetime, now: datetime) -> str:
    return days_ago(max(0, (now - started).days))


def link(id: str) -> str:
    """A session's link with a button that copies it."""
    return (
        f'<p class="session-link"><a href="?session={html.escape(id)}">{say("resume.link")}</a> '
        f'<button type="button" class="small" data-copy="{html.escape(id)}" data-copied="{say("resume.copied")}" '
        f'data-failed="{say("resume.not_copied")}">{say("resume.copy")}</button>'
        '<span class="copied" role="status"></span></p>'
    )
