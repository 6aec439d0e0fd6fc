"""Subscribers, their subscriptions and the log of changes; who may do what is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, select, update

from digest.errors import NotFoundError
from digest.model.subscriber import Frequency, Subscriber, Subscription, SubscriptionState
from digest.store.dialect import FORGETS, Upsert, among, upsert, write_rows
from digest.store.metadata import metadata
from digest.store.tables import subscribers, subscription_events, subscriptions

_SUBSCRIBER = tuple(subscribers.c[name] for name in Subscriber._fields)


@dataclass(frozen=True, slots=True)
class NewSubscriber:
    """An address that enters the store, with what is known of its owner."""

    email: str
    key: str
    name: str = ""
    language: str = ""
    timezone: str = ""
    attributes: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionEvent:
    """One line of the log of changes."""

    at: datetime
    newsletter: str
    kind: str
    detail: str


def find_subscriber(connection: Connection, key: str) -> Subscriber | None:
    """Return the subscriber whose address has this key."""
    row = connection.execute(select(*_SUBSCRIBER).where(subscribers.c.key == key)).first()
    return None if row is None else Subscriber(*row)


def get_subscriber(connection: Connection, subscriber_id: int) -> Subscriber:
    """Return the subscriber of that id; raises NotFoundError, also after an erase."""
    same = (subscribers.c.id == subscriber_id, subscribers.c.erased.is_(False))
    row = connection.execute(select(*_SUBSCRIBER).where(*same)).first()
    if row is None:
        raise NotFoundError("subscriber", str(subscriber_id))
    return Subscriber(*row)


def lock_subscriber(connection: Connection, subscriber_id: int) -> None:
    """Let no other transaction change or lock this subscriber until ours ends (SQLite has one writer anyway)."""
    connection.execute(select(subscribers.c.id).where(subscribers.c.id == subscriber_id).with_for_update())


def load_subscribers(connection: Connection, ids: Collection[int]) -> dict[int, Subscriber]:
    """Return the subscribers of these ids, by id; erased ones are left out."""
    query = select(*_SUBSCRIBER).where(among(connection, subscribers.c.id, ids), subscribers.c.erased.is_(False))
    return {row.id: Subscriber(*row) for row in connection.execute(query)}


def load_by_key(connection: Connection, keys: Collection[str]) -> dict[str, Subscriber]:
    """Return the subscribers with these keys, by key."""
    query = select(*_SUBSCRIBER).where(among(connection, subscribers.c.key, keys))
    return {row.key: Subscriber(*row) for row in connection.execute(query)}


def ids_by_key(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """Return the ids of the subscribers with these keys."""
    query = select(subscribers.c.key, subscribers.c.id).where(among(connection, subscribers.c.key, keys))
    return {row.key: row.id for row in connection.execute(query)}


def add_subscribers(connection: Connection, new: Sequence[NewSubscriber], now: datetime) -> dict[str, int]:
    """Insert the addresses that are not known yet; return the ids of all of them by key."""
    insert_subscribers(connection, new, now)
    return ids_by_key(connection, [one.key for one in new])


def insert_subscribers(connection: Connection, new: Sequence[NewSubscriber], now: datetime) -> None:
    """Insert the addresses that are not known yet."""
    rows = [
        {
            "email": one.email,
            "key": one.key,
            "name": one.name,
            "language": one.language,
            "timezone": one.timezone,
            "attributes": one.attributes or {},
            "created_at": now,
            "erased": False,
        }
        for one in new
    ]
    write_rows(connection, upsert(connection, subscribers).on_conflict_do_nothing(), rows)


def update_subscriber(connection: Connection, subscriber: Subscriber) -> None:
    """Write name, language, time zone and attributes of a known subscriber; the address stays."""
    values = {name: getattr(subscriber, name) for name in ("name", "language", "timezone")}
    values["attributes"] = dict(subscriber.attributes)
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber.id).values(values))


def find_subscription(connection: Connection, subscriber_id: int, newsletter: str) -> Subscription | None:
    """Return the subscriber's link to the newsletter."""
    same = (subscriptions.c.subscriber_id == subscriber_id, subscriptions.c.newsletter == newsletter)
    row = connection.execute(select(*_SUBSCRIPTION).where(*same)).first()
    return None if row is None else _subscription(row)


def load_subscriptions(connection: Connection, subscriber_id: int) -> list[Subscription]:
    """Return all links of one subscriber, by newsletter."""
    query = select(*_SUBSCRIPTION).where(subscriptions.c.subscriber_id == subscriber_id)
    return [_subscription(row) for row in connection.execute(query.order_by(subscriptions.c.newsletter))]


def load_states_of(connection: Connection, newsletter: str, ids: Collection[int]) -> dict[int, SubscriptionState]:
    """Return how these subscribers stand to one newsletter, by subscriber id; strangers to it are left out."""
    columns = (subscriptions.c.subscriber_id, subscriptions.c.state)
    same = (subscriptions.c.newsletter == newsletter, among(connection, subscriptions.c.subscriber_id, ids))
    states = {state.value: state for state in SubscriptionState}
    return {subscriber_id: states[state] for subscriber_id, state in connection.execute(select(*columns).where(*same))}


def save_subscriptions(
    connection: Connection, changed: Sequence[Subscription], now: datetime, *, detail: str = "", ip: str = ""
) -> None:
    """Write the subscriptions in place of what was there, and log each with its state.

    `detail` says who or what caused it and never holds an address; `ip` belongs to the record of consent.
    """
    rows = [_subscription_values(one, ip) | {"subscriber_id": one.subscriber_id} for one in changed]
    write_rows(connection, _replacing(upsert(connection, subscriptions), keep_ip=not ip), rows)
    log = [_event_values(one, now, detail) | {"subscriber_id": one.subscriber_id} for one in changed]
    write_rows(connection, upsert(connection, subscription_events), log)


def subscribe_all(
    connection: Connection, keys: Collection[str], wanted: Subscription, now: datetime, *, detail: str = ""
) -> None:
    """Give everyone with these keys the same subscription, whatever its `subscriber_id`, and log it."""
    everyone = among(connection, subscribers.c.key, keys)
    for table, values in (
        (subscriptions, _subscription_values(wanted, "")),
        (subscription_events, _event_values(wanted, now, detail)),
    ):
        constants = [literal(value, table.c[name].type) for name, value in values.items()]
        query = select(subscribers.c.id, *constants).where(everyone)
        statement = upsert(connection, table).from_select(["subscriber_id", *values], query)
        connection.execute(_replacing(statement, keep_ip=True) if table is subscriptions else statement)


def load_events(connection: Connection, subscriber_id: int) -> list[SubscriptionEvent]:
    """Return the log of a subscriber, the oldest first."""
    e = subscription_events.c
    query = select(e.at, e.newsletter, e.kind, e.detail).where(e.subscriber_id == subscriber_id).order_by(e.id)
    return [SubscriptionEvent(*row) for row in connection.execute(query)]


def add_event(connection: Connection, subscriber_id: int, kind: str, now: datetime, *, newsletter: str = "") -> None:
    """Log something that is no change of a subscription, as a confirmation that was asked for."""
    values = {"at": now, "subscriber_id": subscriber_id, "kind": kind, "newsletter": newsletter, "detail": ""}
    connection.execute(insert(subscription_events).values(values))


def iter_subscribed(
    connection: Connection, newsletter: str | None, states: Collection[SubscriptionState] = ()
) -> Iterator[tuple[Subscriber, Subscription]]:
    """Yield everyone linked to the newsletter (None: to any), by address; memory stays flat."""
    query = (
        select(*_SUBSCRIBER, *_SUBSCRIPTION)
        .join(subscriptions)
        .where(subscribers.c.erased.is_(False))
        .order_by(subscribers.c.key, subscriptions.c.newsletter)
    )
    if newsletter is not None:
        query = query.where(subscriptions.c.newsletter == newsletter)
    if states:
        query = query.where(subscriptions.c.state.in_([state.value for state in states]))
    width = len(_SUBSCRIBER)
    if connection.dialect.name == "postgresql":
        # Whoever reads the list may pause as long as they like; a transaction that only reads keeps nobody waiting.
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    for row in connection.execute(query, execution_options={"yield_per": 1000}):
        yield Subscriber(*row[:width]), _subscription(row[width:])


def count_subscriptions(connection: Connection) -> dict[str, dict[SubscriptionState, int]]:
    """Return for each newsletter how many subscriptions are in which state."""
    s = subscriptions.c
    counts: dict[str, dict[SubscriptionState, int]] = {}
    query = select(s.newsletter, s.state, func.count()).group_by(s.newsletter, s.state)
    for newsletter, state, count in connection.execute(query):
        counts.setdefault(newsletter, {})[SubscriptionState(state)] = count
    return counts


def erase_address(connection: Connection, key: str, subscriber_id: int | None) -> None:
    """Remove an address, and the subscriber it belongs to, from all tables; the ledger keeps its rows without it.

    Every table with a column `email` is blanked, so that one added later is not forgotten.
    """
    connection.info[FORGETS] = True
    for table in metadata.sorted_tables:
        if "email" in table.c and table is not subscribers:
            nobody = None if table.c.email.nullable else ""
            same_address = func.lower(table.c.email) == key
            connection.execute(update(table).where(same_address).values(email=nobody))
    if subscriber_id is None:
        return
    for log in (subscription_events, subscriptions):
        connection.execute(delete(log).where(log.c.subscriber_id == subscriber_id))
    blank = {"email": "", "key": f"erased:{subscriber_id}", "name": "", "language": "", "timezone": ""}
    statement = update(subscribers).where(subscribers.c.id == subscriber_id)
    connection.execute(statement.values(**blank, attributes={}, erased=True))


_SUBSCRIPTION_FIELDS = tuple(field.name for field in fields(Subscription))
_SUBSCRIPTION = tuple(subscriptions.c[name] for name in _SUBSCRIPTION_FIELDS)


def _subscription_values(one: Subscription, ip: str) -> dict[str, Any]:
    return {
        "newsletter": one.newsletter,
        "state": one.state.value,
        "since_at": one.since_at,
        "paused_until": one.paused_until,
        "frequency": one.frequency.value,
        "consent": one.consent,
        "consent_source": one.consent_source,
        "consent_at": one.consent_at or one.since_at,
        "consent_ip": ip,
    }


def _event_values(one: Subscription, now: datetime, detail: str) -> dict[str, Any]:
    return {"at": now, "newsletter": one.newsletter, "kind": one.state.value, "detail": detail}


def _replacing(statement: Upsert, *, keep_ip: bool) -> Upsert:
    kept = {"subscriber_id", "newsletter", *(("consent_ip",) if keep_ip else ())}
    replaced = {column.name: statement.excluded[column.name] for column in subscriptions.c if column.name not in kept}
    return statement.on_conflict_do_update(index_elements=["subscriber_id", "newsletter"], set_=replaced)


def _subscription(row: Sequence[Any]) -> Subscription:
    values = dict(zip(_SUBSCRIPTION_FIELDS, row, strict=True))
    values["state"] = SubscriptionState(values["state"])
    values["frequency"] = Frequency(values["frequency"])
    return Subscription(**values)
