"""Projects and routers for the tests of routing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.config.project import Project
from digest.config.regions import RegionConfig
from digest.config.settings import Settings
from digest.config.sources import SourceConfig
from digest.config.topics import TopicConfig
from digest.model.story import Story
from digest.routing.router import Router

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
REGIONS: dict[str, Any] = {
    "denver": {"place": "Denver, CO"},
    "columbus": {"place": "Columbus, OH"},
    "twin-cities": {"places": ["Minneapolis, MN", "St. Paul, MN"], "names": ["the Cities"]},
    "washington-dc": {"place": "Washington, DC", "not_nearer": ["Baltimore, MD"]},
    "dallas": {"places": ["Dallas, TX", "Fort Worth, TX"]},
}
TOPICS: dict[str, Any] = {
    name: {"use": "default"} for name in ("business", "deals", "sports", "tech", "politics", "health", "coronavirus")
}


@pytest.fixture(scope="session")
def make_project() -> Callable[..., Project]:
    """Return a builder of projects from plain definitions."""

    def build(regions: Any = None, topics: Any = None, sources: Any = ()) -> Project:
        return Project(
            Path("config"),
            Settings(),
            tuple(SourceConfig(**source) for source in sources),
            {key: RegionConfig(**value) for key, value in (REGIONS if regions is None else regions).items()},
            {key: TopicConfig(**value) for key, value in (TOPICS if topics is None else topics).items()},
            {},
        )

    return build


@pytest.fixture(scope="session")
def make_story() -> Callable[..., Story]:
    """Return a builder of stories."""

    def build(headline: str, body: str = "", **fields: Any) -> Story:
        url = fields.pop("url", "https://news.example.com/story")
        values: dict[str, Any] = {"id": headline[:40] or "s", "source": "desk", "source_name": "Desk"}
        values |= {"guid": url, "url": url, "canonical_url": url, "published_at": NOON, "fetched_at": NOON}
        return Story(headline=headline, body=body, **(values | fields))

    return build


@pytest.fixture(scope="session")
def router(make_project: Callable[..., Project]) -> Router:
    """Return a router of a few regions and all built-in topics."""
    return Router.from_project(make_project())
