"""The daemon: wakes at each slot and every half minute, asks the ledger what is due, and does it.

APScheduler is only the alarm clock: a lost or doubled wake changes nothing, as the ledger's
(newsletter, slot) is claimed before anything is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from digest.config.newsletter import Newsletter
from digest.editions import next_slots
from digest.pipeline.bounce_sources import watch as watch_bounces
from digest.pipeline.collect import collect
from digest.pipeline.mail import open_mail
from digest.pipeline.publish import Publisher
from digest.pipeline.reroute import reroute
from digest.pipeline.roundup import Roundups
from digest.pipeline.workspace import Workspace
from digest.schedule.ledger import Ledger

_SWEEP_SECONDS = 30


class Daemon:
    """Sends every newsletter at its time until SIGTERM or SIGINT; see `run`. `pages` are served meanwhile."""

    def __init__(
        self, workspace: Workspace, *, pages: contextlib.AbstractAsyncContextManager[object] | None = None
    ) -> None:
        self._workspace = workspace
        self._pages = pages
        self._ledger = Ledger(workspace)
        self._stop = asyncio.Event()
        self._is_ready = False
        self._collecting = asyncio.Lock()
        self._busy: dict[str, asyncio.Lock] = {}
        self._log = structlog.get_logger("daemon")

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT; messages in flight are finished first."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        self._ledger.mark_first_sight(self._workspace.clock())
        async with contextlib.AsyncExitStack() as stack:
            mail = await stack.enter_async_context(open_mail(self._workspace))
            self._publisher = Publisher(self._workspace, mail, stop=self._stop)
            self._roundups = Roundups(self._workspace, mail, stop=self._stop)
            if self._pages is not None:
                await stack.enter_async_context(self._pages)
            bounces = asyncio.create_task(self._watch_bounces())
            scheduler = self._start_scheduler()
            self._log.info("started", newsletters=len(self._workspace.project.newsletters), mail=mail.describe())
            await self._stop.wait()
            self._log.info("stopping")
            scheduler.shutdown(wait=False)
            await bounces
            await self._finish_running()
        self._log.info("stopped")

    async def _watch_bounces(self) -> None:
        try:
            await watch_bounces(self._workspace, self._stop)
        except OSError as error:
            self._log.error("bounces are not listened for", error=str(error))

    def _start_scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True})
        every = IntervalTrigger(seconds=_SWEEP_SECONDS)
        scheduler.add_job(self._sweep, every, next_run_time=datetime.now(UTC), max_instances=1)
        fetch_every = self._workspace.project.settings.fetch.every.total_seconds()
        fetching = IntervalTrigger(seconds=max(60, int(fetch_every)))
        scheduler.add_job(self._collect, fetching, next_run_time=datetime.now(UTC), max_instances=1)
        for newsletter in self._workspace.project.newsletters.values():
            self._set_alarm(scheduler, newsletter)
        scheduler.start()
        return scheduler

    def _set_alarm(self, scheduler: AsyncIOScheduler, newsletter: Newsletter) -> None:
        if newsletter.schedule is None:
            return
        after = self._workspace.clock()
        for slot in next_slots(newsletter.schedule, newsletter.zone, after=after, count=1):

            async def ring() -> None:
                self._set_alarm(scheduler, newsletter)
                await self._attend(newsletter)

            scheduler.add_job(ring, DateTrigger(slot.at), id=newsletter.id, replace_existing=True)
            self._log.info("next slot", newsletter=newsletter.id, local=slot.local.isoformat(), utc=slot.at.isoformat())

    async def _sweep(self) -> None:
        await asyncio.gather(*(self._attend(n) for n in self._workspace.project.newsletters.values()))
        if not self._is_ready:
            self._is_ready = True
            self._log.info("ready")

    async def _attend(self, newsletter: Newsletter) -> None:
        """Do what is due of one newsletter; one of its editions at a time, none waits for another newsletter."""
        lock = self._busy.setdefault(newsletter.id, asyncio.Lock())
        if lock.locked() or self._stop.is_set():
            return
        async with lock:
            try:
                for decision in self._ledger.due(newsletter, self._workspace.clock()):
                    await self._collect()
                    record = await self._publisher.decide(newsletter, decision)
                    self._log.info("edition", **record.as_json())
                gone_on = await self._publisher.resume(newsletter)
                for record in [*gone_on, *await self._roundups.attend(newsletter)]:
                    self._log.info("edition", **record.as_json())
            except Exception:
                self._log.exception("newsletter failed", newsletter=newsletter.id)

    async def _collect(self) -> None:
        """Read the sources that are due; wakes that come while one reading runs wait for it instead."""
        async with self._collecting:
            rerouted = await asyncio.to_thread(reroute, self._workspace)
            if rerouted:
                self._log.info("rerouted", stories=rerouted)
            for done in await collect(self._workspace):
                if done.new or done.error:
                    self._log.info("source", id=done.id, status=done.status, new=done.new, error=done.error)

    async def _finish_running(self) -> None:
        """Wait until every newsletter's work has ended; the outbox itself bounds its drain to 30 s."""
        for lock in self._busy.values():
            async with lock:
                continue
