"""Publish: claim a slot, make its edition, fix its audience, deliver it, and leave an outcome in the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from digest.config.newsletter import Newsletter
from digest.editions import LateDecision
from digest.errors import DeliveryError, RenderError
from digest.model.audience import parse_audience
from digest.model.delivery import Delivery
from digest.model.edition import EditionState, Lane
from digest.model.subscriber import Reader, Subscriber
from digest.outbox import SendProgress
from digest.pipeline.claims import Claims
from digest.pipeline.envelope import message_template
from digest.pipeline.going_on import Step, decide_step, find_standing
from digest.pipeline.hands import open_hands
from digest.pipeline.mail import Mail
from digest.pipeline.making import Made, find_made, make_edition
from digest.pipeline.mornings import find_mornings
from digest.pipeline.order import Order
from digest.pipeline.record import BuiltEdition
from digest.pipeline.reports import EditionReport, report_edition
from digest.pipeline.workspace import Workspace
from digest.store import drafts, editions, subscribers
from digest.store.audiences import Chosen
from digest.store.editions import EditionRow
from digest.subscriptions.addresses import normalise_address
from digest.subscriptions.links import reader_maker

Progress = Callable[[SendProgress], None]
_MAY_START = (EditionState.BUILT, EditionState.SENDING)

__all__ = ["Order", "Progress", "Publisher"]


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
        self._claims = Claims(workspace)

    async def publish(self, order: Order) -> EditionReport:
        """Publish the edition of a slot, once: a slot that was published before is only reported."""
        row, is_ours = await asyncio.to_thread(
            self._claims.claim_slot, order.slot, approved_by=order.by, reason=order.reason
        )
        if not is_ours:
            return report_edition(self._workspace, row.id, was_known=True)
        return await self._finish(row, order)

    async def decide(self, newsletter: Newsletter, decision: LateDecision) -> EditionReport:
        """Carry out what was decided about a due slot: publish it, or record why it is skipped or held."""
        order = Order(newsletter, decision.slot_at)
        if decision.action == "send":
            return await self.publish(order)
        row, is_ours = await asyncio.to_thread(self._claims.claim_slot, order.slot)
        if is_ours:
            state = EditionState.HELD if decision.action == "hold" else EditionState.SKIPPED
            self._set_state(row.id, state, decision.reason)
            await asyncio.to_thread(self._claims.release, row.id)
        return report_edition(self._workspace, row.id, was_known=not is_ours)

    async def draft(self, order: Order) -> EditionReport:
        """Make the edition of a slot that lies ahead, for its editors to see; nobody else is mailed before the slot.

        Where it cannot be made yet, it is planned again, with the reason, and made at its slot.
        """
        row, is_ours = await asyncio.to_thread(self._claims.claim_slot, order.slot)
        if not is_ours:
            return report_edition(self._workspace, row.id, was_known=True)
        async with self._claims.hold(row.id):
            with self._workspace.store.begin() as connection:
                drafts.add_draft(connection, row.id, self._workspace.clock())
            try:
                made = await asyncio.to_thread(make_edition, self._workspace, row, order)
            except RenderError as error:
                made = Made(state=EditionState.FAILED, reason=str(error))
            if made.built is None:
                self._set_state(row.id, EditionState.PLANNED, f"no draft yet: {made.reason}")
        return report_edition(self._workspace, row.id)

    async def resume(self, newsletter: Newsletter, *, now_due: bool = False) -> list[EditionReport]:
        """Go on with the newsletter's unfinished editions that no other process holds; starts none.

        With `now_due` a person wants it: what was put off is tried at once, and nothing is too late. Roundups of the
        week are gone on with by `Roundups`.
        """
        with self._workspace.store.read() as connection:
            rows = editions.unfinished_editions(connection, newsletter.id)
        reports = []
        for row in (row for row in rows if row.lane is not Lane.WEEKLY):
            step = await asyncio.to_thread(self._next_step, newsletter, row, now_due)
            if step.action == "wait" or not await asyncio.to_thread(self._claims.claim, row.id):
                continue
            reports.append(await self._take(step, row.id, newsletter, now_due=now_due))
        return reports

    async def retry_failed(self, newsletter: Newsletter, row_id: str) -> EditionReport:
        """Try the failed deliveries of an edition that was sent once more."""
        await asyncio.to_thread(self._mail.outbox.retry_failed, row_id)
        self._set_state(row_id, EditionState.SENDING)
        if not await asyncio.to_thread(self._claims.claim, row_id):
            return report_edition(self._workspace, row_id, was_known=True)
        return await self._finish(self._row(row_id), Order.of_row(newsletter, self._row(row_id)))

    def _next_step(self, newsletter: Newsletter, row: EditionRow, now_due: bool) -> Step:
        standing = find_standing(self._workspace, row)
        return decide_step(newsletter, row, standing, now=self._workspace.clock(), by_hand=now_due)

    async def _take(self, step: Step, row_id: str, newsletter: Newsletter, *, now_due: bool) -> EditionReport:
        """Take the next step of an unfinished edition that we hold; the ledger may have moved since it was decided."""
        row = self._row(row_id)
        if step.action == "go":
            return await self._finish(row, Order.of_row(newsletter, row), now_due=now_due)
        if step.action == "expire":
            await asyncio.to_thread(self._mail.outbox.expire, row.id, step.reason)
        self._set_state(row.id, step.state, step.reason)
        await asyncio.to_thread(self._claims.release, row.id)
        return report_edition(self._workspace, row.id)

    async def _finish(self, row: EditionRow, order: Order, *, now_due: bool = False) -> EditionReport:
        """Bring an edition that we hold from where it stands to its outcome, and let it go."""
        message = ""
        async with self._claims.hold(row.id):
            try:
                made = await asyncio.to_thread(make_edition, self._workspace, row, order)
                if made.built is None:
                    self._set_state(row.id, made.state, made.reason)
                elif await asyncio.to_thread(self._waits_for_editor, row.id, order):
                    self._set_state(row.id, EditionState.HELD, "no editor approved it before its deadline")
                else:
                    await self._deliver(row.id, order, now_due=now_due)
            except RenderError as error:
                self._set_state(row.id, EditionState.FAILED, str(error))
            except DeliveryError as error:
                message = str(error)
        return report_edition(self._workspace, row.id, message=message)

    def _waits_for_editor(self, row_id: str, order: Order) -> bool:
        """Say whether an editor must approve this edition first, and none did; it is a draft from then on."""
        draft, row = order.newsletter.draft, self._row(row_id)
        if draft is None or draft.at_deadline != "wait" or row.lane is not Lane.LIST:
            return False
        if row.approved_at is not None or order.by or row.state is not EditionState.BUILT:
            return False
        with self._workspace.store.begin() as connection:
            drafts.add_draft(connection, row_id, self._workspace.clock())
        return True

    async def _deliver(self, row_id: str, order: Order, *, now_due: bool) -> None:
        """Fix the audience, deliver, and close the edition when nothing is left to do."""
        outbox = self._mail.outbox
        built = await asyncio.to_thread(self._start, row_id, order)
        if built is None:
            return
        template = message_template(self._workspace, order.newsletter, built, signer=self._mail.signer)
        if now_due:
            await asyncio.to_thread(outbox.retry_now, row_id)
        mornings = find_mornings(order)
        async with open_hands(self._workspace, self._mail, row_id, self._stop) as hands:
            sums = await outbox.run(
                row_id,
                template,
                self._reader_maker(order.newsletter, built),
                self._mail.pool,
                progress=hands.follow(self._progress),
                stop=self._stop,
                patience=self._patience,
                server_patience=self._server_patience,
                useful_until=mornings.useful_until if mornings.is_local else None,
            )
        # A person may have cancelled it meanwhile.
        if sums.finished and self._row(row_id).state is EditionState.SENDING:
            self._set_state(row_id, EditionState.DONE)

    def _start(self, row_id: str, order: Order) -> BuiltEdition | None:
        """Fix audience and content, and return the content: the last one that an editor saved; None where one stops it.

        The audience is fixed first, so that a copy for named addresses never goes on without them.
        """
        self._enqueue(row_id, order)
        while self._row(row_id).state in _MAY_START:
            made = find_made(self._workspace, row_id)
            if made is None:
                return None
            with self._workspace.store.begin() as connection:
                now = self._workspace.clock()
                if editions.start_sending(connection, row_id, content_hash=made.content_hash, now=now):
                    return made.built
        return None

    def _enqueue(self, row_id: str, order: Order) -> None:
        newsletter, outbox = order.newsletter, self._mail.outbox
        mornings = find_mornings(order)
        useful_until = max(self._workspace.clock(), mornings.last_at) + newsletter.useful_for
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
                due_at=mornings.due_at if mornings.is_local else None,
            )

    def _know_addresses(self, addresses: Sequence[str]) -> None:
        """Give every address a subscriber's row, so that the links in its message work."""
        people = [subscribers.NewSubscriber(*normalise_address(address)) for address in addresses]
        with self._workspace.store.begin() as connection:
            subscribers.add_subscribers(connection, people, self._workspace.clock())

    def _reader_maker(self, newsletter: Newsletter, built: BuiltEdition) -> Callable[[Delivery, Subscriber], Reader]:
        edition = built.rendered.edition
        is_breaking = edition.id.endswith(f"-{Lane.BREAKING}")
        page = f"-breaking-{edition.slot_at.astimezone(newsletter.zone):%H%M}" if is_breaking else ""
        return reader_maker(newsletter, edition, self._workspace.links, page=page)

    def _row(self, row_id: str) -> EditionRow:
        with self._workspace.store.read() as connection:
            return editions.get_edition(connection, row_id)

    def _set_state(self, row_id: str, state: EditionState, reason: str | None = None) -> None:
        with self._workspace.store.begin() as connection:
            editions.set_state(connection, row_id, state, now=self._workspace.clock(), reason=reason)
