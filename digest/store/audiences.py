"""Queries of audiences: fixing whom an edition goes to, sums, reasons, moves by a person's wish; no claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
    update,
)

from digest.model import audience as model
from digest.model.delivery import DeliveryState
from digest.model.subscriber import Frequency, SubscriptionState
from digest.store.audience import audience_condition
from digest.store.dialect import chunks
from digest.store.subscribers import ids_by_key
from digest.store.suppressions import load_suppressions
from digest.store.tables import subscribers, subscriptions, suppressions
from digest.store.tables_delivery import audiences, deliveries, delivery_sums

_MANY = 10_000

_EARLY = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an edition goes to. `newsletter` is empty where the addresses were named by hand."""

    id: int
    edition_id: str
    newsletter: str
    selected: int
    uncertain: str
    useful_until: datetime
    paused: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of a newsletter's subscribers an edition is for."""

    condition: model.Audience | None = None
    frequency: Frequency = Frequency.EVERY


@dataclass(frozen=True, slots=True)
class Due:
    """When deliveries are tried first: `now`, or what `by_zone` gives for the reader's time zone."""

    now: datetime
    by_zone: Callable[[str], datetime] | None = None


def find_audience(connection: Connection, edition_id: str) -> Audience | None:
    """Return the audience of an edition, or None where it was never fixed."""
    row = connection.execute(select(audiences).where(audiences.c.edition_id == edition_id)).one_or_none()
    if row is None:
        return None
    return Audience(row.id, row.edition_id, row.newsletter, row.selected, row.uncertain, row.useful_until, row.paused)


def unfinished_editions(connection: Connection) -> list[str]:
    """Return the editions that have deliveries left to do, oldest first."""
    left = select(deliveries.c.id).where(deliveries.c.audience_id == audiences.c.id, deliveries.c.next_try_at > _EARLY)
    query = select(audiences.c.edition_id).where(left.exists()).order_by(audiences.c.id)
    return list(connection.scalars(query))


def add_audience(
    connection: Connection, edition_id: str, newsletter: str, *, uncertain: str, useful_until: datetime, now: datetime
) -> int:
    """Insert an audience that has nobody yet, and return its id."""
    values = {
        "edition_id": edition_id,
        "newsletter": newsletter,
        "selected": 0,
        "uncertain": uncertain,
        "useful_until": useful_until,
        "fixed_at": now,
        "paused": "",
    }
    return int(connection.execute(insert(audiences).values(**values).returning(audiences.c.id)).scalar_one())


def add_subscribers(connection: Connection, audience: int, newsletter: str, *, due: Due, chosen: Chosen) -> int:
    """Insert a delivery for each confirmed subscriber among `chosen`; suppressed ones as such. Return how many."""
    columns = ["audience_id", "subscriber_id", "domain", "state", "next_try_at", "reason"]
    query = _confirmed(connection, audience, newsletter, due).where(subscriptions.c.frequency == chosen.frequency.value)
    if chosen.condition is not None:
        query = query.where(audience_condition(chosen.condition))
    statement = insert(deliveries).from_select(columns, query)
    count = connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    if connection.dialect.name == "postgresql" and count > _MANY:
        # Until it has counted, PostgreSQL reads all of a million rows for each claim.
        connection.execute(text("ANALYZE deliveries"))
    return count


def add_addresses(connection: Connection, audience: int, addresses: Mapping[str, str], *, now: datetime) -> int:
    """Insert a delivery for each address, given by its key; an address that is a subscriber's is linked to it."""
    total = 0
    for keys in chunks(addresses):
        known = ids_by_key(connection, keys)
        barred = load_suppressions(connection, keys)
        rows = [
            {
                "audience_id": audience,
                "subscriber_id": known.get(key),
                "email": None if key in known else addresses[key],
                "domain": key.rpartition("@")[2],
                "state": DeliveryState.SUPPRESSED if key in barred else DeliveryState.QUEUED,
                "next_try_at": None if key in barred else now,
                "reason": barred[key].reason if key in barred else None,
            }
            for key in keys
        ]
        connection.execute(insert(deliveries), rows)
        total += len(rows)
    return total


def set_selected(connection: Connection, audience: int, selected: int) -> None:
    """Fix how many deliveries the audience has."""
    connection.execute(update(audiences).where(audiences.c.id == audience).values(selected=selected))


def set_paused(connection: Connection, audience: int, reason: str) -> None:
    """Say why an edition's sending was stopped; an empty reason lets it run."""
    connection.execute(update(audiences).where(audiences.c.id == audience).values(paused=reason))


def counts(connection: Connection, audience: int) -> dict[str, int]:
    """Return how many deliveries are in each state."""
    rows = select(deliveries.c.state, func.count()).where(deliveries.c.audience_id == audience)
    folded = select(delivery_sums.c.state, func.sum(delivery_sums.c.number))
    total: Counter[str] = Counter()
    for query in (
        rows.group_by(deliveries.c.state),
        folded.where(delivery_sums.c.audience_id == audience).group_by(delivery_sums.c.state),
    ):
        total.update({state: int(number) for state, number in connection.execute(query)})
    return dict(total)


def reasons(connection: Connection, audience: int, *, limit: int = 50) -> list[tuple[str, str, int]]:
    """Return (state, reason, how many) of deliveries that are not simply sent, the most frequent first."""
    rows = (
        select(deliveries.c.state, deliveries.c.reason, func.count().label("number"))
        .where(deliveries.c.audience_id == audience, deliveries.c.reason.is_not(None))
        .group_by(deliveries.c.state, deliveries.c.reason)
    )
    sums = delivery_sums.c
    folded = select(sums.state, sums.reason, sums.number).where(sums.audience_id == audience, sums.reason != "")
    both = union_all(rows, folded).subquery()
    number = func.sum(both.c.number)
    query = (
        select(both.c.state, both.c.reason, number)
        .group_by(both.c.state, both.c.reason)
        .order_by(number.desc(), both.c.state, both.c.reason)
    )
    return [(state, reason, int(count)) for state, reason, count in connection.execute(query.limit(limit))]


def move(connection: Connection, audience: int, *, old: DeliveryState, new: DeliveryState, now: datetime) -> int:
    """Move all deliveries of one state to another, by a person's wish; return how many."""
    is_open = new is DeliveryState.QUEUED
    values: dict[str, Any] = {"state": new.value, "sender": None, "next_try_at": now if is_open else None}
    values |= {"attempts": 0, "crashes": 0, "finished_at": None, "reason": None} if is_open else {"finished_at": now}
    chosen = and_(deliveries.c.audience_id == audience, deliveries.c.state == old.value)
    return connection.execute(update(deliveries).where(chosen).values(**values)).rowcount


def end(
    connection: Connection, audience: int, *, old: DeliveryState, new: DeliveryState, reason: str, now: datetime
) -> int:
    """Move all deliveries of one state to a final one, with the reason; return how many."""
    values = {"state": new.value, "sender": None, "next_try_at": None, "finished_at": now, "reason": reason}
    chosen = and_(deliveries.c.audience_id == audience, deliveries.c.state == old.value)
    return connection.execute(update(deliveries).where(chosen).values(**values)).rowcount


def make_due(connection: Connection, audience: int, *, now: datetime) -> int:
    """Let deferred deliveries be tried at once, by a person's wish; return how many."""
    deferred = and_(deliveries.c.audience_id == audience, deliveries.c.state == DeliveryState.DEFERRED.value)
    return connection.execute(update(deliveries).where(deferred).values(next_try_at=now)).rowcount


def is_wanted(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a subscription asks for mail: confirmed, or paused until a time that is over."""
    over = and_(subscriptions.c.state == SubscriptionState.PAUSED.value, subscriptions.c.paused_until <= now)
    return or_(subscriptions.c.state == SubscriptionState.CONFIRMED.value, over)


def _first_try(connection: Connection, newsletter: str, due: Due) -> ColumnElement[Any]:
    """Return when a subscriber's delivery is tried first, as an expression over their time zone."""
    instant = deliveries.c.next_try_at.type
    if due.by_zone is None:
        return literal(due.now, instant)
    mine = (
        select(subscribers.c.timezone)
        .join(subscriptions, subscriptions.c.subscriber_id == subscribers.c.id)
        .where(subscriptions.c.newsletter == newsletter)
        .distinct()
    )
    zones: dict[datetime, list[str]] = {}
    for zone in connection.scalars(mine):
        zones.setdefault(due.by_zone(zone), []).append(zone)
    rules = [(subscribers.c.timezone.in_(names), literal(at, instant)) for at, names in zones.items()]
    return case(*rules, else_=literal(due.now, instant)) if rules else literal(due.now, instant)


def _confirmed(connection: Connection, audience: int, newsletter: str, due: Due) -> Select[Any]:
    barred = suppressions.c.key.is_not(None)
    at = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return (
        select(
            literal(audience),
            subscribers.c.id,
            func.substr(subscribers.c.key, at(subscribers.c.key, "@") + 1),
            case((barred, DeliveryState.SUPPRESSED.value), else_=DeliveryState.QUEUED.value),
            case((barred, null()), else_=_first_try(connection, newsletter, due)),
            suppressions.c.reason,
        )
        .select_from(subscriptions)
        .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
        .outerjoin(suppressions, suppressions.c.key == subscribers.c.key)
        .where(subscriptions.c.newsletter == newsletter, is_wanted(due.now), subscribers.c.erased.is_(False))
    )
