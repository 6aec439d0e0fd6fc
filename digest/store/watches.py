"""Since when daemons watch each newsletter, by which schedule: a first run owes nobody the slots before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, select, update

from digest.store.dialect import upsert
from digest.store.tables import watches

_GONE = timedelta(minutes=10)
"""A schedule that no daemon saw for so long was replaced; when it comes back it begins anew."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A version of a newsletter's schedule; `schedule` is its fingerprint, `rule` what `since_at` on was watched."""

    newsletter: str
    schedule: str
    rule: str
    since_at: datetime
    seen_at: datetime
    restored_at: datetime | None


def watch(connection: Connection, wanted: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """Watch newsletters, each given with fingerprint and rule of its schedule, from `now` on.

    Those watched by that schedule already keep their instant, unless another schedule took its place meanwhile.
    """
    known = _by_newsletter(connection)
    for newsletter, schedule, rule in wanted:
        rows = known.get(newsletter, [])
        mine = next((row for row in rows if row.schedule == schedule), None)
        if mine is None:
            values = {"newsletter": newsletter, "schedule": schedule, "rule": rule, "since_at": now, "seen_at": now}
            connection.execute(upsert(connection, watches).values(values).on_conflict_do_nothing())
            continue
        came_back = rows[-1] != mine and now - mine.seen_at > _GONE
        times = {"seen_at": max(now, mine.seen_at)} | ({"since_at": now} if came_back else {})
        this = and_(watches.c.newsletter == newsletter, watches.c.schedule == schedule)
        connection.execute(update(watches).where(this).values(times))


def load_watches(connection: Connection, newsletter: str) -> Sequence[Watch]:
    """Return the versions of the newsletter's schedule, in the order in which they began."""
    query = select(watches).where(watches.c.newsletter == newsletter).order_by(watches.c.since_at, watches.c.schedule)
    return [Watch(*row) for row in connection.execute(query)]


def last_seen(connection: Connection) -> datetime | None:
    """Return when a daemon last watched anything; None before the first one."""
    return connection.execute(select(watches.c.seen_at).order_by(watches.c.seen_at.desc()).limit(1)).scalar()


def _by_newsletter(connection: Connection) -> dict[str, list[Watch]]:
    found: dict[str, list[Watch]] = {}
    for row in connection.execute(select(watches).order_by(watches.c.since_at, watches.c.schedule)):
        found.setdefault(row.newsletter, []).append(Watch(*row))
    return found


def watched_since(connection: Connection, newsletter: str) -> datetime | None:
    """Return since when the newsletter is watched; None before its first daemon."""
    query = select(func.min(watches.c.since_at)).where(watches.c.newsletter == newsletter)
    return connection.execute(query).scalar()


def begin_anew(connection: Connection, now: datetime) -> None:
    """Watch all newsletters from `now` on, as after a restore: slots before it are nobody's debt."""
    connection.execute(update(watches).values(since_at=now, restored_at=now))


def restored_at(connection: Connection, newsletter: str) -> datetime | None:
    """Return when the newsletter's ledger was last restored from a backup; None where it never was."""
    query = select(func.max(watches.c.restored_at)).where(watches.c.newsletter == newsletter)
    return connection.execute(query).scalar()
