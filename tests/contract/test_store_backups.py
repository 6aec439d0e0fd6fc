"""Backup and restore between both databases: every row comes back, and nothing of it is sent again."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.errors import StoreError, UsageError
from digest.model.delivery import DeliveryState
from digest.model.edition import Edition, EditionState
from digest.model.routes import Routes
from digest.model.story import Story
from digest.pipeline.backup import back_up, restore
from digest.pipeline.situations import load_situation
from digest.pipeline.workspace import Workspace
from digest.schedule.ledger import Ledger
from digest.store import Store, audiences, editions, pool, subscribers, watches
from digest.store.backups import read_backup
from digest.store.editions import Slot
from digest.store.metadata import metadata
from digest.store.tables import subscribers as table
from digest.store.tables_delivery import deliveries

MONDAY = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
PROJECT = load_project(shipped_config(), {})


def _workspace(store: Store, folder: Path, now: datetime) -> Workspace:
    workspace = Workspace(PROJECT, root=folder, clock=lambda: now)
    workspace.__dict__["store"] = store
    return workspace


def _fill(store: Store) -> None:
    """Leave a finished edition, one whose second message is on the wire, and a story."""
    story = Story("s1", "s1", "https://example.com/s1", "", "A “quoted” headline", "desk", "Desk", MONDAY, MONDAY)
    with store.begin() as connection:
        pool.add_stories(connection, [(story, Routes(), "s1")], MONDAY)
        watches.watch(connection, [("denver", "", "")], MONDAY - timedelta(days=9))
        addresses = [f"{name}@example.com" for name in ("ada", "bo", "cy")]
        people = [subscribers.NewSubscriber(address, address) for address in addresses]
        subscribers.add_subscribers(connection, people, MONDAY)
        for name, end in (("old", EditionState.DONE), ("new", EditionState.SENDING)):
            slot_at = MONDAY - timedelta(days=3 if name == "old" else 0)
            editions.claim_slot(connection, Slot(name, "denver", slot_at), owner="", now=slot_at)
            edition = Edition(name, "denver", slot_at, (), subject="News")
            editions.save_content(connection, edition, "{}", content_hash=name, now=slot_at)
            editions.save_window(connection, name, slot_at - timedelta(days=1), slot_at)
            for state in (EditionState.BUILDING, EditionState.BUILT, EditionState.SENDING, end):
                editions.set_state(connection, name, state, now=slot_at)
        values = {"uncertain": "resend", "useful_until": MONDAY, "now": MONDAY}
        audience = audiences.add_audience(connection, "new", "", **values)
        for number, state in ((1, DeliveryState.SENT), (2, DeliveryState.SENDING)):
            row = {"id": number, "audience_id": audience, "subscriber_id": number, "domain": "example.com"}
            connection.execute(deliveries.insert().values(**row, state=state.value, next_try_at=MONDAY, sender="gone"))


def _rows(store: Store, *without: str) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as connection:
        tables = [one for one in metadata.sorted_tables if one.name not in without]
        return {one.name: sorted(map(tuple, connection.execute(select(one))), key=str) for one in tables}


def test_a_backup_holds_every_row_and_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    """The file has the rows of all tables, and nobody else may read it."""
    _fill(store)
    made = back_up(_workspace(store, tmp_path, MONDAY), None)
    assert made.path == tmp_path / "var/backups/digest-20261123T133000Z.db"
    assert made.rows == {name: len(rows) for name, rows in _rows(store).items()}
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]


def test_a_restore_brings_every_row_back_from_either_database(store: Store, tmp_path: Path) -> None:
    """A store restored from a backup has the same rows, but for what could send something twice."""
    _fill(store)
    made = back_up(_workspace(store, tmp_path, MONDAY), tmp_path / "backup.db")
    changed = ("editions", "deliveries", "watches")
    before = _rows(store, *changed)
    with store.begin() as connection:
        connection.execute(table.delete().where(table.c.id == 3))
    later = MONDAY + timedelta(days=7)
    done = restore(_workspace(store, tmp_path, later), made.path)
    assert _rows(store, *changed) == before
    assert done.kept is not None and read_backup(done.kept).rows["subscribers"] == 2, "what was there is kept"
    with Store.open("sqlite:///other.db", root=tmp_path) as other:
        assert restore(_workspace(other, tmp_path, later), made.path).kept is None, "an empty store is not kept"
        assert _rows(other) == _rows(store)


def test_what_was_unfinished_is_held_and_what_was_on_the_wire_is_uncertain(store: Store, tmp_path: Path) -> None:
    """Nothing that may have been sent since the backup goes out without a person's word."""
    _fill(store)
    made = back_up(_workspace(store, tmp_path, MONDAY), tmp_path / "backup.db")
    done = restore(_workspace(store, tmp_path, MONDAY + timedelta(days=7)), made.path)
    assert done.held == ("new",)
    with store.read() as connection:
        row = editions.get_edition(connection, "new")
        states = {row.id: row.state for row in connection.execute(select(deliveries.c.id, deliveries.c.state))}
        assert editions.get_edition(connection, "old").state is EditionState.DONE
    assert (row.state, "backup of 2026-11-23 13:30 UTC" in row.reason) == (EditionState.HELD, True)
    assert states == {1: "sent", 2: "uncertain"}


def test_a_restored_store_owes_nobody_last_week(store: Store, tmp_path: Path) -> None:
    """No slot between backup and restore is due, and the next edition looks back only as far as a first one."""
    _fill(store)
    made = back_up(_workspace(store, tmp_path, MONDAY), tmp_path / "backup.db")
    later = MONDAY + timedelta(days=7)
    newsletter = PROJECT.get_newsletter("denver")
    assert len(Ledger(_workspace(store, tmp_path, later)).due(newsletter, later)) > 3, "without a restore they are"
    restore(_workspace(store, tmp_path, later), made.path)
    workspace = _workspace(store, tmp_path, later + timedelta(hours=1))
    assert Ledger(workspace).due(newsletter, later + timedelta(hours=1)) == []
    with store.read() as connection:
        situation = load_situation(workspace, connection, newsletter, slot_at=later + timedelta(days=1))
    assert situation.since_at == later - newsletter.window.length


def test_ids_given_out_since_the_backup_never_mean_somebody_else(store: Store, tmp_path: Path) -> None:
    """After a restore the ids of readers and deliveries go on far above those of the backup."""
    _fill(store)
    made = back_up(_workspace(store, tmp_path, MONDAY), tmp_path / "backup.db")
    restore(_workspace(store, tmp_path, MONDAY + timedelta(days=7)), made.path)
    with store.begin() as connection:
        subscribers.add_subscribers(connection, [subscribers.NewSubscriber("di@example.com", "di@example.com")], MONDAY)
        highest = max(connection.scalars(select(table.c.id)))
    assert highest == 1_000_000_004


def test_no_restore_while_somebody_sends(store: Store, tmp_path: Path) -> None:
    """A store that a living daemon works with is not replaced, unless somebody insists."""
    _fill(store)
    workspace = _workspace(store, tmp_path, MONDAY)
    made = back_up(workspace, tmp_path / "backup.db")
    with store.begin() as connection:
        editions.claim_edition(connection, "new", owner="machine-1", now=MONDAY)
    with pytest.raises(UsageError, match="machine-1"):
        restore(workspace, made.path)
    assert restore(workspace, made.path, force=True).held == ("new",)


def test_what_is_no_backup_is_refused_before_anything_changes(tmp_path: Path) -> None:
    """A missing file, a text, another database and a damaged backup are refused with what to do."""
    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        _fill(store)
        workspace, before = _workspace(store, tmp_path, MONDAY), _rows(store)
        (tmp_path / "text.db").write_text("no database")
        with closing(sqlite3.connect(tmp_path / "other.db")) as file:
            file.execute("CREATE TABLE t (x)")
        made = back_up(workspace, tmp_path / "damaged.db")
        content = bytearray(made.path.read_bytes())
        content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
        made.path.write_bytes(content)
        for name in ("missing.db", "text.db", "other.db", "damaged.db"):
            with pytest.raises(StoreError, match=r"digest store backup|damaged"):
                restore(workspace, tmp_path / name)
        assert _rows(store) == before
