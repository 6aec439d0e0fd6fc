"""What is wrong with a schedule beyond its shape: cron fields, holiday regions, days that never come."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.config.schedule import Schedule
from digest.editions.closures import check_place
from digest.editions.cron import parse_cron
from digest.editions.slots import next_slots

Finding = tuple[str, str]
"""The dotted place inside the schedule, and what is wrong there."""


def check_schedule(schedule: Schedule) -> list[Finding]:
    """Return each mistake with its place inside `schedule`: cron fields with their range, holidays with choices."""
    findings: list[Finding] = []
    for path, text, check in (("cron", schedule.cron, parse_cron), ("holidays", schedule.holidays, check_place)):
        try:
            if text is not None:
                check(text)
        except ValueError as error:
            findings.append((path, str(error)))
    if not findings and not schedule.extra:
        findings += _never_due(schedule)
    return findings


def _never_due(schedule: Schedule) -> list[Finding]:
    if schedule.starting and schedule.until and schedule.until < schedule.starting:
        return [("until", f"the last day ({schedule.until}) lies before the first ({schedule.starting})")]
    if not schedule.days and schedule.cron is None:
        return [("days", "no weekday is named: write some of mon, tue, wed, thu, fri, sat, sun, or leave days: out")]
    # Any year will do where none is named: the rules repeat within the nine years that are looked at.
    first = schedule.starting or (schedule.until or date(2032, 1, 1)) - timedelta(days=366 * 8)
    from_at = datetime.combine(first, time(), UTC) - timedelta(days=1)
    if next_slots(schedule, ZoneInfo("UTC"), after=from_at, count=1):
        return []
    place = "cron" if schedule.cron else "week_of_month" if schedule.week_of_month else "days"
    return [(place, "no day is ever due by this schedule")]
