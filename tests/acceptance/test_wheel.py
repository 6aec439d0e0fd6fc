"""The built wheel: it holds templates, configuration and data, and works from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build_wheel(folder: Path) -> Path:
    """Build the wheel without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_wheel_works_from_another_folder(tmp_path: Path) -> None:
    """A new project made and sent by the wheel alone, far from the checkout, delivers its newsletters."""
    with zipfile.ZipFile(build_wheel(tmp_path / "dist")) as wheel:
        wheel.extractall(tmp_path / "site")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    env = kept | {"PYTHONPATH": str(tmp_path / "site")}

    def run(*words: str, folder: Path) -> str:
        command = [sys.executable, "-m", "digest", *words]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = [sys.executable, "-c", "import digest; print(digest.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=env, capture_output=True, text=True, check=True).stdout
    assert str(tmp_path / "site") in found
    run("init", "mine", "--region", "Boise, ID", "--topic", "tech", folder=tmp_path)
    assert "everything is right" in run("check", folder=tmp_path / "mine")
    editions = json.loads(run("demo", "--json", folder=tmp_path / "mine"))["editions"]
    assert {edition["newsletter"]: edition["state"] for edition in editions} == {"boise": "done", "tech": "done"}
