"""An overlay: stories read just now and laid over the pool for one look, so that build and preview write nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from digest.config.sources import SourceConfig
from digest.model.candidate import Candidate
from digest.model.routes import Routes
from digest.model.source import SourceState
from digest.model.story import Story
from digest.pipeline.clusters import open_clusterer
from digest.pipeline.workspace import Workspace
from digest.store import pool


@dataclass(frozen=True, slots=True)
class Overlay:
    """Fresh stories by id, with their routes and as candidates; `errors` are sources that could not be read."""

    stories: Mapping[str, Story] = field(default_factory=dict)
    routes: Mapping[str, Routes] = field(default_factory=dict)
    candidates: Mapping[str, Candidate] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


NO_OVERLAY = Overlay()


async def read_overlay(workspace: Workspace) -> Overlay:
    """Read the folder sources (all sources while the pool is empty) and route what the pool does not hold."""
    from digest.sources import open_context, read_all

    wanted = _worth_reading(workspace)
    if not wanted:
        return NO_OVERLAY
    stories: list[Story] = []
    errors: list[str] = []
    states = {source.id: SourceState(source.id) for source in wanted}
    async with open_context(workspace.project, workspace.clock()) as context:
        async for reading in read_all(wanted, states, context=context, force=True):
            stories += reading.stories
            errors += [f"{reading.source}: {reading.error}"] if reading.error else []
    return _laid_over(workspace, stories, tuple(errors))


def _worth_reading(workspace: Workspace) -> Sequence[SourceConfig]:
    with workspace.store.read() as connection:
        is_empty = not pool.count_stories(connection)
    return [source for source in workspace.project.sources if source.path or is_empty]


def _laid_over(workspace: Workspace, stories: Sequence[Story], errors: tuple[str, ...]) -> Overlay:
    with workspace.store.read() as connection:
        fresh = pool.only_changed(connection, stories)
        clusterer = open_clusterer(workspace, connection)
    routes = workspace.router.route(fresh)
    clusters = [clusterer.add_story(story) for story in fresh]
    return Overlay(
        stories={story.id: story for story in fresh},
        routes={story.id: routed for story, routed in zip(fresh, routes, strict=True)},
        candidates={
            story.id: _candidate(story, routed, cluster)
            for story, routed, cluster in zip(fresh, routes, clusters, strict=True)
        },
        errors=errors,
    )


def _candidate(story: Story, routes: Routes, cluster: str) -> Candidate:
    return Candidate(
        id=story.id,
        headline=story.headline,
        source=story.source,
        canonical_url=story.canonical_url,
        published_at=story.published_at,
        fetched_at=story.fetched_at,
        regions={route.id: route.share for route in routes.regions},
        topics={route.id: route.share for route in routes.topics},
        cluster=cluster,
        categories=story.categories,
        language=story.language,
        word_count=story.word_count,
        has_picture=story.picture is not None,
        has_parts=any(part.label for part in story.parts),
        embargo_until=story.embargo_until,
        text=f"{story.headline}\n{story.body}".lower(),
        guid=story.guid,
    )
