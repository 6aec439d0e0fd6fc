"""Queries of route quotas: messages by minute, so that hour and day slide; limits come from the settings."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, text

from digest.store.dialect import upsert
from digest.store.tables_delivery import quotas

_MINUTE = timedelta(minutes=1)


def reserve_quota(
    connection: Connection, route: str, block: int, *, now: datetime, per_hour: int | None, per_day: int | None
) -> tuple[int, float]:
    """Reserve up to `block` messages; return how many, and if none, seconds until some are free again."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"quota {route}"})
    wait_s = 0.0
    granted = block
    for length, limit in ((timedelta(hours=1), per_hour), (timedelta(days=1), per_day)):
        if limit is not None:
            used, oldest = _used_since(connection, route, now - length)
            granted = min(granted, limit - used)
            if limit - used <= 0 and oldest is not None:
                wait_s = max(wait_s, (oldest + _MINUTE + length - now).total_seconds())
    if granted <= 0:
        return 0, max(wait_s, 1.0)
    _add(connection, route, granted, now)
    return granted, 0.0


def forget_quotas(connection: Connection, prefix: str, *, before: datetime) -> int:
    """Forget minutes before then of all names that begin so; return how many."""
    old = quotas.c.route.startswith(prefix, autoescape=True) & (quotas.c.minute_at < before)
    return connection.execute(delete(quotas).where(old)).rowcount


def _used_since(connection: Connection, route: str, since: datetime) -> tuple[int, datetime | None]:
    # A minute that began before the period counts whole: the limit is never passed.
    query = select(func.coalesce(func.sum(quotas.c.used), 0), func.min(quotas.c.minute_at))
    row = connection.execute(query.where(quotas.c.route == route, quotas.c.minute_at > since - _MINUTE)).one()
    return int(row[0]), row[1]


def _add(connection: Connection, route: str, count: int, now: datetime) -> None:
    minute_at = now.replace(second=0, microsecond=0)
    insertion = upsert(connection, quotas).values(route=route, minute_at=minute_at, used=count)
    more = insertion.on_conflict_do_update(
        index_elements=["route", "minute_at"], set_={"used": quotas.c.used + insertion.excluded.used}
    )
    connection.execute(more)
    connection.execute(delete(quotas).where(quotas.c.route == route, quotas.c.minute_at < now - timedelta(days=2)))
