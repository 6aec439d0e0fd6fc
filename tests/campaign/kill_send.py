"""Kill a sender 200 times over an edition of 10,000 readers: `python -m tests.campaign.kill_send [READERS] [KILLS]`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from digest.outbox.turn import GROUP
from digest.testing.crashes import CONNECTIONS, kill_while_sending


def main(readers: int = 10_000, kills: int = 200) -> int:
    """Print what the server saw; return 1 where a reader was lost or too much was repeated."""
    seed = int(time.time())
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(kill_while_sending(Path(folder), readers, kills, seed=seed))
    print(f"seed {seed}: {report}")
    is_good = (
        report.lost == 0
        and report.changed_ids == 0
        and report.sums.finished
        and report.most_repeats_a_kill <= CONNECTIONS + GROUP
    )
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
