"""What must change in rows that come back from a backup, so that nobody is mailed twice; not the copying of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from digest.model.delivery import DeliveryState
from digest.model.edition import EditionState
from digest.store import watches
from digest.store.copying import count_on_from
from digest.store.edition_states import UNFINISHED
from digest.store.tables import editions, subscribers
from digest.store.tables_delivery import deliveries, senders

_ID_GAP = 1_000_000_000
"""Ids given out between backup and restore stand in links and return paths, and must never mean somebody else."""


def settle_restored(connection: Connection, *, made_at: datetime, now: datetime) -> list[str]:
    """Make restored rows safe to go on with; return the editions that are held for a person.

    What was unfinished at the backup may have been sent since: it is held. Messages that were on the wire are
    uncertain. Slots before `now` are nobody's debt.
    """
    reason = f"restored from a backup of {made_at:%Y-%m-%d %H:%M} UTC; it may have been sent since"
    held = _hold_unfinished(connection, reason, now)
    on_the_wire = deliveries.c.state == DeliveryState.SENDING.value
    uncertain = {
        "state": DeliveryState.UNCERTAIN.value,
        "next_try_at": None,
        "sender": None,
        "finished_at": now,
        "reason": "was being sent when the backup was made",
    }
    connection.execute(update(deliveries).where(on_the_wire).values(uncertain))
    connection.execute(delete(senders))
    watches.begin_anew(connection, now)
    for table in (subscribers, deliveries):
        count_on_from(connection, table, _ID_GAP)
    return held


def _hold_unfinished(connection: Connection, reason: str, now: datetime) -> list[str]:
    is_open = editions.c.state.in_([state.value for state in UNFINISHED])
    held = list(connection.scalars(select(editions.c.id).where(is_open).order_by(editions.c.slot_at, editions.c.id)))
    values = {"state": EditionState.HELD.value, "reason": reason, "updated_at": now, "owner": "", "lease_until": None}
    connection.execute(update(editions).where(is_open).values(values))
    return held
