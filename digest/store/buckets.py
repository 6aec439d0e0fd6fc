"""Queries of token buckets: slices of an even rate for all processes of a store; who waits for them is elsewhere."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, cast, extract, func, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from digest.store.tables_fleet import buckets

_SECOND = 1_000_000


def lease_slice(connection: Connection, name: str, count: int, per_second: float) -> float:
    """Lease `count` messages of the bucket; return in how many seconds the first of them may start.

    The following ones may start 1/`per_second` seconds after each other. The database's clock decides, so the
    clocks of the machines need not agree.
    """
    span = round(count * _SECOND / per_second)
    facts = {"name": name, "span": span}
    begins_in: int = connection.execute(_lease(connection.dialect.name), facts).scalar_one()
    return begins_in / _SECOND


@lru_cache
def _lease(dialect: str) -> ReturningInsert[Any]:
    now, later = _clock(dialect)
    span = bindparam("span", type_=BigInteger)
    insert = sqlite.insert(buckets) if dialect == "sqlite" else postgresql.insert(buckets)
    first = insert.values(name=bindparam("name"), next_at=now + span)
    next_at = later(buckets.c.next_at, now) + span
    moved = first.on_conflict_do_update(index_elements=["name"], set_={"next_at": next_at})
    return moved.returning(buckets.c.next_at - span - now)


def _clock(dialect: str) -> tuple[ColumnElement[int], Any]:
    """Return the database's time in microseconds, and the function that gives the later of two times."""
    if dialect == "sqlite":
        days = func.julianday(literal("now")) - 2440587.5
        return cast(days * 86400.0 * _SECOND, BigInteger), func.max
    return cast(extract("epoch", func.clock_timestamp()) * _SECOND, BigInteger), func.greatest
