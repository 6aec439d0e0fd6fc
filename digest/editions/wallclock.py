"""A wall-clock time in a zone as an instant, with what daylight saving did to it; knows no schedules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Instant(NamedTuple):
    """An instant (aware UTC) for a wall-clock time, and a note where the clock did not simply show it once."""

    at: datetime
    note: str = ""


def to_instant(day: date, clock: time, zone: ZoneInfo) -> Instant:
    """Return the instant at which a clock in the zone shows this time on this day.

    A time that the spring gap leaves out is the first instant after the gap; of a time that comes twice, the first.
    """
    wall = datetime.combine(day, clock.replace(tzinfo=None), tzinfo=zone)
    at = wall.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        at = _end_of_gap(wall, zone)
        return Instant(at, f"clock goes forward: {clock:%H:%M} does not exist, sent at {at.astimezone(zone):%H:%M}")
    if wall.utcoffset() != wall.replace(fold=1).utcoffset():
        return Instant(at, f"clock goes back: {clock:%H:%M} comes twice, sent the first time")
    return Instant(at)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the offset changes, by halving the span that the gap lies in (to the second)."""
    before = wall.replace(fold=1).astimezone(UTC)
    after = wall.replace(fold=0).astimezone(UTC)
    new_offset = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while low < high:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == new_offset:
            high = middle
        else:
            low = middle + 1
    return before + timedelta(seconds=low)
