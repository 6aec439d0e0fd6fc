"""Measures a whole round over many local feeds, some of them broken or slow; judges nothing."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from digest.config.settings import Settings
from digest.config.sources import SourceConfig
from digest.model.source import ReadingStatus
from digest.sources.context import Clients, ReadingContext, open_guarded_client
from digest.sources.reading import read_all
from digest.testing.feeds import FeedBuilder, FeedServer

ITEMS = 40
TIMEOUT = timedelta(seconds=10)
_HTML = (
    "<p>Members of the city council voted to widen the harbour bridge after a debate of three hours.</p>"
    "<p><strong>Why it matters:</strong> The bridge carries half of the traffic, and was built in 1931.</p>"
    "<ul><li>Work begins in May.</li><li>It costs $12 million.</li></ul>"
    '<p><a href="/more">Go and see</a> how the bridge looked in the year it was opened. It has not changed since.</p>'
)


async def bench_fetch(feeds: int, broken_share: float) -> dict[str, object]:
    """Read `feeds` local feeds of 40 items in one round and return the figures.

    The feeds live on as many host names, all led to a server in another process. Broken ones
    answer 500, rubbish, half an answer, or nothing until the time limit of 10 s.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs, feeds, broken_share), daemon=True)
    server.start()
    try:
        port = await asyncio.to_thread(ours.recv)
        return await _measure(port, feeds)
    finally:
        server.terminate()
        await asyncio.to_thread(server.join)


def _serve(connection: Connection, feeds: int, broken_share: float) -> None:
    """Run the feed server until the process is ended."""

    async def run() -> None:
        async with FeedServer() as server:
            broken = round(feeds * broken_share)
            for number in range(feeds):
                site = f"https://feed{number}.example.com/"
                server.feed(
                    f"/{number}", FeedBuilder(f"Feed {number}", site).many(ITEMS, html=_HTML).rss(), etag=f'"{number}"'
                )
            # Spread over the round, so that broken feeds do not come all at once.
            for turn in range(broken):
                _break(server, f"/{turn * feeds // broken}", turn)
            connection.send(int(server.url("").rsplit(":", 1)[1]))
            await asyncio.Event().wait()

    asyncio.run(run())


def _break(server: FeedServer, path: str, turn: int) -> None:
    match turn % 5:
        case 0:
            server.status(path, 500)
        case 1:
            server.feed(path, b"<html><body>Maintenance</body></html>")
        case 2:
            server.misbehave(path, "drop")
        case 3:
            server.misbehave(path, "trickle")
        case _:
            server.misbehave(path, "stall")


async def _measure(port: int, feeds: int) -> dict[str, object]:
    settings = Settings()
    settings = settings.model_copy(update={"fetch": settings.fetch.model_copy(update={"timeout": TIMEOUT})})

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    clients = Clients(
        lambda allow_private: open_guarded_client(settings, allow_private=allow_private, resolver=resolve)
    )
    sources = [
        SourceConfig.model_validate(
            {"id": f"feed{n}", "url": f"http://feed{n}.example.com:{port}/{n}", "allow_private": True}
        )
        for n in range(feeds)
    ]
    counts = dict.fromkeys(ReadingStatus, 0)
    items = 0
    context = ReadingContext(settings, Path(), datetime.now(UTC), clients)
    try:
        started, cpu = time.perf_counter(), time.process_time()
        async for reading in read_all(sources, {}, context=context, force=True):
            counts[reading.status] += 1
            items += len(reading.stories)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    finally:
        await clients.aclose()
    return {
        "feeds": feeds,
        "items": items,
        "read": counts[ReadingStatus.OK],
        "failed": counts[ReadingStatus.ERROR],
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_seconds, 2),
        "feeds_per_second": round(feeds / seconds, 1),
        "items_per_second": round(items / seconds),
        "peak_rss_mb": round(_peak_rss_mb()),
    }


def _peak_rss_mb() -> float:
    """The most memory this process ever held; Linux tells KiB, macOS bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
