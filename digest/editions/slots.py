"""Slots: the instants at which a schedule's editions are due; does not decide what happens to a late one.

Our own computation, as schedulers lose or double editions around daylight saving (docs/decisions/0009-slots.md).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.config.schedule import Schedule
from digest.editions.days import LONGEST_MOVE, DueTime, due_times
from digest.editions.wallclock import to_instant

_CHUNK = timedelta(days=32)
_HORIZON = timedelta(days=366 * 9)
"""The 29th of February can be eight years away; what does not come in nine never comes."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A scheduled time: the instant `at` (aware UTC) and `local`, the wall clock as written, in the newsletter's zone.

    `note` says what daylight saving or a holiday did to it. `skipped` says why there is no edition at all; such
    slots are only given where they are asked for.
    """

    at: datetime
    local: datetime
    note: str = ""
    skipped: str = ""


def slots(
    schedule: Schedule, zone: ZoneInfo, start: datetime, end: datetime, *, with_skipped: bool = False
) -> Iterator[Slot]:
    """Yield the slots from `start` (included) to `end` (excluded), both aware, in order; each instant once.

    Raises ValueError for a cron expression or holiday region that is not understood.
    """
    first, end = start.astimezone(UTC), end.astimezone(UTC)
    while first < end:
        last = min(first + _CHUNK, end)
        yield from (slot for slot in _between(schedule, zone, first, last) if with_skipped or not slot.skipped)
        first = last


def next_slots(schedule: Schedule, zone: ZoneInfo, *, after: datetime, count: int) -> list[Slot]:
    """Return the next `count` slots later than `after`; fewer when the schedule ends.

    The first slot after the clock changed says so: its local time is as ever, its instant is not.
    """
    later = slots(schedule, zone, after, _horizon(schedule, zone, after))
    found = itertools.islice((slot for slot in later if slot.at > after), count)
    return list(_with_clock_changes(found, zone, after))


def latest_slot(schedule: Schedule, zone: ZoneInfo, *, at: datetime) -> Slot | None:
    """Return the last slot not later than `at`, None when there was none."""
    last = at.astimezone(UTC) + timedelta(microseconds=1)
    while last > at - _HORIZON:
        first = last - _CHUNK
        found = [slot for slot in _between(schedule, zone, first, last) if not slot.skipped]
        if found:
            return found[-1]
        last = first
    return None


def _with_clock_changes(found: Iterable[Slot], zone: ZoneInfo, after: datetime) -> Iterator[Slot]:
    offset = _offset(after, zone)
    for slot in found:
        before, offset = offset, _offset(slot.at, zone)
        if before == offset or "clock goes" in slot.note:
            yield slot
        else:
            change = (
                f"the clock went {'forward' if offset > before else 'back'}: {slot.at.astimezone(zone):%Z} from here"
            )
            yield replace(slot, note="; ".join(text for text in (slot.note, change) if text))


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _horizon(schedule: Schedule, zone: ZoneInfo, after: datetime) -> datetime:
    extra = [_as_instant(moment, zone) for moment in schedule.extra]
    return max([after + _HORIZON, *extra]) + timedelta(days=1)


def _as_instant(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _between(schedule: Schedule, zone: ZoneInfo, start: datetime, end: datetime) -> list[Slot]:
    """Return all slots from start to end, skipped ones too; at one instant there is one edition."""
    # A gap can carry a time into the next day, and holidays an edition LONGEST_MOVE days away.
    first, last = _day(start, zone) - timedelta(days=1), _day(end, zone) + timedelta(days=1)
    moves = schedule.holidays is not None and schedule.on_holiday in ("previous", "next")
    margin = timedelta(days=LONGEST_MOVE if moves else 0)
    unique: dict[datetime, Slot] = {}
    for due in due_times(schedule, zone, first - margin, last + margin):
        if not first <= due.day <= last:
            continue
        slot = _slot(due, zone)
        if start <= slot.at < end:
            known = unique.get(slot.at)
            unique[slot.at] = slot if known is None else _joined(known, slot, due.note)
    return sorted(unique.values(), key=lambda slot: slot.at)


def _joined(known: Slot, other: Slot, moved: str) -> Slot:
    """Return the one slot for two that fall on one instant; it tells of an edition that was moved there."""
    if known.skipped or other.skipped:
        return other if known.skipped else known
    return replace(known, note="; ".join(text for text in (known.note, moved) if text))


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _slot(due: DueTime, zone: ZoneInfo) -> Slot:
    instant = to_instant(due.day, due.clock, zone)
    note = "; ".join(text for text in (due.note, instant.note) if text)
    return Slot(instant.at.astimezone(UTC), datetime.combine(due.day, due.clock, tzinfo=zone), note, due.skipped)
