"""Paces of a fleet: leased in slices, used evenly, lost when they were not used in time."""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from digest.config.settings import DomainLimit
from digest.delivery.shared_pace import FleetLimits, SharedPace
from digest.delivery.throttle import Concurrency, Gate, Part
from digest.errors import StoreError


class _Limits(FleetLimits):
    """Limits whose slices are written down beforehand; an exception stands for a store that fails."""

    def __init__(self, *begins_in_s: float | StoreError) -> None:
        self.left = list(begins_in_s)
        self.asked: Counter[str] = Counter()
        self.told = asyncio.Event()
        self.on_change(self.told.set)

    async def lease(self, name: str, count: int, per_second: float) -> float:
        self.asked[name] += count
        answer = self.left.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return answer


def test_a_slice_is_used_evenly_and_followed_by_the_next() -> None:
    """Nothing may start before the first slice has come; the next one is asked for as soon as it is used."""

    async def check() -> None:
        limits = _Limits(1.0, 2.0)
        pace = SharedPace(limits, "route main", 40.0)
        now = asyncio.get_running_loop().time()
        assert pace.wait_s(now) > 0
        await limits.told.wait()
        assert limits.asked == {"route main": 10}
        first = pace.wait_s(now)
        assert 1.0 <= first < 1.5
        limits.told.clear()
        for number in range(4):
            pace.take(now)
            assert abs(pace.wait_s(now) - first - (number + 1) / 40) < 1e-9
        await limits.told.wait()
        assert limits.asked == {"route main": 20}
        pace.take(now)
        await asyncio.sleep(0)
        assert limits.asked == {"route main": 20}

    asyncio.run(check())


def test_places_of_a_process_that_stood_still_are_lost() -> None:
    """What was not used within seconds of its time is not made up for in a burst."""

    async def check() -> None:
        limits = _Limits(0.0, 0.0)
        pace = SharedPace(limits, "route main", 40.0)
        now = asyncio.get_running_loop().time()
        pace.wait_s(now)
        await limits.told.wait()
        assert pace.wait_s(now + 1.0) <= 0
        assert pace.wait_s(now + 60.0) > 0

    asyncio.run(check())


def test_a_store_that_fails_is_not_asked_at_once_again() -> None:
    """While the store is away, messages wait and the question is put off."""

    async def check() -> None:
        limits = _Limits(StoreError("gone", is_temporary=True))
        pace = SharedPace(limits, "route main", 1.0)
        now = asyncio.get_running_loop().time()
        for _ in range(3):
            assert pace.wait_s(now) > 0
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert limits.asked == {"route main": 1}

    asyncio.run(check())


@given(st.integers(0, 300), st.integers(1, 40))
def test_parts_add_up_to_all_places(places: int, processes: int) -> None:
    """No place is given twice, none is lost, and no process has two more than another."""
    parts = [Part(index, processes).of_places(places) for index in range(processes)]
    assert sum(parts) == places
    assert max(parts) - min(parts) <= 1


def test_shares_of_connections_and_domains() -> None:
    """A share bounds what a route may open, and closes a domain for which no place is left."""
    concurrency, gate = Concurrency(8), Gate(DomainLimit(connections=1))
    concurrency.share(Part(0, 3))
    gate.share(Part(1, 3))
    assert (concurrency.allowed, gate.is_shut, gate.wait_s(0.0)) == (3, True, None)
    concurrency.halve()
    concurrency.share(Part(0, 1))
    gate.share(Part(0, 3))
    assert (concurrency.allowed, gate.is_shut, gate.wait_s(0.0)) == (1, False, 0.0)
