"""How many processes deliver an edition, and how their figures add up."""

from __future__ import annotations

import asyncio

import pytest

from digest.config.settings import DomainLimit, Route
from digest.delivery.pool import SmtpPool
from digest.delivery.throttle import Part
from digest.model.delivery import DeliverySums
from digest.outbox.hands import MOST, WORTH_IT, count_hands


def count(
    messages: int = WORTH_IT, *, processes: int | None = 3, part: Part | None = None, limit: DomainLimit | None = None,
    **route: object,
) -> int:  # fmt: skip
    """Return how many hands there are for one route."""

    async def ask() -> int:
        settings = {"host": "127.0.0.1", "connections": 8} | route
        pool = SmtpPool([Route.model_validate(settings)], {"example.com": limit} if limit else {})
        if part is not None:
            pool.share(part)
        return count_hands(messages, pool, processes)

    return asyncio.run(ask())


def test_large_editions_have_hands():
    """From some thousands of messages on there are as many processes as wanted, this one included."""
    assert count() == 2
    assert count(WORTH_IT - 1) == 0
    assert count(processes=1) == 0
    assert 0 <= count(processes=None) <= MOST


def test_each_process_has_two_connections():
    """There are no more processes than every second connection of the smallest route."""
    assert count(connections=4) == 1
    assert count(connections=3) == 0
    assert count(connections=1) == 0


@pytest.mark.parametrize(
    "alone",
    [
        {"per_second": 100.0},
        {"limit": DomainLimit(per_second=5)},
        {"part": Part(0, 2)},
    ],
)
def test_one_process_alone(alone: dict[str, object]):
    """Rates are kept by one process, and a pool that is shared already has no hands."""
    assert count(**alone) == 0  # type: ignore[arg-type]


def test_limits_of_a_domain_are_shared():
    """Connections of a domain can be divided, so they keep nobody alone."""
    assert count(limit=DomainLimit(connections=4)) == 2


def test_sums_add_up():
    """The changes of hands and the sums of their caller make the sums of all."""
    change = DeliverySums(sent=3, queued=-5, sending=2)
    total = DeliverySums(selected=10, sent=1, queued=7, sending=2) + change
    assert total == DeliverySums(selected=10, sent=4, queued=2, sending=4)
    assert total.agree
