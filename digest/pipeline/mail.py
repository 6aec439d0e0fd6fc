"""The way out for a command or a daemon: the SMTP pool, the built-in catcher where no server is set, the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import structlog

from digest.config.settings import Route
from digest.delivery.catcher import MailCatcher
from digest.delivery.dkim import DkimSigner
from digest.delivery.pool import SmtpPool
from digest.delivery.quota import Quotas
from digest.delivery.route import routes_of
from digest.delivery.shared_pace import FleetLimits
from digest.outbox import Outbox
from digest.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Mail:
    """What delivering needs, open until the end of its context; `catcher` is None with a real server."""

    pool: SmtpPool
    outbox: Outbox
    signer: DkimSigner | None
    catcher: MailCatcher | None
    hands: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while further processes help to deliver an edition: one at a time has them."""

    def describe(self) -> str:
        """Say where messages go."""
        return f"the built-in catcher, {self.catcher.folder}" if self.catcher else "the configured mail server"


@asynccontextmanager
async def open_mail(workspace: Workspace) -> AsyncIterator[Mail]:
    """Open the way out.

    Raises DeliveryError for a key that cannot be read, OSError when the catcher cannot be started.
    """
    settings = workspace.project.settings
    log = structlog.get_logger("mail")
    async with AsyncExitStack() as stack:
        routes, catcher = routes_of(settings.smtp), None
        if not routes:
            catcher = MailCatcher(workspace.at_root(settings.catcher.folder), settings.catcher.port)
            await stack.enter_async_context(catcher)
            routes = (Route(name="catcher", host=catcher.host, port=catcher.port, security="none", connections=4),)
        # The outbox closes last: it records what the pool still brings to an end.
        outbox = stack.enter_context(open_outbox(workspace))
        pool = SmtpPool(
            routes,
            settings.smtp.domains,
            quotas=Quotas(workspace.store, clock=workspace.clock),
            limits=FleetLimits(workspace.store) if workspace.store.is_postgresql else None,
            alert=lambda text: log.error("alert", text=text),
        )
        await stack.enter_async_context(pool)
        signer = DkimSigner.load(settings.dkim, workspace.project.folder) if settings.dkim else None
        yield Mail(pool, outbox, signer, catcher)


def open_outbox(workspace: Workspace) -> Outbox:
    """Return the outbox over the workspace's store; a context that must be closed."""
    return Outbox(
        workspace.store,
        token_keys=workspace.delivery_keys,
        journal_folder=workspace.at_root("var/journal"),
        retry_after=workspace.project.settings.smtp.retry_after,
        clock=workspace.clock,
    )
