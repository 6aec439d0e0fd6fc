"""Kill a sender 200 times over an edition of 10,000 readers: `python -m tests.campaign.kill_send [READERS] [KILLS]`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from digest.testing.crashes import CONNECTIONS, CrashReport, kill_while_sending

_MINUTES = 60


async def _kill(folder: Path, readers: int, kills: int, seed: int) -> CrashReport:
    def tell(done: int, taken: int) -> None:
        if done % 20 == 0:
            print(f"  {done} of {kills} kills, the server has {taken} messages", flush=True)

    async with asyncio.timeout(60 * _MINUTES):
        return await kill_while_sending(folder, readers, kills, seed=seed, tell=tell)


def main(readers: int = 10_000, kills: int = 200) -> int:
    """Print what the server saw; return 1 where a reader was lost or too much was repeated."""
    seed = int(time.time())
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(_kill(Path(folder), readers, kills, seed))
    print(f"  seed {seed}: {report}")
    is_good = (
        report.kills == kills
        and report.lost == 0
        and report.changed_ids == 0
        and report.sums.finished
        and report.most_repeats_a_kill <= CONNECTIONS
    )
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
