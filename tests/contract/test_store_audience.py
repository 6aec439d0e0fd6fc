"""Audiences: the condition in SQL and the predicate in Python mean the same, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from digest.model.audience import holds, parse_audience
from digest.model.subscriber import Subscriber
from digest.store import Store, subscribers
from digest.store.audience import audience_condition
from digest.store.subscribers import NewSubscriber
from digest.store.tables import subscribers as table

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PEOPLE = [
    NewSubscriber("a@example.com", "a@example.com", "Ann", "en", "America/Denver", {"plan": "pro", "age": "30"}),
    NewSubscriber("b@example.org", "b@example.org", "", "es", "", {"plan": "free", "age": "9"}),
    NewSubscriber("c@mail.example", "c@mail.example", "cleo", "", "", {"age": "unknown"}),
    NewSubscriber("d@mail.example", "d@mail.example", "Zoë", "en", "", {"plan": 'it\'s "free"', "age": "-1.5"}),
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


def test_every_expression_means_the_same_in_sql_and_in_python(store: Store) -> None:
    """The condition takes exactly those for whom the predicate holds."""
    with store.begin() as connection:
        subscribers.add_subscribers(connection, PEOPLE, NOW)
    for text in EXPRESSIONS:
        audience = parse_audience(text)
        expected = {one.key for one in PEOPLE if holds(audience, _subscriber(one))}
        with store.read() as connection:
            rows = connection.execute(select(table.c.key).where(audience_condition(audience)))
            assert {row.key for row in rows} == expected, text


def _subscriber(one: NewSubscriber) -> Subscriber:
    return Subscriber(0, one.email, one.key, one.name, one.language, one.timezone, one.attributes or {})
