"""The plain pages beside Gradio's: login, account, shared reports. Forms without scripts; all text is escaped."""

import html
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from interviewer.access import User
from interviewer.accounts import SHORTEST_PASSWORD
from ui.texts import say

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {name}</title>
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
        say("account.login"),
        f"<h1>{say('account.login_title')}</h1>{told}"
        '<form method="post" action="/login">'
        f'<label for="username">{say("account.name")}</label>'
        f'<input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus{hint}>'
        f'<label for="password">{say("account.password")}</label>'
        f'<input id="password" name="password" type="password" autocomplete="current-password" required{hint}>'
        f'<div><button type="submit">{say("account.login")}</button></div></form>'
        f"<p>{say('account.who_makes')}</p>",
    )


def account_page(user: User | None, sessions: Sequence[Listed], told: str = "") -> str:
    """What one may do with one's own data; with an account also sharing, the password and logging out."""
    notice = f'<p class="wrong" role="alert">{html.escape(told)}</p>' if told else ""
    who = (
        f"<p>{say('account.logged_in', name=html.escape(user.name), role=say(f'roles.{user.role.value}'))}</p>"
        if user
        else ""
    )
    coach = f'<p><a href="/shared">{say("account.shared_reports")}</a></p>' if user and user.role == "coach" else ""
    whole = say("account.all_and_account") if user else say("account.all")
    proof = (
        f'<label for="proof">{say("account.your_password")}</label>'
        '<input id="proof" name="password" type="password" autocomplete="current-password" required>'
        if user
        else f'<label for="proof">{say("account.type_delete")}</label><input id="proof" name="word" autocomplete="off" required>'
    )
    return _page(
        say("account.title"),
        f"{_back()}<h1>{say('account.title')}</h1>{notice}{who}{coach}{_log_out() if user else ''}"
        f"<h2>{say('account.sessions')}</h2>{_sessions(sessions, sharing=user is not None)}"
        f"<h2>{say('account.take')}</h2><p>{say('account.take_hint')}</p>"
        f'<p><a href="/account/export" download="interviewer-data.json">{say("account.export")}</a></p>'
        f"{_password() if user else ''}"
        f"<h2>{say('account.delete')}</h2><p>{say('account.delete_hint', what=whole)}</p>"
        f'<form method="post" action="/account/forget">{proof}'
        f'<div><button type="submit" class="danger">{say("account.delete_button", what=whole)}</button></div></form>',
    )


def shared_page(sessions: Sequence[Listed]) -> str:
    """The reports that candidates shared, for a coach."""
    return _page(
        say("account.shared_title"),
        f"{_back()}<h1>{say('account.shared_title')}</h1>{_sessions(sessions, sharing=False)}",
    )


def forgotten_page() -> str:
    """Says that all is gone."""
    return _page(
        say("account.gone_title"),
        f'<h1>{say("account.gone_title")}</h1><p>{say("account.gone")}</p><p><a href="/">{say("account.again")}</a></p>',
    )


def _sessions(sessions: Sequence[Listed], sharing: bool) -> str:
    if not sessions:
        return f"<p>{say('account.no_session')}</p>"
    rows = "".join(_row(session, sharing) for session in sessions)
    names = (say("account.begun"), say("account.session"), say("account.score"), say("account.report"))
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f'<div class="wide" tabindex="0" role="region" aria-label="{names[1]}"><table><tr>{head}</tr>{rows}</table></div>'


def _row(session: Listed, sharing: bool) -> str:
    when = f"{session.started:%Y-%m-%d %H:%M} UTC"
    whose = f"{html.escape(session.owner)}, " if session.owner else ""
    links = f'<a href="/report/{session.id}.html" aria-label="{say("account.report_of", when=when)}">{say("account.open")}</a>'
    if sharing:
        word, value = (say("account.unshare"), "") if session.shared else (say("account.share"), "yes")
        links += (
            f'<form method="post" action="/account/share"><input type="hidden" name="session" value="{session.id}">'
            f'<input type="hidden" name="shared" value="{value}">'
            f'<button type="submit" class="quiet" aria-label="{say("account.share_of", word=word, when=when)}">{word}</button></form>'
        )
    return f"<tr><td>{when}</td><td>{whose}{session.kind}</td><td>{session.score}</td><td>{links}</td></tr>"


def _back() -> str:
    return f'<p><a href="/">{say("account.back")}</a></p>'


def _log_out() -> str:
    return f'<form method="post" action="/logout"><button type="submit" class="quiet">{say("account.log_out")}</button></form>'


def _password() -> str:
    return (
        f'<h2>{say("account.password")}</h2><form method="post" action="/account/password"><label for="old">{say("account.old")}</label>'
        '<input id="old" name="old" type="password" autocomplete="current-password" required>'
        f'<label for="new">{say("account.new")}</label><input id="new" name="new" type="password" autocomplete="new-password" '
        f'minlength="{SHORTEST_PASSWORD}" aria-describedby="least" required><p id="least">{say("account.new_hint", least=SHORTEST_PASSWORD)}</p>'
        f'<div><button type="submit">{say("account.change")}</button></div></form>'
    )


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=title, name=say("page.title"), body=body)
