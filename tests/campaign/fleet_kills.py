"""Four workers, each killed 50 times: `python -m tests.campaign.fleet_kills [READERS] [KILLS] [WORKERS]`.

Workers are processes of their own on one PostgreSQL; each is killed with `kill -9` at random moments and started again,
while an edition is delivered. Nobody may be left out, repeats are bounded for each kill, no job may stay stuck.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg

from digest.fleet.engine import SCHEMA
from digest.outbox.turn import GROUP
from digest.pipeline.reports import report_edition
from digest.testing.fleets import ForkedWorker, begin_edition, fleet_environment, fleet_workspace
from digest.testing.sinks import running_sink
from digest.testing.stores import postgresql_database, postgresql_server

CONNECTIONS = 8
_PER_SECOND_AND_KILL = 7.0  # seconds a worker lives on average, so that it gets to send
_LONGEST_S = 1800.0


def main(readers: int = 50_000, kills: int = 50, workers: int = 4) -> int:
    """Print what the server saw; return 1 where a reader was lost, too much was repeated, or a job was stuck."""
    seed = int(time.time())
    chance = random.Random(seed)
    emails = [f"reader{number}@example.com" for number in range(readers)]
    per_second = max(20.0, readers / (kills * _PER_SECOND_AND_KILL))
    with tempfile.TemporaryDirectory() as name, postgresql_server() as server, postgresql_database(server) as url:
        folder = Path(name)
        with running_sink(folder) as sink:
            environment = fleet_environment(url, sink.port, connections=CONNECTIONS, per_second=per_second)
            with fleet_workspace(folder, environment) as workspace:
                edition = asyncio.run(begin_edition(workspace, emails))
                killed, seconds = _kill(folder, environment, chance, kills=kills, workers=workers, workspace=workspace,
                                        edition=edition)  # fmt: skip
                report = report_edition(workspace, edition)
            time.sleep(0.5)
            counts = Counter(to for _, to in sink.taken())
        stuck = _stuck_jobs(url)
    repeats = sum(counts.values()) - len(counts)
    lost = sum(not counts[email] for email in emails)
    bound = killed * (CONNECTIONS + GROUP)
    print(
        f"seed {seed}: {readers} readers, {workers} workers, {killed} kills in {seconds:.0f} s: lost {lost}, "
        f"repeats {repeats} (at most {bound}; {repeats / max(1, killed):.2f} a kill), stuck jobs {stuck}, "
        f"{report.row.state.value}: {report.sums}"
    )
    is_good = lost == 0 and repeats <= bound and stuck == 0 and report.sums.finished and killed == kills * workers
    return 0 if is_good else 1


def _kill(folder, environment, chance, *, kills, workers, workspace, edition):  # type: ignore[no-untyped-def]
    """Kill and start again until each worker had its kills; then let them finish. Return kills and seconds."""
    running = [ForkedWorker(folder, environment) for _ in range(workers)]
    left = [kills] * workers
    die_at = [time.monotonic() + _life(chance) for _ in running]
    started, killed = time.monotonic(), 0
    while not report_edition(workspace, edition).sums.finished and time.monotonic() - started < _LONGEST_S:
        for number, worker in enumerate(running):
            if left[number] and time.monotonic() >= die_at[number]:
                worker.kill()
                worker.restart()
                left[number], killed = left[number] - 1, killed + 1
                die_at[number] = time.monotonic() + _life(chance)
        time.sleep(0.1)
    seconds = time.monotonic() - started
    time.sleep(15)  # the engine's own sweep comes every ten seconds
    for worker in running:
        worker.end()
    return killed, seconds


def _life(chance: random.Random) -> float:
    return chance.uniform(0.3, 2 * _PER_SECOND_AND_KILL - 1.5)


def _stuck_jobs(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs WHERE status = 'doing'".encode())
        return int((row.fetchone() or (0,))[0])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
