"""Adding feeds to `sources.yaml`, by a site's address or from OPML; comments and order of the file stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from pydantic import AnyHttpUrl

from digest.config.project import Project
from digest.config.source_file import append_sources
from digest.config.sources import SourceConfig
from digest.errors import UsageError
from digest.pipeline.workspace import utc_now
from digest.sources import find_feeds, open_context, parse_opml


async def add_source(
    project: Project, url: str, *, home: str | None = None, allow_private: bool = False
) -> SourceConfig:
    """Find the feed at an address, or of the site there, and add it; returns the new source.

    Raises UsageError when there is none or it is known already, SourceError when the site does not answer.
    """
    async with open_context(project, utc_now()) as context:
        found = await find_feeds(url, context, allow_private=allow_private)
    if not found:
        raise UsageError(f"{url}: no feed was found there; give the feed's own address")
    feed = found[0]
    new = SourceConfig(
        id=_free_id(feed.title or feed.url, project),
        name=feed.title,
        url=AnyHttpUrl(feed.url),
        home=home,
        allow_private=allow_private,
    )
    if not _unknown([new], project):
        raise UsageError(f"{feed.url} is a source already")
    append_sources(_file(project), [new])
    return new


def import_sources(project: Project, opml: bytes) -> tuple[list[SourceConfig], int]:
    """Add the feeds of an OPML file that are not known yet; returns them and how many were known.

    Raises UsageError for a file that is no OPML.
    """
    listed = parse_opml(opml)
    new = _unknown(listed, project)
    taken = {source.id for source in project.sources}
    named = []
    for source in new:
        free = _free(source.id, taken)
        taken.add(free)
        named.append(source.model_copy(update={"id": free}))
    append_sources(_file(project), named)
    return named, len(listed) - len(named)


def _file(project: Project) -> Path:
    return project.folder / "sources.yaml"


def _unknown(sources: Sequence[SourceConfig], project: Project) -> list[SourceConfig]:
    known = {str(source.url) for source in project.sources}
    return [source for source in sources if str(source.url) not in known]


def _free_id(title: str, project: Project) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower().removeprefix("https://").removeprefix("www.")).strip("-")
    return _free(slug[:40].strip("-") or "feed", {source.id for source in project.sources})


def _free(wanted: str, taken: Collection[str]) -> str:
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found
