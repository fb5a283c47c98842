"""What the plain pages beside Gradio's do: log in and out, one's own data, reports to download. Starlette, no Gradio."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from interviewer.access import Role, User, acting
from interviewer.errors import InputInvalid, InterviewerError, NotAllowed
from interviewer.personal import export, forget_all, forget_user
from interviewer.report import Report, build_report
from interviewer.wiring import Interviewer
from ui.gate import COOKIE
from ui.names import mode_name, percent
from ui.own_pages import Listed, account_page, forgotten_page, login_page, shared_page
from ui.texts import say
from ui.visitor import SCOPE

KINDS = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
}
ICON = Path(__file__).with_name("favicon.svg")
KEPT_A_DAY = {"cache-control": "public, max-age=86400"}
Answer = Callable[[Request, dict[str, str]], Response]


def own_routes(interviewer: Interviewer) -> list[BaseRoute]:
    """The routes; those of accounts only where there are accounts."""
    pages = OwnRoutes(interviewer)
    routes: list[BaseRoute] = [
        Route("/favicon.ico", _icon),
        Route("/report/{id}.{format}", _answering(pages.report)),
        Route("/account", _answering(pages.account)),
        Route("/account/export", _answering(pages.export)),
        Route("/account/forget", _answering(pages.forget), methods=["POST"]),
    ]
    if interviewer.settings.auth:
        routes += [
            Route("/login", _answering(pages.ask_login), methods=["GET"]),
            Route("/login", _answering(pages.log_in), methods=["POST"]),
            Route("/logout", _answering(pages.log_out), methods=["POST"]),
            Route("/account/share", _answering(pages.share), methods=["POST"]),
            Route("/account/password", _answering(pages.password), methods=["POST"]),
            Route("/shared", _answering(pages.shared)),
        ]
    return routes


def _answering(answer: Answer) -> Callable[[Request], Any]:
    """Runs an answer in a thread, as whoever sent the request; what is wrong is told in words."""

    def work(request: Request, form: dict[str, str]) -> Response:
        try:
            with acting(request.scope.get(SCOPE)):
                return answer(request, form)
        except NotAllowed as error:
            return Response(f"{error}\n", 403, media_type="text/plain")
        except InputInvalid as error:
            return Response(f"{error}\n", 404, media_type="text/plain")
        except InterviewerError as error:
            return Response(f"{error}\n", 503, media_type="text/plain")

    async def endpoint(request: Request) -> Response:
        form = {}
        if request.method == "POST":
            async with request.form(max_files=0, max_fields=10) as fields:
                form = {name: value for name, value in fields.items() if isinstance(value, str)}
        return await run_sync(work, request, form)

    return endpoint


async def _icon(_: Request) -> Response:
    return FileResponse(ICON, media_type="image/svg+xml", headers=KEPT_A_DAY)


class OwnRoutes:
    """The answers, over the program."""

    def __init__(self, interviewer: Interviewer) -> None:
        self._interviewer = interviewer

    def ask_login(self, request: Request, _: dict[str, str]) -> Response:
        """The login page."""
        return HTMLResponse(login_page()) if _user(request) is None else RedirectResponse("/", 303)

    def log_in(self, request: Request, form: dict[str, str]) -> Response:
        """Sets the session's cookie, or says what is wrong. Programs, which ask for no page, get JSON."""
        page = "text/html" in request.headers.get("accept", "")
        address = request.client.host if request.client else ""
        try:
            token = self._interviewer.accounts.log_in(form.get("username", ""), form.get("password", ""), address)
        except NotAllowed as error:
            return HTMLResponse(login_page(str(error)), 401) if page else JSONResponse({"detail": str(error)}, 401)
        answer: Response = RedirectResponse("/", 303) if page else JSONResponse({"success": True})
        answer.set_cookie(
            COOKIE, token, max_age=14 * 86_400, httponly=True, samesite="lax", secure=request.url.scheme == "https"
        )
        return answer

    def log_out(self, request: Request, _: dict[str, str]) -> Response:
        """Ends the login."""
        self._interviewer.accounts.log_out(request.cookies.get(COOKIE))
        return _without_cookie(RedirectResponse("/login", 303))

    def account(self, request: Request, _: dict[str, str], told: str = "") -> Response:
        """One's own data and what one may do with it."""
        user = _user(request)
        shared = self._interviewer.accounts.sessions_of(user) if user else {}
        listed = [self._listed(id, shared=shared.get(id, False)) for id in self._interviewer.sessions.ids()[:200]]
        return HTMLResponse(account_page(user, listed, told))

    def export(self, request: Request, _: dict[str, str]) -> Response:
        """All of one's data as a file."""
        text = json.dumps(export(self._interviewer, _user(request)), ensure_ascii=False, indent=2)
        return _file(text.encode(), "json", "interviewer-data.json")

    def forget(self, request: Request, form: dict[str, str]) -> Response:
        """Deletes all of one's data, once the password (or the word, without accounts) says that it is meant."""
        user = _user(request)
        if user is None:
            if form.get("word", "").strip().lower() != "delete":
                return self.account(request, {}, say("account.not_deleted_word"))
            forget_all(self._interviewer)
        else:
            if not self._interviewer.accounts.is_password(user, form.get("password", "")):
                return self.account(request, {}, say("account.not_deleted_password"))
            forget_user(self._interviewer, user)
        return _without_cookie(HTMLResponse(forgotten_page()))

    def share(self, request: Request, form: dict[str, str]) -> Response:
        """Lets coaches read a report, or no longer."""
        user = _user(request)
        assert user is not None
        self._interviewer.accounts.share(form.get("session", ""), user, form.get("shared") == "yes")
        return RedirectResponse("/account", 303)

    def password(self, request: Request, form: dict[str, str]) -> Response:
        """Changes the password; every login ends."""
        user = _user(request)
        assert user is not None
        if not self._interviewer.accounts.is_password(user, form.get("old", "")):
            return self.account(request, {}, say("account.not_changed_old"))
        try:
            self._interviewer.accounts.set_password(user.name, form.get("new", ""))
        except InputInvalid as error:
            return self.account(request, {}, say("account.not_changed", why=error))
        return _without_cookie(RedirectResponse("/login", 303))

    def shared(self, request: Request, _: dict[str, str]) -> Response:
        """The shared reports, for a coach."""
        user = _user(request)
        if user is None or user.role is not Role.COACH:
            raise NotAllowed(say("account.only_coach"))
        found = self._interviewer.accounts.shared()
        return HTMLResponse(shared_page([self._listed(id, owner=name) for id, name in found.items()]))

    def report(self, request: Request, _: dict[str, str]) -> Response:
        """A session's report as a file; HTML opens in the browser."""
        id, format = request.path_params["id"], request.path_params["format"]
        report = self._report(id)
        name = f"{report.session.mode.value}-{id[:8]}.{format}"
        return _file(
            rendered(report, format), format, name, inline=format == "html" and "save" not in request.query_params
        )

    def _report(self, id: str) -> Report:
        return build_report(id, self._interviewer.sessions.state(id), self._interviewer.bank)

    def _listed(self, id: str, shared: bool = False, owner: str = "") -> Listed:
        report = self._report(id)
        score = say("account.not_graded") if report.score is None else percent(report.score)
        s = report.session
        kind = say("account.of", mode=mode_name(s.mode), answered=s.answered, planned=s.planned)
        return Listed(id, report.session.started_at, kind, score, shared, owner)


def rendered(report: Report, format: str) -> bytes:
    """A report as md, html, json or pdf."""
    from interviewer.export import report_html, report_pdf
    from interviewer.render import render_report

    if format == "pdf":
        return report_pdf(report)
    if format == "html":
        return report_html(report).encode()
    return (render_report(report) if format == "md" else report.model_dump_json(indent=2)).encode()


def _file(body: bytes, format: str, name: str, inline: bool = False) -> Response:
    disposition = "inline" if inline else f'attachment; filename="{name}"'
    return Response(
        body,
        media_type=KINDS[format],
        headers={"content-disposition": disposition, "cache-control": "private, no-store"},
    )


def _user(request: Request) -> User | None:
    found = request.scope.get(SCOPE)
    return found if isinstance(found, User) else None


def _without_cookie(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer
