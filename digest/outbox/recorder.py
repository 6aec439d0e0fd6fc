"""Results on their way to the store: collected, committed in groups, kept when the store fails; judges nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime
from typing import TypeVar

from digest.errors import StoreError
from digest.outbox.journal import Journal
from digest.outbox.turn import GROUP, Report, Result, Turn, take_turn
from digest.store import Store
from digest.store.audiences import Audience

T = TypeVar("T")

COMMIT_WITHIN_S = 0.05
COMMIT_AT = GROUP // 2
"""A result is committed at most so long after it came, or as soon as there are so many; sending goes on meanwhile."""

_STORE_WAITS_S = (0.1, 0.3, 1.0)


class Recorder:
    """The only way from a run to the store. Its methods run in the event loop, its transactions in `writer`."""

    def __init__(
        self, store: Store, audience: Audience, *, sender: str, journal: Journal | None, writer: Executor
    ) -> None:
        self._store = store
        self._audience = audience
        self._sender = sender
        self._journal = journal
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._oldest_at = 0.0
        self.results: list[Result] = []

    def add(self, result: Result) -> bool:
        """Take a result; True when somebody should look whether a commit is due."""
        self.results.append(result)
        if len(self.results) == 1:
            self._oldest_at = self._loop.time()
        return len(self.results) in (1, COMMIT_AT)

    def due_in_s(self, now: float) -> float | None:
        """Return seconds until a commit is due, 0 or less for now; None when there is nothing to commit."""
        if not self.results:
            return None
        return 0.0 if len(self.results) >= COMMIT_AT else self._oldest_at + COMMIT_WITHIN_S - now

    def take_group(self) -> list[Result]:
        """Take out the oldest results, as many as one transaction may record."""
        group, self.results = self.results[:GROUP], self.results[GROUP:]
        self._oldest_at = self._loop.time()
        return group

    async def take_turn(self, turn: Turn, *, now: datetime, on_failure: Callable[[], None]) -> Report:
        """Do a turn. A store that fails is asked again, for its results alone.

        Raises:
            StoreError: it kept failing; the results are kept.
        """
        for wait_s in (*_STORE_WAITS_S, None):
            try:
                report = await self.io(take_turn, self._store, self._audience, turn, sender=self._sender, now=now)
            except StoreError:
                on_failure()
                turn = Turn(turn.results, 0, (), ())
                if wait_s is None:
                    self.results = [*turn.results, *self.results]
                    raise
                await asyncio.sleep(wait_s)
            else:
                break
        if self._journal is not None:
            self._journal.settle(result.row.id for result in turn.results)
        return report

    async def io(self, function: Callable[..., T], *arguments: object, **named: object) -> T:
        """Run a function of the store in the writer's thread."""
        return await self._loop.run_in_executor(self._writer, lambda: function(*arguments, **named))

    def restore(self, results: Sequence[Result]) -> None:
        """Take over results that an earlier run could not record."""
        self.results = [*results, *self.results]
