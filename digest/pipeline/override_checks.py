"""What is wrong with the saved edits of editions to come, for `digest check`; mends nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from digest.config.documents import Place, read_document, shown
from digest.config.layers import Layers
from digest.config.project import Project
from digest.errors import Problem
from digest.model.override import Override
from digest.model.source import SourceState
from digest.pipeline.overrides import FOLDER, read_override
from digest.pipeline.steering import place_titles

if TYPE_CHECKING:
    from digest.pipeline.workspace import Workspace

_STILL_OPEN = timedelta(days=1)
"""Edits of an edition longer ago than this are history; their stories may be gone."""


def check_overrides(project: Project) -> Iterator[Problem]:
    """Yield errors for files that cannot be used, and warnings for names in them that lead nowhere.

    Stories are looked for in the pool, and in the folder sources only where the pool does not know one.
    """
    usable: dict[Path, Override] = {}
    for path in sorted((project.folder / FOLDER).glob("*.yaml")):
        override, problems = read_override(path)
        yield from problems
        if override is not None:
            usable[path] = override
    oldest = f"{datetime.now(UTC) - _STILL_OPEN:%Y-%m-%d}"
    coming = {path: override for path, override in usable.items() if override.slot >= oldest}
    missing = _missing_stories(project, {name for override in coming.values() for name in override.story_ids})
    for path, override in coming.items():
        layers = Layers((read_document(path, shown(path)),))
        for place, message in _findings(project, override, missing):
            yield replace(layers.locate(place).problem(place, message), level="warning")


def _findings(project: Project, override: Override, missing: Collection[str]) -> Iterator[tuple[Place, str]]:
    newsletter = project.newsletters.get(override.newsletter)
    if newsletter is None:
        yield ("newsletter",), f"there is no newsletter {override.newsletter!r}; delete the file"
        return
    titles = place_titles(newsletter)
    for title in override.places:
        if title not in titles:
            yield ("places", title), f"no section is called {title!r}; there are: {', '.join(titles)}"
    for place, story_id in _named(override):
        if story_id in missing:
            yield place, f"there is no story {story_id!r} in the pool; take it out"


def _named(override: Override) -> Iterator[tuple[Place, str]]:
    for name in ("pinned", "included", "dropped"):
        yield from (((name, index), story_id) for index, story_id in enumerate(getattr(override, name)))
    for title, ids in override.places.items():
        yield from ((("places", title, index), story_id) for index, story_id in enumerate(ids))
    yield from ((("stories", story_id), story_id) for story_id in override.stories)


def _missing_stories(project: Project, story_ids: Collection[str]) -> set[str]:
    if not story_ids:
        return set()
    # Imported late: a project without edits is checked without a store.
    import asyncio

    from digest.pipeline.workspace import Workspace
    from digest.store import pool

    with Workspace(project, read_only=True) as workspace:
        with workspace.store.read() as connection:
            missing = set(story_ids) - set(pool.load_stories(connection, story_ids))
        return missing - asyncio.run(_folder_stories(workspace)) if missing else missing


async def _folder_stories(workspace: Workspace) -> set[str]:
    from digest.sources import open_context, read_all

    folders = [source for source in workspace.project.sources if source.path]
    states = {source.id: SourceState(source.id) for source in folders}
    async with open_context(workspace.project, workspace.clock()) as context:
        readings = read_all(folders, states, context=context, force=True)
        return {story.id async for reading in readings for story in reading.stories}
