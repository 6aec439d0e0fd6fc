"""Four daemons on one PostgreSQL store, their clocks wrong by up to 90 seconds, one killed: each slot once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from digest.testing.daemons import Plan, run_daemons
from digest.testing.stores import postgresql_database, postgresql_server


@pytest.mark.postgres
def test_four_daemons_make_each_edition_once(tmp_path: Path) -> None:
    """8 slots of 4 newsletters: every one is done, none is missing, no reader got anything twice.

    `tests/campaign/four_daemons.py` does it with 1,000 slots and more kills.
    """
    with postgresql_server() as server, postgresql_database(server) as url:
        plan = Plan(url, 0, newsletters=4, slots=2, speed=60)
        outcome = asyncio.run(run_daemons(tmp_path, plan, kills=1, chance=random.Random(7)))
    assert outcome.states == Counter(done=8)
    assert (outcome.missing, outcome.doubled, outcome.lost, outcome.kills) == (0, 0, 0, 1)
