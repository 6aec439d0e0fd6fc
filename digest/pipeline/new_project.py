"""A new project of a user's own: its place resolved, local feeds suggested, files written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from digest.config.shipped import shipped_config
from digest.config.starter import SuggestedFeed, write_project
from digest.routing.outlets import suggest_feeds
from digest.routing.places import resolve_place


def create_project(folder: Path, *, region: str = "", topic: str = "") -> Iterator[str]:
    """Write a project into `folder`; yields lines that say what was written and what to do next.

    Raises NotFoundError for an unknown or ambiguous place with the choices, UsageError where files are in the way.
    """
    zone, feeds = "", []
    if region and not _is_shipped(region):
        zone = resolve_place(region).timezone
        feeds = [SuggestedFeed(url=feed.url, name=feed.name, home=region) for feed in suggest_feeds(region)]
    write_project(folder, region=region, topic=topic, feeds=feeds, timezone=zone)
    yield f"wrote a project into {folder}/"
    if feeds:
        yield f"{len(feeds)} local feeds to begin with stand in {folder}/config/sources.yaml"
    yield f"next: cd {folder} && digest demo"


def _is_shipped(region: str) -> bool:
    return (shipped_config() / "newsletters" / f"{region}.yaml").is_file()
