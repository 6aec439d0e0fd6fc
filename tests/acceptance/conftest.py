"""Running the program as its users do: a process of its own, in a folder of its own, without their environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from digest.config.shipped import shipped_config

TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Program:
    """The program `digest` in one folder."""

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> list[str]:
        """Return the command line."""
        return [sys.executable, "-m", "digest", *words]

    def environment(self) -> dict[str, str]:
        """Return the environment without settings of the machine's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
        return kept | {"PYTHONWARNINGS": "default"} | dict(self.env)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )

    def json(self, *words: str) -> Any:
        """Run a command that must succeed, and return the JSON it printed."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def lines(self, *words: str) -> list[Any]:
        """Run a command that must succeed, and return the JSON objects it printed, one a line."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command and give it; killed at the end where it still runs."""
        process = subprocess.Popen(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def with_env(self, **env: str) -> Program:
        """Return the program with further environment variables."""
        return Program(self.folder, {**self.env, **env})


@pytest.fixture
def empty(tmp_path: Path) -> Program:
    """The program in an empty folder."""
    return Program(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Program:
    """The program in a project that is a copy of the shipped configuration."""
    shutil.copytree(shipped_config(), tmp_path / "config")
    return Program(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file of the project."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
