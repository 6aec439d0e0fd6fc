"""Measures one and two worker processes on one PostgreSQL, and what the ledger costs beside sending directly."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from digest.delivery.pool import SmtpPool
from digest.model.delivery import Delivery, DeliveryState
from digest.model.subscriber import Subscriber
from digest.outbox.bench import make_reader, make_template, run_loop
from digest.pipeline.reports import report_edition
from digest.testing.deliveries import local_route
from digest.testing.fleets import ForkedWorker, begin_edition, fleet_environment, fleet_workspace
from digest.testing.sinks import running_sink
from digest.testing.stores import postgresql_database, postgresql_server

CONNECTIONS = 6
"""Connections of one worker."""

DELAY_S = 0.05
"""How long the server takes for each message, so that the wire is what limits, not this machine's cores."""


def rate_of_workers(server: str, workers: int, *, readers: int, delay_s: float) -> float:
    """Return messages a second at the server between a fifth and nine tenths of an edition."""
    emails = [f"reader{number}@example.com" for number in range(readers)]
    with tempfile.TemporaryDirectory() as name, postgresql_database(server) as url:
        folder = Path(name)
        with running_sink(folder, delay_s=delay_s) as sink:
            environment = fleet_environment(url, sink.port, connections=CONNECTIONS * workers)
            with fleet_workspace(folder, environment) as workspace:
                edition = asyncio.run(begin_edition(workspace, emails))
                running = [ForkedWorker(folder, environment) for _ in range(workers)]
                while not report_edition(workspace, edition).sums.finished:
                    time.sleep(0.2)
                for worker in running:
                    worker.end()
            return _rate([at for at, _ in sink.taken()], begin=0.4)


def rate_directly(*, messages: int, delay_s: float) -> float:
    """Return messages a second of the same pool without ledger, store and engine."""
    template = make_template(20_000, signer=None)
    readers = [
        make_reader(
            Delivery(number, "bench", number, f"reader{number}@example.com", DeliveryState.SENDING, 0, "t" * 32),
            Subscriber(number, f"reader{number}@example.com", f"reader{number}@example.com", "Reader"),
        )
        for number in range(1, messages + 1)
    ]

    async def send(port: int) -> None:
        left = iter(readers)

        async def line(pool: SmtpPool) -> None:
            for reader in left:
                await pool.send(template.message_for(reader))

        async with SmtpPool([local_route(port, connections=CONNECTIONS)]) as pool:
            await asyncio.gather(*(line(pool) for _ in range(2 * CONNECTIONS)))

    with tempfile.TemporaryDirectory() as name, running_sink(Path(name), delay_s=delay_s) as sink:
        run_loop(send(sink.port))
        time.sleep(0.3)
        return _rate([at for at, _ in sink.taken()], begin=0.4)


def measure_workers(readers: int = 2000) -> dict[str, object]:
    """Compare two workers with one, and one with a direct send, to a server that takes 50 ms for each message."""
    with postgresql_server() as server:
        direct = rate_directly(messages=readers, delay_s=DELAY_S)
        one = rate_of_workers(server, 1, readers=readers, delay_s=DELAY_S)
        two = rate_of_workers(server, 2, readers=2 * readers, delay_s=DELAY_S)
    return {
        "direct_per_second": round(direct, 1),
        "one_worker_per_second": round(one, 1),
        "two_workers_per_second": round(two, 1),
        "two_over_one": round(two / one, 2),
        "cost_of_ledger_and_engine": round(1 - one / direct, 3),
    }


def measure_without_delay(readers: int = 8000) -> dict[str, object]:
    """Compare two workers with one where the server answers at once: the cores of this machine limit."""
    with postgresql_server() as server:
        one = rate_of_workers(server, 1, readers=readers, delay_s=0.0)
        two = rate_of_workers(server, 2, readers=readers, delay_s=0.0)
    return {"one_worker": round(one, 1), "two_workers": round(two, 1), "two_over_one": round(two / one, 2)}


def _rate(times: list[float], *, begin: float, end: float = 0.9) -> float:
    ordered = sorted(times)
    first, last = int(begin * len(ordered)), int(end * len(ordered)) - 1
    return (last - first) / (ordered[last] - ordered[first])


def run() -> Iterator[tuple[str, object]]:
    """Give every figure with what it is."""
    yield "workers on one PostgreSQL, 50 ms a message at the server", measure_workers()
    yield "the same where the server answers at once: cores limit", measure_without_delay()


if __name__ == "__main__":
    for what, value in run():
        print(what, value, flush=True)
