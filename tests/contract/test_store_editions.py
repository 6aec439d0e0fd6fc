"""The ledger of editions on both databases: one owner a slot, allowed moves only, memory of told stories."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import NotFoundError, StoreError
from digest.model.choice import Score
from digest.model.edition import Edition, EditionSection, EditionState, EditionStory, Lane
from digest.model.routes import Routes
from digest.model.story import Story
from digest.store import Store, editions, pool
from digest.store.editions import LEASE, Slot

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SLOT = Slot("denver-1", "denver", NOW)


def _story(name: str) -> Story:
    return Story(name, name, f"https://example.com/{name}", "", name, "desk", "Desk", NOW, NOW)


def _edition(slot: Slot, *names: str) -> Edition:
    told = tuple(EditionStory(_story(name), Score((("fresh", 1.0),))) for name in names)
    return Edition(slot.id, slot.newsletter, slot.slot_at, (EditionSection("Top", "lead", told[:1]),), told[1:], "News")


def _build(store: Store, slot: Slot, *names: str, state: EditionState = EditionState.BUILT) -> None:
    with store.begin() as connection:
        edition = _edition(slot, *names)
        pool.add_stories(connection, [(_story(name), Routes(), f"cluster-{name}") for name in names], NOW)
        assert editions.claim_slot(connection, slot, owner="a", now=NOW)
        editions.set_state(connection, slot.id, EditionState.BUILDING, now=NOW)
        editions.save_content(connection, edition, "{}", content_hash="abc", now=NOW)
        editions.save_window(connection, slot.id, NOW - timedelta(days=1), NOW)
        editions.record_used(connection, edition)
        editions.record_used(connection, edition)
        editions.set_state(connection, slot.id, EditionState.BUILT, now=NOW)
        editions.set_state(connection, slot.id, state, now=NOW, reason="as told")


def test_a_slot_belongs_to_who_inserted_it_until_the_lease_ends(store: Store) -> None:
    """The first claim wins, its owner may renew it, and another takes over only after the lease."""
    with store.begin() as connection:
        assert editions.claim_slot(connection, SLOT, owner="a", now=NOW)
        assert not editions.claim_slot(connection, SLOT, owner="b", now=NOW)
        assert editions.claim_slot(connection, SLOT, owner="a", now=NOW + LEASE / 2)
        assert not editions.claim_slot(connection, SLOT, owner="b", now=NOW + LEASE)
        assert editions.claim_slot(connection, SLOT, owner="b", now=NOW + 2 * LEASE)
        assert not editions.claim_edition(connection, SLOT.id, owner="a", now=NOW + 2 * LEASE)
        editions.release(connection, SLOT.id, owner="a")
        assert editions.get_edition(connection, SLOT.id).owner == "b", "only its owner gives a claim back"
        editions.release(connection, SLOT.id, owner="b")
        assert editions.claim_edition(connection, SLOT.id, owner="a", now=NOW)


def test_twenty_processes_and_one_slot(store: Store) -> None:
    """Of many that claim the same slot at the same time, exactly one gets it."""

    def claim(number: int) -> bool:
        with store.begin() as connection:
            return editions.claim_slot(connection, SLOT, owner=f"p{number}", now=NOW)

    with ThreadPoolExecutor(8) as executor:
        assert sum(executor.map(claim, range(20))) == 1


def test_a_finished_or_held_edition_is_not_claimed_again(store: Store) -> None:
    """Neither a finished edition nor one that waits for a person is taken over, however old the lease."""
    for number, state in enumerate((EditionState.SKIPPED, EditionState.HELD, EditionState.CANCELLED)):
        slot = Slot(f"e{number}", f"n{number}", NOW)
        with store.begin() as connection:
            assert editions.claim_slot(connection, slot, owner="a", now=NOW)
            editions.set_state(connection, slot.id, state, now=NOW, reason="too late")
            assert not editions.claim_slot(connection, slot, owner="a", now=NOW + 10 * LEASE)
            assert editions.get_edition(connection, slot.id).reason == "too late"


def test_a_move_the_table_does_not_know_is_refused(store: Store) -> None:
    """States change only as the transition table allows, and the edition stays as it was."""
    _build(store, SLOT, "a", state=EditionState.SENDING)
    with store.begin() as connection:
        assert editions.set_state(connection, SLOT.id, EditionState.DONE, now=NOW) is EditionState.SENDING
        with pytest.raises(StoreError, match="is done and cannot become building"):
            editions.set_state(connection, SLOT.id, EditionState.BUILDING, now=NOW)
        row = editions.get_edition(connection, SLOT.id)
        assert (row.state, row.finished_at, row.reason) == (EditionState.DONE, NOW, "as told")
        with pytest.raises(NotFoundError):
            editions.set_state(connection, "unknown", EditionState.DONE, now=NOW)


def test_what_was_built_is_kept_with_its_subject(store: Store) -> None:
    """Content, hash, subject and window come back; an edition that was not built has no content."""
    _build(store, SLOT, "a")
    with store.begin() as connection:
        row = editions.get_edition(connection, SLOT.id)
        assert (row.subject, row.content_hash, row.since_at) == ("News", "abc", NOW - timedelta(days=1))
        assert editions.find_content(connection, SLOT.id) == "{}"
        assert editions.find_slot(connection, "denver", NOW) == row
        assert editions.find_slot(connection, "denver", NOW, Lane.DIRECT) is None
        assert editions.find_edition(connection, "unknown") is None
        with pytest.raises(NotFoundError):
            editions.save_content(connection, _edition(Slot("x", "y", NOW)), "{}", content_hash="", now=NOW)


def test_told_stories_are_remembered_for_the_list_only(store: Store) -> None:
    """Stories and clusters of editions to the list count as told; a direct edition's do not."""
    _build(store, SLOT, "a", "b")
    _build(store, Slot("direct", "denver", NOW, Lane.DIRECT), "c")
    _build(store, Slot("dropped", "denver", NOW + timedelta(hours=1)), "d", state=EditionState.CANCELLED)
    with store.read() as connection:
        ids, clusters = editions.load_used(connection, ["denver", "am"], NOW - timedelta(days=1))
        assert (ids, clusters) == ({"a", "b"}, {"cluster-a", "cluster-b"})
        assert editions.load_used(connection, ["denver"], NOW, before_at=NOW) == (frozenset(), frozenset())
        assert editions.load_used(connection, ["am"], NOW) == (frozenset(), frozenset())
        assert editions.load_used(connection, ["denver"], NOW + timedelta(seconds=1)) == (frozenset(), frozenset())


def test_the_last_edition_is_the_last_one_that_told_something(store: Store) -> None:
    """Skipped slots and direct editions do not move the window; `before_at` looks from an earlier slot."""
    later = Slot("denver-2", "denver", NOW + timedelta(days=1))
    _build(store, SLOT, "a", state=EditionState.SENDING)
    _build(store, later, "b")
    with store.begin() as connection:
        skipped = Slot("denver-3", "denver", NOW + timedelta(days=2))
        assert editions.claim_slot(connection, skipped, owner="a", now=NOW)
        editions.set_state(connection, skipped.id, EditionState.SKIPPED, now=NOW, reason="thin")
        last = editions.last_edition(connection, "denver")
        assert last is not None
        assert last.id == "denver-2"
        before = editions.last_edition(connection, "denver", before_at=later.slot_at)
        assert before is not None
        assert before.id == "denver-1"
        assert editions.last_edition(connection, "am") is None
        assert [row.id for row in editions.list_editions(connection)] == ["denver-3", "denver-2", "denver-1"]
        assert [row.id for row in editions.list_editions(connection, newsletter="am")] == []
        assert [row.id for row in editions.list_editions(connection, since_at=later.slot_at, limit=1)] == ["denver-3"]
        assert [row.id for row in editions.unfinished_editions(connection)] == ["denver-1", "denver-2"]
