"""The alarm clock: APScheduler wakes duties by interval and newsletters at their slots; it decides nothing.

A lost or doubled wake changes nothing: the ledger's (newsletter, slot) is claimed before anything is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from digest.schedule.duties import Duty


class AlarmClock:
    """Wakes whom it was told to, in a running event loop. `failing` has the duties whose last turn failed, and why."""

    def __init__(self) -> None:
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        self._standing: list[asyncio.Task[None]] = []
        self.failing: dict[str, str] = {}

    def start(self, duties: Iterable[Duty]) -> None:
        """Begin with these duties, each at once."""
        for duty in duties:
            if duty.every is None:
                self._standing.append(asyncio.create_task(self._perform(duty), name=duty.name))
            else:
                every = _interval(duty.every)
                now = datetime.now(UTC)
                self._scheduler.add_job(self._perform, every, [duty], id=_job(duty.name), next_run_time=now)
        self._scheduler.start()

    def change(self, name: str, every: timedelta) -> None:
        """Wake a duty at another interval from now on; nothing changes where it is the same."""
        job = self._scheduler.get_job(_job(name))
        if job is not None and job.trigger.interval != every:
            job.reschedule(_interval(every))

    def ring_at(self, name: str, at: datetime, do: Callable[[], Awaitable[None]]) -> None:
        """Wake `do` at that instant; a later call with the same name takes the place of the earlier one."""
        self._scheduler.add_job(do, DateTrigger(at), id=name, replace_existing=True)

    def forget(self, name: str) -> None:
        """Wake nobody at the instant of that name any more."""
        if self._scheduler.get_job(name) is not None:
            self._scheduler.remove_job(name)

    def awaited(self) -> dict[str, datetime]:
        """Return what rings at which instant, by name."""
        jobs = (job for job in self._scheduler.get_jobs() if isinstance(job.trigger, DateTrigger))
        return {job.id: job.trigger.run_date.astimezone(UTC) for job in jobs}

    async def _perform(self, duty: Duty) -> None:
        trouble = await duty.perform()
        if trouble:
            self.failing[duty.name] = trouble
        else:
            self.failing.pop(duty.name, None)

    async def stop(self) -> None:
        """Wake nobody any more, and wait for the standing duties, which end by themselves."""
        self._scheduler.shutdown(wait=False)
        await asyncio.gather(*self._standing)


def _interval(every: timedelta) -> IntervalTrigger:
    return IntervalTrigger(seconds=max(1, int(every.total_seconds())))


def _job(duty: str) -> str:
    """Return the name of a duty's job; no newsletter's can be the same."""
    return f"duty {duty}"
