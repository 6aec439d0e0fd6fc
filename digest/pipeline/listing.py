"""Looking into the pool: stories by newsletter, region, topic or source; the best and borderline ones of a topic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.errors import NotFoundError
from digest.model.routes import Route
from digest.pipeline.situations import load_candidates, load_situation
from digest.pipeline.workspace import Workspace
from digest.selection import matching_ids
from digest.store import pool


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which stories to list; what is None does not matter."""

    newsletter: str | None = None
    since_at: datetime | None = None
    region: str | None = None
    topic: str | None = None
    source: str | None = None


def list_stories(workspace: Workspace, wanted: StoryFilter) -> Iterator[dict[str, Any]]:
    """Yield the pool's stories as the JSON of `digest stories`, newest first."""
    with workspace.store.read() as connection:
        rows = pool.stories_since(
            connection,
            wanted.since_at,
            region=wanted.region or "",
            topic=wanted.topic or "",
            source=wanted.source or "",
        )
        matching = _matching(workspace, wanted.newsletter)
    for row in rows:
        if matching is None or row.id in matching:
            yield {
                "id": row.id,
                "guid": row.guid,
                "url": row.url,
                "headline": row.headline,
                "source": row.source,
                "published_at": row.published_at.isoformat(),
                "regions": list(row.regions),
                "topics": list(row.topics),
                "cluster": row.cluster,
            }


def _matching(workspace: Workspace, newsletter_id: str | None) -> frozenset[str] | None:
    if newsletter_id is None:
        return None
    newsletter = workspace.project.get_newsletter(newsletter_id)
    with workspace.store.read() as connection:
        situation = load_situation(workspace, connection, newsletter, slot_at=workspace.clock())
        return matching_ids(newsletter, load_candidates(connection, newsletter, situation), situation)


def try_topic(workspace: Workspace, topic_id: str, *, limit: int) -> dict[str, list[dict[str, Any]]]:
    """Return the pool's best stories of a topic, those barely taken, and those that just missed.

    Raises NotFoundError for an unknown topic.
    """
    if topic_id not in workspace.project.topics:
        raise NotFoundError("topic", topic_id, tuple(workspace.project.topics))
    with workspace.store.read() as connection:
        stories = {row.id: row.headline for row in pool.stories_since(connection, None)}
        routes = pool.load_routes(connection, list(stories))
    taken = [(story, route) for story, found in routes.items() for route in found.topics if route.id == topic_id]
    missed = [(story, route) for story, found in routes.items() for route in found.near_topics if route.id == topic_id]
    taken.sort(key=lambda pair: (-pair[1].share, pair[0]))
    missed.sort(key=lambda pair: (-pair[1].share, pair[0]))
    best, rest = taken[:limit], taken[limit:]
    return {
        "best": [_tried(stories[story], route) for story, route in best],
        "barely": [_tried(stories[story], route) for story, route in rest[-limit:]],
        "missed": [_tried(stories[story], route) for story, route in missed[:limit]],
    }


def _tried(headline: str, route: Route) -> dict[str, Any]:
    return {"headline": headline, "share": route.share, "evidence": ", ".join(e.words for e in route.evidence[:5])}
