"""Intake: stories that were read or posted are routed, clustered and put into the pool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.story import Story
from digest.pipeline.clusters import MEMORY
from digest.pipeline.workspace import Workspace
from digest.routing.clusters import Clusterer
from digest.store import pool
from digest.store.recent import iter_recent, load_clusters

_OVERLAP = timedelta(minutes=5)
"""Stories of other processes are looked for this far back: their clocks may differ, and commits take time."""


class Intake:
    """Puts stories into the pool; keeps the clusters of the last days in memory between calls."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._clusterer = Clusterer()
        self._knows_until: datetime | None = None

    def take(self, connection: Connection, stories: Sequence[Story]) -> pool.AddedStories:
        """Route and store what is new or edited among the stories; twice is the same as once."""
        if not stories:
            return pool.AddedStories()
        now, router = self._workspace.clock(), self._workspace.router
        changed = pool.only_changed(connection, stories)
        fresh = {story.id for story in changed}
        same = [story.id for story in stories if story.id not in fresh]
        pool.mark_seen(connection, same, now)
        if not changed:
            return pool.AddedStories(same=len(same))
        clusters = self._clusters(connection, changed, now)
        items = list(zip(changed, router.route(changed), clusters, strict=True))
        added = pool.add_stories(connection, items, now, routing_version=router.fingerprint)
        return pool.AddedStories(added.new, added.updated, added.same + len(same))

    def _clusters(self, connection: Connection, stories: Sequence[Story], now: datetime) -> list[str]:
        """Return the cluster of each story; one that is in the pool keeps the cluster it joined."""
        since_at = now - MEMORY
        after_at = self._knows_until - _OVERLAP if self._knows_until else None
        for story in iter_recent(connection, since_at=since_at, entered_after=after_at):
            self._clusterer.add_story(story)
        self._knows_until = now
        known = load_clusters(connection, [story.id for story in stories])
        return [known.get(story.id) or self._clusterer.add_story(story) for story in stories]
