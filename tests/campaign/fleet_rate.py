"""A rate for a whole fleet: `python -m tests.campaign.fleet_rate [PER_SECOND] [WORKERS] [SECONDS]`.

Workers in processes of their own share `per_second`; the server counts. Held to 1 % over the time in which all work.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from digest.pipeline.reports import report_edition
from digest.testing.fleets import ForkedWorker, begin_edition, fleet_environment, fleet_workspace
from digest.testing.sinks import running_sink
from digest.testing.stores import postgresql_database, postgresql_server


def main(per_second: int = 500, workers: int = 4, seconds: int = 40) -> int:
    """Print the rate at the server; return 1 where it is more than 1 % off."""
    readers = per_second * (seconds + 12)
    emails = [f"reader{number}@example.com" for number in range(readers)]
    with (
        tempfile.TemporaryDirectory() as name,
        running_sink(Path(name)) as sink,
        postgresql_server() as server,
        postgresql_database(server) as url,
    ):
        environment = fleet_environment(url, sink.port, connections=16, per_second=per_second)
        with fleet_workspace(Path(name), environment) as workspace:
            edition = asyncio.run(begin_edition(workspace, emails))
            running = [ForkedWorker(Path(name), environment) for _ in range(workers)]
            ends_at = time.monotonic() + 300
            while not report_edition(workspace, edition).sums.finished and time.monotonic() < ends_at:
                time.sleep(0.5)
            for worker in running:
                worker.end()
        times = sorted(at for at, _ in sink.taken())
    begin = times[0] + 8.0  # by then each has its part of the connections
    inside = [at for at in times if begin <= at < begin + seconds]
    rate = len(inside) / seconds
    seconds_of = [sum(begin + n <= at < begin + n + 1 for at in inside) for n in range(seconds)]
    print(
        f"{workers} workers, {per_second}/s set: {rate:.1f}/s over {seconds} s at the server "
        f"({100 * (rate / per_second - 1):+.2f} %), single seconds {min(seconds_of)} to {max(seconds_of)}"
    )
    return 0 if abs(rate / per_second - 1) <= 0.01 else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
