"""Senders that are killed with `kill -9` while they send: the short form of the campaign `kill_send`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from digest.testing.crashes import CONNECTIONS, kill_while_sending


def test_nobody_is_lost_by_kills(tmp_path: Path) -> None:
    """After five kills each reader has the message; only what was on the wire is repeated, with the same Message-ID."""
    report = asyncio.run(kill_while_sending(tmp_path, readers=600, kills=5, seed=7))
    assert report.kills >= 3
    assert report.lost == 0
    assert report.changed_ids == 0
    assert report.sums.finished
    assert report.sums.sent == report.sums.selected == 600
    assert report.most_repeats_a_kill <= CONNECTIONS
