"""Looks for known faults in what the program depends on: `make audit`, or `.venv/bin/python scripts/audit.py`.

Without a network: every package that is installed is pinned in `constraints.txt`, in that version, and the packages agree
with one another. With one: `pip-audit` asks PyPI's JSON interface (`--service osv`: OSV's) for the known vulnerabilities of
each pinned version. A mirror that only installs packages does not have these; then this says which were not looked up.

Exit status 0: nothing is known against any. 1: a fault. 2: some could not be looked up.
"""

import argparse
import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

PINS = Path(__file__).resolve().parents[1] / "constraints.txt"
OURS = "interviewer"
TOOLS = frozenset({"pip", "setuptools", "wheel"})
"""What an environment has of itself."""


def canonical(name: str) -> str:
    """A package's name as registries compare it. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pins(file: Path) -> dict[str, str]:
    """Versions by package."""
    lines = (line.partition("#")[0].partition(";")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return {canonical(name): version for name, _, version in (line.partition("==") for line in lines) if version}


def unpinned(pins: dict[str, str], installed: dict[str, str]) -> list[str]:
    """What is installed without a pin, or in another version; a build's own part of a version (`+cpu`) does not count."""
    found = []
    for name, version in sorted(installed.items()):
        if name not in pins:
            found.append(f"{name} {version} is not pinned in {PINS.name}")
        elif version.partition("+")[0] != pins[name].partition("+")[0]:
            found.append(f"{name} is installed in {version}, and pinned to {pins[name]}")
    return found


def looked_up(tool: str, service: str) -> list[dict[str, Any]]:
    """What `pip-audit` says of each pinned version that it could look up."""
    command = [tool, "-r", str(PINS), "--no-deps", "--disable-pip", "--format", "json", "-s", service]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except FileNotFoundError:
        print(f"{tool} is not installed; `make audit` installs it")
        return []
    except ValueError:
        print((done.stderr.strip().splitlines() or [f"{tool} said nothing"])[-1][:300])
        return []
    return [one for one in dependencies if "vulns" in one]


def verdict(faults: list[str], found: list[dict[str, Any]], pinned: int) -> tuple[list[str], int]:
    """All faults in words, and the exit status.

    Args:
        faults: those of what is installed.
        found: the packages that were looked up.
        pinned: how many there are.
    """
    known = [
        f"{one['name']} {one['version']}: {vuln['id']}, mended in {', '.join(vuln['fix_versions']) or 'no release'}"
        for one in found
        for vuln in one["vulns"]
    ]
    return faults + known, 1 if faults + known else 2 if len(found) < pinned else 0


def main() -> int:
    """Prints what was found, and what was not looked up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", choices=("pypi", "osv"), default="pypi")
    parser.add_argument(
        "--tool", default="pip-audit", metavar="COMMAND", help="pip-audit, in an environment of its own"
    )
    arguments = parser.parse_args()
    pins = read_pins(PINS)
    installed = {canonical(one.metadata["Name"]): one.version for one in distributions()}
    faults = unpinned(pins, {name: version for name, version in installed.items() if name not in TOOLS | {OURS}})
    agree = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    faults += agree.stdout.strip().splitlines() if agree.returncode else []
    found = looked_up(arguments.tool, arguments.service)
    told, status = verdict(faults, found, len(pins))
    print("\n".join(told) or "what is installed is what is pinned, and nothing is known against what was looked up")
    print(f"{len(found)} of {len(pins)} pinned packages were looked up among known vulnerabilities")
    if len(found) < len(pins):
        print("the others were not: this needs a network in which PyPI's JSON interface, or OSV's, answers")
    return status


if __name__ == "__main__":
    sys.exit(main())
