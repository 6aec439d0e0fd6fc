"""A mailing that several processes of this machine can deliver together, for tests and campaigns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from digest.delivery.pool import SmtpPool
from digest.outbox import Outbox
from digest.outbox.bench import make_reader, make_template
from digest.outbox.hand import HandSide
from digest.store import Store
from digest.testing.deliveries import local_route


@dataclass(frozen=True, slots=True)
class SharedMailing:
    """What each process must know of one edition whose audience is fixed, and of the server on `port`."""

    folder: Path
    port: int
    store: str = "sqlite:///digest.db"
    edition: str = "denver-1"
    key: bytes = b"test"
    size: int = 2000
    connections: int = 6

    @contextmanager
    def open_outbox(self) -> Iterator[Outbox]:
        """Open store and outbox."""
        with (
            Store.open(self.store, root=self.folder) as store,
            Outbox(store, token_keys=[self.key], journal_folder=self.folder / "journal") as outbox,
        ):
            yield outbox

    def open_pool(self) -> SmtpPool:
        """Make a pool of all connections."""
        return SmtpPool([local_route(self.port, connections=self.connections)])


def lend_hand(side: HandSide, mailing: SharedMailing) -> None:
    """Be a hand."""
    side.run(lambda stop: _deliver_beside(side, mailing, stop))


async def _deliver_beside(side: HandSide, mailing: SharedMailing, stop: asyncio.Event) -> None:
    template = make_template(mailing.size, signer=None)
    with mailing.open_outbox() as outbox:
        async with mailing.open_pool() as pool:
            pool.share(side.part)
            if await side.wait_for_start(stop):
                await outbox.run(mailing.edition, template, make_reader, pool, stop=stop, progress=side.tell)
