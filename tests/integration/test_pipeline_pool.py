"""The pool through the use cases: a second reading adds nothing, changed definitions route anew, clusters last."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.config.load import load_project
from digest.pipeline.collect import collect
from digest.pipeline.listing import StoryFilter, list_stories
from digest.pipeline.overlay import read_overlay
from digest.pipeline.reroute import reroute
from digest.pipeline.workspace import Workspace

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORY = """---
headline: {headline}
guid: {guid}
url: https://news.example.com/{guid}
published: {at}
---
{text}
"""


def write_project(folder: Path, *, regions: str = 'denver: {place: "Denver, CO"}') -> Path:
    """Write a small project with two stories of one event and one about another place."""
    config = folder / "config"
    (config / "newsletters").mkdir(parents=True, exist_ok=True)
    (config / "desk").mkdir(exist_ok=True)
    (config / "digest.yaml").write_text("brand: {name: The Test}\n")
    (config / "sources.yaml").write_text("sources:\n  - {id: desk, path: desk}\n")
    (config / "regions.yaml").write_text(f"regions:\n  {regions}\n")
    (config / "topics.yaml").write_text("topics:\n  sports: {use: default}\n")
    (config / "newsletters" / "denver.yaml").write_text(
        "name: Denver\nkind: regional\nregion: denver\ntimezone: America/Denver\n"
        "sections:\n  - {title: All, match: {regions: [$region]}}\nmin_stories: 1\n"
    )
    stories = {
        "tram": ("Tram loop opens early in Denver", "DENVER, Colo. — The tram loop opens on Larimer Street on Monday."),
        "tram-two": ("Denver tram loop opens early", "The tram loop on Larimer Street in Denver, Colo., opens Monday."),
        "boise": ("A library in Boise stays open", "BOISE, Idaho — The main library in Boise, Idaho, stays open late."),
    }
    for guid, (headline, text) in stories.items():
        at = (NOW - timedelta(hours=3)).isoformat()
        (config / "desk" / f"{guid}.md").write_text(STORY.format(headline=headline, guid=guid, at=at, text=text))
    return config


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """The small project, opened at a fixed instant."""
    with Workspace(load_project(write_project(tmp_path), {}), clock=lambda: NOW) as opened:
        yield opened


def regions_of(workspace: Workspace) -> dict[str, list[str]]:
    """Return the regions of each story by its guid."""
    return {story["guid"]: story["regions"] for story in list_stories(workspace, StoryFilter())}


def test_a_second_reading_adds_nothing(workspace: Workspace) -> None:
    """Reading the same files twice brings new stories once."""
    (first,) = asyncio.run(collect(workspace, force=True))
    (second,) = asyncio.run(collect(workspace, force=True))
    assert (first.new, first.updated) == (3, 0)
    assert (second.new, second.updated, second.error) == (0, 0, "")


def test_versions_of_one_event_share_a_cluster(workspace: Workspace) -> None:
    """Two outlets' words for one event are one cluster, also when the second comes in a later reading."""
    config = workspace.project.folder
    later = config / "desk" / "tram-two.md"
    text = later.read_text()
    later.unlink()
    asyncio.run(collect(workspace, force=True))
    later.write_text(text)
    asyncio.run(collect(workspace, force=True))
    clusters = {story["guid"]: story["cluster"] for story in list_stories(workspace, StoryFilter())}
    assert clusters["tram"] == clusters["tram-two"] != clusters["boise"]


def test_changed_regions_route_the_pool_anew(workspace: Workspace, tmp_path: Path) -> None:
    """A region that is added later takes the stories that are in the pool already, and keeps their clusters."""
    asyncio.run(collect(workspace, force=True))
    assert regions_of(workspace)["boise"] == []
    assert reroute(workspace) == 0
    regions = 'denver: {place: "Denver, CO"}\n  boise: {place: "Boise, ID"}'
    changed = Workspace(load_project(write_project(tmp_path, regions=regions), {}), clock=lambda: NOW)
    with changed:
        overlay = asyncio.run(read_overlay(changed))
        assert {"boise"} in [set(candidate.regions) for candidate in overlay.candidates.values()]
        assert reroute(changed) == 3
        assert regions_of(changed)["boise"] == ["boise"]
        assert regions_of(changed)["tram"] == ["denver"]
        assert reroute(changed) == 0
