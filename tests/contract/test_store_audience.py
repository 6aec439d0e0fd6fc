"""Who gets an edition: the query and the predicate of an audience mean the same, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from digest.model.audience import holds, parse_audience
from digest.model.subscriber import Frequency, Subscriber, Subscription, SubscriptionState
from digest.store import Store, subscribers, suppressions
from digest.store.audience import audience_condition, audience_query, count_audience
from digest.store.subscribers import NewSubscriber
from digest.store.tables import subscribers as table

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PEOPLE = [
    NewSubscriber("a@example.com", "a@example.com", "Ann", "en", "America/Denver", {"plan": "pro", "age": "30"}),
    NewSubscriber("b@example.org", "b@example.org", "", "es", "", {"plan": "free", "age": "9"}),
    NewSubscriber("c@mail.example", "c@mail.example", "cleo", "", "", {"age": "unknown"}),
    NewSubscriber("d@mail.example", "d@mail.example", "Zoë", "en", "", {"plan": "it's \"free\"", "age": "-1.5"}),
    NewSubscriber("e@example.com", "e@example.com"),
]
EXPRESSIONS = [
    'attributes.plan == "pro"',
    'attributes.plan != "pro"',
    "attributes.plan",
    "not attributes.plan",
    "attributes.age > 10",
    "attributes.age <= 9",
    "attributes.age == 30",
    "attributes.age != 30",
    "not (attributes.age > 10)",
    "not attributes.age != 30",
    'attributes.age < "4"',
    'name >= "Z"',
    'domain in ["example.com", "example.org"]',
    'language not in ["en"]',
    'language == "en" and (attributes.age < 0 or timezone == "America/Denver")',
]


def _fill(store: Store, state: SubscriptionState = SubscriptionState.CONFIRMED) -> dict[str, int]:
    with store.begin() as connection:
        ids = subscribers.add_subscribers(connection, PEOPLE, NOW)
        links = [Subscription(one, "denver", state, "yes", "test", NOW) for one in ids.values()]
        subscribers.save_subscriptions(connection, links, NOW)
    return ids


@pytest.fixture
def filled(store: Store) -> Store:
    """Give a store in which all of PEOPLE get the newsletter."""
    _fill(store)
    return store


def test_every_expression_means_the_same_in_sql_and_in_python(filled: Store) -> None:
    """The condition takes exactly those for whom the predicate holds."""
    for text in EXPRESSIONS:
        audience = parse_audience(text)
        expected = {one.key for one in PEOPLE if holds(audience, _subscriber(one))}
        with filled.read() as connection:
            rows = connection.execute(select(table.c.key).where(audience_condition(audience)))
            assert {row.key for row in rows} == expected, text


def test_an_edition_goes_to_confirmed_readers_of_its_audience(filled: Store) -> None:
    """The query gives id, address and time zone of those who match."""
    with filled.read() as connection:
        query = audience_query("denver", NOW, audience=parse_audience('attributes.plan == "pro"'))
        rows = connection.execute(query).all()
        assert [(row.email, row.timezone) for row in rows] == [("a@example.com", "America/Denver")]
        assert count_audience(connection, "denver", NOW) == len(PEOPLE)
        assert count_audience(connection, "austin", NOW) == 0


def test_pending_paused_weekly_suppressed_and_erased_readers_get_none(filled: Store) -> None:
    """Each of the reasons not to mail somebody takes one reader out."""
    with filled.begin() as connection:
        ids = subscribers.ids_by_key(connection, [one.key for one in PEOPLE])
        link = {"newsletter": "denver", "consent": "", "consent_source": "", "since_at": NOW}
        pending, paused, weekly, suppressed, erased = (ids[one.key] for one in PEOPLE)
        changed = [
            Subscription(pending, state=SubscriptionState.PENDING, **link),
            Subscription(paused, state=SubscriptionState.PAUSED, paused_until=NOW + timedelta(days=1), **link),
            Subscription(weekly, state=SubscriptionState.CONFIRMED, frequency=Frequency.WEEKLY, **link),
        ]
        subscribers.save_subscriptions(connection, changed, NOW)
        suppressions.add_suppression(connection, "d@mail.example", reason="hard bounce", now=NOW)
        subscribers.erase_address(connection, "e@example.com", erased)
        assert count_audience(connection, "denver", NOW) == 0
        tomorrow = connection.execute(audience_query("denver", NOW + timedelta(days=1))).all()
        assert [row.id for row in tomorrow] == [paused], "a pause ends by itself"
        roundup = connection.execute(audience_query("denver", NOW, frequency=Frequency.WEEKLY)).all()
        assert [row.id for row in roundup] == [weekly]
        assert suppressed not in [row.id for row in tomorrow]


def _subscriber(one: NewSubscriber) -> Subscriber:
    return Subscriber(0, one.email, one.key, one.name, one.language, one.timezone, one.attributes or {})
