"""History: deliveries of finished editions are folded into sums, and nothing that reports tell is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from digest.model.delivery import DeliveryState as S
from digest.model.edition import EditionState
from digest.outbox import Outbox
from digest.store import Store, deliveries, editions, history
from digest.store import tables_delivery as tables
from digest.store.editions import Slot
from digest.testing.deliveries import subscribe

NOW = datetime(2030, 1, 2, 12, tzinfo=UTC)
EMAILS = [f"reader{number}@example.com" for number in range(30)]


@pytest.fixture
def outbox(store: Store) -> Outbox:
    """Two editions to 30 readers: one ended at NOW with some troubles, one is being sent."""
    subscribe(store, EMAILS, "denver")
    made = Outbox(store, token_keys=[b"test"], clock=lambda: NOW)
    for name in ("old", "new"):
        with store.begin() as connection:
            slot = Slot(name, "denver", NOW + timedelta(hours=name == "new"))
            editions.claim_slot(connection, slot, owner="a", now=NOW)
        made.enqueue(name, "denver", useful_until=NOW + timedelta(hours=9))
    with store.begin() as connection:
        for state in (EditionState.BUILDING, EditionState.BUILT, EditionState.SENDING, EditionState.DONE):
            editions.set_state(connection, "old", state, now=NOW)
        mine = tables.deliveries.c.audience_id == 1
        ended = {"next_try_at": None, "finished_at": NOW}
        connection.execute(update(tables.deliveries).where(mine).values(state=S.SENT.value, **ended))
        bad = {"state": S.FAILED.value, "reason": "RCPT: 550 no"}
        connection.execute(update(tables.deliveries).where(mine, tables.deliveries.c.id <= 7).values(**bad))
        row = deliveries.AttemptRow(1, NOW, "fail", "rcpt", "main", 550, "550 no")
        deliveries.add_attempts(connection, [row])
    return made


def test_sums_and_reasons_outlive_the_rows(outbox: Outbox) -> None:
    """At each moment of the folding, and after it, an edition's sums and reasons are the same."""
    store = outbox.store
    sums, reasons = outbox.sums("old"), outbox.reasons("old")
    assert (sums.sent, sums.failed, sums.agree, reasons) == (23, 7, True, [(S.FAILED, "RCPT: 550 no", 7)])
    with store.read() as connection:
        assert history.find_prunable(connection, ended_before=NOW) == []
        assert history.find_prunable(connection, ended_before=NOW + timedelta(seconds=1)) == [1]
    folded = []
    while not folded or folded[-1]:
        with store.begin() as connection:
            folded.append(history.fold(connection, 1, most=12))
        assert (outbox.sums("old"), outbox.reasons("old")) == (sums, reasons)
    assert folded == [12, 12, 6, 0]
    with store.read() as connection:
        rows = connection.scalar(select(func.count()).select_from(tables.deliveries))
        assert (rows, connection.scalar(select(func.count()).select_from(tables.attempts))) == (30, 0)
        assert history.find_prunable(connection, ended_before=NOW + timedelta(days=9)) == []


def test_what_waits_is_never_folded(outbox: Outbox) -> None:
    """Rows that have something to do stay, whatever is asked for; so do those of other editions."""
    with outbox.store.begin() as connection:
        assert history.fold(connection, 2, most=100) == 0
    assert outbox.sums("new").queued == 30
