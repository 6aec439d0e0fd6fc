"""The local days and times a schedule names, and what holidays and pauses make of each; instants live in `slots`."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from digest.config.schedule import WEEKDAYS, Schedule
from digest.editions.closures import find_holiday, find_pause
from digest.editions.cron import Cron, parse_cron

LONGEST_MOVE = 14
"""Most days an edition is moved away from a run of holidays."""


class DueTime(NamedTuple):
    """A wall-clock time on a local day. `note` says what moved it there; `skipped` why there is no edition."""

    day: date
    clock: time
    note: str = ""
    skipped: str = ""


def due_times(schedule: Schedule, zone: ZoneInfo, first: date, last: date) -> Iterator[DueTime]:
    """Yield what the schedule names from the first to the last day (both included), extra editions at the end.

    A moved edition is yielded for the day it was written for: it may lie up to LONGEST_MOVE days outside.
    """
    cron = parse_cron(schedule.cron) if schedule.cron else None
    clocks = cron.times if cron else tuple(sorted(set(schedule.at)))
    day = max(first, schedule.starting or first)
    end = min(last, schedule.until or last)
    while clocks and day <= end:
        if _is_due(schedule, cron, day):
            moved = _settle(schedule, day)
            yield from (DueTime(moved.day, clock, moved.note, moved.skipped) for clock in clocks)
        day += timedelta(days=1)
    for moment in schedule.extra:
        local = moment.astimezone(zone) if moment.tzinfo else moment
        if first <= local.date() <= last:
            yield DueTime(local.date(), _clock(local), "extra edition")


def _clock(local: datetime) -> time:
    return local.time().replace(microsecond=0)


def _is_due(schedule: Schedule, cron: Cron | None, day: date) -> bool:
    if cron is not None:
        if not cron.takes(day):
            return False
    elif WEEKDAYS[day.weekday()] not in schedule.days:
        return False
    if schedule.week_of_month and not _in_week_of_month(schedule, day):
        return False
    if schedule.every_weeks > 1 and schedule.starting is not None:
        return (_monday(day) - _monday(schedule.starting)).days // 7 % schedule.every_weeks == 0
    return True


def _in_week_of_month(schedule: Schedule, day: date) -> bool:
    is_last = day.day + 7 > calendar.monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 + 1 in schedule.week_of_month or (is_last and -1 in schedule.week_of_month)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


class _Settled(NamedTuple):
    day: date
    note: str = ""
    skipped: str = ""


def _settle(schedule: Schedule, day: date) -> _Settled:
    """Return where an edition written for this day ends up: there, moved away from a holiday, or skipped."""
    holiday = find_holiday(schedule, day) if schedule.on_holiday != "send" else ""
    if holiday and schedule.on_holiday == "skip":
        return _Settled(day, skipped=f"holiday: {holiday}")
    settled = _moved(schedule, day, holiday) if holiday else _Settled(day)
    pause = find_pause(schedule, day) or find_pause(schedule, settled.day)
    if pause is None or settled.skipped:
        return settled
    return _Settled(day, skipped=f"pause from {pause.start} to {pause.end}: {pause.reason}")


def _moved(schedule: Schedule, day: date, holiday: str) -> _Settled:
    """Move to the nearest day before or after that is no holiday, within the schedule's first and last day."""
    step = timedelta(days=-1 if schedule.on_holiday == "previous" else 1)
    target = day + step
    while find_holiday(schedule, target) and abs((target - day).days) < LONGEST_MOVE:
        target += step
    within = (schedule.starting or target) <= target <= (schedule.until or target)
    if find_holiday(schedule, target) or not within:
        return _Settled(day, skipped=f"holiday: {holiday}; no day near it to move to")
    return _Settled(target, f"moved from {calendar.day_name[day.weekday()]}, a holiday ({holiday})")
