"""Presence: what a worker tells of itself, who else is there, and which part of the connections is ours."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.delivery.throttle import Part
from digest.outbox import SendProgress
from digest.store import Store
from digest.store.senders import touch_sender
from digest.store.workers import WorkerRow, forget_workers, list_workers, remove_worker, save_worker

BEAT_S = 2.0
"""A worker tells of itself so often."""

ALIVE_FOR = timedelta(seconds=20)
"""A worker not seen for so long is thought away; clocks of machines may differ by less than this."""

NOTHING = Part(index=10**6 - 1, of=10**6)
"""The part of who must not open a connection."""

_NEW_FOR = timedelta(seconds=2.5 * BEAT_S)
_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class Presence:
    """The row of one worker; `beat` writes it and reads the others'. `others` counts those that live."""

    store: Store
    name: str
    started_at: datetime
    others: int = 0
    _moments: dict[str, SendProgress] = field(default_factory=dict)
    _ended: int = 0

    def follow(self, edition: str, moment: SendProgress) -> None:
        """Take note of how an edition's send goes here; a new run of it begins to count anew."""
        before = self._moments.get(edition)
        if before is not None and moment.ended < before.ended:
            self._ended += before.ended
        self._moments[edition] = moment

    def beat(self, now: datetime, *, doing: list[str], is_draining: bool) -> Part:
        """Write what this worker does; return which part of the connections it may use."""
        with self.store.begin() as connection:
            touch_sender(connection, self.name, now=now)  # so that its death is found, though it never sent anything
            forget_workers(connection, unseen_since=now - _FORGOTTEN_AFTER)
            save_worker(connection, self._row(now, doing, is_draining=is_draining))
            rows = list_workers(connection)
        alive = [row for row in rows if now - row.seen_at < ALIVE_FOR]
        self.others = len(alive) - 1
        return part_of(self.name, alive, now)

    def leave(self) -> None:
        """Take the row away: the others may have this worker's part."""
        with self.store.begin() as connection:
            remove_worker(connection, self.name)

    def _row(self, now: datetime, doing: list[str], *, is_draining: bool) -> WorkerRow:
        moments = list(self._moments.values())
        return WorkerRow(
            name=self.name,
            host=socket.gethostname()[:40],
            process_id=os.getpid(),
            state="draining" if is_draining else "sending" if doing else "idle",
            doing=" ".join(sorted(doing)),
            sent=self._ended + sum(moment.ended for moment in moments),
            per_second=round(sum(self._moments[name].per_second for name in doing if name in self._moments), 1),
            started_at=self.started_at,
            seen_at=now,
        )


def part_of(name: str, alive: list[WorkerRow], now: datetime) -> Part:
    """Return a worker's part of all connections: equal parts in the order of names.

    A new worker counts for the others at once, but has nothing itself until they must have made room for it.
    """
    mine = next(row for row in alive if row.name == name)
    older = [row for row in alive if row.started_at < mine.started_at]
    if older and now - mine.started_at < _NEW_FOR:
        return NOTHING
    return Part([row.name for row in alive].index(name), len(alive))


def find_workers(store: Store, now: datetime) -> list[tuple[WorkerRow, bool]]:
    """Return all known workers, each with whether it seems alive."""
    with store.read() as connection:
        return [(row, now - row.seen_at < ALIVE_FOR) for row in list_workers(connection)]
