"""Hands: more processes of this machine that deliver an edition beside this one; which edition is not known here.

Each hand is a sender of its own in the ledger, with its own claims and journal, and uses its own part of the
connections. What a hand held that died is given back as after any crash.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace

from digest.delivery.pool import SmtpPool
from digest.delivery.throttle import Part
from digest.model.delivery import DeliverySums
from digest.outbox.hand import Hand
from digest.outbox.progress import SendProgress

WORTH_IT = 10_000
"""From so many messages on a hand is worth its start, which takes about a second."""

MOST = 3
"""With more hands the one writer of a SQLite store has no time left for them."""

_END_WITHIN_S = 32.0
_LOOK_AGAIN_S = 0.005
_ALONE = Part(0, 1)


def count_hands(messages: int, pool: SmtpPool, processes: int | None = None) -> int:
    """Return how many hands help to deliver so many messages: one for each further core, where that pays.

    `processes` is how many there are at most, this one included; up to four unless given. No hand where a rate is set,
    which this process alone can keep, or where the pool is shared already.
    """
    if messages < WORTH_IT or pool.has_rates or pool.part != _ALONE:
        return 0
    most = min(count_cores(), 1 + MOST) if processes is None else processes
    return max(0, min(most, pool.least_connections // 2) - 1)


def count_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Hands:
    """Up to `count` hands for one run over `pool`. `work(side, *arguments)` is what each does; both must be picklable.

    `start` them, `begin` when they may send, `end` them always; `stop` ends them as well. `alert` hears why one ended
    early.
    """

    def __init__(
        self,
        pool: SmtpPool,
        count: int,
        work: Callable[..., None],
        *arguments: object,
        stop: asyncio.Event | None = None,
        alert: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._pool = pool
        self._stop = stop
        self._alert = alert
        self._hands = [Hand(Part(index, count + 1), work, arguments) for index in range(1, count + 1)]
        self._loop = asyncio.get_running_loop()
        self._admitting: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._tell_last: Callable[[], None] | None = None
        self._may_begin = False
        self._changed = asyncio.Event()

    @property
    def others(self) -> DeliverySums:
        """What the hands changed in the sums so far."""
        return sum((hand.change for hand in self._hands), DeliverySums())

    async def start(self) -> None:
        """Start the processes; they open what they need meanwhile."""
        for hand in self._hands:
            try:
                await asyncio.to_thread(hand.start)
            except OSError as error:
                hand.lose()
                self._alert(f"no process could be started to help to send: {error}")
            else:
                self._loop.add_reader(hand.connection.fileno(), self._hear, hand)
        if self._stop is not None and self._hands:
            self._stopping = self._loop.create_task(self._stop_with(self._stop))

    async def wait_until_ready(self) -> None:
        """Wait until each hand is ready or gone."""
        while any(hand.is_alive and not hand.is_ready for hand in self._hands):
            await self._changed.wait()
            self._changed.clear()

    def begin(self) -> None:
        """Let each hand deliver as soon as it is ready and its part of the connections is free."""
        self._may_begin = True
        self._admit()

    def follow(self, progress: Callable[[SendProgress], None] | None) -> Callable[[SendProgress], None] | None:
        """Return what tells `progress` of our deliveries and of those of the hands together."""
        if progress is None or not self._hands:
            return progress

        def tell(moment: SendProgress) -> None:
            self._tell_last = lambda: progress(self._together(moment))
            progress(self._together(moment))

        return tell

    async def end(self) -> None:
        """Let the hands end what they have on the wire, and take back their connections; tell what they did last."""
        self._stop_all()
        ends_at = self._loop.time() + _END_WITHIN_S
        while any(hand.is_alive for hand in self._hands) and self._loop.time() < ends_at:
            await self._wait_for_change(ends_at - self._loop.time())
        for task in (self._admitting, self._stopping):
            if task is not None:
                task.cancel()
        for hand in self._hands:
            if hand.is_alive:
                self._loop.remove_reader(hand.connection.fileno())
            await asyncio.to_thread(hand.bury)
        if self._hands:
            self._pool.share(_ALONE)
        if self._tell_last is not None:
            self._tell_last()

    async def _stop_with(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stop_all()

    def _stop_all(self) -> None:
        self._may_begin = False
        for hand in self._hands:
            hand.stop()

    async def _wait_for_change(self, timeout_s: float) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), timeout_s)
        except TimeoutError:
            return
        self._changed.clear()

    def _hear(self, hand: Hand) -> None:
        """Take what a hand says; its silence means that it has ended."""
        try:
            said = hand.connection.recv()
        except (EOFError, OSError):
            self._loop.remove_reader(hand.connection.fileno())
            hand.lose()
            self._share()
        else:
            if isinstance(said, SendProgress):
                hand.moment = said
            elif said is None:
                hand.is_ready = True
            else:
                self._alert(f"a process that helped to send has ended: {said}")
        self._changed.set()
        self._admit()

    def _admit(self) -> None:
        if self._may_begin and self._admitting is None and any(hand.is_waiting for hand in self._hands):
            self._admitting = self._loop.create_task(self._make_room())

    async def _make_room(self) -> None:
        """Give up connections for those that wait, then let them begin."""
        waiting = [hand for hand in self._hands if hand.is_waiting]
        for hand in waiting:
            hand.has_part = True
        self._share()
        while not self._pool.is_within_part:  # noqa: ASYNC110 - messages end all the time, and this wait is rare
            await asyncio.sleep(_LOOK_AGAIN_S)
        for hand in waiting if self._may_begin else ():
            hand.begin()
        self._admitting = None
        self._admit()

    def _share(self) -> None:
        self._pool.share(Part(0, 1 + sum(hand.has_part for hand in self._hands)))

    def _together(self, moment: SendProgress) -> SendProgress:
        beside = [hand.moment for hand in self._hands if hand.moment is not None and hand.has_part]
        rate = moment.per_second + sum(one.per_second for one in beside)
        ended = moment.ended + sum(hand.moment.ended for hand in self._hands if hand.moment is not None)
        sums = moment.sums + self.others
        left = sums.queued + sums.sending
        return replace(moment, sums=sums, per_second=rate, ended=ended, seconds_left=left / rate if rate else None)
