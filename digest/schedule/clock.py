"""The alarm clock: APScheduler wakes duties by interval and newsletters at their slots; it decides nothing.

A lost or doubled wake changes nothing: the ledger's (newsletter, slot) is claimed before anything is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from digest.schedule.duties import Duty


class AlarmClock:
    """Wakes whom it was told to; a context of a running event loop. At its end, standing duties are waited for."""

    def __init__(self) -> None:
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        self._standing: list[asyncio.Task[None]] = []

    def start(self, duties: Iterable[Duty]) -> None:
        """Begin with these duties, each at once."""
        for duty in duties:
            if duty.every is None:
                self._standing.append(asyncio.create_task(duty.perform(), name=duty.name))
            else:
                every = IntervalTrigger(seconds=max(1, int(duty.every.total_seconds())))
                self._scheduler.add_job(duty.perform, every, next_run_time=datetime.now(UTC))
        self._scheduler.start()

    def ring_at(self, name: str, at: datetime, do: Callable[[], Awaitable[None]]) -> None:
        """Wake `do` at that instant; a later call with the same name takes the place of the earlier one."""
        self._scheduler.add_job(do, DateTrigger(at), id=name, replace_existing=True)

    def forget(self, name: str) -> None:
        """Wake nobody at the instant of that name any more."""
        if self._scheduler.get_job(name) is not None:
            self._scheduler.remove_job(name)

    async def stop(self) -> None:
        """Wake nobody any more, and wait for the standing duties, which end by themselves."""
        self._scheduler.shutdown(wait=False)
        await asyncio.gather(*self._standing)
