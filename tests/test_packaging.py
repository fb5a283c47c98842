"""What a wheel holds: every file of the packages that is no test's."""

import fnmatch
import subprocess
import tomllib
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOR_DEVELOPERS = {"interviewer/migrations/README.md"}


def test_every_file_beside_the_modules_is_package_data() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no git here")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    packages = sorted(settings["packages"], key=len, reverse=True)
    left = []
    for name in listed.stdout.splitlines():
        path = PurePosixPath(name)
        owner = next((p for p in packages if path.is_relative_to(p.replace(".", "/"))), None)
        if owner is None or path.suffix == ".py":
            continue
        inside = path.relative_to(owner.replace(".", "/"))
        # As setuptools does: a star stays within one folder.
        patterns = [PurePosixPath(pattern) for pattern in settings["package-data"].get(owner, ())]
        if not any(len(p.parts) == len(inside.parts) and fnmatch.fnmatch(str(inside), str(p)) for p in patterns):
            left.append(name)
    assert set(left) == FOR_DEVELOPERS
