"""What a worker has under way: one task an edition, with a rest for those that failed; knows not what they do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from digest.errors import DigestError, StoreError

_REST_S = 20.0
"""An edition whose run failed is left alone for so long; what the store refused is tried at the next look."""


class Running:
    """Tasks by name; a name is never under way twice. `stop` keeps new ones from beginning."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._loop = asyncio.get_running_loop()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._rest_until: dict[str, float] = {}
        self._log = structlog.get_logger("worker")

    @property
    def names(self) -> list[str]:
        """What is under way."""
        return sorted(self._tasks)

    def may_begin(self, name: str) -> bool:
        """Whether it is not under way, was not just tried in vain, and we are not about to end."""
        is_resting = self._rest_until.get(name, 0.0) > self._loop.time()
        return name not in self._tasks and not is_resting and not self._stop.is_set()

    def begin(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start work; whatever it raises ends in the log."""
        task = self._loop.create_task(self._attend(name, work))
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
        return task

    async def wait_for(self, name: str) -> None:
        """Wait until something ends that may be under way."""
        if name in self._tasks:
            await asyncio.wait({self._tasks[name]})

    async def finish(self) -> None:
        """Wait until everything has ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks.values()))

    async def _attend(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except StoreError as error:
            self._log.warning("the store is away", work=name, error=str(error))
        except DigestError as error:
            self._rest_until[name] = self._loop.time() + _REST_S
            self._log.warning("not gone on with", work=name, error=str(error))
        except Exception:
            self._rest_until[name] = self._loop.time() + _REST_S
            self._log.exception("failed", work=name)
