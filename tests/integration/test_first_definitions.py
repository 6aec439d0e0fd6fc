"""The page that shows a region, a topic and a section: what it writes is loaded, and what it prints is real."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest.cli.main import app
from digest.config.shipped import shipped_config

PAGE = shipped_config().parent / "docs" / "how-to" / "first-definitions.md"
TEXT = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
SHOWN = [part for block in re.findall(r"```text\n(.*?)```", TEXT, re.S) for part in block.split("$ digest ")[1:]]

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="documentation is part of a checkout, not of a wheel")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped configuration with the page's definitions added, and its sample stories in the pool."""
    folder = tmp_path_factory.mktemp("first") / "config"
    shutil.copytree(shipped_config(), folder)
    for name, body in re.findall(r"```yaml\n# config/(\S+)\n(.*?)```", TEXT, re.S):
        file = folder / name
        file.write_text((file.read_text(encoding="utf-8") if file.exists() else "") + body, encoding="utf-8")
    assert run(folder, "fetch")
    return folder


def run(folder: Path, command: str) -> list[str]:
    """Return the lines that the program prints, with single spaces."""
    result = CliRunner().invoke(app, ["--config", str(folder), *shlex.split(command)], env={"COLUMNS": "250"})
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.output.splitlines()]


def test_the_page_defines_all_three() -> None:
    """A region, a topic and a newsletter are written, and five commands are shown."""
    assert len(re.findall(r"```yaml\n# config/", TEXT)) == 3
    assert len(SHOWN) == 5


@pytest.mark.parametrize("shown", SHOWN, ids=lambda part: part.split("\n")[0])
def test_output_is_real(project: Path, shown: str) -> None:
    """Each line that the page prints stands in the output; … stands for the rest of a line."""
    command, *lines = shown.strip().split("\n")
    real = run(project, command)
    for line in lines:
        wanted = " ".join(line.split())
        start = wanted.removesuffix("…").strip()
        assert any(start in one if wanted.endswith("…") else one.endswith(wanted) for one in real), (line, real)
