"""A year in simulated time: a daemon that wakes at odd moments, and what became of each local day; for tests."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from digest.config.newsletter import Newsletter
from digest.schedule.due import Watched, due_slots

ZONES = (
    "America/Denver",
    "America/New_York",
    "America/Phoenix",
    "America/St_Johns",
    "America/Santiago",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
"""Zones with every kind of change: none, an hour, half an hour, at midnight, on both sides of the equator."""

RHYTHMS = ("daily", "weekly", "monthly")
_RULES: Mapping[str, Mapping[str, Any]] = {
    "daily": {},
    "weekly": {"days": ["mon"]},
    "monthly": {"days": ["mon"], "week_of_month": [1]},
}
_YEAR = 2026
_MARGIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Year:
    """What became of a year: local days that were due, editions sent by local day, what was skipped and why."""

    due: tuple[date, ...]
    sent: Counter[date] = field(default_factory=Counter)
    skipped: dict[datetime, str] = field(default_factory=dict)


def year_newsletter(timezone: str, schedule: Mapping[str, Any], *, late: Mapping[str, Any]) -> Newsletter:
    """Return a newsletter that has nothing but a schedule."""
    values = {"id": "year", "name": "Year", "timezone": timezone, "schedule": schedule, "late": late}
    return Newsletter.model_validate(values | {"sections": [{"title": "News", "match": {}}]})


def live_a_year(timezone: str, rhythm: str, hour: int, *, chance: random.Random) -> Year:
    """Let a daemon live through 2026: it wakes around each due time and now and then, and carries out what is due."""
    newsletter = year_newsletter(timezone, {"at": f"{hour:02}:30", **_RULES[rhythm]}, late={})
    zone = ZoneInfo(timezone)
    start = datetime(_YEAR, 1, 1, tzinfo=zone).astimezone(UTC) - timedelta(hours=1)
    year = Year(tuple(_due_days(rhythm)))
    watched = (Watched(start, newsletter.schedule, zone),)
    known: dict[datetime, bool] = {}
    for now in _wakes(newsletter, hour, year.due, chance):
        recent = {at: told for at, told in known.items() if now - at < timedelta(days=8)}
        for decision in due_slots(newsletter, known=recent, watched=_recent(watched, now), now=now):
            day = _named_day(decision.slot_at, zone, hour)
            known[decision.slot_at] = decision.action == "send"
            if day.year != _YEAR:
                continue
            if decision.action == "send":
                year.sent[day] += 1
            else:
                year.skipped[decision.slot_at] = decision.reason
    return year


def _wakes(newsletter: Newsletter, hour: int, days: Sequence[date], chance: random.Random) -> list[datetime]:
    """Return when the daemon wakes: some minutes before and after each due time on the wall, and at odd moments."""
    zone = newsletter.zone
    wakes = []
    for day in days:
        due_at = datetime(day.year, day.month, day.day, hour, 30, tzinfo=zone).astimezone(UTC)
        wakes += [due_at + timedelta(minutes=chance.randint(*span)) for span in ((-59, -1), (1, 119))]
        wakes.append(due_at + timedelta(hours=chance.randint(3, 20)))
    return sorted(wakes)


def _recent(watched: tuple[Watched, ...], now: datetime) -> tuple[Watched, ...]:
    """Return the watch as it would be with a daemon that looked only three days back: what is older is known."""
    (only,) = watched
    return (Watched(max(only.since_at, now - _MARGIN), only.schedule, only.zone),)


def _named_day(slot_at: datetime, zone: ZoneInfo, hour: int) -> date:
    """Return the local day that a slot was written for: a time in the gap at midnight slides into the next hour."""
    local = slot_at.astimezone(zone)
    return local.date() if local.hour >= hour else (local - timedelta(hours=2)).date()


def _due_days(rhythm: str) -> Iterator[date]:
    """Yield the due days, counted by the calendar alone."""
    day = date(_YEAR, 1, 1)
    while day.year == _YEAR:
        is_monday = day.weekday() == 0
        if rhythm == "daily" or (is_monday and (rhythm == "weekly" or day.day <= 7)):
            yield day
        day += timedelta(days=1)
