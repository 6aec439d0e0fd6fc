"""What a claim costs on SQLite: the same at the begin of a large edition and at its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from digest.model.delivery import DeliveryState
from digest.outbox import Outbox
from digest.store import Store, audiences, deliveries
from digest.store.tables_delivery import deliveries as ledger
from digest.testing.deliveries import subscribe
from digest.testing.stores import temporary_store

NOW = datetime(2030, 1, 2, tzinfo=UTC)
READERS = 2000


def _steps_of_a_claim(store: Store) -> int:
    """Claim ten deliveries; return how many steps, in hundreds, the database took."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with store.begin() as connection:
        audience = audiences.find_audience(connection, "e1")
        assert audience is not None
        _driver(connection).set_progress_handler(count, 100)
        assert len(deliveries.claim(connection, audience, "a", now=NOW, limit=10)) == 10
        _driver(connection).set_progress_handler(None, 0)
    return steps


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def test_a_claim_costs_the_same_at_the_end_as_at_the_begin() -> None:
    """What was sent before, or is left to do after, is not looked at."""
    with temporary_store() as store:
        subscribe(store, [f"reader{number}@mail.example" for number in range(READERS)], "denver")
        with Outbox(store, token_keys=[b"test"], clock=lambda: NOW) as outbox:
            outbox.enqueue("e1", "denver", useful_until=NOW + timedelta(hours=1))
        at_first = _steps_of_a_claim(store)
        done = {"state": DeliveryState.SENT.value, "next_try_at": None, "sender": None}
        with store.begin() as connection:
            connection.execute(update(ledger).where(ledger.c.id <= READERS - 20).values(**done))
        assert 0 < _steps_of_a_claim(store) <= at_first + 1 < READERS / 100
