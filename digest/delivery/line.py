"""A line: the life of one connection of a route, from opening to QUIT; what to send is the pool's choice."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Protocol

from digest.delivery.attempt import Attempt
from digest.delivery.connect import Refusal, Timeouts, open_wire
from digest.delivery.connection import Connection
from digest.delivery.errors import MessageError
from digest.delivery.replies import Answer, Decision
from digest.delivery.route import RouteState
from digest.model.delivery import Stage

_IDLE_S = 30.0
_IDLE_CHECKS = 2


class Exchange(Protocol):
    """Where a line gets attempts and reports: the pool, or a scripted one in tests."""

    def take(self, state: RouteState, now: float) -> Attempt | None:
        """Give the next attempt that may start at `now`."""

    def settle(
        self, state: RouteState, attempt: Attempt, stage: Stage, answer: Answer | MessageError | Decision
    ) -> None:
        """Hear how an attempt ended."""

    def refused(self, state: RouteState, refusal: Refusal) -> None:
        """Hear that no connection could be opened."""


class Line:
    """One connection; `run` is its whole life."""

    def __init__(self, state: RouteState, timeouts: Timeouts, exchange: Exchange) -> None:
        self._state = state
        self._timeouts = timeouts
        self._exchange = exchange
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._connection: Connection | None = None
        self._handed: asyncio.Future[Attempt | None] | None = None
        self._most = state.route.messages_per_connection
        self._ends_at = 0.0
        self.task: asyncio.Task[None] | None = None
        self.is_closing = False

    @property
    def is_idle(self) -> bool:
        """Whether it waits for an attempt."""
        return self._handed is not None and not self._handed.done()

    @property
    def is_opening(self) -> bool:
        """Whether the connection is still being made."""
        return self._connection is None

    @property
    def is_alive(self) -> bool:
        """Whether its connection can take a message."""
        return self._connection is not None and self._connection.is_quiet

    def hand(self, attempt: Attempt | None) -> None:
        """Wake the idle line with an attempt, or with None to let it look at itself."""
        if self._handed is not None and not self._handed.done():
            self._handed.set_result(attempt)

    def close(self) -> None:
        """Let it end after the message in flight."""
        self.is_closing = True
        self.hand(None)

    def abort(self) -> None:
        """End it now."""
        self.is_closing = True
        if self._connection is not None:
            self._connection.abort()
        self.hand(None)

    async def run(self) -> None:
        """Open the connection, send while there is something to send, close it."""
        try:
            opened = await open_wire(self._state.route, self._timeouts)
        except Refusal as refusal:
            self._exchange.refused(self._state, refusal)
            return
        self._ends_at = self._now() + self._state.route.connection_seconds
        settle = partial(self._exchange.settle, self._state)
        self._connection = connection = Connection(opened, self._timeouts, take=self._take, settle=settle)
        try:
            await self._serve(connection)
        finally:
            await connection.quit()

    async def _serve(self, connection: Connection) -> None:
        idle_checks = 0
        while not connection.is_over and not self._is_worn(connection, self._now()):
            attempt = self._take() or await self._wait()
            if attempt is not None:
                idle_checks = 0
                await connection.send(attempt)
            elif idle_checks == _IDLE_CHECKS or not connection.is_quiet:
                return
            elif not self.is_closing:
                idle_checks += 1
                await connection.check()

    async def _wait(self) -> Attempt | None:
        self._handed = self._loop.create_future()
        self._state.idle += 1
        timer = self._loop.call_later(_IDLE_S, self.hand, None)
        try:
            return await self._handed
        finally:
            timer.cancel()
            self._state.idle -= 1
            self._handed = None

    def _take(self) -> Attempt | None:
        connection, now = self._connection, self._now()
        if connection is None or self._is_worn(connection, now):
            return None
        return self._exchange.take(self._state, now)

    def _is_worn(self, connection: Connection, now: float) -> bool:
        return (
            self.is_closing
            or connection.begun >= self._most
            or now >= self._ends_at
            or self._state.open > self._state.concurrency.allowed
        )
