"""When a newsletter goes out, as written in YAML; turning it into instants lives in `editions.slots`."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from digest.config.base import ConfigModel, Duration

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def parse_clock(value: Any) -> Any:
    """Turn `"06:30"` into a time of day; a bare number (YAML 1.1's sexagesimal) is refused with the cure."""
    if isinstance(value, dt.time):
        return value
    if not isinstance(value, str):
        raise ValueError('write the time in quotes, as "06:30"')
    found = _CLOCK.fullmatch(value.strip())
    if found is None:
        raise ValueError(f'{value!r} is not a time of day; write "06:30" (24 hours)')
    return dt.time(int(found[1]), int(found[2]))


def _as_tuple(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


_TIME_SCHEMA = {"type": "string", "pattern": r"^\d{1,2}:\d{2}$", "examples": ["06:30"]}
_TIMES_SCHEMA = WithJsonSchema({"anyOf": [_TIME_SCHEMA, {"type": "array", "items": _TIME_SCHEMA}]})

ClockTime = Annotated[dt.time, BeforeValidator(parse_clock), WithJsonSchema(_TIME_SCHEMA)]
LocalTime = Annotated[
    dt.datetime,
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?$", "examples": ["2026-12-24 09:00"]}
    ),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _check_cron(value: str) -> str:
    fields = value.split()
    if len(fields) != 5:
        raise ValueError(
            f"{value!r} has {len(fields)} fields; a cron expression has five: minute hour day month weekday"
        )
    return value


class Pause(ConfigModel):
    """Days (both included) without editions."""

    start: dt.date
    """First day without editions."""
    end: dt.date
    """Last day without editions."""
    reason: str = "paused"
    """What the schedule says about these days."""

    @model_validator(mode="after")
    def _in_order(self) -> Pause:
        if self.end < self.start:
            raise ValueError(f"the pause ends ({self.end}) before it starts ({self.start})")
        return self


class Schedule(ConfigModel):
    """When editions are due, in the newsletter's time zone. Give `at` with days, or `cron`."""

    at: Annotated[tuple[ClockTime, ...], BeforeValidator(_as_tuple), _TIMES_SCHEMA] = ()
    """Local time or times, in quotes: `"06:30"`."""
    days: tuple[Weekday, ...] = WEEKDAYS
    """Weekdays by name; all of them unless said."""
    cron: Annotated[str, AfterValidator(_check_cron)] | None = None
    """Five cron fields (minute hour day-of-month month weekday); weekday 0 and 7 are Sunday, 1 is Monday."""
    every_weeks: Annotated[int, Field(ge=1, le=52)] = 1
    """1 each week, 2 every other week, counted from `starting`."""
    starting: dt.date | None = None
    """First day, and the week that `every_weeks` counts from."""
    until: dt.date | None = None
    """Last day."""
    week_of_month: tuple[Literal[1, 2, 3, 4, 5, -1], ...] = ()
    """Only the first (1), second … or last (-1) such weekday of the month."""
    holidays: str | None = None
    """Country or country and region whose public holidays count, as `US` or `US-CO`."""
    on_holiday: Literal["skip", "previous", "next", "send"] = "skip"
    """What happens on a holiday: no edition, the day before, the day after, or as always."""
    pauses: tuple[Pause, ...] = ()
    """Days without editions."""
    extra: tuple[LocalTime, ...] = ()
    """Extra editions, local date and time, as `2026-12-24 09:00`."""

    @model_validator(mode="after")
    def _one_way(self) -> Schedule:
        if bool(self.at) == bool(self.cron) and not self.extra:
            raise ValueError('give either at: "06:30" (with days:) or cron: "30 6 * * mon-fri"')
        if self.every_weeks > 1 and self.starting is None:
            raise ValueError("every_weeks needs starting: a date in the first week")
        return self


class Late(ConfigModel):
    """What happens to a slot that comes late (daemon was down, machine asleep)."""

    send_within: Duration = dt.timedelta(hours=2)
    """Send when at most this late."""
    then: Literal["skip", "hold", "send"] = "skip"
    """What happens when later than that: skip with the reason, hold for a person, or send all the same."""
    catch_up: Literal["latest", "all", "skip", "none"] = "latest"
    """Of several missed slots within `send_within`: the latest only, all, or none (`skip` and `none` are the same)."""
