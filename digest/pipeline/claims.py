"""Claims: which process works on an edition, for how long, and when a dead one's claim is free; publishes nothing.

A claim is a lease in the ledger, so any number of processes and machines are safe. What a process of this very machine
left behind is free at once, as after `kill -9`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.store.editions import EditionRow, Slot

_RENEWALS = 5
"""How often a claim is renewed within the time that it holds."""


class Claims:
    """The claims of one publisher; `owner` is its name in the ledger."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.owner = f"{_machine()}-{os.getpid()}-{_started(os.getpid())}-{secrets.token_hex(3)}"

    def claim_slot(self, slot: Slot, *, approved_by: str = "", reason: str | None = None) -> tuple[EditionRow, bool]:
        """Insert the edition of a slot, or take it over; return it, and whether it is ours.

        A new one is `approved_by` the person who ordered it, and keeps the `reason` it was ordered for.
        """
        now = self._workspace.clock()
        with self._workspace.store.begin() as connection:
            _free_from_the_dead(connection, slot.id)
            is_ours = editions.claim_slot(connection, slot, owner=self.owner, now=now)
            if is_ours and approved_by:
                editions.approve(connection, slot.id, by=approved_by, now=now)
            row = editions.get_edition(connection, slot.id)
            if is_ours and reason is not None and not row.reason:
                editions.set_state(connection, slot.id, row.state, now=now, reason=reason)
            return editions.get_edition(connection, slot.id), is_ours

    def claim(self, edition_id: str) -> bool:
        """Take over an edition that stands in the ledger, or renew our claim; False where it is not to be had."""
        with self._workspace.store.begin() as connection:
            _free_from_the_dead(connection, edition_id)
            return editions.claim_edition(connection, edition_id, owner=self.owner, now=self._workspace.clock())

    def release(self, edition_id: str) -> None:
        """Give a claim back."""
        with self._workspace.store.begin() as connection:
            editions.release(connection, edition_id, owner=self.owner)

    @asynccontextmanager
    async def hold(self, edition_id: str) -> AsyncIterator[None]:
        """Renew our claim while the block runs, however long that takes, and give it back at the end."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(editions.LEASE.total_seconds() / _RENEWALS)
                await asyncio.to_thread(self.claim, edition_id)

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await asyncio.to_thread(self.release, edition_id)


def _free_from_the_dead(connection: Connection, edition_id: str) -> None:
    """Give back the claim of a process of this machine that is gone: its lease need not run out."""
    row = editions.find_edition(connection, edition_id)
    if row is not None and _is_dead(row.owner):
        editions.release(connection, edition_id, owner=row.owner)


def _is_dead(owner: str) -> bool:
    """Say whether the owner was a process of this machine that does not run any more."""
    machine, _, rest = owner.partition("-")
    process_id, _, rest = rest.partition("-")
    if machine != _machine() or not process_id.isdecimal():
        return False
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    # Another process may have got the number since.
    return rest.partition("-")[0] != _started(int(process_id))


@cache
def _machine() -> str:
    """Return what tells this machine, and the container that we are in, from all others."""
    facts = [socket.gethostname()]
    with suppress(OSError):
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        facts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _started(process_id: int) -> str:
    """Return when a process started, in ticks since boot; "0" where the system does not tell."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return "0"
    return stat.rpartition(")")[2].split()[19]
