"""The event loop of everything that sends: uvloop where there is one, and signals that end it in good order."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

_COLLECT_AFTER = 20_000  # objects; a send makes many that end at once
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on uvloop where there is one, else on asyncio."""
    # What was imported lives as long as the process: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    result: T = uvloop.run(main)
    return result


def run_beside(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run the work of one process among several; SIGTERM, SIGINT and the death of the parent process set its event."""
    run_loop(_attend(main))


async def _attend(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in _SIGNALS:
        loop.add_signal_handler(name, stop.set)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def died() -> None:
            loop.remove_reader(sentinel)
            stop.set()

        loop.add_reader(sentinel, died)
    await main(stop)


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM or Ctrl-C sets while the block runs; a second one ends the process as usual."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread may listen to signals
        return

    def release() -> None:
        for name in _SIGNALS:
            loop.remove_signal_handler(name)

    def end() -> None:
        release()
        stop.set()

    for name in _SIGNALS:
        loop.add_signal_handler(name, end)
    try:
        yield stop
    finally:
        release()
