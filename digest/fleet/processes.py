"""Several worker processes of one machine: started, started again when one dies, ended together."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

import structlog

_SPAWN = multiprocessing.get_context("spawn")
_LONGEST_REST_S = 30.0
_GOOD_AFTER_S = 60.0
_ENDED_BY_S = 35.0


def run_several(count: int, work: Callable[..., None], *arguments: object) -> None:
    """Run `work(*arguments)` in `count` processes until SIGTERM or SIGINT, which each of them gets, too."""
    stop = threading.Event()
    children = [_Child(work, arguments) for _ in range(count)]
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        for child in children:
            child.keep()
        wait([child.process.sentinel for child in children if child.process.is_alive()], timeout=0.5)
    for child in children:
        child.end()
    ends_at = time.monotonic() + _ENDED_BY_S
    for child in children:
        child.process.join(max(0.0, ends_at - time.monotonic()))
        child.process.kill()
        child.process.join()


class _Child:
    """One process that is started again when it dies, each time after a longer rest."""

    def __init__(self, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
        self._work = work
        self._arguments = arguments
        self._rest_s = 1.0
        self._died_at = 0.0
        self.process = self._start()

    def keep(self) -> None:
        """Start it again where it died and has rested."""
        now = time.monotonic()
        if self.process.is_alive():
            self._died_at = 0.0
        elif not self._died_at:
            self._died_at = now
            self._rest_s = 1.0 if now - self._started_at > _GOOD_AFTER_S else min(_LONGEST_REST_S, 2 * self._rest_s)
            structlog.get_logger("workers").error(
                "a worker died", process=self.process.pid, status=self.process.exitcode, again_in_s=self._rest_s
            )
        elif now - self._died_at >= self._rest_s:
            self.process = self._start()

    def end(self) -> None:
        """Ask it to end."""
        if self.process.is_alive():
            self.process.terminate()

    def _start(self) -> SpawnProcess:
        self._started_at = time.monotonic()
        process = _SPAWN.Process(target=self._work, args=self._arguments)
        process.start()
        return process
