"""Since when daemons watch each newsletter, so that a first run owes nobody the slots before it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from digest.store.dialect import upsert
from digest.store.tables import watches


def watch(connection: Connection, newsletters: Iterable[str], now: datetime) -> None:
    """Watch these newsletters from `now` on; those watched already keep their instant."""
    rows = [{"newsletter": newsletter, "since_at": now} for newsletter in newsletters]
    if rows:
        connection.execute(upsert(connection, watches).on_conflict_do_nothing(), rows)


def watched_since(connection: Connection, newsletter: str) -> datetime | None:
    """Return since when the newsletter is watched; None before its first daemon."""
    return connection.execute(select(watches.c.since_at).where(watches.c.newsletter == newsletter)).scalar()


def begin_anew(connection: Connection, now: datetime) -> None:
    """Watch all newsletters from `now` on, as after a restore: slots before it are nobody's debt."""
    connection.execute(update(watches).values(since_at=now, restored_at=now))


def restored_at(connection: Connection, newsletter: str) -> datetime | None:
    """Return when the newsletter's ledger was last restored from a backup; None where it never was."""
    query = select(func.max(watches.c.restored_at)).where(watches.c.newsletter == newsletter)
    return connection.execute(query).scalar()
