"""A PostgreSQL server of a test's own, from the binaries of this machine: thrown away afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ABSENT = "no PostgreSQL binaries (initdb, postgres) here; install Debian's `postgresql` to run this"


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest where there are several; None without."""
    found = shutil.which("initdb")
    folders = (
        [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def server_user() -> str | None:
    """Whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


@contextmanager
def postgres(*options: str) -> Iterator[str]:
    """The URL of an empty database; `options` are the server's (`-c fsync=off`)."""
    bin, user = binaries(), server_user()
    assert bin is not None, ABSENT
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")
    started: subprocess.Popen[bytes] | None = None
    try:
        make = [bin / "initdb", "-D", data, "-U", "interviewer", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*map(str, make)], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        run = [bin / "postgres", "-D", data, "-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
        started = subprocess.Popen([*map(str, run), *options], user=user, cwd=folder, stderr=subprocess.DEVNULL)
        _wait(port)
        yield f"postgresql://interviewer@127.0.0.1:{port}/postgres"
    finally:
        if started is not None:
            started.terminate()
            with suppress(subprocess.TimeoutExpired):
                started.wait(10)
            started.kill()
            started.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int) -> None:
    import psycopg

    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(f"postgresql://interviewer@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
