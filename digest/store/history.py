"""Queries of history: deliveries of editions that ended long ago become sums; which ones, the caller decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Text, delete, func, literal_column, select

from digest.store.dialect import upsert
from digest.store.edition_states import FINISHED
from digest.store.tables import editions
from digest.store.tables_delivery import audiences, deliveries, delivery_sums


def find_prunable(connection: Connection, *, ended_before: datetime) -> list[int]:
    """Return the audiences of editions that ended before then and still have rows of single readers."""
    left = select(deliveries.c.id).where(deliveries.c.audience_id == audiences.c.id)
    query = (
        select(audiences.c.id)
        .join(editions, editions.c.id == audiences.c.edition_id)
        .where(
            editions.c.state.in_([state.value for state in FINISHED]),
            editions.c.finished_at < ended_before,
            left.exists(),
        )
    )
    return list(connection.scalars(query.order_by(audiences.c.id)))


def fold(connection: Connection, audience: int, *, most: int) -> int:
    """Turn up to `most` deliveries of an audience into sums; return how many. Their attempts and reports go with them.

    Rows that still wait for something are left alone.
    """
    some = (
        select(deliveries.c.id)
        .where(deliveries.c.audience_id == audience, deliveries.c.next_try_at.is_(None))
        .order_by(deliveries.c.id)
        .limit(most)
    )
    ids = list(connection.scalars(some))
    if not ids:
        return 0
    among = deliveries.c.audience_id == audience, deliveries.c.id.between(ids[0], ids[-1])
    ended = (*among, deliveries.c.next_try_at.is_(None))
    reason = func.coalesce(deliveries.c.reason, literal_column("''", Text))
    counted = connection.execute(
        select(deliveries.c.state, reason, func.count()).where(*ended).group_by(deliveries.c.state, reason)
    ).all()
    rows = [{"audience_id": audience, "state": state, "reason": why, "number": n} for state, why, n in counted]
    adding = upsert(connection, delivery_sums)
    more = {"number": delivery_sums.c.number + adding.excluded.number}
    connection.execute(adding.on_conflict_do_update(index_elements=["audience_id", "state", "reason"], set_=more), rows)
    connection.execute(delete(deliveries).where(*ended))
    return len(ids)
