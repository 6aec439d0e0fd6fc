"""Which slots of a newsletter want attention now, and what becomes of each; pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from digest.config.newsletter import Newsletter
from digest.editions import LateDecision, decide_catch_up, slots

LOOK_BACK = timedelta(days=7)
"""Slots older than this are not looked for, however long the daemon was down."""


def due_slots(
    newsletter: Newsletter, *, known: Collection[datetime], baseline_at: datetime, now: datetime
) -> list[LateDecision]:
    """Return what becomes of each slot after `baseline_at` up to `now` that is not `known` to the ledger.

    `baseline_at` is when this newsletter was first seen by a daemon: a first run never floods readers
    with slots that passed before. Oldest first.
    """
    if newsletter.schedule is None:
        return []
    start = max(baseline_at, now - LOOK_BACK)
    passed = [slot.at for slot in slots(newsletter.schedule, newsletter.zone, start, now + timedelta(microseconds=1))]
    missed = [at for at in passed if at not in known and baseline_at < at <= now]
    return decide_catch_up(newsletter.late, missed, now)
