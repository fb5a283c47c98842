"""nginx in front of running apps, as `docs/nginx.conf` has it: only the addresses are put in."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from live_app import ROOT, Failed, free_port

MAIN = """\
user root;
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
STARTS_S = 10.0


def nginx() -> str | None:
    """The program, where this machine has it."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")


@contextmanager
def live_proxy(first: str, second: str) -> Iterator[str]:
    """The address of an nginx in front of two apps' addresses. Raises: Failed where it does not start."""
    program, port = nginx(), free_port()
    if program is None:
        raise Failed("there is no nginx here; install Debian's `nginx-light`")
    site = (ROOT / "docs" / "nginx.conf").read_text()
    for shipped, here in (
        ("app:7860", first.removeprefix("http://")),
        ("second:7860", second.removeprefix("http://")),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
    ):
        assert shipped in site
        site = site.replace(shipped, here)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "site.conf").write_text(site)
        Path(folder, "nginx.conf").write_text(MAIN.format(folder=folder))
        process = subprocess.Popen([program, "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.PIPE)
        try:
            _wait(process, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate(timeout=30)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(url, trust_env=False, timeout=STARTS_S)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    assert process.stderr is not None
    process.kill()
    raise Failed(f"nginx did not start: {process.stderr.read().decode()[-500:]}")
