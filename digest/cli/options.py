"""Options that several commands share, and how times are written on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from digest.errors import UsageError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="T", help="Slot as 2026-11-23T06:30 (newsletter's zone) or with an offset; now."),
]
NewsletterId = Annotated[str, typer.Argument(metavar="ID", help="Id of the newsletter.")]

_AGO = re.compile(r"(\d+)\s*([wdhm])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


def parse_instant(text: str, zone: ZoneInfo, *, now: datetime) -> datetime:
    """Turn what a user wrote into an aware UTC instant.

    `now`, a date, a date with a time (in `zone` unless it has an offset), or an age as `36h` or `7d`.
    Raises UsageError with the forms that are understood.
    """
    if text == "now":
        return now
    if ago := _AGO.fullmatch(text.strip()):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is not a time; write 2026-11-23T06:30, 2026-11-23, now, 36h or 7d") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
