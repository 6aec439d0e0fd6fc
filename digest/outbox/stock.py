"""What a run holds: claimed and waiting, handed to the pool, under way; asks no store and judges nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from digest.delivery.attempt import Progress
from digest.delivery.pool import SmtpPool
from digest.outbox.held import Held
from digest.outbox.turn import CLAIMS, GROUP


class Stock:
    """The claimed deliveries of one run. Iterating gives them all; more may be taken out meanwhile."""

    def __init__(self, pool: SmtpPool) -> None:
        self._pool = pool
        self._window = 4 * pool.connections + CLAIMS + GROUP
        self._most_under_way = pool.connections + GROUP
        self._ready: deque[Held] = deque()
        self._held: dict[int, Held] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Held]:
        return iter(list(self._held.values()))

    @property
    def room(self) -> int:
        """How many more may be claimed."""
        return self._window - len(self._held)

    @property
    def ids(self) -> list[int]:
        """The ids of all."""
        return list(self._held)

    @property
    def stoppable_ids(self) -> list[int]:
        """The ids of those whose message was not written yet."""
        return [row_id for row_id, held in self._held.items() if held.progress is not Progress.BODY]

    def find(self, row_id: int) -> Held | None:
        """Return the one with this id, if it is still held."""
        return self._held.get(row_id)

    def add(self, group: Sequence[Held]) -> None:
        """Take a group in, each to be offered to the pool when its turn comes."""
        self._held.update([(held.id, held) for held in group])
        self._ready.extend(group)

    def remove(self, row_id: int) -> int | None:
        """Let one go that has its result; return how many are left, None when it was let go before."""
        return len(self._held) if self._held.pop(row_id, None) is not None else None

    def sort_out(self) -> None:
        """Forget among those that wait for the pool which were withdrawn."""
        self._ready = deque(held for held in self._ready if not held.withdrawn)

    def offer(self, uncommitted: int) -> None:
        """Hand on as many as may be taken before their results are committed: what a crash can make repeat.

        `uncommitted` results are not in the store yet.
        """
        room = self._most_under_way - uncommitted
        if crowded := self._pool.crowded_domains():
            group = self._take_ready(room, crowded)
        else:
            room -= len(self._held) - len(self._ready)
            group = [self._ready.popleft() for _ in range(min(room, len(self._ready)))]
        if group:
            self._pool.offer(group)

    def _take_ready(self, room: int, crowded: Sequence[str]) -> list[Held]:
        """Take as many as there is room for, those of `crowded` domains not counted, as they wait there."""
        waiting = {id(held) for held in self._ready}
        room -= sum(id(held) not in waiting and held.domain not in crowded for held in self._held.values())
        group: list[Held] = []
        while self._ready and room > 0:
            held = self._ready.popleft()
            group.append(held)
            room -= held.domain not in crowded
        return group
