"""A build opens nothing but declared inputs: checked by an audit hook in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import babel
import pytest
import tzdata

import digest.rendering
from digest.rendering import shipped_templates

_PROGRAM = """
import json, sys
from digest.config.settings import Settings
from digest.rendering import Renderer, lint
from digest.testing.editions import denver, hostile

seen = []
sys.addaudithook(lambda event, args: seen.append((event, str(args[0]) if args else "")))
renderer = Renderer([], Settings())
for edition, newsletter in (denver(), hostile('<img src="file:///etc/passwd"><link href="http://127.0.0.1:9/x.css">')):
    rendered = renderer.render(edition, newsletter, picture_url=lambda url: url)
    lint(rendered, edition, newsletter, settings=Settings())
watched = ("open", "socket.", "subprocess.", "os.exec", "os.system", "urllib.", "http.", "ftplib.")
print(json.dumps([(event, where) for event, where in seen if event.startswith(watched)]))
"""


@pytest.fixture(scope="module")
def seen() -> list[tuple[str, str]]:
    """All that rendering two editions opened, connected to or started."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    return [(event, where) for event, where in json.loads(done.stdout)]


def test_only_files_are_touched(seen: list[tuple[str, str]]) -> None:
    """No socket is made, no address looked up, no process started."""
    assert {event for event, _ in seen} == {"open"}


def test_only_declared_files_are_opened(seen: list[tuple[str, str]]) -> None:
    """Templates, phrases, the table of clients; language and zone data; Python's own modules."""
    declared = [shipped_templates(), Path(digest.rendering.__file__).parent]
    data = [Path(module.__file__).parent for module in (babel, tzdata) if module.__file__]
    system = [Path("/usr/share/zoneinfo"), Path("/etc/localtime"), Path(sys.base_prefix), Path(sys.prefix)]
    for _, where in seen:
        file = Path(where)
        is_module = file.suffix in (".py", ".pyc", ".so")
        assert is_module or any(file.is_relative_to(folder) for folder in (*declared, *data, *system)), where
