"""The outbox: fixes an audience, runs its deliveries to their end, accounts for each; makes no message itself."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

from digest.delivery.message import Message
from digest.delivery.pool import SmtpPool
from digest.delivery.template import MessageTemplate
from digest.errors import NotFoundError
from digest.model.delivery import Delivery, DeliveryState, DeliverySums
from digest.model.subscriber import Reader, Subscriber
from digest.outbox.fence import SILENT_AFTER, Fence
from digest.outbox.journal import Journal
from digest.outbox.progress import SendProgress, sums_from
from digest.outbox.recorder import Recorder
from digest.outbox.recovery import Recovered, recover
from digest.outbox.run import Run
from digest.outbox.settings import RunSettings
from digest.outbox.tokens import DeliveryTokens
from digest.outbox.transitions import check_move
from digest.outbox.turn import Results
from digest.outbox.verdicts import RETRY_AFTER
from digest.store import Store, audiences, senders
from digest.store import deliveries as ledger
from digest.store.audiences import Chosen

EVERYBODY = Chosen()
"""All who want each edition."""

_SENDING = DeliveryState.SENDING
_NO_ATTRIBUTES: Mapping[str, str] = {}

ReaderMaker = Callable[[Delivery, Subscriber], Reader]
"""Makes the reader of a message from its delivery (with token) and subscriber (id 0 where only named by address)."""


class Outbox:
    """The ledger of deliveries and one sender on it. Close it, or use it as a context.

    `token_keys`: the first makes return-path tokens, all read them. `journal_folder` is a folder of this machine,
    beside the store; without one, a crash leaves everything that was claimed uncertain. A sender of another machine
    that was not seen for `lease` is dead.
    """

    def __init__(
        self,
        store: Store,
        *,
        token_keys: Sequence[bytes],
        journal_folder: Path | None = None,
        retry_after: Sequence[timedelta] = RETRY_AFTER,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        lease: timedelta = SILENT_AFTER,
    ) -> None:
        self.store = store
        self.tokens = DeliveryTokens(token_keys)
        self.name = f"{socket.gethostname()[:40]}-{secrets.token_hex(6)}"
        self._folder = journal_folder
        self._journal = Journal.create(journal_folder, self.name) if journal_folder is not None else None
        self._retry_after = retry_after
        self._clock = clock
        self._lease = lease
        self._unrecorded: dict[str, Results] = {}
        # One thread writes: on SQLite there can be only one writer, and results stay in order.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="outbox")

    def enqueue(
        self,
        edition_id: str,
        newsletter: str,
        *,
        useful_until: datetime,
        uncertain: Literal["resend", "hold"] = "resend",
        chosen: Chosen = EVERYBODY,
        due_at: Callable[[str], datetime] | None = None,
    ) -> int:
        """Fix the audience: the confirmed subscribers of the newsletter that are among `chosen`. Return how many.

        Suppressed ones are recorded as such. Where the audience is fixed already, nothing changes. `due_at` gives
        when the readers of a time zone get theirs; at once unless given.
        """
        now = self._clock()
        with self.store.begin() as connection:
            found = audiences.find_audience(connection, edition_id)
            if found is not None:
                return found.selected
            audience = audiences.add_audience(
                connection, edition_id, newsletter, uncertain=uncertain, useful_until=useful_until, now=now
            )
            due = audiences.Due(now, due_at)
            selected = audiences.add_subscribers(connection, audience, newsletter, due=due, chosen=chosen)
            audiences.set_selected(connection, audience, selected)
            return selected

    def enqueue_addresses(self, edition_id: str, addresses: Iterable[str], *, useful_until: datetime) -> int:
        """Fix an audience of named addresses, whatever their subscriptions; suppression holds. Return how many."""
        now = self._clock()
        by_key = {address.strip().casefold(): address.strip() for address in addresses}
        with self.store.begin() as connection:
            found = audiences.find_audience(connection, edition_id)
            if found is not None:
                return found.selected
            audience = audiences.add_audience(
                connection, edition_id, "", uncertain="resend", useful_until=useful_until, now=now
            )
            selected = audiences.add_addresses(connection, audience, by_key, now=now)
            audiences.set_selected(connection, audience, selected)
            return selected

    async def run(
        self,
        edition_id: str,
        template: MessageTemplate,
        readers: ReaderMaker,
        pool: SmtpPool,
        *,
        progress: Callable[[SendProgress], None] | None = None,
        stop: asyncio.Event | None = None,
        patience: timedelta = timedelta(0),
        server_patience: timedelta | None = None,
        useful_until: Callable[[str], datetime] | None = None,
    ) -> DeliverySums:
        """Deliver an edition until nothing is left, or only deferred deliveries that are due after `patience`.

        It begins with `recover`, so it also goes on with what a crash left. `stop` ends it in at most 30 s with
        nothing left `sending`. It may run again at any time. `useful_until` gives until when the readers of a time zone
        are tried; the audience's own limit unless given.

        Raises:
            NotFoundError: the audience was never fixed.
            PausedError: a fault of ours stopped it (sender or login refused, no mail server for longer than
                `server_patience`, which is `patience` unless given; store unusable). Everything was given back.
        """
        settings = RunSettings(
            sender=self.name,
            journal=self._journal,
            patience=patience,
            server_patience=patience if server_patience is None else server_patience,
            retry_after=self._retry_after,
            clock=self._clock,
            chance=random.random,
            recover=self.recover,
            progress=progress or (lambda moment: None),
            useful_until=useful_until,
        )
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self.recover)
        audience = await loop.run_in_executor(self._writer, self._audience, edition_id)

        def compose(row: ledger.ClaimedRow) -> Message:
            return template.message_for(readers(*self._reader_facts(edition_id, row)))

        recorder = Recorder(
            self.store,
            audience,
            sender=self.name,
            journal=self._journal,
            writer=self._writer,
            fence=Fence(self._lease),
        )
        recorder.restore(self._unrecorded.pop(edition_id, Results()))
        try:
            await Run(audience, settings, pool=pool, recorder=recorder).deliver(compose, stop)
        finally:
            if recorder.results:
                self._unrecorded[edition_id] = recorder.results
        return await loop.run_in_executor(self._writer, self.sums, edition_id)

    def recover(self) -> Recovered:
        """Give back what crashed senders hold; senders that live are left alone."""
        return recover(self.store, self.name, self._folder, now=self._clock(), lease=self._lease)

    def retry_failed(self, edition_id: str) -> int:
        """Queue failed deliveries once more (`--failed-only`); return how many."""
        return self._move(edition_id, DeliveryState.FAILED, DeliveryState.QUEUED)

    def retry_now(self, edition_id: str) -> int:
        """Let deferred deliveries be tried at once (`--resume`); return how many."""
        audience = self._audience(edition_id)
        with self.store.begin() as connection:
            return audiences.make_due(connection, audience.id, now=self._clock())

    def resend_uncertain(self, edition_id: str) -> int:
        """Queue uncertain deliveries, by a person's decision; the Message-ID stays the same. Return how many."""
        return self._move(edition_id, DeliveryState.UNCERTAIN, DeliveryState.QUEUED)

    def cancel(self, edition_id: str) -> int:
        """Cancel all that waits; messages in flight end as they end. Return how many were cancelled."""
        waiting = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
        return sum(self._move(edition_id, state, DeliveryState.CANCELLED) for state in waiting)

    def expire(self, edition_id: str, reason: str) -> int:
        """End all that waits as failed, as its time is over; return how many."""
        self.recover()
        audience, now = self._audience(edition_id), self._clock()
        with self.store.begin() as connection:
            return sum(
                audiences.end(connection, audience.id, old=state, new=check_move(state, DeliveryState.FAILED),
                              reason=f"out of time: {reason}", now=now)
                for state in (DeliveryState.QUEUED, DeliveryState.DEFERRED)
            )  # fmt: skip

    def count_due(self, edition_id: str, *, most: int) -> int:
        """Return how many deliveries are due now, `most` where there are more."""
        audience = self._audience(edition_id)
        with self.store.read() as connection:
            return ledger.count_due(connection, audience.id, now=self._clock(), most=most)

    def unfinished(self) -> list[str]:
        """Return the editions that have deliveries left to do, oldest first."""
        with self.store.read() as connection:
            return audiences.unfinished_editions(connection)

    def paused_reason(self, edition_id: str) -> str:
        """Return why sending of the edition was stopped by a fault of ours, or nothing."""
        return self._audience(edition_id).paused

    def sums(self, edition_id: str) -> DeliverySums:
        """Return how the edition stands; `selected` is the number fixed at the start, not a count of rows."""
        audience = self._audience(edition_id)
        with self.store.read() as connection:
            return sums_from(audience.selected, audiences.counts(connection, audience.id))

    def reasons(self, edition_id: str, *, limit: int = 50) -> list[tuple[DeliveryState, str, int]]:
        """Return (state, reason, how many) of all that was not simply sent, the most frequent first."""
        audience = self._audience(edition_id)
        with self.store.read() as connection:
            found = audiences.reasons(connection, audience.id, limit=limit)
        return [(DeliveryState(state), reason, count) for state, reason, count in found]

    def close(self) -> None:
        """End this sender."""
        self._writer.shutdown()
        if self._journal is not None:
            self._journal.close()
        with self.store.begin() as connection:
            if not senders.held_by(connection, self.name):
                senders.remove_sender(connection, self.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _audience(self, edition_id: str) -> audiences.Audience:
        with self.store.read() as connection:
            found = audiences.find_audience(connection, edition_id)
        if found is None:
            raise NotFoundError("edition in the outbox", edition_id)
        return found

    def _move(self, edition_id: str, old: DeliveryState, new: DeliveryState) -> int:
        audience = self._audience(edition_id)
        now = self._clock()
        with self.store.begin() as connection:
            return audiences.move(connection, audience.id, old=old, new=check_move(old, new), now=now)

    def _reader_facts(self, edition_id: str, row: ledger.ClaimedRow) -> tuple[Delivery, Subscriber]:
        # Fields of named tuples are slow to ask for one by one, and their constructors are functions in Python.
        row_id, number, email, name, _, language, timezone, json_attributes, tried, _, since_at, _ = row
        token = self.tokens.make(row_id)
        attributes = json.loads(json_attributes) if json_attributes != "{}" else _NO_ATTRIBUTES
        return (
            tuple.__new__(Delivery, (row_id, edition_id, number, email, _SENDING, tried, token, None, since_at)),
            tuple.__new__(Subscriber, (number, email, email.casefold(), name, language, timezone, attributes)),
        )
