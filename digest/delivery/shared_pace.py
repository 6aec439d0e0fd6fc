"""Even rates for a whole fleet: slices leased from the store ahead of their time; the queries are the store's."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from digest.errors import StoreError
from digest.store import Store
from digest.store.buckets import lease_slice

_SLICE_S = 0.25
"""How much of the rate is leased at a time: four questions a second and process at most, however fast the rate."""

_STALE_S = 2.0
"""A place that was not used so long after its time is lost: a process that stood still must not catch up."""

_ASK_AGAIN_S = 0.25


class FleetLimits:
    """Gives each route and domain a pace that all processes on the store keep together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._on_change: Callable[[], None] = lambda: None

    def on_change(self, call: Callable[[], None]) -> None:
        """Let `call` be called in the event loop whenever messages may start that could not before."""
        self._on_change = call

    def pace(self, name: str, per_second: float) -> SharedPace:
        """Return the pace of a route or a domain."""
        return SharedPace(self, name, per_second)

    async def lease(self, name: str, count: int, per_second: float) -> float:
        """Lease messages from the store; return in how many seconds the first may start; see `lease_slice`."""
        return await asyncio.to_thread(self._lease, name, count, per_second)

    def tell(self) -> None:
        """Say that a slice has come."""
        self._on_change()

    def _lease(self, name: str, count: int, per_second: float) -> float:
        with self._store.begin() as connection:
            return lease_slice(connection, name, count, per_second)


@dataclass(slots=True)
class _Slice:
    next_at: float
    left: int


class SharedPace:
    """A pace like `Pace`, whose places are leased: one slice is used while the next one is there or on its way."""

    def __init__(self, limits: FleetLimits, name: str, per_second: float) -> None:
        self._limits = limits
        self._name = name
        self._per_second = per_second
        self._interval_s = 1.0 / per_second
        self._count = max(1, math.floor(per_second * _SLICE_S))
        self._slices: deque[_Slice] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._ask_at = 0.0

    def wait_s(self, now: float) -> float:
        """Return how long to wait before the next message, 0 or less for not at all."""
        while self._slices and self._slices[0].next_at < now - _STALE_S:
            self._use()
        if not self._slices:
            self._ask(now)
            return _ASK_AGAIN_S
        return self._slices[0].next_at - now

    def take(self, now: float) -> None:
        """Count one message."""
        if self._slices:
            self._use()
        if sum(one.left for one in self._slices) <= self._count:
            self._ask(now)

    def _use(self) -> None:
        first = self._slices[0]
        first.next_at += self._interval_s
        first.left -= 1
        if not first.left:
            self._slices.popleft()

    def _ask(self, now: float) -> None:
        if self._asking is None and now >= self._ask_at:
            self._asking = asyncio.get_running_loop().create_task(self._lease())

    async def _lease(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            begins_in_s = await self._limits.lease(self._name, self._count, self._per_second)
        except StoreError:
            # Without the store nothing is started anyway; the next message that wants a place asks again.
            self._ask_at = loop.time() + _ASK_AGAIN_S
            return
        finally:
            self._asking = None
        self._slices.append(_Slice(loop.time() + max(0.0, begins_in_s), self._count))
        self._limits.tell()
