"""Queries of bounce reports: whose delivery it was, what was seen before, how a reader's last editions ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from digest.model.bounce import DeliveryOutcome
from digest.model.delivery import DeliveryState, Stage
from digest.store.dialect import insert_new
from digest.store.tables import editions, subscribers
from digest.store.tables_bounces import bounce_reports
from digest.store.tables_delivery import attempts, audiences, deliveries

_RECENT_EDITIONS = 400
_OPEN = (DeliveryState.SENT.value, DeliveryState.UNCERTAIN.value, DeliveryState.FAILED.value)


@dataclass(frozen=True, slots=True)
class Mailed:
    """A delivery that went out, and the key of the address it went to; `key` is empty after an erase."""

    delivery_id: int
    subscriber_id: int | None
    key: str


@dataclass(frozen=True, slots=True)
class BounceRow:
    """A report as it is kept."""

    fingerprint: str
    delivery_id: int | None
    kind: str
    reason: str
    status: str
    charged: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """The last refusal at RCPT of a delivery that failed while it was sent."""

    delivery_id: int
    at: datetime
    reply: str


def add_report(connection: Connection, row: BounceRow, *, at: datetime) -> bool:
    """Keep a report; False where this one, or one of its kind for the same delivery, was kept before."""
    values = {name: getattr(row, name) for name in BounceRow.__slots__}
    return insert_new(connection, bounce_reports, values | {"at": at})


def find_mailed(connection: Connection, delivery_id: int) -> Mailed | None:
    """Return the delivery of that id where it went out, whatever became of it later."""
    row = connection.execute(_mailed().where(deliveries.c.id == delivery_id)).first()
    return None if row is None else _as_mailed(row)


def find_mailed_to(connection: Connection, key: str, *, since: datetime) -> Mailed | None:
    """Return the last delivery to the address with this key since then."""
    subscriber = connection.scalar(select(subscribers.c.id).where(subscribers.c.key == key))
    who = deliveries.c.email == key if subscriber is None else deliveries.c.subscriber_id == subscriber
    query = _mailed().where(_recent(since), who, deliveries.c.finished_at >= since)
    row = connection.execute(query.order_by(deliveries.c.finished_at.desc()).limit(1)).first()
    return None if row is None else _as_mailed(row)


def find_reader(connection: Connection, delivery_id: int) -> tuple[int, str] | None:
    """Return the subscriber of a delivery and its newsletter; None for an address that is no subscriber's."""
    newsletter = func.coalesce(func.nullif(audiences.c.newsletter, ""), editions.c.newsletter)
    source = deliveries.join(audiences).outerjoin(editions, editions.c.id == audiences.c.edition_id)
    query = select(deliveries.c.subscriber_id, newsletter).select_from(source).where(deliveries.c.id == delivery_id)
    row = connection.execute(query).first()
    return None if row is None or None in tuple(row) else (row[0], row[1])


def load_outcomes(connection: Connection, mailed: Mailed, *, since: datetime) -> Sequence[DeliveryOutcome]:
    """Return how the editions to the reader of this delivery ended since then, the newest first."""
    if mailed.subscriber_id is None:
        who = or_(deliveries.c.email == mailed.key, deliveries.c.id == mailed.delivery_id)
    else:
        who = deliveries.c.subscriber_id == mailed.subscriber_id
    charged = select(bounce_reports.c.id).where(
        bounce_reports.c.delivery_id == deliveries.c.id, bounce_reports.c.charged.is_(True)
    )
    query = select(deliveries.c.finished_at, deliveries.c.state, charged.exists()).where(
        _recent(since), who, deliveries.c.state.in_(_OPEN), deliveries.c.finished_at >= since
    )
    rows = connection.execute(query.order_by(deliveries.c.finished_at.desc()))
    return [DeliveryOutcome(at, state == DeliveryState.SENT, bool(soft)) for at, state, soft in rows]


def load_refusals(connection: Connection, *, since: datetime, limit: int = 10_000) -> Sequence[Refusal]:
    """Return deliveries that failed at RCPT since then and have no report yet."""
    last = select(func.max(attempts.c.id)).where(attempts.c.at >= since).group_by(attempts.c.delivery_id)
    known = select(bounce_reports.c.id).where(bounce_reports.c.delivery_id == deliveries.c.id)
    query = (
        select(deliveries.c.id, attempts.c.at, attempts.c.reply)
        .select_from(attempts.join(deliveries, deliveries.c.id == attempts.c.delivery_id))
        .where(
            attempts.c.id.in_(last),
            attempts.c.stage == Stage.RCPT.value,
            deliveries.c.state == DeliveryState.FAILED.value,
            ~known.exists(),
        )
        .order_by(attempts.c.id)
        .limit(limit)
    )
    return [Refusal(*row) for row in connection.execute(query)]


def count_reports(connection: Connection, *, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many reports of each kind and reason came since then."""
    kind, reason = bounce_reports.c.kind, bounce_reports.c.reason
    query = select(kind, reason, func.count()).where(bounce_reports.c.at >= since).group_by(kind, reason)
    return {(kind, reason): count for kind, reason, count in connection.execute(query)}


def _mailed() -> Select[Any]:
    key = func.coalesce(subscribers.c.key, func.lower(deliveries.c.email), "")
    source = deliveries.outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
    columns = (deliveries.c.id, deliveries.c.subscriber_id, key, subscribers.c.erased)
    return select(*columns).select_from(source).where(deliveries.c.state.in_(_OPEN))


def _as_mailed(row: Sequence[Any]) -> Mailed:
    delivery_id, subscriber_id, key, erased = row
    return Mailed(delivery_id, subscriber_id, "" if erased else key)


def _recent(since: datetime) -> Any:
    """Narrow to the latest editions: deliveries are found by (edition, reader), never by reader alone."""
    newest = select(audiences.c.id).where(audiences.c.fixed_at >= since).order_by(audiences.c.id.desc())
    return and_(deliveries.c.audience_id.in_(newest.limit(_RECENT_EDITIONS)))
