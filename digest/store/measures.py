"""Counts of opens and clicks by edition, link and hour; who did it is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ScalarSelect, func, select

from digest.model.edition import Lane
from digest.store.dialect import upsert
from digest.store.tables import editions
from digest.store.tables_delivery import audiences
from digest.store.tables_measures import edition_counts

LAST_HOUR = 72
"""Visits after so many hours are counted together."""


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of an edition: `kind` is `open` or `click`, `link` 0 for openings, `hour` since the slot."""

    kind: str
    link: int
    hour: int


@dataclass(frozen=True, slots=True)
class EditionTotals:
    """One edition in a line of figures; `readers` is how many it was for."""

    edition: str
    slot_at: datetime
    subject: str
    lane: str
    readers: int
    opens: int
    clicks: int


def find_slot(connection: Connection, edition_id: str) -> tuple[str, datetime] | None:
    """Return newsletter and slot of an edition that is in the ledger."""
    row = connection.execute(
        select(editions.c.newsletter, editions.c.slot_at).where(editions.c.id == edition_id)
    ).first()
    return None if row is None else (row.newsletter, row.slot_at)


def add_counts(connection: Connection, edition_id: str, counts: Mapping[Count, int]) -> None:
    """Add to the counts of an edition that is in the ledger."""
    for count, times in sorted(counts.items(), key=lambda item: (item[0].kind, item[0].link, item[0].hour)):
        values = {"edition_id": edition_id, "kind": count.kind, "link": count.link, "hour": count.hour, "times": times}
        statement = upsert(connection, edition_counts).values(values)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["edition_id", "kind", "link", "hour"],
                set_={"times": edition_counts.c.times + statement.excluded.times},
            )
        )


def load_counts(connection: Connection, edition_id: str) -> dict[Count, int]:
    """Return all counts of an edition."""
    c = edition_counts.c
    query = select(c.kind, c.link, c.hour, c.times).where(c.edition_id == edition_id)
    return {Count(kind, link, hour): times for kind, link, hour, times in connection.execute(query)}


def load_totals(connection: Connection, newsletter: str, *, limit: int) -> list[EditionTotals]:
    """Return the figures of a newsletter's latest editions to its subscribers, the latest first."""
    e = editions.c
    query = (
        select(
            e.id, e.slot_at, e.subject, e.lane, func.coalesce(audiences.c.selected, 0), _times("open"), _times("click")
        )
        .select_from(editions.outerjoin(audiences, audiences.c.edition_id == e.id))
        .where(e.newsletter == newsletter, e.lane != Lane.DIRECT.value, e.content_hash != "")
        .order_by(e.slot_at.desc(), e.lane)
        .limit(limit)
    )
    return [EditionTotals(*row) for row in connection.execute(query)]


def _times(kind: str) -> ScalarSelect[Any]:
    c = edition_counts.c
    mine = select(func.coalesce(func.sum(c.times), 0)).where(c.edition_id == editions.c.id, c.kind == kind)
    return mine.correlate(editions).scalar_subquery()
