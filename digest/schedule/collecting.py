"""Collecting: the sources that are due are read, one round at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from digest.pipeline.collect import collect
from digest.pipeline.reroute import reroute
from digest.pipeline.workspace import Workspace
from digest.schedule.help import Alone, Help

_LEAST_EVERY = timedelta(minutes=1)


class Collecting:
    """Reads the sources of a workspace."""

    def __init__(self, workspace: Workspace, help_of: Help | None = None) -> None:
        self._workspace = workspace
        self._help = help_of or Alone()
        self._running = asyncio.Lock()
        self._begun = 0
        self._log = structlog.get_logger("daemon")

    @property
    def every(self) -> timedelta:
        """How often to look which sources are due."""
        return max(_LEAST_EVERY, self._workspace.project.settings.fetch.every)

    async def tend(self) -> None:
        """See to it that the sources that are due are read, here or by others."""
        if not await self._help.collects():
            await self.collect()

    async def collect(self) -> None:
        """Read the sources that are due, in a round that begins after this call; those who wait share the next one."""
        known = self._begun
        async with self._running:
            if self._begun > known:
                return
            self._begun += 1
            rerouted = await asyncio.to_thread(reroute, self._workspace.snapshot())
            if rerouted:
                self._log.info("rerouted", stories=rerouted)
            for done in await collect(self._workspace):
                if done.new or done.error:
                    self._log.info("source", id=done.id, status=done.status, new=done.new, error=done.error)
