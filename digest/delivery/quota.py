"""Hour and day quotas of routes, shared by all senders and kept over restarts; the queries are the store's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from digest.config.settings import Route
from digest.store import Store
from digest.store.quotas import reserve_quota

_BLOCK_SHARE = 100  # a block is a hundredth of the quota: what a crash may leave unused


class Quotas:
    """Reserves messages in blocks, so that one question to the store serves many messages."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime] | None = None) -> None:
        self._store = store
        self._clock = clock or (lambda: datetime.now(UTC))

    async def reserve(self, route: Route) -> tuple[int, float]:
        """Return how many messages the route may send now, and if none, after how many seconds to ask again."""
        return await asyncio.to_thread(self._reserve, route)

    def _reserve(self, route: Route) -> tuple[int, float]:
        limits = [limit for limit in (route.per_hour, route.per_day) if limit is not None]
        block = max(1, min(limits) // _BLOCK_SHARE)
        with self._store.begin() as connection:
            return reserve_quota(
                connection, route.name, block, now=self._clock(), per_hour=route.per_hour, per_day=route.per_day
            )
