"""The store's part of a fleet: slices of a rate, and what workers tell of themselves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from digest.store import Store
from digest.store.buckets import lease_slice
from digest.store.quotas import forget_quotas
from digest.store.tables_delivery import quotas
from digest.store.workers import WorkerRow, forget_workers, list_workers, remove_worker, save_worker
from digest.subscriptions.shared_floods import SharedFloodGate

NOW = datetime(2030, 1, 2, 3, tzinfo=UTC)


def test_slices_follow_each_other(store: Store) -> None:
    """Slices that several processes lease at once never overlap: each begins where another one ends."""

    def lease(_: int) -> float:
        with store.begin() as connection:
            return lease_slice(connection, "route main", 100, 10.0)

    with ThreadPoolExecutor(4) as threads:
        begins = sorted(threads.map(lease, range(8)))
    assert begins == pytest.approx([10.0 * number for number in range(8)], abs=2.0)


def test_unused_time_is_not_made_up_for(store: Store) -> None:
    """After a quiet time a slice begins now: what nobody sent is not sent all at once."""
    with store.begin() as connection:
        lease_slice(connection, "domain example.com", 1, 1e6)
        assert lease_slice(connection, "domain example.com", 1, 1e6) == pytest.approx(0.0, abs=0.001)
        assert lease_slice(connection, "domain example.org", 1, 0.01) == pytest.approx(0.0, abs=0.001)
        assert lease_slice(connection, "domain example.org", 1, 0.01) == pytest.approx(100.0, abs=1.0)


def test_workers_are_known_until_they_end(store: Store) -> None:
    """A worker's row tells what it last said; those not seen for long are forgotten."""
    row = WorkerRow("one-1", "one", 17, "idle", "", 0, 0.0, NOW, NOW)
    with store.begin() as connection:
        save_worker(connection, row)
        save_worker(connection, replace(row, name="two-1", host="two"))
        busy = replace(row, state="sending", doing="denver-1", sent=5, per_second=2.5, seen_at=NOW + timedelta(hours=1))
        save_worker(connection, busy)
        assert [worker.name for worker in list_workers(connection)] == ["one-1", "two-1"]
        assert forget_workers(connection, unseen_since=NOW + timedelta(minutes=1)) == 1
        assert list_workers(connection) == [busy]
        remove_worker(connection, "one-1")
        assert list_workers(connection) == []


def test_one_flood_gate_for_all_processes(store: Store) -> None:
    """Two processes that serve the pages count together; an hour later there is room again, and no address is kept."""
    one, two = [SharedFloodGate(store, "network", 3, secret=b"same") for _ in range(2)]
    assert [gate.admits("192.0.2.0/24", NOW) for gate in (one, two, one, two)] == [True, True, True, False]
    assert two.admits("198.51.100.0/24", NOW)
    assert SharedFloodGate(store, "address", 3, secret=b"same").admits("192.0.2.0/24", NOW)
    assert two.admits("192.0.2.0/24", NOW + timedelta(minutes=62))
    with store.begin() as connection:
        names = connection.scalars(select(quotas.c.route)).all()
        assert not [name for name in names if "192.0.2" in name]
        assert forget_quotas(connection, "flood ", before=NOW + timedelta(days=1)) == len(names)
