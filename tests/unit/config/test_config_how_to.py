"""The examples of the how-to load as they are printed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from digest.config.load import check_files
from digest.config.shipped import shipped_config

PAGE = shipped_config().parent / "docs" / "how-to" / "newsletters.md"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="documentation is part of a checkout, not of a wheel")


def test_every_example_loads(tmp_path: Path):
    """Written into the shipped configuration, the examples give newsletters without any problem."""
    folder = tmp_path / "config"
    shutil.copytree(shipped_config(), folder)
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 8
    (folder / "valley").mkdir()
    for block in blocks:
        head, _, body = block.partition("\n")
        path = tmp_path / head.removeprefix("# ").removesuffix(", added")
        if head.endswith(", added"):
            body = path.read_text(encoding="utf-8") + body.partition("\n")[2]  # below the file's own first key
        path.write_text(body, encoding="utf-8")
    project, problems = check_files(folder, {})
    assert [str(problem) for problem in problems] == []
    assert project is not None
    assert {"boise", "climate", "river", "market"} <= set(project.newsletters)
    assert project.newsletters["river"].more_headlines.title == "Upstream"
