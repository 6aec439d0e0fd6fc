"""Duties: what the daemon does over and over, each with a name and an interval; decides not what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from digest.pipeline.mail import Mail
from digest.pipeline.measures import DUTY_ENDED_AT, DUTY_RUNS, DUTY_SECONDS
from digest.pipeline.workspace import Workspace
from digest.schedule.help import Alone, Help


@dataclass(frozen=True, slots=True)
class Shift:
    """What the duties of one run of the daemon share; `stop` is set when the daemon is to end."""

    workspace: Workspace
    mail: Mail
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    help: Help = field(default_factory=Alone)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do `every` so often, first at once; without an interval it runs once, until the daemon stops.

    A duty never runs twice at a time; one that fails is logged, and done again at its next turn.
    """

    name: str
    do: Callable[[], Awaitable[None]]
    every: timedelta | None = None

    async def perform(self) -> str:
        """Do it; whatever is raised ends in the log, and is returned in a line. Empty where all went well."""
        trouble = ""
        with DUTY_SECONDS.labels(self.name).time():
            try:
                await self.do()
            except Exception as error:
                structlog.get_logger("daemon").exception("duty failed", duty=self.name)
                trouble = f"{type(error).__name__}: {error}"
        DUTY_RUNS.labels(self.name, "failed" if trouble else "ok").inc()
        DUTY_ENDED_AT.labels(self.name).set_to_current_time()
        return trouble
