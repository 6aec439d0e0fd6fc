"""What is too old is forgotten on both databases, and what is still wanted stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.model.alarm import Alarm, AlarmKind
from digest.model.delivery import DeliveryState
from digest.model.edition import EditionState
from digest.model.routes import Routes
from digest.model.story import Story
from digest.pipeline.retention import forget_old
from digest.pipeline.workspace import Workspace
from digest.store import Store, alarms, audiences, editions, pool, subscribers
from digest.store.editions import Slot
from digest.store.tables import editions as ledger
from digest.store.tables import stories, subscription_events
from digest.store.tables_delivery import attempts, deliveries

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROJECT = load_project(shipped_config(), {})
AGES = {"old": timedelta(days=1200), "new": timedelta(days=1)}


def fill(store: Store) -> None:
    """Leave an old and a new thing of every kind."""
    with store.begin() as connection:
        person = subscribers.NewSubscriber("ada@example.com", "ada@example.com")
        (reader,) = subscribers.add_subscribers(connection, [person], NOW).values()
        for name, age in AGES.items():
            at = NOW - age
            story = Story(name, name, f"https://example.com/{name}", "", name, "desk", "Desk", at, at)
            pool.add_stories(connection, [(story, Routes(), name)], at)
            editions.claim_slot(connection, Slot(name, "denver", at), owner="", now=at)
            for state in (EditionState.BUILDING, EditionState.BUILT, EditionState.SENDING, EditionState.DONE):
                editions.set_state(connection, name, state, now=at)
            audience = audiences.add_audience(connection, name, "", uncertain="resend", useful_until=at, now=at)
            values = {"audience_id": audience, "subscriber_id": reader, "domain": "example.com"}
            row = connection.execute(
                deliveries.insert().values(**values, state=DeliveryState.SENT.value, finished_at=at)
            )
            delivery = row.inserted_primary_key[0]
            attempt = {"fate": "defer", "stage": "rcpt", "route": "main", "reply": "later", "delivery_id": delivery}
            connection.execute(attempts.insert().values(at=at, **attempt))
            event = {"subscriber_id": reader, "newsletter": "denver", "kind": "confirmed", "detail": ""}
            connection.execute(subscription_events.insert().values(at=at, **event))
            alarm = Alarm(AlarmKind.SOURCE_FAILING, name, "x")
            alarms.raise_alarms(connection, [alarm], at)
            alarms.clear_alarms(connection, [alarm], at)


def test_the_old_goes_and_the_new_stays(store: Store, tmp_path: Path) -> None:
    """One of each kind is forgotten, one stays; a second time there is nothing to forget."""
    fill(store)
    workspace = Workspace(PROJECT, root=tmp_path, clock=lambda: NOW)
    workspace.__dict__["store"] = store
    forgotten = forget_old(workspace)
    assert forgotten == {
        "deliveries": 1, "attempts": 0, "reports": 0, "editions": 1, "events": 1, "alarms": 1, "stories": 1,
    }  # fmt: skip
    assert set(forget_old(workspace).values()) == {0}
    with store.read() as connection:
        for table in (stories, ledger, deliveries, attempts, subscription_events, alarms.alarms):
            assert connection.scalar(select(func.count()).select_from(table)) == 1, table.name
