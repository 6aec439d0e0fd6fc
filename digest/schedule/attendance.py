"""Attending to newsletters: what the ledger says is due of each is carried out, one edition of it at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence

import structlog

from digest.config.newsletter import Newsletter
from digest.editions import next_slots
from digest.pipeline.draft_mail import mail_drafts
from digest.pipeline.measures import EDITION_SECONDS
from digest.pipeline.order import Order
from digest.pipeline.publish import Publisher
from digest.pipeline.roundup import Roundups
from digest.schedule.clock import AlarmClock
from digest.schedule.collecting import Collecting
from digest.schedule.duties import Shift
from digest.schedule.ledger import Ledger
from digest.schedule.progress import ProgressLog
from digest.schedule.watching import Watching


class Attendance:
    """Publishes the editions of every newsletter; none waits for another newsletter."""

    def __init__(self, shift: Shift, clock: AlarmClock, collecting: Collecting) -> None:
        self._shift = shift
        self.watching = Watching(shift.workspace)
        self._clock = clock
        self._collecting = collecting
        self._ledger = Ledger(shift.workspace)
        self._busy: dict[str, asyncio.Lock] = {}
        self._clocked: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ready = False
        self._progress = ProgressLog()
        self._log = structlog.get_logger("daemon")

    def begin(self) -> None:
        """Remember since when the newsletters are watched, and set the clock to their next slots."""
        workspace = self._shift.workspace
        self.watching.begin()
        for newsletter in workspace.project.newsletters.values():
            self._set_clock(newsletter)

    def renew(self) -> None:
        """Go on with a changed configuration: new newsletters are watched from now on, removed ones are left alone."""
        for name in self._clocked - self._shift.workspace.project.newsletters.keys():
            self._clock.forget(name)
        self.begin()

    async def sweep(self) -> None:
        """Attend to every newsletter: what was missed at its slot, what a restart left, what was put off.

        It does not wait for the end: a long send must not keep other newsletters from the next sweep.
        """
        newsletters = self._shift.workspace.project.newsletters.values()
        tasks = [self._begin(self.attend(newsletter)) for newsletter in newsletters]
        if not self._is_ready:
            self._is_ready = True
            self._begin(self._tell_ready(tasks))

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the loop itself keeps none
        task.add_done_callback(self._tasks.discard)
        return task

    async def _tell_ready(self, first: Sequence[asyncio.Task[None]]) -> None:
        await asyncio.gather(*first)
        self._log.info("ready")

    async def attend(self, newsletter: Newsletter) -> None:
        """Do what is due of one newsletter; nothing where that is under way already."""
        lock = self._busy.setdefault(newsletter.id, asyncio.Lock())
        if lock.locked() or self._shift.stop.is_set():
            return
        async with lock:
            try:
                await self._do_due(newsletter)
            except Exception:
                self._log.exception("newsletter failed", newsletter=newsletter.id)

    async def finish(self) -> None:
        """Wait until every newsletter's work has ended; the outbox itself bounds its drain to 30 s."""
        await asyncio.gather(*self._tasks)
        for lock in self._busy.values():
            async with lock:
                continue

    async def _do_due(self, newsletter: Newsletter) -> None:
        publisher = self._publisher
        for decision in self._ledger.due(newsletter, self._shift.workspace.clock()):
            if await self._shift.help.publishes(newsletter, decision):
                continue
            await self._collecting.collect()
            with EDITION_SECONDS.time():
                record = await publisher.decide(newsletter, decision)
            self._log.info("edition", **record.as_json())
        for slot_at in self._ledger.due_drafts(newsletter, self._shift.workspace.clock()):
            await self._collecting.collect()
            now = self._shift.workspace.clock()
            record = await publisher.draft(Order(newsletter, slot_at, until_at=now))
            self._log.info("draft", **record.as_json())
        await self._mail_drafts(newsletter)
        if await self._shift.help.goes_on(newsletter):
            return
        gone_on = await publisher.resume(newsletter)
        await self._mail_drafts(newsletter)
        for record in [*gone_on, *await self._roundups.attend(newsletter)]:
            self._log.info("edition", **record.as_json())

    @property
    def _publisher(self) -> Publisher:
        """A publisher over the configuration of this moment: what is taken up later leaves its editions alone."""
        return Publisher(
            self._shift.workspace.snapshot(), self._shift.mail, stop=self._shift.stop, progress=self._progress.follow
        )

    @property
    def _roundups(self) -> Roundups:
        return Roundups(self._shift.workspace.snapshot(), self._shift.mail, stop=self._shift.stop)

    async def _mail_drafts(self, newsletter: Newsletter) -> None:
        for report in await mail_drafts(self._shift.workspace, newsletter):
            (self._log.info if report.ok else self._log.error)("draft mailed", edition=report.edition, told=report.told)

    def _set_clock(self, newsletter: Newsletter) -> None:
        self._clock.forget(newsletter.id)
        if newsletter.schedule is None:
            return
        after = self._shift.workspace.clock()
        for slot in next_slots(newsletter.schedule, newsletter.zone, after=after, count=1):

            async def ring() -> None:
                present = self._shift.workspace.project.newsletters[newsletter.id]
                self._set_clock(present)
                await self.attend(present)

            self._clock.ring_at(newsletter.id, slot.at, ring)
            self._clocked.add(newsletter.id)
            self._log.info("next slot", newsletter=newsletter.id, local=slot.local.isoformat(), utc=slot.at.isoformat())
