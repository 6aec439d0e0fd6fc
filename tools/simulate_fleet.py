"""What a fleet must carry on a day: `python tools/simulate_fleet.py --per-day 100e6 --workers 12 --mta 4`.

Newsletters go out at local mornings, so a day has peaks. The day is played minute by minute: editions come due, and are
sent as fast as the slowest of workers, PostgreSQL and mail servers allows. It prints what each of them has to do, the
longest wait, and how large the database grows. The costs of a delivery are measured ones (`docs/scaling.md`);
change them with options.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

# What share of a day's deliveries comes due in each hour (UTC): North American mornings, then lunch and evening.
HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 14, 22, 18, 12, 6, 4, 4, 3, 2, 2, 3, 4, 3, 1)
MINUTES = 1440


@dataclass(frozen=True)
class Costs:
    """What one process, one PostgreSQL and one mail server can do, and what a delivery leaves."""

    worker_per_second: float
    database_per_second: float
    mta_per_second: float
    log_bytes: float
    row_bytes: float
    kept_days: float


@dataclass(frozen=True)
class Day:
    """How a day went."""

    peak_per_second: float
    longest_wait_min: float
    busiest: str
    log_gb: float
    log_mb_per_second: float
    database_gb: float


def due_by_minute(per_day: float) -> list[float]:
    """Return how many deliveries come due in each minute: editions start on the hour and on the half hour."""
    due = [0.0] * MINUTES
    for hour, share in enumerate(HOURS):
        for minute in (0, 30):
            due[hour * 60 + minute] = per_day * share / sum(HOURS) / 2
    return due


def play(per_day: float, workers: int, mtas: int, costs: Costs) -> Day:
    """Play a day minute by minute."""
    limits = {
        "workers": workers * costs.worker_per_second,
        "PostgreSQL": costs.database_per_second,
        "mail servers": mtas * costs.mta_per_second,
    }
    busiest = min(limits, key=lambda name: limits[name])
    capacity = limits[busiest] * 60
    waiting, longest, peak = 0.0, 0.0, 0.0
    for due in [*due_by_minute(per_day), *[0.0] * MINUTES]:
        waiting += due
        longest = max(longest, waiting / capacity)
        sent = min(waiting, capacity)
        peak = max(peak, sent / 60)
        waiting -= sent
    return Day(
        peak_per_second=peak,
        longest_wait_min=longest,
        busiest=busiest,
        log_gb=per_day * costs.log_bytes / 1e9,
        log_mb_per_second=peak * costs.log_bytes / 1e6,
        database_gb=per_day * costs.row_bytes * costs.kept_days / 1e9,
    )


def workers_for(per_day: float, within_min: float, costs: Costs) -> int:
    """Return how many processes send the largest batch of the day within so many minutes, if nothing else limits."""
    return max(1, round(max(due_by_minute(per_day)) / (within_min * 60 * costs.worker_per_second) + 0.5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-day", type=float, default=10e6, help="deliveries a day")
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: as many as --within asks for")
    parser.add_argument("--within", type=float, default=30.0, help="minutes in which a batch should be out")
    parser.add_argument("--mta", type=int, default=1, help="mail servers")
    parser.add_argument("--worker-per-second", type=float, default=WORKER)
    parser.add_argument("--database-per-second", type=float, default=DATABASE)
    parser.add_argument("--mta-per-second", type=float, default=MTA)
    parser.add_argument("--log-bytes", type=float, default=LOG_BYTES)
    parser.add_argument("--row-bytes", type=float, default=ROW_BYTES)
    parser.add_argument("--kept-days", type=float, default=90.0)
    chosen = parser.parse_args()
    costs = Costs(
        chosen.worker_per_second,
        chosen.database_per_second,
        chosen.mta_per_second,
        chosen.log_bytes,
        chosen.row_bytes,
        chosen.kept_days,
    )
    workers = chosen.workers or workers_for(chosen.per_day, chosen.within, costs)
    day = play(chosen.per_day, workers, chosen.mta, costs)
    print(f"{chosen.per_day:,.0f} deliveries a day, {workers} worker processes, {chosen.mta} mail servers")
    print(f"  peak            {day.peak_per_second:,.0f} a second; what limits is {day.busiest}")
    print(f"  longest wait    {day.longest_wait_min:,.0f} minutes for the last reader of a batch")
    print(f"  PostgreSQL log  {day.log_gb:,.1f} GB a day, {day.log_mb_per_second:,.1f} MB a second at the peak")
    print(f"  database        {day.database_gb:,.1f} GB of deliveries kept {chosen.kept_days:.0f} days")


WORKER, DATABASE, MTA = 1500.0, 10_000.0, 500.0
LOG_BYTES, ROW_BYTES = 1430.0, 440.0

if __name__ == "__main__":
    main()
