"""Watching: the daemon's own traces in the ledger; a first run, a new schedule, a restored backup never flood."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from digest.pipeline.restored import find_lost, note_seen, settle
from digest.pipeline.workspace import Workspace
from digest.schedule.ledger import Ledger


class Watching:
    """Keeps since when each newsletter is watched, and until when the ledger was looked after."""

    every = timedelta(minutes=1)
    """How often to leave a trace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._ledger = Ledger(workspace)
        self._log = structlog.get_logger("daemon")

    def begin(self) -> None:
        """Look whether the store went back in time, and settle it, before anything is decided by it."""
        lost = find_lost(self._workspace)
        if lost is not None:
            touched = settle(self._workspace, lost)
            self._log.warning(
                "the store went back in time; nothing of that span goes out by itself",
                since=lost.since_at.isoformat(),
                until=lost.until_at.isoformat(),
                editions=touched,
            )
        self._leave_trace()

    async def leave_trace(self) -> None:
        """Note which newsletters are watched, and that the ledger is looked after."""
        await asyncio.to_thread(self._leave_trace)

    def _leave_trace(self) -> None:
        self._ledger.watch(self._workspace.clock())
        note_seen(self._workspace)
