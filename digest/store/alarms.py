"""Queries of alarms: what stands, what is new, what was told; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, select, update

from digest.model.alarm import Alarm, AlarmKind
from digest.store.dialect import insert_new
from digest.store.tables_alarms import alarms


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm as it is kept; `cleared_at` is None while it lasts, the other two until somebody was told."""

    id: int
    alarm: Alarm
    raised_at: datetime
    cleared_at: datetime | None
    told_at: datetime | None
    end_told_at: datetime | None


_COLUMNS = tuple(
    alarms.c[name] for name in ("id", "kind", "subject", "detail", "raised_at", "cleared_at", "told_at", "end_told_at")
)


def standing_alarms(connection: Connection) -> list[AlarmRow]:
    """Return the alarms that last, oldest first."""
    query = select(*_COLUMNS).where(alarms.c.cleared_at.is_(None)).order_by(alarms.c.raised_at, alarms.c.id)
    return [_row(*row) for row in connection.execute(query)]


def list_alarms(connection: Connection, *, limit: int) -> list[AlarmRow]:
    """Return alarms, those that last first, then the latest."""
    query = select(*_COLUMNS).order_by(alarms.c.cleared_at.is_not(None), alarms.c.raised_at.desc(), alarms.c.id.desc())
    return [_row(*row) for row in connection.execute(query.limit(limit))]


def raise_alarms(connection: Connection, raised: Iterable[Alarm], now: datetime) -> list[Alarm]:
    """Write new alarms down; return those that no other process raised first."""
    return [
        alarm
        for alarm in raised
        if insert_new(
            connection,
            alarms,
            {
                "key": alarm.key,
                "kind": alarm.kind.value,
                "subject": alarm.subject,
                "detail": alarm.detail,
                "raised_at": now,
            },
        )
    ]


def clear_alarms(connection: Connection, cleared: Sequence[Alarm], now: datetime, *, silently: bool = False) -> None:
    """End alarms; `silently` where nobody is to be told. The end of one that nobody was told of is not told either."""
    this = and_(alarms.c.key.in_([alarm.key for alarm in cleared]), alarms.c.cleared_at.is_(None))
    untold = alarms.c.told_at.is_(None)
    if silently:
        connection.execute(update(alarms).where(this).values(cleared_at=now, told_at=now, end_told_at=now))
        return
    connection.execute(update(alarms).where(this, untold).values(cleared_at=now, told_at=now, end_told_at=now))
    connection.execute(update(alarms).where(this, ~untold).values(cleared_at=now))


def describe_anew(connection: Connection, found: Iterable[Alarm]) -> None:
    """Keep the latest detail of alarms that last."""
    for alarm in found:
        this = and_(alarms.c.key == alarm.key, alarms.c.cleared_at.is_(None), alarms.c.detail != alarm.detail)
        connection.execute(update(alarms).where(this).values(detail=alarm.detail))


def untold_alarms(connection: Connection) -> tuple[list[AlarmRow], list[AlarmRow]]:
    """Return the alarms whose raising nobody was told of, and those whose end nobody was told of."""
    ended = and_(alarms.c.cleared_at.is_not(None), alarms.c.end_told_at.is_(None), alarms.c.told_at.is_not(None))
    fresh = and_(alarms.c.cleared_at.is_(None), alarms.c.told_at.is_(None))
    queries = (select(*_COLUMNS).where(which).order_by(alarms.c.id) for which in (fresh, ended))
    first, second = ([_row(*row) for row in connection.execute(query)] for query in queries)
    return first, second


def mark_told(connection: Connection, raised: Sequence[AlarmRow], ended: Sequence[AlarmRow], now: datetime) -> None:
    """Note that somebody was told of the raising of some alarms and of the end of others."""
    this = alarms.c.id.in_([row.id for row in raised])
    connection.execute(update(alarms).where(this, alarms.c.told_at.is_(None)).values(told_at=now))
    connection.execute(update(alarms).where(alarms.c.id.in_([row.id for row in ended])).values(end_told_at=now))


def count_standing(connection: Connection) -> dict[str, int]:
    """Return how many alarms of each kind last."""
    query = select(alarms.c.kind, func.count()).where(alarms.c.cleared_at.is_(None)).group_by(alarms.c.kind)
    return {row.kind: row[1] for row in connection.execute(query.order_by(alarms.c.kind))}


def prune_alarms(connection: Connection, *, cleared_before_at: datetime) -> int:
    """Forget alarms that ended before then; return how many."""
    return connection.execute(delete(alarms).where(alarms.c.cleared_at < cleared_before_at)).rowcount


def _row(row_id: int, kind: str, subject: str, detail: str, *times: datetime | None) -> AlarmRow:
    raised_at, cleared_at, told_at, end_told_at = times
    assert raised_at is not None
    return AlarmRow(row_id, Alarm(AlarmKind(kind), subject, detail), raised_at, cleared_at, told_at, end_told_at)
