"""An overlay: stories read just now and laid over the pool for one look, so that build and preview write nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.config.sources import SourceConfig
from digest.model.candidate import Candidate
from digest.model.routes import Routes
from digest.model.source import Reading, SourceState
from digest.model.story import Story
from digest.pipeline.clusters import open_clusterer
from digest.pipeline.workspace import Workspace
from digest.store import pool
from digest.store.recent import count_routed_otherwise

if TYPE_CHECKING:
    from digest.routing.clusters import Clusterer
    from digest.routing.router import Router

_LONGEST_KEPT = timedelta(hours=1)
"""Feeds are read again after so long; the dates of sample stories stay close to now."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Fresh stories by id, with their routes and as candidates; `errors` are sources that could not be read."""

    stories: Mapping[str, Story] = field(default_factory=dict)
    routes: Mapping[str, Routes] = field(default_factory=dict)
    candidates: Mapping[str, Candidate] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


NO_OVERLAY = Overlay()


class OverlayMemory:
    """What one look learned and the next one can use: readings of unchanged sources, routes of unchanged stories.

    Reading and routing 170 stories takes over a second, a look at one edited file must not.
    """

    def __init__(self) -> None:
        self._readings: dict[str, tuple[Hashable, datetime, Reading]] = {}
        self._routes: dict[str, tuple[Hashable, Routes]] = {}
        self._clusterer: Clusterer | None = None
        self._routed_by = ""

    def find_reading(self, source: SourceConfig, state: Hashable, now: datetime) -> Reading | None:
        """Return the reading of a source whose files are in this state, unless it is too old."""
        known_state, at, reading = self._readings.get(source.id, (None, now, None))
        return reading if known_state == state and now - at < _LONGEST_KEPT else None

    def keep_reading(self, source_id: str, state: Hashable, now: datetime, reading: Reading) -> None:
        """Remember what a source in this state holds."""
        self._readings[source_id] = (state, now, reading)

    def route(self, router: Router, stories: Sequence[Story]) -> list[Routes]:
        """Return the routes of stories, from memory where what they say is as it was."""
        if self._routed_by != router.fingerprint:
            self._routes, self._routed_by = {}, router.fingerprint
        unknown = [story for story in stories if self._routes.get(story.id, (None,))[0] != _what_it_says(story)]
        for story, routes in zip(unknown, router.route(unknown), strict=True):
            self._routes[story.id] = (_what_it_says(story), routes)
        return [self._routes[story.id][1] for story in stories]

    def clusterer(self, open_one: Callable[[], Clusterer]) -> Clusterer:
        """Return the clusterer of all looks: a story keeps the cluster it joined, as in the pool."""
        if self._clusterer is None:
            self._clusterer = open_one()
        return self._clusterer


def _what_it_says(story: Story) -> Hashable:
    return (story.headline, story.summary, story.body, story.canonical_url, story.categories, story.source)


async def read_overlay(workspace: Workspace, memory: OverlayMemory | None = None) -> Overlay:
    """Read the folder sources (all sources while the pool is empty) and route what the pool does not hold.

    With a `memory` only what changed since the last look is read and routed.
    """
    wanted = _worth_reading(workspace)
    if not wanted:
        return NO_OVERLAY
    memory = memory or OverlayMemory()
    readings = await _readings(workspace, wanted, memory)
    stories = [story for reading in readings for story in reading.stories]
    errors = tuple(f"{reading.source}: {reading.error}" for reading in readings if reading.error)
    return _laid_over(workspace, stories, errors, memory=memory)


async def _readings(workspace: Workspace, wanted: Sequence[SourceConfig], memory: OverlayMemory) -> list[Reading]:
    from digest.sources import open_context, read_all

    now = workspace.clock()
    states = {source.id: _state_of(workspace, source) for source in wanted}
    found = {source.id: memory.find_reading(source, states[source.id], now) for source in wanted}
    unknown = [source for source in wanted if found[source.id] is None]
    async with open_context(workspace.project, now) as context:
        before = {source.id: SourceState(source.id) for source in unknown}
        async for reading in read_all(unknown, before, context=context, force=True):
            found[reading.source] = reading
            if not reading.error:
                memory.keep_reading(reading.source, states[reading.source], now, reading)
    return [reading for reading in found.values() if reading is not None]


def _state_of(workspace: Workspace, source: SourceConfig) -> Hashable:
    """Return what tells whether a source's files are the same: settings of the source, names, sizes and times."""
    labels, place = workspace.project.settings.labels, workspace.project.folder / (source.path or "")
    files = (place, *sorted(place.rglob("*"))) if source.path else ()
    stats = [(file, file.stat()) for file in files if file.is_file()]
    return (repr(source), labels, tuple((str(file), stat.st_mtime_ns, stat.st_size) for file, stat in stats))


def _worth_reading(workspace: Workspace) -> Sequence[SourceConfig]:
    with workspace.store.read() as connection:
        is_empty = not pool.count_stories(connection)
    return [source for source in workspace.project.sources if source.path or is_empty]


def _laid_over(
    workspace: Workspace, stories: Sequence[Story], errors: tuple[str, ...], *, memory: OverlayMemory
) -> Overlay:
    with workspace.store.read() as connection:
        # The pool's routes are of no use while regions or topics were changed since.
        is_stale = count_routed_otherwise(connection, workspace.router.fingerprint) > 0
        fresh = list(stories) if is_stale else pool.only_changed(connection, stories)
        clusterer = memory.clusterer(lambda: open_clusterer(workspace, connection))
    routes = memory.route(workspace.router, fresh)
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
