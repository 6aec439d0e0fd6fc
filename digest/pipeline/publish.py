"""Publish: claim a slot, assemble its edition, fix its audience, deliver it, and leave an outcome in the ledger."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.config.newsletter import Newsletter
from digest.editions import LateDecision, content_hash, edition_id
from digest.errors import DeliveryError, RenderError
from digest.model.audience import parse_audience
from digest.model.delivery import Delivery
from digest.model.edition import EditionState, Lane
from digest.model.subscriber import Reader, Subscriber
from digest.outbox import SendProgress
from digest.pipeline.assemble import Assembled, assemble
from digest.pipeline.envelope import message_template
from digest.pipeline.mail import Mail
from digest.pipeline.pictures import message_pictures
from digest.pipeline.record import BuiltEdition, built_from_json, built_to_json
from digest.pipeline.reports import EditionReport, report_edition
from digest.pipeline.workspace import Workspace
from digest.store import editions, subscribers
from digest.store.audiences import Chosen, find_audience
from digest.store.editions import EditionRow, Slot
from digest.subscriptions.addresses import normalise_address
from digest.subscriptions.links import reader_values

Progress = Callable[[SendProgress], None]


@dataclass(frozen=True, slots=True)
class Order:
    """One edition to publish: `addresses` name readers by hand (lane DIRECT), else all subscribers get it."""

    newsletter: Newsletter
    slot_at: datetime
    until_at: datetime | None = None
    addresses: tuple[str, ...] = ()

    @property
    def lane(self) -> Lane:
        """Whom the edition is for."""
        return Lane.DIRECT if self.addresses else Lane.LIST

    @property
    def slot(self) -> Slot:
        """What makes the edition unique in the ledger."""
        name = edition_id(self.newsletter.id, self.slot_at, self.lane)
        return Slot(name, self.newsletter.id, self.slot_at, self.lane)


class Publisher:
    """Publishes editions over one open way out; `stop` ends deliveries early, to be resumed later."""

    def __init__(
        self,
        workspace: Workspace,
        mail: Mail,
        *,
        stop: asyncio.Event | None = None,
        patience: timedelta = timedelta(0),
        server_patience: timedelta = timedelta(seconds=15),
        progress: Progress | None = None,
    ) -> None:
        self._workspace = workspace
        self._mail = mail
        self._stop = stop
        self._patience = patience
        self._server_patience = server_patience
        self._progress = progress
        self._owner = _owner_of(os.getpid())

    async def publish(self, order: Order) -> EditionReport:
        """Publish the edition of a slot, once: a slot that was published before is only reported."""
        row, is_ours = await asyncio.to_thread(self._claim, order.slot)
        if not is_ours:
            return report_edition(self._workspace, row.id, was_known=True)
        try:
            return await self._finish(row, order)
        finally:
            await asyncio.to_thread(self._release, row.id)

    async def decide(self, newsletter: Newsletter, decision: LateDecision) -> EditionReport:
        """Carry out what was decided about a due slot: publish it, or record why it is skipped or held."""
        order = Order(newsletter, decision.slot_at)
        if decision.action == "send":
            return await self.publish(order)
        row, is_ours = await asyncio.to_thread(self._claim, order.slot)
        if is_ours:
            state = EditionState.HELD if decision.action == "hold" else EditionState.SKIPPED
            self._set_state(row.id, state, decision.reason)
        return report_edition(self._workspace, row.id, was_known=not is_ours)

    async def resume(self, newsletter: Newsletter, *, now_due: bool = False) -> list[EditionReport]:
        """Go on with the newsletter's unfinished editions that no other process holds; starts none.

        Roundups of the week are gone on with by `Roundups`. A copy for named addresses that stopped before they
        were recorded ends as failed: nobody knows them any more, and the subscribers must not get it.
        """
        with self._workspace.store.read() as connection:
            rows = editions.unfinished_editions(connection, newsletter.id)
            lost = {row.id for row in rows if row.lane is Lane.DIRECT and not find_audience(connection, row.id)}
        reports = []
        for row in (row for row in rows if row.lane is not Lane.WEEKLY):
            if not await asyncio.to_thread(self._claim_again, row.id):
                continue
            if row.id in lost:
                self._set_state(row.id, EditionState.FAILED, "stopped before its addresses were recorded")
                reports.append(report_edition(self._workspace, row.id))
                continue
            try:
                order = Order(newsletter, row.slot_at)
                reports.append(await self._finish(row, order, now_due=now_due))
            finally:
                await asyncio.to_thread(self._release, row.id)
        return reports

    async def retry_failed(self, newsletter: Newsletter, row_id: str) -> EditionReport:
        """Try the failed deliveries of an edition that was sent once more."""
        await asyncio.to_thread(self._mail.outbox.retry_failed, row_id)
        self._set_state(row_id, EditionState.SENDING)
        if not await asyncio.to_thread(self._claim_again, row_id):
            return report_edition(self._workspace, row_id, was_known=True)
        try:
            with self._workspace.store.read() as connection:
                row = editions.get_edition(connection, row_id)
            return await self._finish(row, Order(newsletter, row.slot_at))
        finally:
            await asyncio.to_thread(self._release, row_id)

    async def _finish(self, row: EditionRow, order: Order, *, now_due: bool = False) -> EditionReport:
        """Bring an edition that we hold from where it stands to its outcome."""
        message = ""
        async with self._lease(row.id):
            try:
                built = await asyncio.to_thread(self._built, row, order)
                if built is not None:
                    await self._deliver(row.id, order, built, now_due=now_due)
            except RenderError as error:
                self._set_state(row.id, EditionState.FAILED, str(error))
            except DeliveryError as error:
                message = str(error)
        return report_edition(self._workspace, row.id, message=message)

    def _built(self, row: EditionRow, order: Order) -> BuiltEdition | None:
        """Return the edition as it was built, now or before a restart; None when it ended without one."""
        with self._workspace.store.read() as connection:
            content = editions.find_content(connection, row.id)
        if content:
            return built_from_json(content)
        self._set_state(row.id, EditionState.BUILDING)
        links = message_pictures(self._workspace.project)
        assembled = assemble(
            self._workspace,
            order.newsletter,
            order.slot_at,
            until_at=order.until_at,
            lane=row.lane,
            picture_url=links,
        )
        if assembled.rendered is None:
            self._set_state(row.id, EditionState.SKIPPED, assembled.skip_reason)
            return None
        if assembled.errors:
            self._set_state(row.id, EditionState.FAILED, "; ".join(str(found.message) for found in assembled.errors))
            return None
        built = BuiltEdition(assembled.rendered, tuple(links.used))
        self._keep(row.id, assembled, built)
        return built

    def _keep(self, row_id: str, assembled: Assembled, built: BuiltEdition) -> None:
        """Fix the content of the edition and remember its stories as told, in one transaction."""
        now, edition = self._workspace.clock(), built.rendered.edition
        with self._workspace.store.begin() as connection:
            content = built_to_json(built)
            editions.save_content(connection, edition, content, content_hash=content_hash(edition), now=now)
            editions.save_window(connection, row_id, assembled.situation.since_at, assembled.situation.end_at)
            editions.record_used(connection, edition)
            editions.set_state(connection, row_id, EditionState.BUILT, now=now)

    async def _deliver(self, row_id: str, order: Order, built: BuiltEdition, *, now_due: bool) -> None:
        """Fix the audience, deliver, and close the edition when nothing is left to do."""
        outbox = self._mail.outbox
        template = message_template(self._workspace, order.newsletter, built, signer=self._mail.signer)
        await asyncio.to_thread(self._enqueue, row_id, order)
        if now_due:
            await asyncio.to_thread(outbox.retry_now, row_id)
        sums = await outbox.run(
            row_id,
            template,
            self._reader_maker(order.newsletter, built),
            self._mail.pool,
            progress=self._progress,
            stop=self._stop,
            patience=self._patience,
            server_patience=self._server_patience,
        )
        # A person may have cancelled it meanwhile.
        if sums.finished and self._state(row_id) is EditionState.SENDING:
            self._set_state(row_id, EditionState.DONE)

    def _enqueue(self, row_id: str, order: Order) -> None:
        newsletter, outbox = order.newsletter, self._mail.outbox
        useful_until = self._workspace.clock() + newsletter.useful_for
        if order.lane is Lane.DIRECT:
            self._know_addresses(order.addresses)
            outbox.enqueue_addresses(row_id, order.addresses, useful_until=useful_until)
        else:
            outbox.enqueue(
                row_id,
                newsletter.id,
                useful_until=useful_until,
                uncertain=newsletter.uncertain,
                chosen=Chosen(parse_audience(newsletter.audience) if newsletter.audience else None),
            )
        if self._state(row_id) is not EditionState.SENDING:
            self._set_state(row_id, EditionState.SENDING)

    def _know_addresses(self, addresses: Sequence[str]) -> None:
        """Give every address a subscriber's row, so that the links in its message work."""
        people = [subscribers.NewSubscriber(*normalise_address(address)) for address in addresses]
        with self._workspace.store.begin() as connection:
            subscribers.add_subscribers(connection, people, self._workspace.clock())

    def _reader_maker(self, newsletter: Newsletter, built: BuiltEdition) -> Callable[[Delivery, Subscriber], Reader]:
        links, edition = self._workspace.links, built.rendered.edition

        def make(delivery: Delivery, subscriber: Subscriber) -> Reader:
            values = reader_values(subscriber, newsletter, edition, links, since_at=delivery.since_at)
            return Reader(subscriber.id, subscriber.email, values, delivery.token)

        return make

    def _claim(self, slot: Slot) -> tuple[EditionRow, bool]:
        with self._workspace.store.begin() as connection:
            _free_from_the_dead(connection, slot.id)
            is_ours = editions.claim_slot(connection, slot, owner=self._owner, now=self._workspace.clock())
            return editions.get_edition(connection, slot.id), is_ours

    def _claim_again(self, row_id: str) -> bool:
        with self._workspace.store.begin() as connection:
            _free_from_the_dead(connection, row_id)
            return editions.claim_edition(connection, row_id, owner=self._owner, now=self._workspace.clock())

    def _release(self, row_id: str) -> None:
        with self._workspace.store.begin() as connection:
            editions.release(connection, row_id, owner=self._owner)

    def _state(self, row_id: str) -> EditionState:
        with self._workspace.store.read() as connection:
            return editions.get_edition(connection, row_id).state

    def _set_state(self, row_id: str, state: EditionState, reason: str | None = None) -> None:
        with self._workspace.store.begin() as connection:
            editions.set_state(connection, row_id, state, now=self._workspace.clock(), reason=reason)

    @asynccontextmanager
    async def _lease(self, row_id: str) -> AsyncIterator[None]:
        """Renew our claim while the block runs, however long the send takes."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(editions.LEASE.total_seconds() / 5)
                await asyncio.to_thread(self._claim_again, row_id)

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _owner_of(process_id: int) -> str:
    return f"{socket.gethostname()[:40]}-{process_id}"


def _free_from_the_dead(connection: Connection, row_id: str) -> None:
    """Give back the claim of a process of this machine that is gone, as after `kill -9`: its lease need not run out."""
    row = editions.find_edition(connection, row_id)
    host, _, process_id = row.owner.rpartition("-") if row else ("", "", "")
    if row is None or not process_id.isdecimal() or _owner_of(int(process_id)) != f"{host}-{process_id}":
        return
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        editions.release(connection, row_id, owner=row.owner)
    except PermissionError:
        return
