"""A worker: one process that delivers whatever editions of the store want hands, called by the engine or by itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from typing import Any, Literal

import structlog

from digest.editions import LateDecision, edition_id
from digest.errors import DigestError
from digest.fleet import jobs
from digest.fleet.engine import Engine
from digest.fleet.lead import Lead
from digest.fleet.presence import BEAT_S, NOTHING, Presence
from digest.fleet.running import Running
from digest.model.edition import Lane
from digest.outbox import SendProgress
from digest.pipeline.mail import Mail
from digest.pipeline.share import Helper, find_unfinished
from digest.pipeline.workspace import Workspace

LOOK_S = 4.0
"""A worker looks so often for unfinished editions, whatever the engine says or does not say."""

DRAIN_S = 30.0
"""A worker that is told to end is gone after so long, whatever happens."""

_SWEEP_S = 10.0


class Worker:
    """Works until `stop`. `url` is that of the store; None leaves the engine out."""

    def __init__(self, workspace: Workspace, mail: Mail, stop: asyncio.Event, *, url: str | None) -> None:
        self._workspace = workspace
        self._mail = mail
        self._stop = stop
        self._presence = Presence(workspace.store, mail.outbox.name, workspace.clock())
        self._helper = Helper(workspace, mail, stop=stop, progress=self._presence.follow)
        self._lead = Lead(workspace, mail, stop, follow=self._follow_led)
        self._running = Running(stop)
        self._engine = Engine(url, self._jobs(), every_minute=[jobs.SWEEP]) if url is not None else None
        self._called: set[str] = set()
        self._part = NOTHING
        self._log = structlog.get_logger("worker")

    async def run(self) -> None:
        """Work until the stop, then end what is in flight within 30 s."""
        self._mail.pool.share(NOTHING)
        self._log.info("started", worker=self._mail.outbox.name, mail=self._mail.describe())
        loops = [
            asyncio.create_task(self._repeat(self._beat, BEAT_S)),
            asyncio.create_task(self._repeat(self._look, LOOK_S)),
            asyncio.create_task(self._repeat(self._sweep, _SWEEP_S)),
            asyncio.create_task(self._work_with_engine()),
        ]
        await self._stop.wait()
        self._log.info("stopping", sending=self._running.names)
        ending = asyncio.get_running_loop().call_later(DRAIN_S - 1.0, _give_up)
        await self._quietly(self._beat())
        await self._running.finish()
        await asyncio.gather(*loops)
        await self._quietly(asyncio.to_thread(self._presence.leave))
        ending.cancel()
        self._log.info("stopped")

    def _jobs(self) -> dict[str, Callable[..., Awaitable[None]]]:
        return {
            jobs.ASSEMBLE: self._assemble,
            jobs.ROUNDUP: self._round_up,
            jobs.RESUME: self._resume,
            jobs.DELIVER: self._deliver,
            jobs.REFRESH: self._lead.refresh,
            jobs.SWEEP: self._sweep,
        }

    async def _assemble(
        self, newsletter: str, slot_at: int, action: Literal["send", "skip", "hold"], reason: str
    ) -> None:
        decision = LateDecision(jobs.read_instant(slot_at), action, reason)
        await self._do(edition_id(newsletter, decision.slot_at, Lane.LIST), self._lead.publish(newsletter, decision))

    async def _round_up(self, newsletter: str) -> None:
        await self._do(f"{newsletter}:roundup", self._lead.round_up(newsletter))

    async def _resume(self, newsletter: str) -> None:
        await self._do(f"{newsletter}:resumed", self._lead.resume(newsletter))

    async def _deliver(self, edition: str) -> None:
        """Join an edition because the engine says so."""
        await self._look()
        await self._running.wait_for(edition)

    async def _do(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do a job under a name, so that it is seen and waited for at the end."""
        if self._running.may_begin(name):
            self._running.begin(name, work)
        else:
            work.close()
        await self._running.wait_for(name)

    async def _look(self) -> None:
        """Join what is being sent, and go on with what somebody left half-built."""
        if not self._mail.pool.has_places:
            return
        found = await asyncio.to_thread(find_unfinished, self._workspace)
        for row in found.sending:
            if self._running.may_begin(row.id) and not self._lead.leads(row.newsletter):
                self._running.begin(row.id, self._helper.join(row))
        for newsletter in {row.newsletter for row in found.abandoned}:
            name = f"{newsletter}:resumed"
            if self._running.may_begin(name):
                self._running.begin(name, self._lead.resume(newsletter))

    def _follow_led(self, edition: str, moment: SendProgress) -> None:
        """Take note of an edition that is led here; at its first message, call the others."""
        self._presence.follow(edition, moment)
        if edition not in self._called and self._engine is not None and moment.ended:
            self._called.add(edition)
            self._running.begin(f"calling:{edition}", self._call_others(self._engine, edition))

    async def _call_others(self, engine: Engine, edition: str) -> None:
        for lane in range(self._presence.others):
            await engine.defer(jobs.DELIVER, f"{edition} {lane}", edition=edition)

    async def _beat(self) -> None:
        now, is_draining = self._workspace.clock(), self._stop.is_set()
        part = await asyncio.to_thread(self._presence.beat, now, doing=self._running.names, is_draining=is_draining)
        if part != self._part:
            self._part = part
            self._mail.pool.share(part)

    async def _sweep(self, timestamp: int = 0) -> None:
        """Give back what the dead hold: deliveries by the ledger, jobs by the engine, which says for which minute."""
        found = await asyncio.to_thread(self._mail.outbox.recover)
        if found:
            self._log.info("recovered", **asdict(found))
        if self._engine is not None and self._engine.is_open:
            await self._engine.sweep()

    async def _work_with_engine(self) -> None:
        """Let the engine call us; while it fails, we look for ourselves."""
        engine = self._engine
        while engine is not None and not self._stop.is_set():
            try:
                async with engine:
                    await engine.work(self._stop)
            except Exception as error:
                self._log.warning("the engine failed; looking for work without it", error=str(error))
                await self._pause(LOOK_S)

    async def _repeat(self, do: Callable[[], Awaitable[None]], every_s: float) -> None:
        while not self._stop.is_set():
            await self._quietly(do())
            await self._pause(every_s)

    async def _quietly(self, work: Awaitable[None]) -> None:
        """Do something that the store may refuse for a while."""
        try:
            await work
        except DigestError as error:
            self._log.warning("put off", error=str(error))
        except Exception:
            self._log.exception("failed")

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return


def _give_up() -> None:
    """End at once: what is on the wire stands in the journal, the rest is given back by who finds it."""
    structlog.get_logger("worker").error("not everything ended in time")
    os._exit(1)
