"""Local morning: when each reader's copy of one edition is due in their own zone; sends nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from digest.editions.slots import Slot
from digest.editions.wallclock import to_instant


def reader_morning(slot: Slot, timezone: str) -> datetime:
    """Return the instant (aware UTC) of a reader's copy: when their clock next shows the slot's local time.

    Never before the slot, as the edition does not exist earlier, and less than 25 hours after it. Readers whose zone
    is "" or not known get theirs at the slot.
    """
    if timezone not in available_timezones():
        return slot.at
    zone = ZoneInfo(timezone)
    day = slot.at.astimezone(zone).date()
    mornings = (to_instant(day + timedelta(days=ahead), slot.local.time(), zone).at for ahead in (0, 1, 2))
    return next(at for at in mornings if at >= slot.at).astimezone(UTC)
