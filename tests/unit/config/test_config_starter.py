"""`digest init` writes a project that loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config.load import check_files
from digest.config.project import Project
from digest.config.starter import SuggestedFeed, write_project
from digest.errors import UsageError


def load(folder: Path) -> Project:
    """Load a project that must have no problem at all."""
    project, problems = check_files(folder, {})
    assert project is not None, [str(problem) for problem in problems]
    assert problems == []
    return project


@pytest.mark.parametrize(
    ("region", "topic", "ids", "zone"),
    [
        ("", "", {"denver", "tech"}, "America/Denver"),
        ("Boise, ID", "deals", {"boise", "deals"}, "America/Boise"),
        ("St. Paul, MN", "gardening", {"st-paul", "gardening"}, "America/Chicago"),
        ("twin-cities", "tech", {"twin-cities", "tech"}, "America/Chicago"),
        ("São Paulo, BR", "café culture", {"sao-paulo", "cafe-culture"}, "UTC"),
        ("Tech, TX", "tech", {"tech", "tech-topic"}, "America/Chicago"),
    ],
)
def test_a_project_around_a_place_and_a_topic(tmp_path: Path, region: str, topic: str, ids: set[str], zone: str):
    """Whatever the user names, the project has no problem, and a regional and a topical newsletter."""
    write_project(tmp_path / "mine", region=region, topic=topic)
    project = load(tmp_path / "mine")
    assert set(project.newsletters) == ids
    kinds = {newsletter.kind: newsletter for newsletter in project.newsletters.values()}
    assert kinds["regional"].timezone == zone
    assert kinds["regional"].region in project.regions
    assert kinds["topical"].topic in project.topics


def test_suggested_feeds_are_sources(tmp_path: Path):
    """Feeds come first, each with an id of its own; names may hold anything."""
    feeds = [
        SuggestedFeed("https://news.example.com/feed.xml", 'Boise: "Post"', "Boise, ID", ("business",)),
        SuggestedFeed("https://www.example.org/rss"),
        SuggestedFeed("https://www.example.org/atom"),
    ]
    write_project(tmp_path / "mine", region="Boise, ID", feeds=feeds)
    sources = load(tmp_path / "mine").sources
    assert [source.id for source in sources[:3]] == ["boise-post", "example-org", "example-org-2"]
    assert (sources[0].name, sources[0].home, sources[0].topics) == ('Boise: "Post"', "Boise, ID", ("business",))


def test_a_new_place_has_sample_stories_of_its_own(tmp_path: Path):
    """Enough for an edition, marked as samples and about the place."""
    write_project(tmp_path / "mine", region="Boise, ID")
    project = load(tmp_path / "mine")
    desk = next(source for source in project.sources if source.id == "desk")
    assert desk.samples
    stories = [path.read_text(encoding="utf-8") for path in (project.folder / "desk").glob("*.md")]
    assert len(stories) >= project.newsletters["boise"].min_stories
    assert all("Boise" in story and "sample: true" in story and "example.com" in story for story in stories)


def test_schemas_and_samples_come_along(tmp_path: Path):
    """An editor finds the schemas, and the demonstration its stories."""
    paths = write_project(tmp_path / "mine")
    names = {path.relative_to(tmp_path / "mine").as_posix() for path in paths}
    assert "config/schemas/newsletter.schema.json" in names
    assert any(name.startswith("config/samples/") for name in names)
    assert all(path.is_file() for path in paths)


def test_nothing_is_overwritten(tmp_path: Path):
    """One file in the way stops it before anything is written."""
    mine = tmp_path / "mine"
    (mine / "config").mkdir(parents=True)
    (mine / "config" / "sources.yaml").write_text("sources: []\n")
    with pytest.raises(UsageError, match=r"sources\.yaml is already there"):
        write_project(mine)
    assert [path.name for path in (mine / "config").iterdir()] == ["sources.yaml"]
    assert (mine / "config" / "sources.yaml").read_text() == "sources: []\n"


def test_a_name_without_letters_is_refused(tmp_path: Path):
    """An id needs letters."""
    with pytest.raises(UsageError, match="no letters"):
        write_project(tmp_path / "mine", topic="!!!")
    assert not (tmp_path / "mine").exists()
