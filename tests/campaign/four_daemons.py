"""Four daemons on one PostgreSQL store: `python -m tests.campaign.four_daemons [NEWSLETTERS] [SLOTS] [SPEED] [KILLS]`.

Their clocks are wrong by -90, -30, 30 and 90 seconds, and one is killed now and then. Every slot must have exactly one
edition, and its one reader exactly one message; a message that was on the wire at a kill may repeat.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from digest.testing.daemons import Plan, run_daemons
from digest.testing.stores import postgresql_database, postgresql_server


def main(newsletters: int = 50, slots: int = 20, speed: int = 20, kills: int = 12) -> int:
    """Print what came of it; return 1 where a slot is missing, not done, or a reader got more than kills explain."""
    seed = int(time.time())
    with (
        postgresql_server() as server,
        postgresql_database(server) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        plan = Plan(url, 0, newsletters, slots, float(speed))
        outcome = asyncio.run(run_daemons(Path(folder), plan, kills=kills, chance=random.Random(seed)))
    print(f"seed {seed}: {newsletters * slots} slots, {outcome}")
    is_good = outcome.states == {"done": newsletters * slots} and outcome.missing == 0 and outcome.lost == 0
    return 0 if is_good and outcome.doubled <= outcome.kills else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:5])))
