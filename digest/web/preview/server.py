"""`digest preview`: the bench on loopback, or elsewhere behind a token, watching the files it shows."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import webbrowser
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

from digest.web.preview.app import create_preview
from digest.web.preview.bench import Bench
from digest.web.preview.changes import kinds_of
from digest.web.preview.guard import Access
from digest.web.server import listen, serve

_DEBOUNCE_MS = 50
_STEP_MS = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bench listens; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8025


def serve_preview(folder: Path, *, newsletter_id: str | None, place: Place, open_browser: bool) -> None:
    """Serve the bench until Ctrl-C or SIGTERM.

    Raises NotFoundError for an unknown newsletter, ServingError when the port is taken.
    """
    asyncio.run(_serve(folder, newsletter_id, place, open_browser))


async def _serve(folder: Path, newsletter_id: str | None, place: Place, open_browser: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with open_preview(folder, newsletter_id=newsletter_id, place=place) as address:
        print(f"preview: {address}  (Ctrl-C ends it)", flush=True)
        if open_browser:
            webbrowser.open(address)
        await stop.wait()


@contextlib.asynccontextmanager
async def open_preview(
    folder: Path, *, newsletter_id: str | None = None, place: Place | None = None
) -> AsyncIterator[str]:
    """Serve the bench until the block ends; gives the address to open, with the token where one is needed."""
    place = place or Place(port=0)
    bench, access = Bench(folder), Access.for_host(place.host)
    await bench.refresh()
    if newsletter_id and bench.is_ready:
        bench.workspace.project.get_newsletter(newsletter_id)
    sock = listen(place.host, place.port)
    sock.listen()  # so that a browser may knock before the server is up
    stop = asyncio.Event()
    async with serve(create_preview(bench, access), sock):
        watching = asyncio.create_task(_watch(bench, stop))
        await asyncio.sleep(0)  # from here on the watcher is in place
        await bench.refresh()  # and what was saved while the first look took place is seen
        warming = asyncio.create_task(asyncio.to_thread(bench.warm_up, newsletter_id))
        try:
            yield _address(place.host, sock.getsockname()[1], newsletter_id, access)
        finally:
            stop.set()
            bench.close()
            watching.cancel()
            await warming
            with contextlib.suppress(asyncio.CancelledError):
                await watching


def _address(host: str, port: int, newsletter_id: str | None, access: Access) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    token = f"?token={access.token}" if access.token else ""
    return f"http://{shown}:{port}/preview/{newsletter_id or ''}{token}"


async def _watch(bench: Bench, stop: asyncio.Event) -> None:
    """Refresh the bench whenever a file it depends on was saved; follows folders that come and go."""
    while not stop.is_set():
        watched = bench.watched
        async for changes in awatch(*watched, debounce=_DEBOUNCE_MS, step=_STEP_MS, stop_event=stop):
            templates = bench.workspace.template_folders if bench.is_ready else ()
            paths = [Path(path) for _, path in changes]
            kinds = kinds_of(paths, folder=bench.folder, templates=templates, mail=bench.mail_folders)
            if kinds:
                await bench.refresh(kinds)
            if bench.watched != watched:
                break
