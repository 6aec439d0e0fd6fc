"""A million deliveries by a fleet: `python -m tests.campaign.fleet_million [READERS] [WORKERS]`.

Prints the rate, what PostgreSQL wrote for each delivery, and how large the database is: before, after the edition, and
after its history was folded. The sums must agree, and the database may have grown by less than 300 bytes a delivery.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import psycopg

from digest.outbox.bench_peers import running_sink
from digest.pipeline.history import prune
from digest.pipeline.reports import report_edition
from digest.pipeline.workspace import Workspace
from digest.testing.fleets import NEWSLETTER, ForkedWorker, begin_edition, fleet_environment, fleet_workspace
from digest.testing.stores import postgresql_database, postgresql_server

_MOST_BYTES = 300
_READERS = """
INSERT INTO subscribers (email, key, name, language, timezone, attributes, created_at, erased)
SELECT 'reader' || n || '@example.com', 'reader' || n || '@example.com', 'Reader ' || n, '', '', '{}', 0, false
FROM generate_series(1, %s) AS n;
"""
_SUBSCRIPTIONS = """
INSERT INTO subscriptions
    (subscriber_id, newsletter, state, since_at, frequency, consent, consent_source, consent_at, consent_ip)
SELECT id, %s, 'confirmed', 0, 'every', 'test', 'test', 0, '' FROM subscribers;
"""


def main(readers: int = 1_000_000, workers: int = 2) -> int:
    """Print what it cost; return 1 where the sums do not agree or the database grew too much."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgresql_database(stack.enter_context(postgresql_server())))
        port = stack.enter_context(running_sink())
        environment = fleet_environment(url, port, connections=8 * workers)
        workspace = stack.enter_context(fleet_workspace(folder, environment))
        _subscribe(workspace, url, readers)
        before, written_before = _sizes(url)
        started = time.monotonic()
        edition = asyncio.run(begin_edition(workspace, []))
        fixed_s = time.monotonic() - started
        database_before = _cpu_of_database(url)
        seconds, workers_cpu_s = _deliver(workspace, folder, environment, edition, workers)
        database_cpu_s = _cpu_of_database(url) - database_before
        report = report_edition(workspace, edition)
        after, written_after = _sizes(url)
        prune(workspace, older_than=timedelta(0))
        pruned, _ = _sizes(url)
        again = report_edition(workspace, edition)
    grown = (pruned - before) / readers
    print(
        f"{readers:,} deliveries, {workers} workers: audience fixed in {fixed_s:.1f} s, sent in {seconds:.0f} s "
        f"({readers / seconds:.0f}/s); CPU for each million: workers {workers_cpu_s * 1e6 / readers:.0f} s, "
        f"PostgreSQL {database_cpu_s * 1e6 / readers:.0f} s; "
        f"log written {(written_after - written_before) / readers:.0f} B a delivery; database {before / 1e6:.0f} MB, "
        f"{after / 1e6:.0f} MB after ({(after - before) / readers:.0f} B a delivery), {pruned / 1e6:.0f} MB folded "
        f"({grown:.0f} B a delivery); {report.sums}"
    )
    is_good = report.sums.finished and report.sums.sent == readers and again.sums == report.sums
    return 0 if is_good and grown < _MOST_BYTES else 1


def _subscribe(workspace: Workspace, url: str, readers: int) -> None:
    workspace.store.close()  # it was opened once, so that the tables are there
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_READERS, [readers])
        connection.execute(_SUBSCRIPTIONS, [NEWSLETTER])
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _deliver(
    workspace: Workspace, folder: Path, environment: dict[str, str], edition: str, workers: int
) -> tuple[float, float]:
    running = [ForkedWorker(folder, environment) for _ in range(workers)]
    started = time.monotonic()
    while not report_edition(workspace, edition).sums.finished and time.monotonic() - started < 7200:
        time.sleep(2.0)
    seconds = time.monotonic() - started
    cpu_s = sum(_cpu_of(int(worker.process.pid or 0)) for worker in running)
    for worker in running:
        worker.end()
    return seconds, cpu_s


def _cpu_of_database(url: str) -> float:
    """Return the CPU seconds of PostgreSQL's processes, those that ended, too."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    assert row is not None
    first = int(str(row[0]).split()[0])
    children = [number for one in Path("/proc").glob("[0-9]*") if _parent_of(number := int(one.name)) == first]
    return sum(_cpu_of(one) for one in [first, *children])


def _cpu_of(process: int) -> float:
    """Return the CPU seconds of a process and of its children that ended; see proc(5), `stat`."""
    fields = _stat(process)
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _parent_of(process: int) -> int:
    fields = _stat(process)
    return int(fields[1]) if fields else 0


def _stat(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _sizes(url: str) -> tuple[int, int]:
    """Return the size of the database and how much was written to PostgreSQL's log since it was made, in bytes."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT pg_database_size(current_database()), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
