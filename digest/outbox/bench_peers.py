"""Our send beside `smtp-source` and plain aiosmtplib, against the same `smtp-sink`; measures, never judges."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import aiosmtplib

from digest.delivery.loop import run_loop
from digest.errors import UsageError
from digest.model.delivery import Delivery, DeliveryState
from digest.model.subscriber import Subscriber
from digest.outbox.bench import bench_send, make_reader, make_template

Server = tuple[str, int]
"""Host and port."""

_PLACES = "/usr/sbin:/usr/local/sbin:/usr/libexec/postfix:/usr/lib/postfix/sbin"


def bench_peers(
    recipients: int,
    *,
    size: int = 40_000,
    connections: int = 8,
    delay_s: float = 0.0,
    rounds: int = 1,
    processes: int | None = None,
    server: Server | None = None,
) -> dict[str, object]:
    """Send the same number of messages of the same size three ways, one after the other, and compare.

    They go to a `smtp-sink` of our own, or to another `server` for tests, which may offer more, as CHUNKING.
    With `delay_s`, a proxy holds every byte back so long in each direction, as a server far away does; then
    `smtp-source` is left out. Ours is recorded in an outbox and personal, the others send one text to one address.
    Each of `rounds` runs all of them in turn, so that a busy moment meets all; the figures are medians.

    Raises:
        UsageError: `smtp-sink` or `smtp-source` is not installed.
    """
    with _maybe_sink(server) as near, _maybe_delayed(near, delay_s) as target:
        results = [
            _one_round(recipients, target, size, connections, with_source=not delay_s, processes=processes)
            for _ in range(rounds)
        ]
    figures: dict[str, object] = {
        name: round(statistics.median(float(str(result[name])) for result in results), 2) for name in results[0]
    }
    same = {name: results[0][name] for name in ("bytes_per_message", "processes")}
    return figures | same | {"rounds": rounds}


def _one_round(
    recipients: int, server: Server, size: int, connections: int, *, with_source: bool, processes: int | None
) -> dict[str, object]:
    ours = bench_send(recipients, *server, size=size, connections=connections, processes=processes)
    plain = _plain_rate(recipients, server, size=size, connections=connections)
    rate = float(str(ours["messages_per_second"]))
    figures: dict[str, object] = {
        "messages_per_second": rate,
        "aiosmtplib_per_second": plain,
        "times_aiosmtplib": rate / plain,
        "bytes_per_message": ours["bytes_per_message"],
        "peak_rss_mb": ours["peak_rss_mb"],
        "processes": ours["processes"],
    }
    if with_source:
        source = _source_rate(recipients, server, size=size, connections=connections)
        figures |= {"smtp_source_per_second": source, "times_smtp_source": rate / source}
    return figures


def find_postfix_program(name: str) -> str | None:
    """Return the path of a program of Debian's package postfix, also where its folder is not on PATH."""
    return shutil.which(name) or shutil.which(name, path=_PLACES)


@contextmanager
def running_sink() -> Iterator[int]:
    """Run `smtp-sink` on a free port of this machine; give the port."""
    program = find_postfix_program("smtp-sink")
    if program is None:
        raise UsageError("smtp-sink is not installed; get it with: apt install postfix")
    port = _free_port()
    user = ["-u", "root"] if os.geteuid() == 0 else []
    sink = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "1000"])
    try:
        _wait_for(port)
        yield port
    finally:
        sink.terminate()
        sink.wait()


def _source_rate(recipients: int, server: Server, *, size: int, connections: int) -> float:
    program = find_postfix_program("smtp-source")
    if program is None:
        raise UsageError("smtp-source is not installed; get it with: apt install postfix")
    counts = ["-s", str(connections), "-l", str(size), "-m", str(recipients)]
    addresses = ["-f", "news@example.com", "-t", "reader@example.com"]
    started = time.perf_counter()
    subprocess.run([program, "-d", *counts, *addresses, ":".join(map(str, server))], check=True)
    return recipients / (time.perf_counter() - started)


def _plain_rate(recipients: int, server: Server, *, size: int, connections: int) -> float:
    reader = make_reader(
        Delivery(1, "bench", 1, "reader@example.com", DeliveryState.SENDING, 0, "t" * 32),
        Subscriber(1, "reader@example.com", "reader@example.com", "Reader"),
    )
    content = make_template(size, signer=None).eml_for(reader)
    started = time.perf_counter()
    run_loop(_send_plainly(recipients, server, content, connections))
    return recipients / (time.perf_counter() - started)


async def _send_plainly(recipients: int, server: Server, content: bytes, connections: int) -> None:
    left = iter(range(recipients))

    async def line() -> None:
        async with aiosmtplib.SMTP(hostname=server[0], port=server[1], start_tls=False) as client:
            for _ in left:
                await client.sendmail("news@example.com", ["reader@example.com"], content)

    await asyncio.gather(*(line() for _ in range(connections)))


@contextmanager
def _maybe_sink(server: Server | None) -> Iterator[Server]:
    if server is not None:
        yield server
        return
    with running_sink() as port:
        yield "127.0.0.1", port


@contextmanager
def _maybe_delayed(server: Server, delay_s: float) -> Iterator[Server]:
    if not delay_s:
        yield server
        return
    from multiprocessing import get_context

    listening = _free_port()
    proxy = get_context("spawn").Process(target=_run_proxy, args=(listening, server, delay_s), daemon=True)
    proxy.start()
    try:
        _wait_for(listening)
        yield "127.0.0.1", listening
    finally:
        proxy.terminate()
        proxy.join()


def _run_proxy(listening: int, server: Server, delay_s: float) -> None:
    run_loop(_serve_delayed(listening, server, delay_s))


async def _serve_delayed(listening: int, far: Server, delay_s: float) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*far)
        await asyncio.gather(_carry(reader, far_writer, delay_s), _carry(far_reader, writer, delay_s))

    server = await asyncio.start_server(serve, "127.0.0.1", listening)
    await server.serve_forever()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    """Pass bytes on, each `delay_s` after it came, however many are under way."""
    loop = asyncio.get_running_loop()
    while data := await reader.read(262144):
        loop.call_later(delay_s, writer.write, data)
    loop.call_later(delay_s, writer.close)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    ends_at = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.02)
