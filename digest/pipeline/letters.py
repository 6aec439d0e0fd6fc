"""Single mails to readers, as confirmations: in the background, over connections of their own; composes none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from digest.config.settings import Route
from digest.delivery.attempt import Outcome
from digest.delivery.catcher import MailCatcher
from digest.delivery.message import Message
from digest.delivery.pool import SmtpPool
from digest.delivery.quota import Quotas
from digest.delivery.replies import Fate
from digest.delivery.route import routes_of
from digest.errors import DigestError
from digest.pipeline.workspace import Workspace

RETRY_AFTER_S = (60.0, 300.0, 900.0, 3600.0)
_CONNECTIONS = 2  # sign-ups must not wait for a running edition, nor take its connections
_AT_ONCE = 8
_MOST_WAITING = 10_000

Make = Callable[[], Message | None]
"""Makes the mail when its turn comes, in a thread; None where none may be sent any more."""


class Letters:
    """Mails letters in the background of the running event loop; what waits is lost with the process."""

    def __init__(self, workspace: Workspace, *, retry_after_s: Sequence[float] = RETRY_AFTER_S) -> None:
        self._workspace = workspace
        self._retry_after_s = retry_after_s
        self._waiting: dict[Hashable, Make] = {}
        self._task: asyncio.Task[None] | None = None
        self._retries: set[asyncio.Task[None]] = set()
        self._retry_slots = asyncio.Semaphore(_AT_ONCE)
        self._log = structlog.get_logger("letters")

    def mail_soon(self, name: Hashable, make: Make) -> None:
        """Let a letter wait for its turn; one of the same name that waits already is enough."""
        if len(self._waiting) >= _MOST_WAITING:
            self._log.error("too many letters wait", waiting=len(self._waiting))
            return
        self._waiting[name] = make
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._mail_waiting())

    async def finish(self, *, with_retries: bool = False) -> None:
        """Wait until no letter waits; those that the server put off only `with_retries`."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])
        while with_retries and self._retries:
            await asyncio.wait(self._retries)

    async def _mail_waiting(self) -> None:
        try:
            async with open_way_out(self._workspace) as pool:
                while self._waiting:
                    batch = list(self._waiting)[:_AT_ONCE]
                    await asyncio.gather(*(self._mail(pool, self._waiting.pop(name)) for name in batch))
        except (DigestError, OSError) as error:
            self._log.error("letters cannot be mailed", error=str(error))

    async def _mail(self, pool: SmtpPool, make: Make) -> None:
        try:
            message = await asyncio.to_thread(make)
        except DigestError as error:
            self._log.error("letter not made", error=str(error))
            return
        if message is None or self._is_settled(await pool.send(message)):
            return
        if len(self._retries) < _MOST_WAITING:
            task = asyncio.get_running_loop().create_task(self._retry(message))
            self._retries.add(task)
            task.add_done_callback(self._retries.discard)

    async def _retry(self, message: Message) -> None:
        """Try again what the server put off, as long as the process lives."""
        for wait_s in self._retry_after_s:
            await asyncio.sleep(wait_s)
            async with self._retry_slots, open_way_out(self._workspace) as pool:
                if self._is_settled(await pool.send(message)):
                    return
        self._log.warning("letter", outcome="given up")

    def _is_settled(self, outcome: Outcome) -> bool:
        """Log what became of a letter; False where it is worth another try."""
        fate = outcome.decision.fate
        if fate in (Fate.SENT, Fate.UNCERTAIN, Fate.FAIL):
            self._log.info("letter", outcome=fate.value)
            return True
        return False


@asynccontextmanager
async def open_way_out(workspace: Workspace) -> AsyncIterator[SmtpPool]:
    """Open connections of our own to the configured server, or to a catcher with the same folder."""
    settings = workspace.project.settings
    log = structlog.get_logger("mail")
    async with AsyncExitStack() as stack:
        routes = tuple(
            route.model_copy(update={"connections": min(route.connections, _CONNECTIONS)})
            for route in routes_of(settings.smtp)
        )
        if not routes:
            catcher = await stack.enter_async_context(MailCatcher(workspace.at_root(settings.catcher.folder)))
            routes = (Route(name="catcher", host=catcher.host, port=catcher.port, security="none", connections=2),)
        yield await stack.enter_async_context(
            SmtpPool(
                routes,
                settings.smtp.domains,
                quotas=Quotas(workspace.store, clock=workspace.clock),
                alert=lambda text: log.error("alert", text=text),
            )
        )
