"""The served page against strangers: other sites, other users, wrong files, broken input. One server for all."""

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from interviewer.access import Role, User, acting
from interviewer.cli import main
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from knowledge.index import PassageIndex
from knowledge.vectors import BankVectors
from tests.browser import open_browser
from tests.payloads import PAYLOADS
from tests.visits import PASSWORD, Visit, result, served
from ui import handlers

SESSIONS = 100
Owned = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def home(index: PassageIndex, index_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("security") / "home"
    shutil.copytree(index_folder, folder / "index")
    return folder


@pytest.fixture(scope="module")
def owned(home: Path, bank: Bank, encoder: BankVectors) -> Owned:
    """Sessions of four candidates, each with a reply that has a canary: id to owner and canary."""
    interviewer = Interviewer(Settings(home=home, auth="accounts"), serving=True)
    vars(interviewer).update(shipped_bank=bank, encoder=encoder)
    found: Owned = {}
    for name in ("ann", "ben", "cho", "dee"):
        user = interviewer.accounts.add(name, PASSWORD, Role.CANDIDATE)
        found |= {id: (name, canary) for id, canary in _sessions(interviewer, user, SESSIONS // 4)}
    interviewer.accounts.add("coach", PASSWORD, Role.COACH)
    interviewer.accounts.add("boss", PASSWORD, Role.ADMIN)
    interviewer.sessions.close()
    return found


def _sessions(interviewer: Interviewer, user: User, count: int) -> Iterator[tuple[str, str]]:
    with acting(user):
        for i in range(count):
            page = handlers.start(interviewer, "interview", "mid", [], 2, 0, i)
            canary = f"CANARY-{user.name}-{i}"
            interviewer.sessions.accept(page.session_id, f"Dropout, {canary}, is noise.")
            yield page.session_id, canary


@pytest.fixture(scope="module")
def url(home: Path, owned: Owned) -> Iterator[str]:
    with served(home, INTERVIEWER_AUTH="accounts", INTERVIEWER_HOSTS="interview.example.org") as address:
        yield address


@pytest.fixture(scope="module")
def ann(url: str) -> Visit:
    return Visit(url, "ann")


@pytest.fixture(scope="module")
def ben(url: str) -> Visit:
    return Visit(url, "ben")


def test_session_ids_have_128_random_bits(owned: Owned) -> None:
    assert all(re.fullmatch("[0-9a-f]{32}", id) for id in owned)
    assert len({id[:8] for id in owned}) == SESSIONS


def test_nothing_is_read_without_a_login(url: str, owned: Owned) -> None:
    stranger = Visit(url)
    assert stranger.http.get("/").headers["location"] == "/login"
    id = next(iter(owned))
    for path in ("/config", f"/report/{id}.html", "/account", "/account/export", "/shared", "/gradio_api/info"):
        answer = stranger.http.get(path)
        assert answer.status_code in (303, 401)
        assert "components" not in answer.text
    assert stranger.named("report", id) == "log in first\n"
    assert stranger.any(0, []) == "log in first\n"
    assert stranger.http.get("/login").status_code == 200


def test_a_login_is_a_cookie_that_scripts_and_other_sites_do_not_get(url: str, home: Path) -> None:
    answer = Visit(url).log_in("ann")
    cookie = answer.headers["set-cookie"]
    assert re.search(r"interviewer-session=[\w-]{43};", cookie)
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    token = answer.cookies["interviewer-session"]
    assert token.encode() not in (home / "interviewer.db").read_bytes() + (home / "interviewer.db-wal").read_bytes()
    assert PASSWORD.encode() not in (home / "interviewer.db").read_bytes() + (home / "interviewer.db-wal").read_bytes()


def test_a_cookie_is_marked_secure_behind_https(url: str) -> None:
    headers = {"X-Forwarded-Proto": "https"}
    answer = Visit(url).http.post("/login", data={"username": "ann", "password": PASSWORD}, headers=headers)
    assert "Secure" in answer.headers["set-cookie"]


def test_a_logout_ends_the_login(url: str) -> None:
    visit = Visit(url, "cho")
    token = visit.http.cookies["interviewer-session"]
    assert visit.http.get("/account").status_code == 200
    assert visit.http.post("/logout").headers["location"] == "/login"
    again = httpx.get(f"{url}/account", headers={"Cookie": f"interviewer-session={token}"})
    assert again.status_code == 303


def test_logins_are_limited(url: str) -> None:
    visit = Visit(url)
    tries = [visit.log_in("dee", f"wrong password {i}") for i in range(6)]
    assert [answer.status_code for answer in tries] == [401] * 6
    assert "wrong" in tries[4].text
    assert "too many" in tries[5].text
    assert "too many" in visit.log_in("dee").text, "the right password does not help before the time is over"
    assert "name or password is wrong" in visit.log_in("nobody-of-this-name").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost@evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"},
        {"Host": "evil.example", "X-Forwarded-Host": "127.0.0.1"},
    ],
)
def test_other_sites_and_rebound_names_are_refused(ann: Visit, owned: Owned, headers: dict[str, str]) -> None:
    id = next(id for id, (name, _) in owned.items() if name == "ann")
    http = ann.http
    body = {"data": [id]}
    answers = [
        http.post("/gradio_api/call/report", json=body, headers=headers),
        http.post("/gradio_api/queue/join", json=body | {"fn_index": 0, "session_hash": "abc"}, headers=headers),
        http.post("/account/forget", data={"password": PASSWORD}, headers=headers),
        http.get("/account/export", headers=headers),
        http.get("/gradio_api/queue/data", params={"session_hash": "abc"}, headers=headers),
    ]
    for answer in answers:
        assert answer.status_code in (400, 403, 421), answer.text
        assert "CANARY" not in answer.text
        assert "access-control-allow-origin" not in answer.headers


def test_the_configured_name_and_a_link_from_elsewhere_are_let_in(ann: Visit) -> None:
    assert ann.http.get("/account", headers={"Host": "interview.example.org"}).status_code == 200
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert ann.http.get("/", headers=link).status_code == 200
    framed = link | {"Sec-Fetch-Dest": "iframe"}
    assert ann.http.get("/", headers=framed).status_code == 403


def test_answers_carry_the_headers_that_contain_them(ann: Visit) -> None:
    for path in ("/", "/login", "/account", "/theme.css", "/nowhere"):
        headers = ann.http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        scripts = policy.partition("script-src ")[2].partition(";")[0]
        assert "unsafe-inline" not in scripts
        assert "*" not in policy
    page = ann.http.get("/")
    nonce = re.search(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])
    assert nonce is not None
    assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce[1]}"') > 3
    assert nonce[1] not in ann.http.get("/").text


def test_nobody_reads_another_ones_session_through_any_endpoint(url: str, owned: Owned, ann: Visit, ben: Visit) -> None:
    coach = Visit(url, "coach")
    boss = Visit(url, "boss")
    mine = next(id for id, (name, _) in owned.items() if name == "ann")
    assert result(ann.named("report", mine))["session"]["id"] == mine
    for n, (id, (name, _)) in enumerate(owned.items()):
        visitor = ben if name != "ben" else ann
        answers = [visitor.http.get(f"/report/{id}.json").text, visitor.named("report", id)]
        if n % 10 == 0:
            answers += [
                visitor.named("reply", id, "hello"),
                visitor.named("act", id, "stop"),
                visitor.named("resume", id),
                coach.http.get(f"/report/{id}.md").text,
                boss.http.get(f"/report/{id}.html").text,
                visitor.http.post("/account/share", data={"session": id, "shared": "yes"}).text,
            ]
        for answer in answers:
            assert "CANARY" not in answer
            assert "error" in answer or "there is no session" in answer
    assert "CANARY" not in ben.named("search", "Dropout, CANARY-ann-0, is noise.", 20)
    assert "CANARY-ann" not in ben.http.get("/account/export").text
    assert "CANARY-ben-0" in ben.http.get("/account/export").text


def test_every_function_of_the_page_refuses_another_ones_session(ben: Visit, owned: Owned) -> None:
    theirs = next(id for id, (name, _) in owned.items() if name == "ann")
    config = ben.config()
    kinds = {part["id"]: part["type"] for part in config["components"]}
    asked = [one for one in config["dependencies"] if one["backend_fn"]]
    assert len(asked) > 30
    press = {"do": "open", "session": theirs}
    for function in asked:
        data = [theirs if kinds[i] in ("textbox", "browserstate", "state", "api") else None for i in function["inputs"]]
        answer = ben.any(function["id"], data, press)
        assert "CANARY-ann" not in answer, (function["api_name"], answer[:2000])


def test_a_tab_of_another_user_cannot_be_joined(ann: Visit, ben: Visit) -> None:
    config = ann.config()
    index = next(one["id"] for one in config["dependencies"] if one["api_name"] == "search")
    assert "process_completed" in ann.any(index, ["dropout", 1])
    for answer in (
        ben.http.get("/gradio_api/queue/data", params={"session_hash": ann.tab}),
        ben.http.get(f"/gradio_api/heartbeat/{ann.tab}"),
        ben.http.post("/gradio_api/queue/join", json={"data": [], "fn_index": index, "session_hash": ann.tab}),
        ben.http.post("/gradio_api/cancel", json={"session_hash": ann.tab, "fn_index": index, "event_id": "x"}),
        ben.http.get(f"/gradio_api/queue/data?session_hash={ben.tab}&session_hash={ann.tab}"),
        ben.http.get(f"/gradio_api/queue/data?session%5Fhash={ben.tab}&session%5Fhash={ann.tab}"),
    ):
        assert answer.status_code == 403


def test_an_answer_that_waits_is_handed_to_nobody_else(ann: Visit, ben: Visit, owned: Owned) -> None:
    id = next(id for id, (name, _) in owned.items() if name == "ann")
    event = ann.http.post("/gradio_api/call/report", json={"data": [id]}).json()["event_id"]
    for answer in (
        ben.http.get(f"/gradio_api/call/report/{event}"),
        ben.http.get("/gradio_api/queue/data", params={"session_hash": event}),
        ben.http.post("/gradio_api/call/report", json={"data": [id], "session_hash": event}),
        ben.http.post("/gradio_api/cancel", json={"session_hash": ben.tab, "fn_index": 0, "event_id": event}),
    ):
        assert answer.status_code == 403
    assert result(ann.http.get(f"/gradio_api/call/report/{event}").text)["session"]["id"] == id


def test_a_shared_report_is_read_by_coaches_alone_and_no_longer_than_shared(url: str, owned: Owned, ann: Visit, ben: Visit) -> None:  # fmt: skip
    id = next(id for id, (name, _) in owned.items() if name == "ann")
    coach = Visit(url, "coach")
    assert id not in coach.http.get("/shared").text
    assert ann.http.post("/account/share", data={"session": id, "shared": "yes"}).status_code == 303
    assert id in coach.http.get("/shared").text
    assert coach.http.get(f"/report/{id}.json").json()["session"]["id"] == id
    assert "there is no session" in coach.named("reply", id, "I answer for her") or "error" in coach.named(
        "reply", id, "x"
    )
    assert ben.http.get(f"/report/{id}.json").status_code == 404
    assert ben.http.get("/shared").status_code == 403
    ann.http.post("/account/share", data={"session": id, "shared": ""})
    assert coach.http.get(f"/report/{id}.json").status_code == 404


def test_only_an_admin_changes_what_all_share(ann: Visit, url: str) -> None:
    files = {"files": ("a.txt", b"Q: What is a cache?\nA: A store that is near.")}
    assert ann.http.post("/gradio_api/upload", files=files).status_code == 403
    assert Visit(url, "boss").http.post("/gradio_api/upload", files=files).status_code == 200
    config = ann.config()
    parts = {part["id"]: part for part in config["components"]}
    buttons = {part["id"]: str(part["props"].get("elem_id")) for part in config["components"]}
    shut = [
        one for one in config["dependencies"]
        if one["backend_fn"] and any(buttons.get(target, "").startswith(("material-r", "material-o", "review-a", "review-d", "review-e", "review-s")) for target, _ in one["targets"])
    ]  # fmt: skip
    assert len(shut) >= 7
    for function in shut:
        data = [
            "Q: What is a cache?\nA: A store." if parts[i]["type"] == "textbox" else None for i in function["inputs"]
        ]
        assert "admin of this installation" in ann.any(function["id"], data), buttons[function["targets"][0][0]]


PROBES = [
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file=../../../../etc/passwd",
    "/gradio_api/file=%2e%2e/%2e%2e/etc/passwd",
    "/gradio_api/file=file:///etc/passwd",
    "/gradio_api/file=http://127.0.0.1:9/x",
    "/gradio_api/file=http://169.254.169.254/latest/meta-data/",
    "/gradio_api/file/etc/passwd",
    "/file=/etc/passwd",
    "/file/etc/passwd",
    "/gradio_api/file=C:\\Windows\\win.ini",
    "/gradio_api/file=\\\\evil.example\\share",
    "/gradio_api/file={home}/interviewer.db",
    "/gradio_api/file={home}/settings.json",
    "/gradio_api/file=.env",
    "/gradio_api/proxy=http://127.0.0.1:9/x",
    "/gradio_api/proxy=https://evil.hf.space/x",
    "/gradio_api/proxy=//169.254.169.254/",
    "/gradio_api/proxy=http://localhost:22/",
    "/proxy=http://127.0.0.1:9/",
    "/static/../../../../etc/passwd",
    "/static/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/static/%2e%2e/%2e%2e/etc/passwd",
    "/static/....//....//etc/passwd",
    "/static//etc/passwd",
    "/static/Z%CD%91" + "%CD%91" * 200,
    "/assets/../config.json",
    "/assets/..%5c..%5cwin.ini",
    "/assets//etc/passwd",
    "/assets/%00/etc/passwd",
    "/svelte/../../../etc/passwd",
    "/svelte//etc/passwd",
    "/gradio_api/stream/a/b/1/playlist.m3u8",
    "/gradio_api/stream/a/b/1/playlist-file",
    "/gradio_api/custom_component/x/client/component/../../../../etc/passwd",
    "/gradio_api/deep_link?session_hash=abc",
    "/gradio_api/dev/reload",
    "/gradio_api/run-history/buckets",
    "/gradio_api/run-history/records",
    "/gradio_api/runs",
    "/gradio_api/openapi.json/../../etc/passwd",
    "/gradio_api/mcp/sse",
    "/gradio_api/call/v2/report/0123",
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/x/dashboard",
    "/gradio_api/token",
    "/pwa_icon/100000",
    "/docs",
    "/openapi.json",
    "/report/../../etc/passwd.md",
    "/report/%2e%2e%2f%2e%2e%2fetc%2fpasswd.md",
    "/report/00000000000000000000000000000000.exe",
    "/?deep_link=../../../../etc/passwd",
    "/config?deep_link=..%2f..%2fuploads",
    "/interviewer.db",
    "/.env",
]


@pytest.mark.parametrize("probe", PROBES)
def test_no_path_reads_a_file_or_connects(url: str, home: Path, probe: str) -> None:
    visit = _boss(url)
    target = httpx.URL(url).copy_with(raw_path=probe.format(home=home).encode())
    answer = visit.http.get(target)
    assert "root:" not in answer.text
    assert "SQLite format" not in answer.text
    if "deep_link=" not in probe:
        assert answer.status_code == 404


_bosses: dict[str, Visit] = {}


def _boss(url: str) -> Visit:
    return _bosses.setdefault(url, Visit(url, "boss"))


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../../etc/passwd", "{home}/interviewer.db", "http://127.0.0.1:9/x", "file:///etc/passwd", "{home}/uploads/../interviewer.db", "\0"],
)  # fmt: skip
def test_a_file_that_was_not_uploaded_is_not_read(url: str, home: Path, path: str) -> None:
    boss = _boss(url)
    config = boss.config()
    ids = {part["id"]: str(part["props"].get("elem_id")) for part in config["components"]}
    read = next(
        one for one in config["dependencies"] if one["targets"] and ids.get(one["targets"][0][0]) == "material-read"
    )
    file = {"path": path.format(home=home), "url": "http://127.0.0.1:9/x", "meta": {"_type": "gradio.FileData"}}
    for sent in (file, [file], {"nested": file}):
        answer = boss.any(read["id"], [sent, ""])
        assert "not uploaded here" in answer or "must be a text" in answer


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_closed(ann: Visit, method: str) -> None:
    headers = {"Access-Control-Request-Method": "POST", "Origin": str(ann.http.base_url).rstrip("/")}
    answer = ann.http.request(method, "/gradio_api/call/report", headers=headers)
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


def test_large_deep_and_broken_bodies_are_refused(ann: Visit) -> None:
    def post(body: bytes) -> httpx.Response:
        return ann.http.post("/gradio_api/call/search", content=body, headers={"Content-Type": "application/json"})

    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    assert post(b'{"data": ["' + b"x" * 2**20 + b'", 1]}').status_code == 413
    assert ann.http.post("/gradio_api/call/search", content=chunks()).status_code == 413
    assert post(b'{"data": ' + b"[" * 50_000 + b"]" * 50_000 + b"}").status_code == 400
    assert post(b'{"data": ' + b"[" * 40 + b"]" * 40 + b"}").status_code == 400
    for broken in (
        b"",
        b"\xff\xfe",
        b"null",
        b"[1]",
        b'{"data": NaN}',
        b'{"data": [1e999]}',
        b'{"data": ["a"',
        b"9" * 5000,
    ):
        assert post(broken).status_code in (400, 422), broken
    assert post(b'{"data": ["\\ud800 dropout \\u0000", 1]}').status_code == 200


def test_commands_manage_accounts(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(["accounts", *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    def refused(says: str, *arguments: str, typed: str = "") -> None:
        status, said = run(*arguments, typed=typed)
        assert status == 2
        assert says in said

    word = f"{PASSWORD}\n"
    assert run("add", "Eve", "--role", "coach", typed=word) == (0, "eve can log in as coach\n")
    assert run("list", "--json") == (0, '{"name": "eve", "role": "coach"}\n')
    refused("there is an account 'eve' already", "add", "eve", typed=word)
    refused("a password has 10 to 256 characters", "add", "fay", typed="short\n")
    refused("is no name for an account", "add", "../x", typed=word)
    refused("there is no account 'nobody'", "passwd", "nobody", typed=word)
    assert run("passwd", "eve", typed="another phrase 7\n")[0] == 0
    assert run("remove", "eve") == (0, "eve is gone, with 0 sessions\n")
    assert run("list") == (0, "")


def test_nasty_inputs_are_answered(ann: Visit) -> None:
    from fuzz import over_the_wire

    # How fast is not judged here: `scripts/fuzz.py` does that on a machine that is otherwise idle.
    done = over_the_wire(ann.http, 100, seed=7, limit_s=60)
    assert done.wrong == []
    assert sum(done.statuses.values()) >= 100


@pytest.fixture(scope="module")
def nasty(home: Path, bank: Bank, encoder: BankVectors, owned: Owned) -> tuple[str, str]:
    """A finished session of ann's whose replies, quotes, points and notes are the payloads; so is an article of her firm."""
    from datetime import UTC, datetime

    from interviewer.events import Finished, FinishReason, Graded, Replied, ReplyKind, Understood
    from interviewer.grading.grade import Verdict
    from tests.graded import grade
    from ui import bank_handlers, bank_view

    interviewer = Interviewer(Settings(home=home, auth="accounts"), serving=True)
    vars(interviewer).update(shipped_bank=bank, encoder=encoder)
    with acting(interviewer.accounts.find("ann")):
        page = handlers.start(interviewer, "practice", "mid", [], 1, 0, 1)
    fenced = [text for text in PAYLOADS if "```" in text]
    plain = [text for text in PAYLOADS if "```" not in text]
    events: list[Any] = []
    for text in ("\n".join(plain), "\n".join(fenced)):
        given = grade(0.5, *((point, Verdict.COVERED, 0.9) for point in plain[:12]), note=plain[0], model=plain[1])
        points = [point.model_copy(update={"evidence": point.point, "start": 0}) for point in given.key_points]
        given = given.model_copy(update={"key_points": tuple(points)})
        events += [Replied(text=text), Understood(kind=ReplyKind.ANSWER), Graded(grade=given)]
    events.append(Finished(reason=FinishReason.STOPPED))
    interviewer.store.append(page.session_id, page.state.seq, events, datetime.now(UTC))
    article = "".join(f"Q: Why does a zebra {text}?\nA: Because {text}.\n\n" for text in plain[:40] if "\n" not in text)
    material = bank_handlers.read_paste(interviewer, article).material
    bank_handlers.accept_rest(interviewer, material)
    listed = bank_view.results(bank_handlers.browse(interviewer, bank_handlers.Filters(topic="my-material"), 100))
    interviewer.sessions.close()
    return page.session_id, listed


def test_no_payload_runs_wherever_it_is_shown(nasty: tuple[str, str], url: str, tmp_path: Path) -> None:
    from playwright.sync_api import Dialog, expect

    id, listed = nasty
    with open_browser() as browser:
        expect.set_options(timeout=90_000)
        page = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(90_000)
        ran: list[str] = []

        def note(dialog: Dialog) -> None:
            ran.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", note)
        page.goto("/")
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#setup")).to_be_visible()
        page.goto(f"/?session={id}")
        expect(page.locator("#headline")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        expect(page.locator("#questions")).to_contain_text("<img src=x onerror=alert(2)>")
        expect(page.locator("#chat")).to_contain_text("alert(2)")
        page.evaluate("alert('the check itself works')")
        assert ran == ["the check itself works"]
        page.goto("/account")
        saved = tmp_path / "report.html"
        saved.write_text(page.request.get(f"/report/{id}.html?save=yes").text())
        for place in (f"/report/{id}.html", saved.as_uri()):
            page.goto(place)
            expect(page.locator("blockquote").first).to_contain_text("alert(2)")
            page.wait_for_timeout(500)
        # As markup alone: without the page's policy, which would stop a script that got through.
        page.set_content(listed)
        expect(page.locator("body")).to_contain_text("zebra")
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        page.wait_for_timeout(500)
        assert ran == ["the check itself works"]


def test_no_export_is_a_table_that_a_spreadsheet_would_compute() -> None:
    from tests.test_cli import ROOT

    modules = [file for folder in ("interviewer", "ui", "evals", "knowledge") for file in (ROOT / folder).rglob("*.py")]
    assert [file.name for file in modules if re.search(r"^\s*(import|from) csv\b|to_csv", file.read_text(), re.M)] == []
