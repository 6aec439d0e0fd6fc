"""Dates as feeds really write them → aware UTC; does not decide what to do without one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
# RFC 822 §5.1 zones, and the European and Asian ones that feeds use without right.
_ZONES = {
    "ut": 0, "gmt": 0, "utc": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "met": 60, "cest": 120,
    "mest": 120, "eet": 120, "eest": 180, "msk": 180, "ist": 330, "jst": 540, "kst": 540, "aest": 600, "aedt": 660,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "akst": -540, "akdt": -480, "hst": -600,
}  # fmt: skip
_TIME = r"(?:[\sT,]+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm|a\.m\.|p\.m\.)?)?"
_ZONE = r"\s*(?:([+-])(\d{2}):?(\d{2})|\(?([A-Za-z]{1,4})\)?)?"
_DAY_FIRST = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})[\s.-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{2,4})" + _TIME + _ZONE, re.I
)
_MONTH_FIRST = re.compile(
    r"(?:[A-Za-z]+\.?,?\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + _TIME + _ZONE, re.I
)
_CTIME = re.compile(r"[A-Za-z]{3}\s+([A-Za-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+([A-Za-z]{1,4}\s+)?(\d{4})")
_NUMERIC = re.compile(r"(\d{4})[-/.]?(\d{2})?[-/.]?(\d{2})?" + _TIME + _ZONE)
_AGE = re.compile(r"(?:(\d+)w)?\s*(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?")
_LONGEST = 80


def parse_date(text: str | None) -> datetime | None:
    """Return the instant a feed means, or None where it says nothing usable.

    A time without a zone is taken as UTC, a date without a time as midnight UTC. Years before 1970
    and after 2200 are noise. Words such as "yesterday" are not dates.
    """
    if not text or len(text := text.strip()) > _LONGEST or not text:
        return None
    found = _parse_usual(text) or _parse_iso(text) or _parse_written(text) or _parse_numeric(text)
    if found is None or not 1970 <= found.year <= 2200:
        return None
    return found if found.tzinfo is UTC else found.astimezone(UTC)


def parse_age(text: str) -> timedelta | None:
    """Return the length of `3h`, `2d` or `1h 30m`; None where the text is no age."""
    found = _AGE.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None
    weeks, days, hours, minutes, seconds = (min(int(part or 0), 100_000) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _parse_usual(text: str) -> datetime | None:
    """The form nearly every RSS feed uses, as `Fri, 31 May 2024 07:05:00 GMT`: eight times quicker than the others."""
    if len(text) < 29 or text[3:5] != ", " or text[25:] not in {" GMT", " +0000", " UTC"}:
        return None
    month = _MONTHS.get(text[8:11].lower())
    if month is None or text[19] != ":" or text[22] != ":":
        return None
    try:
        day, year, hour = int(text[5:7]), int(text[12:16]), int(text[17:19])
        return datetime(year, month, day, hour, int(text[20:22]), int(text[23:25]), tzinfo=UTC)
    except ValueError:
        return None


def _parse_iso(text: str) -> datetime | None:
    if not text[:4].isdigit() or len(text) < 10:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _parse_written(text: str) -> datetime | None:
    if found := _DAY_FIRST.match(text):
        day, month, year, *rest = found.groups()
    elif found := _MONTH_FIRST.match(text):
        month, day, year, *rest = found.groups()
    elif found := _CTIME.match(text):
        month, day, hour, minute, second, zone, year = found.groups()
        rest = [hour, minute, second, None, None, None, None, (zone or "").strip()]
    else:
        return None
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    full_year = int(year) + (0 if len(year) == 4 else 1900 if int(year) > 69 else 2000)
    return _assemble((full_year, number, int(day)), rest)


def _parse_numeric(text: str) -> datetime | None:
    found = _NUMERIC.fullmatch(text)
    if found is None:
        return None
    year, month, day, *rest = found.groups()
    return _assemble((int(year), int(month or 1), int(day or 1)), rest)


def _assemble(date: tuple[int, int, int], rest: list[str | None]) -> datetime | None:
    hour, minute, second, half, sign, zone_hours, zone_minutes, zone = rest
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower().startswith("p") else 0)
    offset = _ZONES.get((zone or "").lower(), 0)
    if sign:
        offset = (int(zone_hours or 0) * 60 + int(zone_minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        # Some feeds write 24:00 for the end of the day, and 60 for a leap second.
        start = datetime(*date, tzinfo=timezone(timedelta(minutes=offset)))
        return start + timedelta(hours=min(hours, 24), minutes=int(minute or 0), seconds=min(int(second or 0), 60))
    except (ValueError, OverflowError):
        return None
