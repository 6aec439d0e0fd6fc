"""A send to a million readers on each database: `python -m tests.campaign.large_send [READERS] [sqlite|postgresql]`.

Memory must stay below 300 MB and flat, fixing the audience below 30 s, claims below 20 ms.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

from digest.delivery.loop import run_loop
from digest.delivery.pool import SmtpPool
from digest.model.delivery import DeliverySums
from digest.outbox import Outbox, SendProgress
from digest.outbox.bench import add_readers, make_reader, make_template
from digest.outbox.bench_peers import running_sink
from digest.store import Store
from digest.store.prepared import Prepared
from digest.testing.deliveries import local_route
from digest.testing.stores import postgresql_database, postgresql_server

_EDITION, _NEWSLETTER = "large-1", "bench"
_MOST_MB, _MOST_GROWTH_MB, _MOST_ENQUEUE_S, _MOST_CLAIM_MS = 300.0, 20.0, 30.0, 20.0
_SAMPLE_S = 5.0
_MINUTES = 40
_PAGE_MB = 4096 / 2**20


@dataclass(slots=True)
class _Watch:
    """What is measured while the send runs: memory over time, and each claim."""

    readers: int
    began_at: float = field(default_factory=time.perf_counter)
    memory_mb: list[float] = field(default_factory=list)
    claims_ms: list[float] = field(default_factory=list)
    enqueue_s: float = 0.0
    send_s: float = 0.0

    def look(self, moment: SendProgress) -> None:
        """Take a sample each few seconds, and say how far the send is."""
        if time.perf_counter() - self.began_at < _SAMPLE_S * len(self.memory_mb):
            return
        self.memory_mb.append(int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_MB)
        if len(self.memory_mb) % 6 == 1:
            sums = moment.sums
            rate, left = round(moment.per_second), round(moment.seconds_left or 0)
            print(f"  {sums.sent} sent, {rate}/s, {left} s left, {self.memory_mb[-1]:.0f} MB", flush=True)

    @contextmanager
    def timed_claims(self) -> Iterator[None]:
        """Time every statement that finds deliveries to claim, from its start until its rows can be read."""
        run = Prepared.run

        def timed(self_: Prepared, connection: Connection, values: Mapping[str, Any]) -> Any:
            began_at = time.perf_counter()
            found = run(self_, connection, values)
            if "most" in values:
                self.claims_ms.append((time.perf_counter() - began_at) * 1000)
            return found

        with patch.object(Prepared, "run", timed):
            yield

    def report(self, sums: DeliverySums) -> bool:
        """Print the figures; return whether all of them are reached."""
        claims = sorted(self.claims_ms)
        tenth = max(1, len(self.claims_ms) // 10)
        first, last = statistics.median(self.claims_ms[:tenth]), statistics.median(self.claims_ms[-tenth:])
        warm = self.memory_mb[len(self.memory_mb) // 10 :]
        growth = statistics.mean(warm[-3:]) - statistics.mean(warm[:3])
        print(f"  sums: {sums}; {round(sums.sent / self.send_s)}/s over {self.send_s:.0f} s")
        print(f"  enqueue: {self.enqueue_s:.1f} s")
        print(
            f"  memory MB: {' '.join(f'{value:.0f}' for value in self.memory_mb[:: max(1, len(self.memory_mb) // 20)])}"
        )
        print(f"  memory: most {max(self.memory_mb):.0f} MB, grown by {growth:.1f} MB from the first tenth to the end")
        p50, p99 = claims[len(claims) // 2], claims[len(claims) * 99 // 100]
        print(f"  claims: {len(claims)}, p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {claims[-1]:.1f} ms")
        print(f"  claims: median of the first tenth {first:.1f} ms, of the last tenth {last:.1f} ms")
        return (
            (sums.sent, sums.finished) == (self.readers, True)
            and max(self.memory_mb) < _MOST_MB
            and growth < _MOST_GROWTH_MB
            and self.enqueue_s < _MOST_ENQUEUE_S
            and p99 < _MOST_CLAIM_MS
        )


async def _send(outbox: Outbox, port: int, watch: _Watch) -> DeliverySums:
    template = make_template(4000, signer=None)
    async with asyncio.timeout(60 * _MINUTES), SmtpPool([local_route(port, connections=8)]) as pool:
        return await outbox.run(_EDITION, template, make_reader, pool, progress=watch.look)


def _prepare(url: str, folder: str, readers: int) -> None:
    with Store.open(url, root=Path(folder)) as store:
        add_readers(store, readers)


def _check(url: str, folder: Path, readers: int) -> bool:
    # In a process of its own: its memory is not the send's.
    started = time.perf_counter()
    preparing = multiprocessing.get_context("spawn").Process(target=_prepare, args=(url, str(folder), readers))
    preparing.start()
    preparing.join()
    print(f"  {readers} readers stored in {time.perf_counter() - started:.0f} s", flush=True)
    with Store.open(url, root=folder) as store, running_sink() as port:
        watch = _Watch(readers)
        with (
            Outbox(store, token_keys=[b"large"], journal_folder=folder / "journal") as outbox,
            watch.timed_claims(),
        ):
            started = time.perf_counter()
            outbox.enqueue(_EDITION, _NEWSLETTER, useful_until=datetime.now(UTC) + timedelta(hours=12))
            watch.enqueue_s = time.perf_counter() - started
            print(f"  audience fixed in {watch.enqueue_s:.1f} s", flush=True)
            watch.claims_ms.clear()
            watch.began_at = started = time.perf_counter()
            sums = run_loop(_send(outbox, port, watch))
            watch.send_s = time.perf_counter() - started
        return watch.report(sums)


@contextmanager
def _url_of(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        yield "sqlite:///large.db"
        return
    with postgresql_server() as server, postgresql_database(server) as url:
        yield url


def main(readers: int = 1_000_000, *kinds: str) -> int:
    """Run it on the databases named, or on both; return 1 where a figure was missed."""
    good = []
    for kind in kinds or ("sqlite", "postgresql"):
        print(kind, flush=True)
        with tempfile.TemporaryDirectory(prefix="digest-large-") as folder, _url_of(kind) as url:
            good.append(_check(url, Path(folder), readers))
        print("  reached" if good[-1] else "  MISSED", flush=True)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2]), *sys.argv[2:]))
