"""When a newsletter comes, in words for readers; pure."""

from __future__ import annotations

from datetime import datetime, time
from itertools import pairwise

from babel.dates import get_timezone_name

from digest.config.newsletter import Newsletter
from digest.config.schedule import WEEKDAYS, Schedule, Weekday
from digest.editions import next_slots

_LONG = dict(zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


def describe_schedule(newsletter: Newsletter, now: datetime) -> str:
    """Return when editions come, as `Weekdays at 6:30 a.m.`; the zone is named unless the place says it."""
    schedule = newsletter.schedule
    if schedule is None:
        return "Now and then"
    zone = "" if newsletter.kind == "regional" else f" {_zone_words(newsletter.timezone)}"
    if schedule.at:
        return f"{_day_words(schedule)} at {join_words([clock_words(at) for at in schedule.at])}{zone}"
    upcoming = next_slots(schedule, newsletter.zone, after=now, count=1)
    if not upcoming:
        return "Now and then"
    local = upcoming[0].at.astimezone(newsletter.zone)
    return f"Next on {local:%A, %B} {local.day} at {clock_words(local.time())}{zone}"


def describe_brief(newsletter: Newsletter) -> str:
    """Return how often it comes in a word or two, as `weekday`, for a choice of frequency."""
    schedule = newsletter.schedule
    return _day_words(schedule).lower() if schedule and schedule.at else "each edition"


def clock_words(at: time) -> str:
    """Return a time of day as `6:30 a.m.`, `noon` or `midnight`."""
    if (at.hour, at.minute) in ((0, 0), (12, 0)):
        return "noon" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'a.m.' if at.hour < 12 else 'p.m.'}"


def join_words(words: list[str]) -> str:
    """Return words as a list in a sentence."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _day_words(schedule: Schedule) -> str:
    days = sorted(set(schedule.days), key=WEEKDAYS.index)
    if schedule.week_of_month:
        weeks = join_words([_ORDINALS[week] for week in schedule.week_of_month])
        return f"The {weeks} {join_words([_LONG[day] for day in days])} of the month"
    words = _set_words(days)
    if schedule.every_weeks == 2:
        return f"{words}, every other week,"
    return words if schedule.every_weeks == 1 else f"{words}, every {schedule.every_weeks} weeks,"


def _set_words(days: list[Weekday]) -> str:
    if len(days) == 7:
        return "Every day"
    if days == list(WEEKDAYS[:5]):
        return "Weekdays"
    if days == list(WEEKDAYS[5:]):
        return "Weekends"
    first = _start_of_run(days)
    if len(days) > 2 and first is not None:
        last = WEEKDAYS[(WEEKDAYS.index(first) + len(days) - 1) % 7]
        return f"{_LONG[first]} to {_LONG[last]}"
    return join_words([f"{_LONG[day]}s" for day in days])


def _start_of_run(days: list[Weekday]) -> Weekday | None:
    """Return the first of days that follow one another, also over the end of the week; None where there is a gap."""
    numbers = [WEEKDAYS.index(day) for day in days]
    gaps = [index for index, (one, other) in enumerate(pairwise([*numbers, numbers[0] + 7])) if other - one > 1]
    return days[(gaps[0] + 1) % len(days)] if len(gaps) == 1 else None


def _zone_words(zone: str) -> str:
    short = get_timezone_name(zone, width="short", zone_variant="generic", locale="en_US")
    if short.isupper() and len(short) <= 4:
        return short
    return zone if "/" not in zone else f"{zone.rpartition('/')[2].replace('_', ' ')} time"
