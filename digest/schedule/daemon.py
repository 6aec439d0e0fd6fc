"""The daemon: a list of duties, done until SIGTERM; what each of them does, its own module knows."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from datetime import timedelta

import structlog

from digest.alarms import ProcessFacts
from digest.pipeline.bounce_sources import watch as watch_bounces
from digest.pipeline.mail import open_mail
from digest.pipeline.retention import forget_old
from digest.pipeline.workspace import Workspace
from digest.schedule.alarming import Alarming
from digest.schedule.attendance import Attendance
from digest.schedule.clock import AlarmClock
from digest.schedule.collecting import Collecting
from digest.schedule.duties import Duty, Shift
from digest.schedule.help import Alone, Help
from digest.schedule.reloading import Reloading

_SWEEP = timedelta(seconds=30)
_FORGET = timedelta(hours=6)


class Daemon:
    """Sends every newsletter at its time until SIGTERM or SIGINT; see `run`. `pages` are served meanwhile.

    A `crew` takes over what it can; what it does not take is done here.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        pages: contextlib.AbstractAsyncContextManager[object] | None = None,
        crew: contextlib.AbstractAsyncContextManager[Help] | None = None,
    ) -> None:
        self._workspace = workspace
        self._pages = pages
        self._crew = crew
        self._stop = asyncio.Event()
        self._log = structlog.get_logger("daemon")

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT; messages in flight are finished first."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        async with contextlib.AsyncExitStack() as stack:
            mail = await stack.enter_async_context(open_mail(self._workspace))
            if self._pages is not None:
                await stack.enter_async_context(self._pages)
            self._log.info("started", newsletters=len(self._workspace.project.newsletters), mail=mail.describe())
            crew = await stack.enter_async_context(self._crew) if self._crew is not None else Alone()
            await self._perform(Shift(self._workspace, mail, self._stop, crew))
        self._log.info("stopped")

    async def _perform(self, shift: Shift) -> None:
        clock, collecting = AlarmClock(), Collecting(shift.workspace, shift.help)
        attendance = Attendance(shift, clock, collecting)

        def taken_up() -> None:
            attendance.renew()
            clock.change("sources", collecting.every)

        reloading = Reloading(shift.workspace, taken_up)

        def see_process() -> ProcessFacts:
            return ProcessFacts(
                paused_routes=shift.mail.pool.paused_routes(),
                problems=tuple(str(problem) for problem in reloading.problems),
                waiting_settings=reloading.waiting,
                failing_duties=dict(clock.failing),
            )

        alarming = Alarming(shift.workspace, see_process)
        attendance.begin()
        clock.start(duties_of(shift, attendance, collecting, reloading, alarming))
        await shift.stop.wait()
        self._log.info("stopping")
        await clock.stop()
        await attendance.finish()


def duties_of(
    shift: Shift, attendance: Attendance, collecting: Collecting, reloading: Reloading, alarming: Alarming
) -> tuple[Duty, ...]:
    """Return everything that the daemon does; a line here is what a new duty needs."""

    async def bounces() -> None:
        try:
            await watch_bounces(shift.workspace, shift.stop)
        except OSError as error:
            structlog.get_logger("daemon").error("bounces are not listened for", error=str(error))

    return (
        Duty("editions", attendance.sweep, every=_SWEEP),
        Duty("watching", attendance.watching.leave_trace, every=attendance.watching.every),
        Duty("sources", collecting.tend, every=collecting.every),
        Duty("history", lambda: asyncio.to_thread(_forget, shift.workspace), every=_FORGET),
        Duty("bounces", bounces),
        Duty("alarms", alarming.look, every=alarming.every),
        Duty("configuration", reloading.look, every=reloading.every),
        Duty("changed files", lambda: reloading.watch(shift.stop)),
    )


def _forget(workspace: Workspace) -> None:
    forgotten = forget_old(workspace)
    if any(forgotten.values()):
        structlog.get_logger("daemon").info("forgotten", **forgotten)
