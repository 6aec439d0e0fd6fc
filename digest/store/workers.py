"""Queries of workers: who is there, what each does; what they send stands in the deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from digest.store.dialect import upsert
from digest.store.tables_fleet import workers


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as it last told of itself. `per_second` counts messages ended in the last seconds."""

    name: str
    host: str
    process_id: int
    state: str
    doing: str
    sent: int
    per_second: float
    started_at: datetime
    seen_at: datetime


def save_worker(connection: Connection, row: WorkerRow) -> None:
    """Write what a worker tells of itself; its first call makes it known."""
    values = {name: getattr(row, name) for name in WorkerRow.__slots__}
    changing = {name: values[name] for name in ("state", "doing", "sent", "per_second", "seen_at")}
    connection.execute(
        upsert(connection, workers).values(values).on_conflict_do_update(index_elements=["name"], set_=changing)
    )


def list_workers(connection: Connection) -> list[WorkerRow]:
    """Return all that are known, by name."""
    return [WorkerRow(*row) for row in connection.execute(select(workers).order_by(workers.c.name))]


def forget_workers(connection: Connection, *, unseen_since: datetime) -> int:
    """Forget the workers not seen since then; return how many."""
    return connection.execute(delete(workers).where(workers.c.seen_at < unseen_since)).rowcount


def remove_worker(connection: Connection, name: str) -> None:
    """Forget a worker that ends, or that is known to be dead."""
    connection.execute(delete(workers).where(workers.c.name == name))
