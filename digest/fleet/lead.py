"""Leading: bringing an edition into being by its claim, as the daemon does; joining one is the helper's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from digest.editions import LateDecision
from digest.outbox import SendProgress
from digest.pipeline.collect import collect
from digest.pipeline.mail import Mail
from digest.pipeline.publish import Order, Publisher
from digest.pipeline.reroute import reroute
from digest.pipeline.roundup import Roundups
from digest.pipeline.workspace import Workspace

_SERVER_PATIENCE = timedelta(seconds=60)


class Lead:
    """Publishes editions; `follow` hears how each goes, by its id."""

    def __init__(
        self, workspace: Workspace, mail: Mail, stop: asyncio.Event, *, follow: Callable[[str, SendProgress], None]
    ) -> None:
        self._workspace = workspace
        self._mail = mail
        self._stop = stop
        self._follow = follow
        self._collecting = asyncio.Lock()
        self._led: list[str] = []
        self._log = structlog.get_logger("worker")

    def leads(self, newsletter: str) -> bool:
        """Whether an edition of this newsletter is led here, so that this process need not join it."""
        return newsletter in self._led

    async def publish(self, newsletter: str, decision: LateDecision) -> None:
        """Do what was decided about a slot; the ledger lets it happen once. Raises NotFoundError."""
        found = self._workspace.project.get_newsletter(newsletter)
        await self.refresh()
        edition = Order(found, decision.slot_at).slot.id
        with self._leading(newsletter):
            report = await self._publisher(edition).decide(found, decision)
        self._log.info("edition", **report.as_json())

    async def round_up(self, newsletter: str) -> None:
        """Publish the roundup of the week that is due. Raises NotFoundError."""
        found = self._workspace.project.get_newsletter(newsletter)
        with self._leading(newsletter):
            reports = await Roundups(self._workspace.snapshot(), self._mail, stop=self._stop).attend(found)
        for report in reports:
            self._log.info("edition", **report.as_json())

    async def resume(self, newsletter: str) -> None:
        """Go on with editions whose holder is gone. Raises NotFoundError."""
        found = self._workspace.project.get_newsletter(newsletter)
        with self._leading(newsletter):
            reports = await self._publisher(f"{newsletter}:resumed").resume(found)
            reports += await Roundups(self._workspace.snapshot(), self._mail, stop=self._stop).attend(found)
        for report in reports:
            self._log.info("edition", **report.as_json())

    async def refresh(self) -> None:
        """Read the sources that are due; who comes while one reading runs waits for it instead."""
        async with self._collecting:
            await asyncio.to_thread(reroute, self._workspace.snapshot())
            for done in await collect(self._workspace):
                if done.new or done.error:
                    self._log.info("source", id=done.id, status=done.status, new=done.new, error=done.error)

    def _publisher(self, name: str) -> Publisher:
        return Publisher(
            self._workspace.snapshot(),
            self._mail,
            stop=self._stop,
            server_patience=_SERVER_PATIENCE,
            progress=lambda moment: self._follow(name, moment),
        )

    @contextmanager
    def _leading(self, newsletter: str) -> Iterator[None]:
        self._led.append(newsletter)
        try:
            yield
        finally:
            self._led.remove(newsletter)
