"""The crew as a daemon sees it: work is handed to workers by the engine while there are any, and watched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

import structlog

from digest.config.newsletter import Newsletter
from digest.editions import LateDecision, edition_id
from digest.errors import StoreError
from digest.fleet import jobs
from digest.fleet.engine import Engine
from digest.fleet.presence import find_workers
from digest.model.edition import Lane
from digest.pipeline.roundup import find_due_roundups
from digest.pipeline.share import find_stopped
from digest.pipeline.workspace import Workspace

PATIENCE = timedelta(seconds=25)
"""A slot that no worker began within this time is the daemon's again: an engine may lose its jobs."""


class Crew:
    """Hands work over. Whatever it says, the ledger lets everything happen once."""

    def __init__(self, workspace: Workspace, engine: Engine) -> None:
        self._workspace = workspace
        self._engine = engine
        self._asked_at: dict[str, datetime] = {}

    async def publishes(self, newsletter: Newsletter, decision: LateDecision) -> bool:
        """Ask a worker to do what was decided about a due slot; False where none does."""
        name = edition_id(newsletter.id, decision.slot_at, Lane.LIST)
        arguments = jobs.slot_arguments(newsletter.id, decision.slot_at, decision.action, decision.reason)
        return await self._hand_over(jobs.ASSEMBLE, name, arguments)

    async def goes_on(self, newsletter: Newsletter) -> bool:
        """Leave what is being sent to the workers, who look for it themselves; ask one for what wants a next step."""
        if not await self._is_there():
            return False
        for row in await asyncio.to_thread(find_stopped, self._workspace, newsletter):
            if not await self._hand_over(jobs.RESUME, row.id, {"newsletter": newsletter.id}):
                return False
        for slot_at in await asyncio.to_thread(find_due_roundups, self._workspace, newsletter):
            name = edition_id(newsletter.id, slot_at, Lane.WEEKLY)
            if not await self._hand_over(jobs.ROUNDUP, name, {"newsletter": newsletter.id}):
                return False
        return True

    async def collects(self) -> bool:
        """Ask a worker to read the sources that are due."""
        return await self._is_there() and await self._engine.defer(jobs.REFRESH, "sources")

    async def _hand_over(self, job: str, name: str, arguments: dict[str, object]) -> bool:
        now = self._workspace.clock()
        asked_at = self._asked_at.setdefault(name, now)
        if now - asked_at > PATIENCE or not await self._is_there():
            return False
        return await self._engine.defer(job, name, **arguments)

    async def _is_there(self) -> bool:
        """Whether any worker lives; a store that is away has none to ask."""
        if not self._engine.is_open:
            return False
        try:
            found = await asyncio.to_thread(find_workers, self._workspace.store, self._workspace.clock())
        except StoreError:
            return False
        return any(is_alive and row.state != "draining" for row, is_alive in found)


@asynccontextmanager
async def open_crew(workspace: Workspace) -> AsyncIterator[Crew]:
    """Open the way to the workers of a store on PostgreSQL."""
    engine = Engine(workspace.project.settings.store)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(engine)
        except Exception as error:
            structlog.get_logger("engine").warning("the engine is not used; the daemon works alone", error=str(error))
        yield Crew(workspace, engine)
