"""Deleting what is older than anybody wants to keep it; how long that is, others say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, select

from digest.store.edition_states import FINISHED
from digest.store.tables import editions, subscription_events
from digest.store.tables_bounces import bounce_reports
from digest.store.tables_delivery import attempts, audiences, deliveries, delivery_sums


def forget_attempts(connection: Connection, *, before_at: datetime) -> int:
    """Delete attempts made before then; return how many."""
    return connection.execute(delete(attempts).where(attempts.c.at < before_at)).rowcount


def forget_events(connection: Connection, *, before_at: datetime) -> int:
    """Delete what the log tells of before then; return how many lines. Consent stands in the subscriptions, too."""
    return connection.execute(delete(subscription_events).where(subscription_events.c.at < before_at)).rowcount


def forget_editions(connection: Connection, *, before_at: datetime) -> int:
    """Delete editions that ended before then and whose deliveries were folded before; return how many."""
    old = and_(
        editions.c.state.in_([state.value for state in FINISHED]),
        editions.c.finished_at < before_at,
        ~exists().where(audiences.c.edition_id == editions.c.id, deliveries.c.audience_id == audiences.c.id),
    )
    names = select(editions.c.id).where(old)
    theirs = select(audiences.c.id).where(audiences.c.edition_id.in_(names))
    connection.execute(delete(delivery_sums).where(delivery_sums.c.audience_id.in_(theirs)))
    connection.execute(delete(audiences).where(audiences.c.edition_id.in_(names)))
    return connection.execute(delete(editions).where(old)).rowcount


def forget_reports(connection: Connection, *, before_at: datetime) -> int:
    """Delete bounce reports from before then that belong to no delivery any more; return how many."""
    nobodys = and_(bounce_reports.c.at < before_at, bounce_reports.c.delivery_id.is_(None))
    return connection.execute(delete(bounce_reports).where(nobodys)).rowcount
