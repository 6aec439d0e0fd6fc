"""What a newcomer does in the first ten minutes, as the pages say it: a city, some news of it, a template for it."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.pipeline.assemble import assemble
from digest.pipeline.check import check_project
from digest.pipeline.collect import collect
from digest.pipeline.workspace import Workspace
from digest.rendering.folders import shipped_templates

PAGES = shipped_config().parent / "docs" / "how-to"
CITY = ("config/regions.yaml, added", "config/newsletters/boise.yaml", "config/sources.yaml, added")
LOOK = ("config/digest.yaml, added", "config/newsletters/boise.yaml, added")


def follow(folder: Path, page: str, wanted: tuple[str, ...]) -> None:
    """Run the page's shell lines that make files, and write its YAML blocks of these names."""
    text = (PAGES / page).read_text(encoding="utf-8")
    for block in re.findall(r"```sh\n(.*?)```", text, re.S):
        if block.startswith("mkdir"):
            subprocess.run(["bash", "-euc", block], cwd=folder, check=True, timeout=30)
    for head, body in re.findall(r"```yaml\n# ([^\n]+)\n(.*?)```", text, re.S):
        if head not in wanted:
            continue
        path = folder / head.removesuffix(", added")
        if not head.endswith(", added"):
            path.write_text(body, encoding="utf-8")
        elif body.partition("\n")[2].startswith(" "):  # entries of a key that the file has: below it
            key, _, entries = body.partition("\n")
            path.write_text(path.read_text(encoding="utf-8").replace(f"{key}\n", f"{key}\n{entries}", 1))
        else:
            path.write_text(path.read_text(encoding="utf-8") + body, encoding="utf-8")


def test_a_city_and_a_template_as_the_pages_say(tmp_path: Path) -> None:
    """Followed to the letter, the two pages give an edition of Boise in a look of its own, and nothing to mend."""
    shutil.copytree(shipped_config(), tmp_path / "config")
    shutil.copytree(shipped_templates(), tmp_path / "templates")
    follow(tmp_path, "newsletters.md", CITY)
    follow(tmp_path, "templates.md", LOOK)
    problems = check_project(tmp_path / "config", {})
    assert [str(problem) for problem in problems if problem.level == "error"] == []
    now = datetime.now(UTC)
    with Workspace(load_project(tmp_path / "config", {}), clock=lambda: now) as workspace:
        read = asyncio.run(collect(workspace, only=["valley"]))
        boise = workspace.project.get_newsletter("boise")
        made = assemble(workspace, boise, now, picture_url=lambda url: "")
    assert [(one.status, one.new) for one in read] == [("ok", 3)]
    assert boise.template == "valley" and made.rendered is not None, made.skip_reason
    assert made.errors == () and "Greenbelt path reopens in Boise" in made.rendered.text
