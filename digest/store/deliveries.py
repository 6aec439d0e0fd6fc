"""Queries of the ledger: claims and results of deliveries; which move is allowed is decided by the caller."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    String,
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    type_coerce,
    update,
)

from digest.model.delivery import DeliveryState
from digest.store.audiences import Audience, is_wanted
from digest.store.dialect import upsert
from digest.store.metadata import Instant, instant_of
from digest.store.prepared import Found, Prepared, in_list, not_in_list
from digest.store.tables import subscribers, subscriptions, suppressions
from digest.store.tables_delivery import attempts, deliveries


class ClaimedRow(NamedTuple):
    """A claimed delivery with what its message needs; `refused` says why it must not be mailed after all."""

    id: int
    subscriber_id: int
    email: str
    name: str
    domain: str
    language: str
    timezone: str
    attributes: str  # JSON, read only where it says something
    attempts: int
    refused: str
    since_at: datetime | None  # when the subscription began
    state: DeliveryState  # before it was claimed


_OWN = 4  # so many columns, the first, are different for each reader


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt that did not end with an acceptance."""

    delivery_id: int
    at: datetime
    fate: str
    stage: str
    route: str
    code: int | None
    reply: str


def claim(
    connection: Connection, audience: Audience, sender: str, *, now: datetime, limit: int, skip: Sequence[str] = ()
) -> list[ClaimedRow]:
    """Take up to `limit` deliveries for `sender`: due deferred ones first, then queued ones; none of domains `skip`."""
    rows: list[ClaimedRow] = []
    facts = _facts(audience, now) | ({"skip": skip} if skip else {})
    query = _claimable(bool(audience.newsletter), bool(skip))
    for state in (DeliveryState.DEFERRED, DeliveryState.QUEUED):
        if len(rows) < limit:
            found = query.run(connection, facts | {"state": state.value, "most": limit - len(rows)})
            rows += _claimed_rows(connection, found, state)
    if rows:
        _take(connection, [row.id for row in rows], sender)
    return rows


def refused_among(connection: Connection, audience: Audience, ids: Sequence[int], *, now: datetime) -> dict[int, str]:
    """Return those of the claimed `ids` that must not be mailed any more, each with the reason."""
    query = _refused(bool(audience.newsletter))
    found = query.run(connection, _facts(audience, now) | {"ids": ids})
    return dict(list(row) for row in found)


def record_sent(connection: Connection, ids: Sequence[int], sender: str, *, at: datetime) -> int:
    """Record acceptances; rows that `sender` no longer holds are left alone. Return how many were recorded."""
    return _SENT.run(connection, {"ids": ids, "by": sender, "at": at}).rowcount


def record_results(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record other results: each row has row_id, held_by, state, next_try_at, charge, finished_at, reason."""
    if rows:
        connection.execute(_RESULT, list(rows))


def give_back_unknown(
    connection: Connection, audience: Audience, sender: str, known: Sequence[int], *, now: datetime
) -> int:
    """Queue what `sender` holds of the audience beyond `known` ids, as after a claim whose answer was lost."""
    values = {"ids": known, "by": sender, "audience": audience.id, "now": now}
    return _UNKNOWN.run(connection, values).rowcount


def add_attempts(connection: Connection, rows: Sequence[AttemptRow]) -> None:
    """Keep unsuccessful attempts."""
    if rows:
        names = AttemptRow.__slots__
        connection.execute(insert(attempts), [{name: getattr(row, name) for name in names} for row in rows])


def next_due(connection: Connection, audience: int, states: Sequence[DeliveryState]) -> datetime | None:
    """Return when the next delivery of `states` is due, or None where there is none."""
    due = [
        connection.scalar(
            select(func.min(deliveries.c.next_try_at)).where(
                deliveries.c.audience_id == audience,
                deliveries.c.state == state.value,
                deliveries.c.next_try_at.is_not(None),
            )
        )
        for state in states
    ]
    return min((at for at in due if at is not None), default=None)


def count_due(connection: Connection, audience: int, *, now: datetime, most: int) -> int:
    """Return how many deliveries are due at `now`, at most `most`."""
    due = select(deliveries.c.id).where(
        deliveries.c.audience_id == audience,
        deliveries.c.state.in_([DeliveryState.QUEUED.value, DeliveryState.DEFERRED.value]),
        deliveries.c.next_try_at <= now,
    )
    return connection.scalar(select(func.count()).select_from(due.limit(most).subquery())) or 0


def is_anything_held(connection: Connection, audience: int) -> bool:
    """Say whether any sender holds deliveries of the audience."""
    query = select(deliveries.c.id).where(
        deliveries.c.audience_id == audience,
        deliveries.c.state == DeliveryState.SENDING.value,
        deliveries.c.next_try_at.is_not(None),
    )
    return connection.execute(query.limit(1)).first() is not None


def suppress_readers(connection: Connection, details: Mapping[int, str], *, reason: str, at: datetime) -> None:
    """Suppress the addresses of deliveries, each with what the server said."""
    if not details:
        return
    key = func.coalesce(subscribers.c.key, func.lower(deliveries.c.email))
    source = deliveries.outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
    found = connection.execute(select(deliveries.c.id, key).select_from(source).where(deliveries.c.id.in_(details)))
    rows = [{"key": key, "reason": reason, "detail": details[row_id], "created_at": at} for row_id, key in found]
    if rows:
        connection.execute(upsert(connection, suppressions).on_conflict_do_nothing(), rows)


def _facts(audience: Audience, now: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {"audience": audience.id, "now": now}
    return facts | {"newsletter": audience.newsletter} if audience.newsletter else facts


def _claimed_rows(connection: Connection, found: Found, state: DeliveryState) -> Iterable[ClaimedRow]:
    """Return what `_claimable` found, on SQLite one row with a list for each column."""
    if connection.dialect.name != "sqlite":
        return [_make_row((*row[:-1], instant_of(row[-1]), state)) for row in found]
    columns = found.fetchone()
    assert columns is not None
    own, repeated = map(json.loads, columns[:_OWN]), map(_repeated, columns[_OWN:-1])
    return map(_make_row, zip(*own, *repeated, _begins(columns[-1]), repeat(state)))


@lru_cache(maxsize=16)
def _repeated(column: str) -> Sequence[Any]:
    """Return the values of a column that is often the same in one claim after the other."""
    values: list[Any] = json.loads(column)
    return values


@lru_cache(maxsize=4)
def _begins(column: str) -> Sequence[datetime | None]:
    return [_begin_of(value) for value in json.loads(column)]


_begin_of = lru_cache(instant_of)  # readers who were imported together began together
_make_row = partial(tuple.__new__, ClaimedRow)  # `_make` without a function of Python for each row


def _take(connection: Connection, ids: Sequence[int], sender: str) -> None:
    first, last = min(ids), max(ids)
    if last - first == len(ids) - 1:  # as usual nothing lies between them, and a range costs less than a list
        _TAKE_RANGE.run(connection, {"first": first, "last": last, "by": sender})
    else:
        _TAKE.run(connection, {"ids": ids, "by": sender})


@lru_cache
def _claimable(has_newsletter: bool, skips: bool) -> Prepared:
    due = and_(
        deliveries.c.audience_id == bindparam("audience"),
        deliveries.c.state == bindparam("state"),
        deliveries.c.next_try_at <= _NOW,
    )
    facts = _message_facts(has_newsletter)

    def first(query: Select[Any], dialect: str) -> Select[Any]:
        condition = and_(due, not_in_list(dialect, deliveries.c.domain, "skip")) if skips else due
        return query.where(condition).order_by(deliveries.c.next_try_at).limit(bindparam("most", type_=Integer))

    def build(dialect: str) -> Select[Any]:
        if dialect != "sqlite":
            query = _with_reader(select(*facts), has_newsletter, deliveries)
            return first(query, dialect).with_for_update(of=deliveries, skip_locked=True)
        # Each column as one JSON value: each row of its own would let go of the interpreter's lock. From no more than
        # the ids of those that are due: what comes out of an inner query is copied, value by value.
        ids = first(select(deliveries.c.id), dialect).subquery("due")
        columns = map(func.json_group_array, facts)
        return _with_reader(select(*columns), has_newsletter, ids.join(deliveries, deliveries.c.id == ids.c.id))

    return Prepared(build)


def _message_facts(has_newsletter: bool) -> list[ColumnElement[Any]]:
    """Return the columns of a `ClaimedRow` but its state."""
    return [
        deliveries.c.id,
        func.coalesce(deliveries.c.subscriber_id, 0),
        func.coalesce(deliveries.c.email, subscribers.c.email),
        func.coalesce(subscribers.c.name, ""),
        deliveries.c.domain,
        func.coalesce(subscribers.c.language, ""),
        func.coalesce(subscribers.c.timezone, ""),
        func.coalesce(type_coerce(subscribers.c.attributes, Text), "{}"),
        deliveries.c.attempts,
        _refusal(has_newsletter),
        subscriptions.c.since_at if has_newsletter else null(),
    ]


@lru_cache
def _refused(has_newsletter: bool) -> Prepared:
    refusal = _refusal(has_newsletter)
    query = _with_reader(select(deliveries.c.id, refusal), has_newsletter, deliveries).where(refusal != "")
    return Prepared(lambda dialect: query.where(in_list(dialect, deliveries.c.id, "ids")))


def _refusal(has_newsletter: bool) -> ColumnElement[str | None]:
    address = func.coalesce(subscribers.c.email, deliveries.c.email)
    rules: list[tuple[ColumnElement[bool], Any]] = [
        (or_(subscribers.c.erased.is_(True), address.is_(None)), literal("erased")),
        (suppressions.c.key.is_not(None), suppressions.c.reason),
    ]
    if has_newsletter:
        no_subscription = or_(subscriptions.c.state.is_(None), ~is_wanted(_NOW))
        rules.append((no_subscription, func.coalesce(subscriptions.c.state, "unsubscribed")))
    return case(*rules, else_="")


def _with_reader(query: Select[Any], has_newsletter: bool, chosen: FromClause) -> Select[Any]:
    key = func.coalesce(subscribers.c.key, func.lower(deliveries.c.email))
    source = chosen.outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
    if has_newsletter:
        mine = and_(
            subscriptions.c.subscriber_id == deliveries.c.subscriber_id,
            subscriptions.c.newsletter == bindparam("newsletter"),
        )
        source = source.outerjoin(subscriptions, mine)
    return query.select_from(source.outerjoin(suppressions, suppressions.c.key == key))


_NOW = bindparam("now", type_=Instant)
_BY = bindparam("by", type_=String)


def _held(dialect: str) -> ColumnElement[bool]:
    is_ours = and_(deliveries.c.sender == _BY, deliveries.c.state == DeliveryState.SENDING.value)
    return and_(in_list(dialect, deliveries.c.id, "ids"), is_ours)


_TAKE = Prepared(
    lambda dialect: (
        update(deliveries)
        .where(in_list(dialect, deliveries.c.id, "ids"))
        .values(state=DeliveryState.SENDING.value, sender=_BY)
    )
)
_TAKE_RANGE = Prepared(
    lambda dialect: (
        update(deliveries)
        .where(deliveries.c.id.between(bindparam("first", type_=Integer), bindparam("last", type_=Integer)))
        .values(state=DeliveryState.SENDING.value, sender=_BY)
    )
)
_SENT = Prepared(
    lambda dialect: (
        update(deliveries)
        .where(_held(dialect))
        .values(
            state=DeliveryState.SENT.value,
            finished_at=bindparam("at", type_=Instant),
            attempts=deliveries.c.attempts + 1,
            next_try_at=None,
            sender=None,
            reason=None,
        )
    )
)
_UNKNOWN = Prepared(
    lambda dialect: (
        update(deliveries)
        .where(
            deliveries.c.audience_id == bindparam("audience"),
            deliveries.c.state == DeliveryState.SENDING.value,
            deliveries.c.next_try_at.is_not(None),
            deliveries.c.sender == _BY,
            not_in_list(dialect, deliveries.c.id, "ids"),
        )
        .values(state=DeliveryState.QUEUED.value, next_try_at=_NOW, sender=None)
    )
)
_RESULT = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("row_id"),
        deliveries.c.sender == bindparam("held_by"),
        deliveries.c.state == DeliveryState.SENDING.value,
    )
    .values(
        state=bindparam("state"),
        next_try_at=bindparam("next_try_at"),
        attempts=deliveries.c.attempts + bindparam("charge"),
        finished_at=bindparam("finished_at"),
        reason=bindparam("reason"),
        sender=None,
    )
)
