"""Counts of opens and clicks, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from digest.store import Store, editions, measures
from digest.store.measures import Count
from digest.store.tables_measures import edition_counts

SLOT_AT = datetime(2030, 1, 2, 12, tzinfo=UTC)


def test_counts_add_up_and_hold_no_reader(store: Store) -> None:
    """The same count again is added, other hours and links stand apart, and no column could name anybody."""
    slot = editions.Slot("e1", "denver", SLOT_AT)
    opens, first, second = Count("open", 0, 1), Count("click", 1, 1), Count("click", 2, 5)
    with store.begin() as connection:
        editions.claim_slot(connection, slot, owner="test", now=SLOT_AT)
        measures.add_counts(connection, "e1", {opens: 3, first: 1})
        measures.add_counts(connection, "e1", {first: 2, second: 4})
    with store.read() as connection:
        assert measures.load_counts(connection, "e1") == {opens: 3, first: 3, second: 4}
        assert measures.load_counts(connection, "e2") == {}
        assert measures.find_slot(connection, "e1") == ("denver", SLOT_AT)
        assert measures.find_slot(connection, "e2") is None
        names = set(connection.execute(select(edition_counts)).keys())
    assert names == {"edition_id", "kind", "link", "hour", "times"}


def test_totals_are_the_latest_editions(store: Store) -> None:
    """Editions that were built, newest first, with what was counted of each."""
    with store.begin() as connection:
        for day in range(3):
            at = SLOT_AT + timedelta(days=day)
            slot = editions.Slot(f"e{day}", "denver", at)
            editions.claim_slot(connection, slot, owner="test", now=at)
            connection.execute(
                editions.editions.update().where(editions.editions.c.id == slot.id).values(content_hash="x")
            )
        measures.add_counts(connection, "e1", {Count("open", 0, 1): 3, Count("open", 0, 2): 4, Count("click", 1, 2): 5})
    with store.read() as connection:
        found = measures.load_totals(connection, "denver", limit=2)
    assert [(one.edition, one.readers, one.opens, one.clicks) for one in found] == [("e2", 0, 0, 0), ("e1", 0, 7, 5)]
