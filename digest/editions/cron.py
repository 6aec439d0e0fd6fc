"""Cron expressions as sets of numbers, by the rules of cron(5); the days of a calendar live in `days`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?P<low>\*|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\w+))?")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    first_name: int = 0


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS, 1),
    _Field("weekday", 0, 7, _WEEKDAYS, 0),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression. `weekdays` count from 0, Sunday, to 6; a star flag tells that a field began with `*`."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    @property
    def times(self) -> tuple[time, ...]:
        """The times of a day that matches, in order."""
        return tuple(time(hour, minute) for hour in self.hours for minute in self.minutes)

    def takes(self, day: date) -> bool:
        """Return whether the day matches.

        Where day of month and weekday are both restricted, either will do; a field that begins with `*` is not
        restricted (cron(5)).
        """
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_day and by_weekday if self.any_day or self.any_weekday else by_day or by_weekday


def parse_cron(expression: str) -> Cron:
    """Parse five fields: minute, hour, day of month, month, weekday (0 and 7 are Sunday, 1 is Monday, names work).

    Raises ValueError that names the field and its range.
    """
    texts = expression.split()
    if len(texts) != len(_FIELDS):
        raise ValueError(f"{expression!r} has {len(texts)} fields; minute hour day-of-month month weekday are five")
    minutes, hours, days, months, weekdays = (
        _parse_field(field, text.lower()) for field, text in zip(_FIELDS, texts, strict=True)
    )
    return Cron(
        tuple(sorted(minutes)),
        tuple(sorted(hours)),
        days,
        months,
        frozenset(number % 7 for number in weekdays),
        any_day=texts[2].startswith("*"),
        any_weekday=texts[4].startswith("*"),
    )


def _parse_field(field: _Field, text: str) -> frozenset[int]:
    numbers: set[int] = set()
    for part in text.split(","):
        numbers.update(_parse_part(field, part))
    return frozenset(numbers)


def _parse_part(field: _Field, part: str) -> range:
    found = _PART.fullmatch(part)
    if found is None or (found["low"] == "*" and found["high"]):
        raise ValueError(f"{field.name}: {part!r} is not understood; write {_allowed(field)}, as 1,3-5 or */2")
    step = _number(field, found["step"], part, is_step=True) if found["step"] else 1
    if found["low"] == "*":
        return range(field.low, field.high + 1, step)
    low = _number(field, found["low"], part)
    if found["high"] is None:
        return range(low, (field.high if found["step"] else low) + 1, step)
    high = _number(field, found["high"], part)
    if high == 0 and field.names == _WEEKDAYS and low > 0:
        high = 7
    if high < low:
        raise ValueError(f"{field.name}: the range {part!r} runs backwards; write two ranges")
    return range(low, high + 1, step)


def _number(field: _Field, text: str, part: str, *, is_step: bool = False) -> int:
    if text in field.names and not is_step:
        return field.names.index(text) + field.first_name
    low, high = (1, field.high) if is_step else (field.low, field.high)
    if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
        what = f"a step from {low} to {high}" if is_step else _allowed(field)
        raise ValueError(f"{field.name}: {part!r} is out of range; write {what}")
    return int(text)


def _allowed(field: _Field) -> str:
    names = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    return f"{field.low} to {field.high}{names}"
