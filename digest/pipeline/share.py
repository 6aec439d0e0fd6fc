"""Sharing: deliveries of an edition that others may deliver as well; the rows say who has which."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.config.newsletter import Newsletter
from digest.errors import StoreError
from digest.model.delivery import DeliveryState
from digest.model.edition import EditionState, Lane
from digest.outbox import SendProgress
from digest.pipeline.going_on import decide_step, find_standing
from digest.pipeline.mail import Mail
from digest.pipeline.publish import Order, Publisher
from digest.pipeline.record import built_from_json
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
    known = workspace.project.newsletters
    with workspace.store.read() as connection:
        rows = [row for row in editions.unfinished_editions(connection) if row.newsletter in known]
    sending: list[EditionRow] = []
    abandoned: list[EditionRow] = []
    for row in rows:
        if row.state is not EditionState.SENDING:
            abandoned += [row] if _is_abandoned(row, now) else []
            continue
        step = decide_step(known[row.newsletter], row, find_standing(workspace, row), now=now)
        if step.action == "go" and _wants_hands(workspace, row.id, now):
            sending.append(row)
        elif step.action not in ("go", "wait") and not _is_held(row, now):
            abandoned.append(row)
    return Unfinished(tuple(sending), tuple(abandoned))


def find_stopped(workspace: Workspace, newsletter: Newsletter) -> list[EditionRow]:
    """Return the newsletter's editions that want a next step which no worker takes by itself."""
    now = workspace.clock()
    with workspace.store.read() as connection:
        rows = editions.unfinished_editions(connection, newsletter.id)
    return [
        row
        for row in rows
        if row.lane is not Lane.WEEKLY and not _is_held(row, now) and row.state is not EditionState.SENDING
        if decide_step(newsletter, row, find_standing(workspace, row), now=now).action != "wait"
    ]


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
        workspace = self._workspace.snapshot()
        newsletter = workspace.project.get_newsletter(row.newsletter)
        try:
            await self._deliver(workspace, row, newsletter)
        except StoreError as error:
            # Another process closed it in the same moment, or the store is away: whoever looks again will see.
            if not error.is_temporary:
                raise

    async def _deliver(self, workspace: Workspace, row: EditionRow, newsletter: Newsletter) -> None:
        if row.lane is Lane.WEEKLY:
            await _SharedRoundups(workspace, self._mail, stop=self._stop).join(row.id, newsletter)
            return
        publisher = _SharedPublisher(
            workspace,
            self._mail,
            stop=self._stop,
            server_patience=_SERVER_PATIENCE,
            progress=lambda moment: self._progress(row.id, moment),
        )
        await publisher.join(row.id, Order.of_row(newsletter, row))


class _SharedPublisher(Publisher):
    """A publisher without claims on editions."""

    async def join(self, row_id: str, order: Order) -> None:
        """Deliver what is left, and close the edition if that was all."""
        await self._deliver(row_id, order, now_due=False)


class _SharedRoundups(Roundups):
    """Roundups without claims on editions."""

    async def join(self, row_id: str, newsletter: Newsletter) -> None:
        """Deliver what is left, and close the roundup if that was all."""
        with self._workspace.store.read() as connection:
            content = editions.find_content(connection, row_id)
        if content:
            await self._deliver(row_id, newsletter, built_from_json(content))


def _wants_hands(workspace: Workspace, edition_id: str, now: datetime) -> bool:
    """Whether something is due, or all is done but for the closing; what others hold they will end themselves."""
    with workspace.store.read() as connection:
        audience = audiences.find_audience(connection, edition_id)
        if audience is None:
            return False
        due_at = deliveries.next_due(connection, audience.id, _OPEN)
        if due_at is not None:
            return due_at <= now
        return not deliveries.is_anything_held(connection, audience.id)


def _is_abandoned(row: EditionRow, now: datetime) -> bool:
    """Whether somebody began to build it and is gone: its claim ran out."""
    return bool(row.owner) and not _is_held(row, now)


def _is_held(row: EditionRow, now: datetime) -> bool:
    """Whether somebody's claim on it holds."""
    return bool(row.owner) and row.lease_until is not None and row.lease_until >= now
