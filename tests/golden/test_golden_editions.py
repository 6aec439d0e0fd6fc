"""The 22 shipped newsletters as editions of the sample stories, compared with what a person has read.

`DIGEST_REFRESH_GOLDEN=1 python -m pytest tests/golden` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.model.slots import fill_marks
from digest.pipeline.assemble import assemble
from digest.pipeline.collect import collect
from digest.pipeline.pictures import PictureLinks, beside
from digest.pipeline.why import explain_story
from digest.pipeline.workspace import Workspace
from digest.testing.golden import check_golden

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
FOLDER = Path(__file__).parent / "editions"
NEWSLETTERS = sorted(path.stem for path in (shipped_config() / "newsletters").glob("[!_]*.yaml"))
READER = {
    "since": "May 3, 2026",
    "unsubscribe_url": "https://news.example.com/unsubscribe/TOKEN",
    "preferences_url": "https://news.example.com/preferences/TOKEN",
    "weekly_url": "https://news.example.com/preferences/TOKEN#weekly",
    "view_url": "https://news.example.com/archive/ID/DAY",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shipped configuration with its sample stories in the pool, at a fixed instant."""
    opened = Workspace(load_project(shipped_config(), {}), root=tmp_path_factory.mktemp("golden"), clock=lambda: NOW)
    asyncio.run(collect(opened, force=True))
    return opened


def test_how_to_shows_real_reasons(workspace: Workspace) -> None:
    """Each line of `digest why` in the page on rules is what it says of the sample stories; … stands for the rest."""
    page = (shipped_config().parent / "docs" / "how-to" / "sections-and-rules.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n(.*?)```", page, re.S)
    shown = [part.splitlines() for part in block.split("$ digest why ")[1:]]
    assert len(shown) == 2
    for command, title, verdict, *lines in shown:
        told = explain_story(workspace, command.split('"')[1], command.split()[-1], slot_at=NOW)
        assert title == f"{told.headline} ({told.story_id})"
        assert verdict == ("is in the edition, because" if told.selected else "is not in the edition, because")
        real = [f"  {'+' if reason.took else '-'} {reason.text}" for reason in told.reasons]
        for line in filter(None, lines):
            assert any(text.startswith(line.removesuffix("…")) for text in real), (line, real)


@pytest.mark.parametrize("newsletter_id", NEWSLETTERS)
def test_edition_is_as_it_was_read(workspace: Workspace, newsletter_id: str) -> None:
    """The edition's page and text are what was read and found good, and the lint finds nothing."""
    project = workspace.project
    links = PictureLinks(project.sources, project.folder, address=beside)
    assembled = assemble(workspace, project.get_newsletter(newsletter_id), NOW, picture_url=links)
    rendered = assembled.rendered
    assert rendered is not None, assembled.skip_reason
    assert assembled.errors == ()
    page = fill_marks(rendered.html, rendered.marker, READER, encode=html.escape)
    text = fill_marks(rendered.text, rendered.marker, READER)
    check_golden(FOLDER / f"{newsletter_id}.html", page)
    check_golden(FOLDER / f"{newsletter_id}.txt", f"Subject: {rendered.subject}\n{rendered.preheader}\n\n{text}")
