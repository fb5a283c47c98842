"""The plain pages beside Gradio's: login, account, shared reports. Forms without scripts; all text is escaped."""

import html
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from interviewer.access import User

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Interviewer</title>
<style>
:root {{ color-scheme: light dark; --ink: #1f2440; --paper: #fafafc; --line: #c9cce0; --key: #4338ca; --bad: #b42318; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e6e7f2; --paper: #12131c; --line: #44475f; --key: #a5b4fc; --bad: #fda29b; }} }}
body {{ font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 44rem; margin: 2.5rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.15rem; margin-top: 2.25rem; }} a {{ color: var(--key); }}
label {{ display: block; margin: .9rem 0 .25rem; font-weight: 600; }}
input {{ font: inherit; width: 100%; max-width: 24rem; box-sizing: border-box; padding: .55rem .7rem; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 6px; }}
button {{ font: inherit; font-weight: 600; margin-top: 1rem; padding: .5rem 1rem; min-height: 44px; color: var(--paper); background: var(--key); border: 0; border-radius: 6px; cursor: pointer; }}
button.quiet {{ margin: 0; color: var(--key); background: transparent; border: 1px solid var(--key); }} button.danger {{ background: var(--bad); }}
:focus-visible {{ outline: 3px solid var(--key); outline-offset: 2px; }}
.wrong {{ color: var(--bad); font-weight: 600; }}
.wide {{ overflow-x: auto; }} table {{ border-collapse: collapse; width: 100%; }} td, th {{ text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }}
</style></head><body><main>
{body}
</main></body></html>
"""


class Listed(NamedTuple):
    """A session in a list: when it began, what it was, its score in words, and whether it is shared or whose it is."""

    id: str
    started: datetime
    kind: str
    score: str
    shared: bool = False
    owner: str = ""


def login_page(wrong: str = "") -> str:
    """Name and password; `wrong` says why the last try failed."""
    told = f'<p class="wrong" role="alert" id="wrong">{html.escape(wrong)}</p>' if wrong else ""
    hint = ' aria-describedby="wrong"' if wrong else ""
    return _page(
        "Log in",
        f"<h1>Log in to Interviewer</h1>{told}"
        '<form method="post" action="/login">'
        '<label for="username">Name</label>'
        f'<input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus{hint}>'
        '<label for="password">Password</label>'
        f'<input id="password" name="password" type="password" autocomplete="current-password" required{hint}>'
        '<div><button type="submit">Log in</button></div></form>'
        "<p>Accounts are made by whoever runs this installation.</p>",
    )


def account_page(user: User | None, sessions: Sequence[Listed], told: str = "") -> str:
    """What one may do with one's own data; with an account also sharing, the password and logging out."""
    notice = f'<p class="wrong" role="alert">{html.escape(told)}</p>' if told else ""
    who = f"<p>You are logged in as <strong>{html.escape(user.name)}</strong> ({user.role}).</p>" if user else ""
    coach = '<p><a href="/shared">Reports shared with coaches</a></p>' if user and user.role == "coach" else ""
    whole = "your account and all your data" if user else "all your data"
    proof = (
        '<label for="proof">Your password</label>'
        '<input id="proof" name="password" type="password" autocomplete="current-password" required>'
        if user
        else '<label for="proof">Type “delete” to go on</label><input id="proof" name="word" autocomplete="off" required>'
    )
    return _page(
        "Your data",
        f'<p><a href="/">Back to Interviewer</a></p><h1>Your data</h1>{notice}{who}{coach}{_log_out() if user else ""}'
        f"<h2>Sessions</h2>{_sessions(sessions, sharing=user is not None)}"
        f"<h2>Take it with you</h2><p>Everything that is kept about you, as one JSON file.</p>"
        f'<p><a href="/account/export" download="interviewer-data.json">Export all my data</a></p>'
        f"{_password() if user else ''}"
        f"<h2>Delete it</h2><p>This deletes {whole}: every reply, grade and report, from every file, at once and for good.</p>"
        f'<form method="post" action="/account/forget">{proof}'
        f'<div><button type="submit" class="danger">Delete {whole}</button></div></form>',
    )


def shared_page(sessions: Sequence[Listed]) -> str:
    """The reports that candidates shared, for a coach."""
    return _page(
        "Shared reports",
        f'<p><a href="/">Back to Interviewer</a></p><h1>Shared reports</h1>{_sessions(sessions, sharing=False)}',
    )


def forgotten_page() -> str:
    """Says that all is gone."""
    return _page(
        "Deleted", '<h1>Your data is deleted</h1><p>Nothing of it is left here.</p><p><a href="/">Begin anew</a></p>'
    )


def _sessions(sessions: Sequence[Listed], sharing: bool) -> str:
    if not sessions:
        return "<p>No session yet.</p>"
    rows = "".join(_row(session, sharing) for session in sessions)
    return f'<div class="wide"><table><tr><th>Begun</th><th>Session</th><th>Score</th><th>Report</th></tr>{rows}</table></div>'


def _row(session: Listed, sharing: bool) -> str:
    when = f"{session.started:%Y-%m-%d %H:%M} UTC"
    whose = f"{html.escape(session.owner)}, " if session.owner else ""
    links = f'<a href="/report/{session.id}.html" aria-label="Report of {when}">Open</a>'
    if sharing:
        word, value = ("Stop sharing", "") if session.shared else ("Share with coaches", "yes")
        links += (
            f'<form method="post" action="/account/share"><input type="hidden" name="session" value="{session.id}">'
            f'<input type="hidden" name="shared" value="{value}">'
            f'<button type="submit" class="quiet" aria-label="{word}: {when}">{word}</button></form>'
        )
    return f"<tr><td>{when}</td><td>{whose}{session.kind}</td><td>{session.score}</td><td>{links}</td></tr>"


def _log_out() -> str:
    return '<form method="post" action="/logout"><button type="submit" class="quiet">Log out</button></form>'


def _password() -> str:
    return (
        '<h2>Password</h2><form method="post" action="/account/password"><label for="old">Current password</label>'
        '<input id="old" name="old" type="password" autocomplete="current-password" required>'
        '<label for="new">New password</label><input id="new" name="new" type="password" autocomplete="new-password" '
        'minlength="10" required><div><button type="submit">Change password</button></div></form>'
    )


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=title, body=body)
