"""Local morning: when each reader's copy of one edition is due in their own zone; sends nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest.editions.slots import Slot
from digest.editions.wallclock import to_instant


def reader_morning(slot: Slot, timezone: str) -> datetime:
    """Return the instant (aware UTC) of a reader's copy: when their clock next shows the slot's local time.

    Never before the slot, as the edition does not exist earlier, and less than 25 hours after it. Readers whose zone
    is "" or not known get theirs at the slot.
    """
    zone = _find_zone(timezone)
    if zone is None:
        return slot.at
    day = slot.at.astimezone(zone).date()
    mornings = (to_instant(day + timedelta(days=ahead), slot.local.time(), zone).at for ahead in (0, 1, 2))
    return next(at for at in mornings if at >= slot.at).astimezone(UTC)


def _find_zone(timezone: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
