"""The duty of alarms: every minute, look what is wrong, tell people, and give a sign of life."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from digest.alarms import Facts, ProcessFacts
from digest.errors import SourceError
from digest.pipeline.alarm_facts import load_facts
from digest.pipeline.alarm_telling import Messengers
from digest.pipeline.alarms import News, Tell, record_alarms, tell_news
from digest.pipeline.workspace import Workspace
from digest.schedule.ledger import Ledger
from digest.sources.asking import ping

_GRACE = timedelta(minutes=2)
"""So long after its start a daemon is given to decide on what passed while none was there."""


class Alarming:
    """Raises and ends alarms of a workspace. `see_process` tells what this process knows of itself."""

    every = timedelta(minutes=1)
    """How often to look."""

    def __init__(
        self, workspace: Workspace, see_process: Callable[[], ProcessFacts], *, tell: Tell | None = None
    ) -> None:
        self._workspace = workspace
        self._see_process = see_process
        self._tell = tell or Messengers(workspace)
        self._ledger = Ledger(workspace)
        self._since_at = workspace.clock()
        self._host = socket.gethostname()[:40]

    async def look(self) -> None:
        """Look at everything once, and ask the heartbeat's address."""
        if self._workspace.clock() - self._since_at >= _GRACE:
            news = await asyncio.to_thread(self._record)
            await tell_news(self._workspace, news, self._tell)
        await self._give_sign_of_life()

    def _record(self) -> News:
        return record_alarms(self._workspace, self._facts(), host=self._host)

    def _facts(self) -> Facts:
        now = self._workspace.clock()
        process = self._see_process()
        return load_facts(self._workspace, undecided=self._undecided(now), process=_on_host(process, self._host))

    def _undecided(self, now: datetime) -> list[tuple[str, datetime]]:
        newsletters = self._workspace.project.newsletters.values()
        return [(one.id, decision.slot_at) for one in newsletters for decision in self._ledger.due(one, now)]

    async def _give_sign_of_life(self) -> None:
        settings = self._workspace.project.settings
        if settings.alarms.heartbeat_url is None:
            return
        try:
            await ping(str(settings.alarms.heartbeat_url), allow_private=settings.fetch.allow_private)
        except SourceError as error:
            structlog.get_logger("alarms").warning("heartbeat not taken", error=str(error))


def _on_host(facts: ProcessFacts, host: str) -> ProcessFacts:
    return ProcessFacts(host, facts.paused_routes, facts.problems, facts.waiting_settings, facts.failing_duties)
