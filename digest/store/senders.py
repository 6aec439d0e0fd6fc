"""Queries of senders: who lives, what they hold, what to give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, String, bindparam, delete, select, update

from digest.model.delivery import DeliveryState
from digest.store.dialect import Upsert, upsert_for
from digest.store.metadata import Instant
from digest.store.prepared import Prepared
from digest.store.tables_delivery import audiences, deliveries, senders


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery that a sender holds, with its newsletter's policy and its crashes so far."""

    delivery_id: int
    uncertain: str
    crashes: int


def held_by(connection: Connection, sender: str) -> list[Held]:
    """Return all that a sender holds."""
    query = (
        select(deliveries.c.id, audiences.c.uncertain, deliveries.c.crashes)
        .join(audiences, audiences.c.id == deliveries.c.audience_id)
        .where(
            deliveries.c.state == DeliveryState.SENDING.value,
            deliveries.c.next_try_at.is_not(None),
            deliveries.c.sender == sender,
        )
    )
    return [Held(row.id, row.uncertain, row.crashes) for row in connection.execute(query)]


def add_crash(connection: Connection, ids: Sequence[int]) -> None:
    """Count a crash for deliveries that may have been its cause."""
    query = update(deliveries).where(deliveries.c.id.in_(ids)).values(crashes=deliveries.c.crashes + 1)
    connection.execute(query)


def touch_sender(connection: Connection, name: str, *, now: datetime) -> None:
    """Say that a sender lives."""
    _TOUCH.run(connection, {"who": name, "at": now})


def other_senders(connection: Connection, name: str) -> list[tuple[str, datetime]]:
    """Return the other senders and when they were last seen."""
    query = select(senders.c.name, senders.c.seen_at).where(senders.c.name != name)
    return [(other, seen_at) for other, seen_at in connection.execute(query)]


def lock_sender(connection: Connection, name: str) -> datetime | None:
    """Let nobody else give back what a sender holds; return when it was last seen, None where it is gone already."""
    query = select(senders.c.seen_at).where(senders.c.name == name).with_for_update()
    return connection.scalar(query)


def remove_sender(connection: Connection, name: str) -> None:
    """Forget a sender that holds nothing."""
    connection.execute(delete(senders).where(senders.c.name == name))


def _touch(dialect: str) -> Upsert:
    who, at = bindparam("who", type_=String, required=True), bindparam("at", type_=Instant, required=True)
    row = upsert_for(dialect, senders).values(name=who, started_at=at, seen_at=at)
    return row.on_conflict_do_update(index_elements=["name"], set_={"seen_at": at})


_TOUCH = Prepared(_touch)
