"""Reading bounces where they arrive: Maildir, mailbox, the daemon's own listener; keeps what was not understood."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from digest.bounces.listener import BounceListener
from digest.bounces.mailboxes import read_imap, read_maildir
from digest.errors import DigestError, TokenError
from digest.outbox.tokens import DeliveryTokens
from digest.pipeline.bounces import BounceDesk, Handled, Outcome
from digest.pipeline.kept_reports import forget_old, keep_message, kept_folder
from digest.pipeline.workspace import Workspace


def read_sources(workspace: Workspace) -> dict[str, int]:
    """Read the Maildir and the mailbox of the settings once, and count refusals at sending; return the figures.

    Raises MailboxError for a source that cannot be read, StoreError when the store does not answer.
    """
    settings = workspace.project.settings.bounces
    desk, sums = BounceDesk.open(workspace), dict.fromkeys(("read", *(outcome.value for outcome in Outcome)), 0)
    handle = _handler(workspace, desk, sums)
    if settings.maildir:
        read_maildir(workspace.at_root(settings.maildir), handle)
    if settings.imap.host:
        read_imap(settings.imap, handle)
    sums["refused"] = desk.charge_refusals()
    forget_old(kept_folder(workspace), workspace.clock().timestamp(), settings.keep)
    return sums


async def watch(workspace: Workspace, stop: asyncio.Event) -> None:
    """Listen, and read the sources every `bounces.every`, until `stop` is set; trouble is logged and tried again.

    Raises OSError where the listener's port is taken.
    """
    log = structlog.get_logger("bounces")
    async with listen(workspace):
        while not stop.is_set():
            try:
                sums = await asyncio.to_thread(read_sources, workspace)
                if sums["read"] or sums["refused"]:
                    log.info("read", **sums)
            except DigestError as error:
                log.error("bounces not read", error=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), workspace.project.settings.bounces.every.total_seconds())


@asynccontextmanager
async def listen(workspace: Workspace) -> AsyncIterator[BounceListener | None]:
    """Run the listener of the settings until the context ends; gives None where it is off.

    Only addresses with a token of ours are taken. Raises OSError where the port is taken.
    """
    settings = workspace.project.settings.bounces.listen
    if settings.protocol == "off":
        yield None
        return
    handle = _handler(workspace, BounceDesk.open(workspace), {})
    log = structlog.get_logger("bounces")
    tokens = DeliveryTokens(workspace.delivery_keys)

    def is_ours(token: str) -> bool:
        try:
            return tokens.read(token) > 0
        except TokenError:
            return False

    def handle_and_tell(raw: bytes) -> None:
        handled = handle(raw)
        log.info("report", kind=handled.report.kind, outcome=handled.outcome)

    leave_address = workspace.project.settings.sender.unsubscribe_mailto
    async with BounceListener(
        settings, handle=handle_and_tell, is_ours=is_ours, leave_address=leave_address
    ) as listener:
        log.info("listening", host=listener.host, port=listener.port, protocol=settings.protocol)
        yield listener


def _handler(workspace: Workspace, desk: BounceDesk, sums: dict[str, int]) -> Callable[[bytes], Handled]:
    def handle(raw: bytes) -> Handled:
        handled = desk.handle(raw)
        sums["read"] = sums.get("read", 0) + 1
        sums[handled.outcome.value] = sums.get(handled.outcome.value, 0) + 1
        not_understood = handled.outcome is Outcome.NOTHING and not handled.report.findings
        if handled.outcome is Outcome.UNKNOWN or not_understood:
            keep_message(kept_folder(workspace), raw)
        return handled

    return handle
