"""The pool's recent stories in the order they entered, and how many each source brought; writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.model.story import Story
from digest.store.dialect import chunks
from digest.store.story_json import story_from_json
from digest.store.tables import stories, story_content


def iter_recent(
    connection: Connection, *, since_at: datetime, entered_after: datetime | None = None
) -> Iterator[Story]:
    """Yield the stories published since then, in the order in which they entered the pool.

    With `entered_after`, only those that entered later than that.
    """
    query = (
        select(story_content.c.content)
        .join(stories)
        .where(stories.c.published_at >= since_at)
        .order_by(stories.c.fetched_at, stories.c.id)
    )
    if entered_after is not None:
        query = query.where(stories.c.fetched_at > entered_after)
    for row in connection.execute(query, execution_options={"yield_per": 500}):
        yield story_from_json(row.content)


def count_by_source(connection: Connection, *, since_at: datetime) -> dict[str, int]:
    """Return how many stories of each source entered the pool since then."""
    query = select(stories.c.source, func.count()).where(stories.c.fetched_at >= since_at).group_by(stories.c.source)
    return {row.source: row[1] for row in connection.execute(query)}


def count_routed_otherwise(connection: Connection, routing_version: str) -> int:
    """Return how many stories were routed by other definitions than those of this version."""
    query = select(func.count()).select_from(stories).where(stories.c.routing_version != routing_version)
    return connection.execute(query).scalar_one()


def load_clusters(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the cluster of each of these stories."""
    query = select(stories.c.id, stories.c.cluster)
    rows = (row for chunk in chunks(ids) for row in connection.execute(query.where(stories.c.id.in_(chunk))))
    return {row.id: row.cluster for row in rows}
