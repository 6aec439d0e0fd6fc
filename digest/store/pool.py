"""The pool: stories enter, are edited, re-routed, loaded and pruned; what they are about is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from digest.model.routes import Routes
from digest.model.story import Story
from digest.store.candidates import About, StoryRow, count_stories, find_story, load_candidates, stories_since
from digest.store.dialect import among, chunks, upsert, write_rows
from digest.store.story_json import (
    content_hash,
    is_undated,
    routes_from_json,
    routes_to_json,
    story_from_json,
    story_to_json,
)
from digest.store.tables import stories, story_content, story_history

__all__ = [
    "About",
    "AddedStories",
    "PoolItem",
    "StoryRow",
    "add_stories",
    "count_stories",
    "find_story",
    "iter_for_rerouting",
    "load_candidates",
    "load_routes",
    "load_stories",
    "mark_seen",
    "only_changed",
    "prune",
    "set_routes",
    "stories_since",
]

PoolItem = tuple[Story, Routes, str]
"""A story, where it belongs, and the cluster it joined."""


@dataclass(frozen=True, slots=True)
class AddedStories:
    """How many stories one call brought: new ones, edited ones, and those known already."""

    new: int = 0
    updated: int = 0
    same: int = 0


def add_stories(
    connection: Connection, items: Sequence[PoolItem], now: datetime, *, routing_version: str = ""
) -> AddedStories:
    """Put stories into the pool; twice is the same as once.

    An edited story (same id, other content) keeps the instant it entered the pool, and its earlier
    version goes to the history. A story seen again unchanged only has its `seen_at` moved.
    """
    new = updated = same = 0
    for chunk in chunks({item[0].id: item for item in items}.values()):
        known = _known_hashes(connection, [item[0].id for item in chunk])
        fresh = [item for item in chunk if item[0].id not in known]
        edited = [item for item in chunk if item[0].id in known and known[item[0].id] != content_hash(item[0])]
        _insert(connection, fresh, now, routing_version)
        _replace(connection, edited, now, routing_version)
        mark_seen(connection, list(known), now)
        new, updated = new + len(fresh), updated + len(edited)
        same += len(chunk) - len(fresh) - len(edited)
    return AddedStories(new, updated, same)


def only_changed(connection: Connection, stories_read: Sequence[Story]) -> list[Story]:
    """Return those of the stories that are new to the pool or were edited: the ones worth routing."""
    known = _known_hashes(connection, [story.id for story in stories_read])
    return [story for story in stories_read if known.get(story.id) != content_hash(story)]


def mark_seen(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Note that a reading held these stories, changed or not, so that `prune` keeps them."""
    connection.execute(update(stories).where(among(connection, stories.c.id, ids)).values(seen_at=now))


def load_stories(connection: Connection, ids: Collection[str]) -> dict[str, Story]:
    """Return the stories of these ids, by id; unknown ids are left out."""
    wanted = among(connection, story_content.c.story_id, ids)
    rows = connection.execute(select(story_content.c.story_id, story_content.c.content).where(wanted))
    return {row.story_id: story_from_json(row.content) for row in rows}


def load_routes(connection: Connection, ids: Collection[str]) -> dict[str, Routes]:
    """Return the routes with their evidence of these stories, by id."""
    wanted = among(connection, story_content.c.story_id, ids)
    rows = connection.execute(select(story_content.c.story_id, story_content.c.routes).where(wanted))
    return {row.story_id: routes_from_json(row.routes) for row in rows}


def iter_for_rerouting(connection: Connection, routing_version: str, *, size: int = 500) -> Iterator[list[Story]]:
    """Yield, in groups, the stories that were routed by another version of the rules.

    Give each group to `set_routes` before asking for the next one.
    """
    after = ""
    query = (
        select(stories.c.id, story_content.c.content)
        .join(story_content)
        .where(stories.c.routing_version != routing_version)
        .order_by(stories.c.id)
        .limit(size)
    )
    while rows := connection.execute(query.where(stories.c.id > after)).all():
        after = rows[-1].id
        yield [story_from_json(row.content) for row in rows]


def set_routes(connection: Connection, items: Sequence[PoolItem], *, routing_version: str) -> None:
    """Replace routes and cluster of stories that stand in the pool already."""
    names = ("regions", "topics", "cluster", "routing_version")
    for chunk in chunks(items):
        rows = [
            {"story": story.id, **_route_columns(routes, cluster, routing_version)} for story, routes, cluster in chunk
        ]
        statement = update(stories).where(stories.c.id == bindparam("story"))
        connection.execute(statement.values({name: bindparam(name) for name in names}), rows)
        connection.execute(
            update(story_content)
            .where(story_content.c.story_id == bindparam("story"))
            .values(routes=bindparam("json")),
            [{"story": story.id, "json": routes_to_json(routes)} for story, routes, _ in chunk],
        )


def prune(connection: Connection, *, seen_before_at: datetime) -> int:
    """Delete the stories that no reading has held since `seen_before_at`; return their number.

    What newsletters have told stays known: the memory in `edition_stories` is not touched.
    """
    return connection.execute(delete(stories).where(stories.c.seen_at < seen_before_at)).rowcount


def _insert(connection: Connection, items: Sequence[PoolItem], now: datetime, version: str) -> None:
    if not items:
        return
    # Another fetcher may bring the same story at the same moment: the first one wins.
    rows = [_row(item, version) | {"fetched_at": item[0].fetched_at, "seen_at": now} for item in items]
    write_rows(connection, upsert(connection, stories).on_conflict_do_nothing(), rows)
    contents = [_content_row(item) for item in items]
    write_rows(connection, upsert(connection, story_content).on_conflict_do_nothing(), contents)


def _replace(connection: Connection, items: Sequence[PoolItem], now: datetime, version: str) -> None:
    if not items:
        return
    ids = [item[0].id for item in items]
    c = stories.c
    old = select(c.id, c.published_at, c.is_sample, c.content_hash, story_content.c.content).join(story_content)
    before = connection.execute(old.where(among(connection, c.id, ids))).all()
    # Samples are dated from now at every reading; that is no edit worth keeping.
    history = [
        {"story_id": row.id, "replaced_at": now, "content_hash": row.content_hash, "content": row.content}
        for row in before
        if not row.is_sample
    ]
    if history:
        connection.execute(insert(story_history), history)
    first_at = {row.id: row.published_at for row in before}
    items = [
        (replace(story, published_at=first_at[story.id]) if is_undated(story) else story, routes, cluster)
        for story, routes, cluster in items
    ]
    for item in items:
        row = _row(item, version)
        connection.execute(update(stories).where(stories.c.id == row.pop("id")).values(row))
    contents = [_content_row(item) for item in items]
    connection.execute(delete(story_content).where(among(connection, story_content.c.story_id, ids)))
    connection.execute(insert(story_content), contents)


def _known_hashes(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(select(stories.c.id, stories.c.content_hash).where(among(connection, stories.c.id, ids)))
    return {row.id: row.content_hash for row in rows}


def _row(item: PoolItem, version: str) -> dict[str, object]:
    story, routes, cluster = item
    return {
        "id": story.id,
        "source": story.source,
        "source_name": story.source_name,
        "guid": story.guid,
        "url": story.url,
        "canonical_url": story.canonical_url,
        "headline": story.headline,
        "published_at": story.published_at,
        "updated_at": story.updated_at,
        "language": story.language,
        "word_count": story.word_count,
        "has_picture": story.picture is not None,
        "has_parts": any(part.label for part in story.parts),
        "embargo_until": story.embargo_until,
        "is_sample": story.is_sample,
        "categories": list(story.categories),
        "content_hash": content_hash(story),
        **_route_columns(routes, cluster, version),
    }


def _route_columns(routes: Routes, cluster: str, version: str) -> dict[str, object]:
    return {
        "regions": {route.id: round(route.share, 4) for route in routes.regions},
        "topics": {route.id: round(route.share, 4) for route in routes.topics},
        "cluster": cluster,
        "routing_version": version,
    }


def _content_row(item: PoolItem) -> dict[str, str]:
    story, routes, _ = item
    return {
        "story_id": story.id,
        "content": story_to_json(story),
        "routes": routes_to_json(routes),
        "body_text": f"{story.headline}\n{story.body}".lower(),
    }
