"""Sharing: deliveries of an edition that others may deliver as well; the rows say who has which."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.config.newsletter import Newsletter
from digest.errors import NotFoundError, StoreError
from digest.model.delivery import DeliveryState
from digest.model.edition import EditionState, Lane
from digest.outbox import SendProgress
from digest.pipeline.mail import Mail
from digest.pipeline.publish import Order, Publisher
from digest.pipeline.record import BuiltEdition, built_from_json
from digest.pipeline.roundup import Roundups
from digest.pipeline.workspace import Workspace
from digest.store import audiences, deliveries, editions
from digest.store.editions import EditionRow

_SERVER_PATIENCE = timedelta(seconds=60)
_OPEN = (DeliveryState.QUEUED, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Editions that want hands now: `sending` ones anybody may join, `abandoned` ones that somebody left half-built."""

    sending: tuple[EditionRow, ...]
    abandoned: tuple[EditionRow, ...]


def find_unfinished(workspace: Workspace) -> Unfinished:
    """Return what a worker may do without being asked; what is put off until later is left out."""
    now = workspace.clock()
    with workspace.store.read() as connection:
        rows = editions.unfinished_editions(connection)
        sending = [row for row in rows if row.state is EditionState.SENDING and _wants_hands(connection, row.id, now)]
    left = [row for row in rows if row.state is not EditionState.SENDING and _is_abandoned(row, now)]
    return Unfinished(tuple(sending), tuple(left))


class Helper:
    """Delivers beside those who hold an edition's claim; takes no claim, and closes what it finds finished."""

    def __init__(
        self, workspace: Workspace, mail: Mail, *, stop: asyncio.Event, progress: Callable[[str, SendProgress], None]
    ) -> None:
        self._workspace = workspace
        self._mail = mail
        self._stop = stop
        self._progress = progress

    async def join(self, row: EditionRow) -> None:
        """Deliver what is left of an edition that is being sent, until nothing is left or due.

        Raises:
            NotFoundError: this configuration does not know the newsletter.
            DeliveryError: the run was paused by a fault of ours.
        """
        newsletter = self._workspace.project.get_newsletter(row.newsletter)
        built = await asyncio.to_thread(self._load, row.id)
        try:
            await self._deliver(row, newsletter, built)
        except StoreError as error:
            # Another process closed it in the same moment, or the store is away: whoever looks again will see.
            if not error.is_temporary:
                raise

    async def _deliver(self, row: EditionRow, newsletter: Newsletter, built: BuiltEdition) -> None:
        if row.lane is Lane.WEEKLY:
            await _SharedRoundups(self._workspace, self._mail, stop=self._stop).join(row.id, newsletter, built)
            return
        publisher = _SharedPublisher(
            self._workspace,
            self._mail,
            stop=self._stop,
            server_patience=_SERVER_PATIENCE,
            progress=lambda moment: self._progress(row.id, moment),
        )
        await publisher.join(row.id, Order(newsletter, row.slot_at), built)

    def _load(self, edition_id: str) -> BuiltEdition:
        with self._workspace.store.read() as connection:
            content = editions.find_content(connection, edition_id)
        if not content:
            raise NotFoundError("content of edition", edition_id)
        return built_from_json(content)


class _SharedPublisher(Publisher):
    """A publisher without claims on editions."""

    async def join(self, row_id: str, order: Order, built: BuiltEdition) -> None:
        """Deliver what is left, and close the edition if that was all."""
        await self._deliver(row_id, order, built, now_due=False)


class _SharedRoundups(Roundups):
    """Roundups without claims on editions."""

    async def join(self, row_id: str, newsletter: Newsletter, built: BuiltEdition) -> None:
        """Deliver what is left, and close the roundup if that was all."""
        await self._deliver(row_id, newsletter, built)


def _wants_hands(connection: Connection, edition_id: str, now: datetime) -> bool:
    """Whether something is due, or all is done but for the closing; what others hold they will end themselves."""
    audience = audiences.find_audience(connection, edition_id)
    if audience is None:
        return False
    due_at = deliveries.next_due(connection, audience.id, _OPEN)
    if due_at is not None:
        return due_at <= now
    return not deliveries.is_anything_held(connection, audience.id)


def _is_abandoned(row: EditionRow, now: datetime) -> bool:
    """Whether somebody began to build it and is gone: its claim ran out."""
    return bool(row.owner) and row.lease_until is not None and row.lease_until < now
