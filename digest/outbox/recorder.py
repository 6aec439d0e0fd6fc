"""Results on their way to the store: collected, committed in groups, kept when the store fails; judges nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from digest.errors import StoreError
from digest.model.delivery import DeliveryState
from digest.outbox.fence import Fence, now_s
from digest.outbox.journal import Journal, NoJournal
from digest.outbox.turn import GROUP, Result, Results, Turn, take_claims, take_turn
from digest.store import Store
from digest.store.audiences import Audience, counts, set_paused
from digest.store.deliveries import ClaimedRow, is_anything_held, next_due
from digest.store.senders import touch_sender

T = TypeVar("T")

COMMIT_WITHIN_S = 0.05
COMMIT_AT = GROUP // 2
"""A result is committed at most so long after it came, or as soon as there are so many; sending goes on meanwhile."""

_NOTABLE = (1, COMMIT_AT)  # so many accepted messages are worth a look
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 1.0
_PATIENCE_S = {"sqlite": 1.5, "postgresql": 90.0}
"""How long a store that fails is asked again: a server may be started anew, or be out of reach for a while."""

_SLOW_S = 2.0
"""After so long without an answer of the store nothing more is started."""


class Recorder:
    """The only way from a run to the store. Its methods run in the event loop, its transactions in `writer`."""

    def __init__(
        self,
        store: Store,
        audience: Audience,
        *,
        sender: str,
        journal: Journal | None,
        writer: Executor,
        fence: Fence | None = None,
    ) -> None:
        self._store = store
        self._audience = audience
        self._sender = sender
        self._journal = journal or NoJournal()
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._oldest_at = 0.0
        self._patience_s = _PATIENCE_S[store.engine.dialect.name]
        self.fence = fence or Fence()
        self.results = Results()

    def add_sent(self, row_id: int) -> bool:
        """Take a delivery whose message was accepted; True when somebody should look whether a commit is due."""
        sent = self.results.sent
        sent.append(row_id)
        return len(sent) in _NOTABLE and self._is_noteworthy()

    def add(self, result: Result) -> bool:
        """Take a result of another kind; True when somebody should look whether a commit is due."""
        self.results.others.append(result)
        return self._is_noteworthy()

    def due_in_s(self, now: float) -> float | None:
        """Return seconds until a commit is due, 0 or less for now; None when there is nothing to commit."""
        if not self.results:
            return None
        return 0.0 if len(self.results) >= COMMIT_AT else self._oldest_at + COMMIT_WITHIN_S - now

    def take_group(self) -> Results:
        """Take out the oldest results, as many as one transaction may record."""
        self._oldest_at = self._loop.time()
        return self.results.take(GROUP)

    async def take_turn(
        self, turn: Turn, *, clock: Callable[[], datetime], on_failure: Callable[[], None]
    ) -> dict[int, str]:
        """Do a turn. A store that fails is asked again, for its results alone; one that is slow is waited for.

        `on_failure` is called as soon as either is known: nothing more must start.

        Raises:
            StoreError: it kept failing; the results are kept.
        """
        wait_s, begun_s = _FIRST_WAIT_S, now_s()
        while True:
            slow = self._loop.call_later(_SLOW_S, on_failure)
            try:
                refused = await self._try_turn(turn, clock())
                break
            except StoreError as error:
                on_failure()
                turn = replace(turn, recheck=())
                if not error.is_temporary or now_s() - begun_s > self._patience_s:
                    self.results.put_back(turn.results)
                    raise
                await asyncio.sleep(wait_s)
                wait_s = min(_LONGEST_WAIT_S, 2 * wait_s)
            finally:
                slow.cancel()
        self._journal.settle(turn.results.ids)
        return refused

    async def _try_turn(self, turn: Turn, now: datetime) -> dict[int, str]:
        started_s, touches = now_s(), self.fence.should_move()
        refused = await self.io(
            take_turn, self._store, self._audience, turn, sender=self._sender, now=now, touches=touches
        )
        if touches:
            self.fence.move(started_s)
        return refused

    async def claim(self, limit: int, skip: Sequence[str], *, clock: Callable[[], datetime]) -> list[ClaimedRow]:
        """Take deliveries and wait until that is on disk; results are recorded meanwhile.

        Raises:
            StoreError: nothing was claimed, or nobody knows.
        """
        started_s = now_s()
        claimed = await self.io(
            take_claims, self._store, self._audience, self._sender, limit=limit, skip=skip, now=clock()
        )
        await asyncio.to_thread(self._store.sync)
        self.fence.move(started_s)
        return claimed

    async def open(self, *, now: datetime) -> dict[str, int]:
        """Begin a run: nothing pauses it any more. Return how many deliveries are in each state."""

        def begin() -> dict[str, int]:
            with self._store.begin() as connection:
                touch_sender(connection, self._sender, now=now)
                set_paused(connection, self._audience.id, "")
                return counts(connection, self._audience.id)

        return await self.io(begin)

    async def write_pause(self, reason: str) -> None:
        """Say in the ledger why the run was stopped."""

        def write() -> None:
            with self._store.begin() as connection:
                set_paused(connection, self._audience.id, reason)

        await self.io(write)

    async def find_rest(self, recover: Callable[[], object]) -> tuple[datetime | None, bool]:
        """Call `recover`; return when the next delivery is due, and whether other senders hold some."""

        def find() -> tuple[datetime | None, bool]:
            recover()
            with self._store.read() as connection:
                due_at = next_due(connection, self._audience.id, (DeliveryState.QUEUED, DeliveryState.DEFERRED))
                return due_at, is_anything_held(connection, self._audience.id)

        return await self.io(find)

    async def io(self, function: Callable[..., T], *arguments: object, **named: object) -> T:
        """Run a function of the store in the writer's thread."""
        return await self._loop.run_in_executor(self._writer, lambda: function(*arguments, **named))

    def hurry(self, patience_s: float) -> None:
        """Ask a store that fails no longer than so many seconds from now on."""
        self._patience_s = min(self._patience_s, patience_s)

    def restore(self, results: Results) -> None:
        """Take over results that an earlier run could not record."""
        self.results.put_back(results)

    def _is_noteworthy(self) -> bool:
        number = len(self.results)
        if number == 1:
            self._oldest_at = self._loop.time()
        return number == 1 or number >= COMMIT_AT
