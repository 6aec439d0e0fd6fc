"""`digest preview`: the bench on loopback, watching the files it shows."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import webbrowser
from pathlib import Path

from watchfiles import awatch

from digest.web.preview.app import create_preview
from digest.web.preview.bench import Bench
from digest.web.server import listen, serve

_DEBOUNCE_MS = 60


def serve_preview(folder: Path, *, newsletter_id: str | None, port: int, open_browser: bool) -> None:
    """Serve the bench until Ctrl-C or SIGTERM.

    Raises NotFoundError for an unknown newsletter, ServingError when the port is taken.
    """
    asyncio.run(_serve(folder, newsletter_id, port, open_browser))


async def _serve(folder: Path, newsletter_id: str | None, port: int, open_browser: bool) -> None:
    bench = Bench(folder)
    await bench.refresh()
    if newsletter_id and not bench.trouble:
        bench.workspace.project.get_newsletter(newsletter_id)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    sock = listen("127.0.0.1", port)
    address = f"http://127.0.0.1:{sock.getsockname()[1]}/preview/{newsletter_id or ''}"
    async with serve(create_preview(bench), sock):
        print(f"preview: {address}  (Ctrl-C ends it)", flush=True)
        if open_browser:
            webbrowser.open(address)
        watching = asyncio.create_task(_watch(bench, stop))
        await stop.wait()
        bench.close()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _watch(bench: Bench, stop: asyncio.Event) -> None:
    """Refresh the bench whenever a file it depends on was saved; follows folders that come and go."""
    while not stop.is_set():
        watched = bench.watched
        async for _ in awatch(*watched, debounce=_DEBOUNCE_MS, step=20, stop_event=stop):
            await bench.refresh()
            if bench.watched != watched:
                break
