"""One hand: a process that helps to deliver an edition, as it sees itself and as its caller sees it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from digest.delivery.loop import run_beside
from digest.delivery.throttle import Part
from digest.model.delivery import DeliverySums
from digest.outbox.progress import SendProgress

_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class HandSide:
    """What a hand knows of who called it."""

    part: Part
    connection: Connection

    def run(self, main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
        """Run the hand's work; see `run_beside` for what ends it. An error is told to the caller."""
        try:
            run_beside(main)
        except Exception as error:
            self._say(str(error) or type(error).__name__)

    async def wait_for_start(self, stop: asyncio.Event) -> bool:
        """Say that all is open, and wait for the word to start; False where the end came first."""
        loop, word = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.connection.fileno(), word.set)
        try:
            self._say(None)
            waiting = [asyncio.ensure_future(one.wait()) for one in (word, stop)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_reader(self.connection.fileno())
        for one in waiting:
            one.cancel()
        return not stop.is_set()

    def tell(self, moment: SendProgress) -> None:
        """Tell how the hand's own deliveries go."""
        self._say(moment)

    def _say(self, what: SendProgress | str | None) -> None:
        try:
            self.connection.send(what)
        except OSError:
            return  # nobody hears it any more


class Hand:
    """One hand as its caller sees it."""

    def __init__(self, part: Part, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
        self.part = part
        self.connection, self._far_end = _SPAWN.Pipe()
        self._process = _SPAWN.Process(
            target=_work, args=(work, HandSide(part, self._far_end), *arguments), daemon=True, name=f"hand {part.index}"
        )
        self.is_alive = False
        self.is_ready = False
        self.has_part = False
        self.moment: SendProgress | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is ready and was not told to begin."""
        return self.is_alive and self.is_ready and not self.has_part

    @property
    def change(self) -> DeliverySums:
        """What it changed in the sums; what it held when it died is taken for queued."""
        if self.moment is None:
            return DeliverySums()
        change = self.moment.change
        return change if self.is_alive else replace(change, queued=change.queued + change.sending, sending=0)

    def start(self) -> None:
        """Start the process. Raises OSError."""
        self.is_alive = True
        self._process.start()
        self._far_end.close()  # so that its death is heard

    def begin(self) -> None:
        """Give the word to start."""
        try:
            self.connection.send(None)
        except OSError:
            return  # it is gone, which is heard as well

    def lose(self) -> None:
        """Note that it is gone."""
        self.is_alive = self.has_part = False

    def stop(self) -> None:
        """Ask it to end what it has on the wire, and then itself."""
        if self.is_alive and self._process.pid is not None:
            try:
                os.kill(self._process.pid, signal.SIGTERM)
            except ProcessLookupError:
                return

    def bury(self) -> None:
        """Wait for its end for two seconds, then end it, and forget it."""
        self.connection.close()
        if self._process.pid is None:
            return  # it could not be started
        self._process.join(2.0)
        self._process.kill()
        self._process.join()
        self._process.close()


def _work(work: Callable[..., None], side: HandSide, *arguments: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until it listens: Ctrl-C reaches the caller, too
    work(side, *arguments)
