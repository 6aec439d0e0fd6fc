"""Send: the one-off command, now or for a slot, to all subscribers or to named addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from digest.config.newsletter import Newsletter
from digest.delivery.loop import stop_on_signals
from digest.errors import NotFoundError, UsageError
from digest.model.delivery import DeliverySums
from digest.model.edition import EditionState, Lane
from digest.model.subscriber import SubscriptionState
from digest.outbox import SendProgress
from digest.pipeline.breaking import find_breaking
from digest.pipeline.collect import collect
from digest.pipeline.decisions import COMMAND
from digest.pipeline.mail import open_mail
from digest.pipeline.making import assemble_built
from digest.pipeline.order import Order
from digest.pipeline.publish import Publisher
from digest.pipeline.reports import EditionReport, report_edition, told_sums
from digest.pipeline.reroute import reroute
from digest.pipeline.workspace import Workspace
from digest.store import drafts, editions, subscribers
from digest.subscriptions.addresses import normalise_address

PATIENCE = timedelta(seconds=80)
"""How long a one-off send waits for deferred deliveries: the first retry comes after a minute."""


@dataclass(frozen=True, slots=True)
class SendRequest:
    """What the user asked for; `slot_at` is now unless given, `to` names addresses instead of the subscribers.

    `breaking` names the one story that goes out at once.
    """

    newsletter: str
    slot_at: datetime | None = None
    to: tuple[str, ...] = ()
    dry_run: bool = False
    resume: bool = False
    failed_only: bool = False
    fetch: bool = True
    breaking: str = ""


@dataclass(frozen=True, slots=True)
class SendReport:
    """The outcome of `digest send`."""

    edition: str
    sums: DeliverySums
    ok: bool
    state: str
    message: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the object of `send --json`."""
        return {"edition": self.edition, **told_sums(self.sums), "state": self.state, "reason": self.message}

    def closing_line(self) -> str:
        """Return the sum that accounts for every reader: `3 selected = 2 sent + 1 suppressed + 0 failed …`."""
        selected, *parts = told_sums(self.sums).items()
        return f"{selected[1]} selected = {' + '.join(f'{count} {name}' for name, count in parts)}"


async def send_edition(
    workspace: Workspace, request: SendRequest, *, progress: Callable[[SendProgress], None] | None = None
) -> SendReport:
    """Carry out a request, and report what became of it; a slot sent before is not sent again.

    SIGTERM ends the sending in good order, to be gone on with. Raises UsageError for an address that cannot be used
    and a breaking story that was told already, NotFoundError for an unknown newsletter or story, or when there is
    nothing to go on with.
    """
    newsletter = workspace.project.get_newsletter(request.newsletter)
    starts_one = not (request.resume or request.failed_only)
    if starts_one and request.slot_at is None and not (request.to or request.breaking):
        _refuse_while_unfinished(workspace, newsletter)
    if starts_one and request.fetch:
        await collect(workspace)
        await asyncio.to_thread(reroute, workspace)
    order = _order(workspace, newsletter, request)
    if request.dry_run:
        return _rehearse(workspace, order)
    with stop_on_signals() as stop:
        async with open_mail(workspace) as mail:
            publisher = Publisher(workspace, mail, stop=stop, patience=PATIENCE, progress=progress)
            return await _publish(workspace, publisher, newsletter, request, order)


async def _publish(
    workspace: Workspace, publisher: Publisher, newsletter: Newsletter, request: SendRequest, order: Order
) -> SendReport:
    if request.failed_only:
        return _told([await publisher.retry_failed(newsletter, _last_edition(workspace, newsletter))])
    if not request.resume:
        return _told([await publisher.publish(order)])
    reports = await publisher.resume(newsletter, now_due=True)
    return _told(reports) if reports else _nothing_open(workspace, newsletter)


def _order(workspace: Workspace, newsletter: Newsletter, request: SendRequest) -> Order:
    return Order(
        newsletter,
        request.slot_at or workspace.clock().replace(microsecond=0),
        addresses=tuple(_usable(address) for address in request.to),
        story=find_breaking(workspace, newsletter, request.breaking).id if request.breaking else "",
        by=COMMAND,
    )


def _refuse_while_unfinished(workspace: Workspace, newsletter: Newsletter) -> None:
    """Keep a further edition from starting while readers still wait for the one before."""
    with workspace.store.read() as connection:
        rows = [row for row in editions.unfinished_editions(connection, newsletter.id) if row.lane is Lane.LIST]
        # A draft that waits for its slot has no readers yet.
        open_rows = [
            row for row in rows if row.slot_at <= workspace.clock() or drafts.find_draft(connection, row.id) is None
        ]
    if open_rows:
        row = open_rows[0]
        raise UsageError(
            f"{row.id} is not finished ({row.state.value}); go on with: digest send {newsletter.id} --resume, "
            f"or stop it with: digest editions cancel {row.id}"
        )


def _usable(address: str) -> str:
    try:
        return normalise_address(address)[0]
    except ValueError as error:
        raise UsageError(f"{address}: {error}") from error


def _told(reports: list[EditionReport]) -> SendReport:
    """Tell of one edition, or of several that were gone on with, by the sums of all."""
    last = reports[-1]
    sums = sum((report.sums for report in reports), DeliverySums())
    message = "; ".join(report.told for report in reports if report.told)
    ok = all(report.ok for report in reports)
    return SendReport(" ".join(report.row.id for report in reports), sums, ok, last.row.state.value, message)


def _rehearse(workspace: Workspace, order: Order) -> SendReport:
    """Assemble without a trace, and say to how many it would go."""
    assembled, _ = assemble_built(workspace, order, None)
    readers = len(order.addresses)
    if order.lane is not Lane.DIRECT:
        readers = _count_audience(workspace, order.newsletter)
    name = order.slot.id
    if assembled.edition is None:
        return SendReport(name, DeliverySums(), True, "dry run", f"would be skipped: {assembled.skip_reason}")
    message = f"would go to {readers} readers: {assembled.edition.subject}"
    sums = DeliverySums(selected=readers, queued=readers)
    return SendReport(name, sums, not assembled.errors, "dry run", "; ".join([message, *assembled.warnings]))


def _count_audience(workspace: Workspace, newsletter: Newsletter) -> int:
    with workspace.store.read() as connection:
        counts = subscribers.count_subscriptions(connection).get(newsletter.id, {})
    return counts.get(SubscriptionState.CONFIRMED, 0)


def _last_edition(workspace: Workspace, newsletter: Newsletter) -> str:
    with workspace.store.read() as connection:
        rows = editions.list_editions(connection, newsletter=newsletter.id, limit=20)
    found = next((row.id for row in rows if row.state in (EditionState.DONE, EditionState.SENDING)), None)
    if found is None:
        raise NotFoundError("edition to try again for", newsletter.id)
    return found


def _nothing_open(workspace: Workspace, newsletter: Newsletter) -> SendReport:
    """Tell of the last edition, which is finished, or of one that another process holds."""
    with workspace.store.read() as connection:
        held = editions.unfinished_editions(connection, newsletter.id)
        rows = editions.list_editions(connection, newsletter=newsletter.id, limit=1)
    if held:
        busy = report_edition(workspace, held[0].id)
        until = f" at least until {held[0].lease_until:%H:%M:%S} UTC" if held[0].lease_until else ""
        message = f"{held[0].id} is held by another process ({held[0].owner}){until}; try again when it has ended"
        return SendReport(busy.row.id, busy.sums, False, busy.row.state.value, message)
    message = f"{newsletter.id} has no unfinished edition"
    if not rows:
        return SendReport("", DeliverySums(), True, "none", message)
    last = report_edition(workspace, rows[0].id)
    return SendReport(last.row.id, last.sums, True, last.row.state.value, message)
