"""Runs serve, grade and search and says which addresses they tried to reach; anything but this machine is a fault.

Two ways, the first that works: in a network namespace that has only loopback (`unshare`), where a connection could not
succeed; and with a hook on every `connect` and name look-up of the processes, which writes down what was tried.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from live_app import COMMAND, ROOT, free_port

HOOK = """
import json, os, socket, sys
def _note(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        where = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[:2]
        with open(os.environ["NO_WAY_OUT"], "a") as file:
            file.write(json.dumps([event, str(where)]) + "\\n")
sys.addaudithook(_note)
"""
OURS = ("('127.", "('::1", "('localhost'", "/", "b'/", "(None")


def isolated() -> list[str]:
    """The start of a command line that runs it with loopback alone, or nothing where that is not allowed."""
    for way in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        if shutil.which("unshare") and subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return [*way, "sh", "-c", 'ip link set lo up 2>/dev/null || ifconfig lo up; exec "$@"', "sh"]
    return []


def main() -> int:
    """Exit status 1 where something else than this machine was tried, or a part failed."""
    with tempfile.TemporaryDirectory() as folder:
        home, hook, notes = Path(folder, "home"), Path(folder, "hook"), Path(folder, "tried.jsonl")
        hook.mkdir()
        (hook / "sitecustomize.py").write_text(HOOK)
        notes.touch()
        outside = {
            "ANONYMIZED_TELEMETRY": "True",
            "LANGSMITH_TRACING": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "HF_HUB_OFFLINE": "0",
        }
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("INTERVIEWER_", "OPENAI_"))},
            **outside, "PYTHONPATH": f"{hook}{os.pathsep}{ROOT}", "INTERVIEWER_HOME": str(home), "NO_WAY_OUT": str(notes),
        }  # fmt: skip
        way = isolated()
        script = Path(folder, "visit.py")
        script.write_text(VISIT)
        parts = [
            ("search", [*COMMAND, "search", "why does dropout help"]),
            (
                "grade",
                [
                    *COMMAND,
                    "grade",
                    "--question",
                    "What is the dying ReLU problem?",
                    "--reply",
                    "The gradient is zero.",
                ],
            ),
            ("serve", [sys.executable, str(script), str(free_port())]),
        ]
        failed = []
        for name, command in parts:
            began = time.monotonic()
            done = subprocess.run([*way, *command], env=environment, capture_output=True, text=True, check=False)
            print(f"{name}: status {done.returncode} after {time.monotonic() - began:.0f} s")
            if done.returncode:
                failed.append(name)
                print(done.stderr[-2000:], file=sys.stderr)
        tried = {tuple(json.loads(line)) for line in notes.read_text().splitlines()}
    out = sorted(where for where in tried if not where[1].startswith(OURS))
    print(f"isolated by: {' '.join(way[:3]) or 'nothing, the hook alone'}; {len(tried)} different addresses tried")
    print("\n".join(f"OUT  {event} {where}" for event, where in out) or "none of them leaves this machine")
    return int(bool(out or failed))


VISIT = f"""
import atexit, json, subprocess, sys, urllib.request
port = sys.argv[1]
run = {COMMAND!r}
process = subprocess.Popen([*run, "serve", "--port", port], stdout=subprocess.PIPE, text=True)
atexit.register(process.kill)  # else it would hold this script's output open
assert "Interviewer is at" in process.stdout.readline()
url = "http://127.0.0.1:" + port
def call(name, *data):
    request = urllib.request.Request(url + "/gradio_api/call/" + name, json.dumps({{"data": data}}).encode(), {{"Content-Type": "application/json"}})
    id = json.load(urllib.request.urlopen(request))["event_id"]
    text = urllib.request.urlopen(url + "/gradio_api/call/" + name + "/" + id).read().decode()
    assert "event: complete" in text, text
    return json.loads(text.partition("data: ")[2])[0]
urllib.request.urlopen(url).read()
id = call("start", "practice", "mid", [], 1, 0, 3)["session_id"]
call("reply", id, "The gradient is zero where the unit is off, so its weights never change again.")
call("act", id, "stop")
call("report", id)
urllib.request.urlopen(url + "/report/" + id + ".pdf").read()
process.terminate()
sys.exit(process.wait(60))
"""

if __name__ == "__main__":
    sys.exit(main())
