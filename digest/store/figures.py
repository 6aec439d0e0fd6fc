"""Figures of the last day and of the editions before, for alarms and metrics; writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.model.edition import EditionState, Lane
from digest.store.tables import edition_stories, editions
from digest.store.tables_bounces import bounce_reports
from digest.store.tables_delivery import audiences, deliveries


def story_counts(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """Return how many stories each of these editions tells; those without any are left out."""
    query = select(edition_stories.c.edition_id, func.count()).where(edition_stories.c.edition_id.in_(ids))
    return {row[0]: row[1] for row in connection.execute(query.group_by(edition_stories.c.edition_id))}


def recent_story_counts(connection: Connection, newsletter: str, *, before_at: datetime, limit: int) -> list[int]:
    """Return how many stories the newsletter's last editions told, before that slot."""
    told = (EditionState.SENDING.value, EditionState.DONE.value)
    query = (
        select(editions.c.id)
        .where(editions.c.newsletter == newsletter, editions.c.lane == Lane.LIST.value, editions.c.state.in_(told))
        .where(editions.c.slot_at < before_at)
        .order_by(editions.c.slot_at.desc())
        .limit(limit)
    )
    return list(story_counts(connection, list(connection.scalars(query))).values())


def waiting_readers(connection: Connection, edition_ids: Collection[str]) -> dict[str, int]:
    """Return how many deliveries of each of these editions are left to do."""
    query = (
        select(audiences.c.edition_id, func.count())
        .join(deliveries, deliveries.c.audience_id == audiences.c.id)
        .where(audiences.c.edition_id.in_(edition_ids), deliveries.c.next_try_at.is_not(None))
        .group_by(audiences.c.edition_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def messages_by_newsletter(connection: Connection, *, since_at: datetime) -> dict[str, int]:
    """Return to how many readers each newsletter's editions went since then."""
    query = (
        select(editions.c.newsletter, func.sum(audiences.c.selected))
        .join(editions, editions.c.id == audiences.c.edition_id)
        .where(audiences.c.fixed_at >= since_at, editions.c.slot_at >= since_at)
        .group_by(editions.c.newsletter)
    )
    return {name: int(count or 0) for name, count in connection.execute(query)}


def reports_by_newsletter(connection: Connection, *, since_at: datetime) -> Mapping[tuple[str, str], int]:
    """Return how many reports of each kind came since then, by newsletter and kind."""
    query = (
        select(editions.c.newsletter, bounce_reports.c.kind, func.count())
        .select_from(bounce_reports)
        .join(deliveries, deliveries.c.id == bounce_reports.c.delivery_id)
        .join(audiences, audiences.c.id == deliveries.c.audience_id)
        .join(editions, editions.c.id == audiences.c.edition_id)
        .where(bounce_reports.c.at >= since_at)
        .group_by(editions.c.newsletter, bounce_reports.c.kind)
    )
    return {(name, kind): count for name, kind, count in connection.execute(query)}
