"""Cron expressions: what they mean, and what is said of mistakes."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from digest.editions.cron import parse_cron

MONDAY = date(2026, 11, 23)


def days(expression: str, first: date = MONDAY, count: int = 7) -> list[str]:
    """Return the weekdays among the next days that an expression takes."""
    cron = parse_cron(expression)
    span = (first + timedelta(days=ahead) for ahead in range(count))
    return [day.strftime("%a") for day in span if cron.takes(day)]


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [
        ("1", ["Mon"]),
        ("0", ["Sun"]),
        ("7", ["Sun"]),
        ("mon", ["Mon"]),
        ("MON-wed", ["Mon", "Tue", "Wed"]),
        ("fri-sun", ["Fri", "Sat", "Sun"]),
        ("6-7", ["Sat", "Sun"]),
        ("0,3", ["Wed", "Sun"]),
        ("1-5/2", ["Mon", "Wed", "Fri"]),
        ("*/3", ["Wed", "Sat", "Sun"]),
        ("*", ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
    ],
)
def test_weekday_means_what_cron_says(weekday: str, expected: list[str]) -> None:
    """Monday is 1, Sunday is 0 and 7, names work, ranges may end on Sunday."""
    assert days(f"30 6 * * {weekday}") == expected


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("30 6 * * *", [time(6, 30)]),
        ("0,30 6-7 * * *", [time(6), time(6, 30), time(7), time(7, 30)]),
        ("*/20 5 * * *", [time(5), time(5, 20), time(5, 40)]),
        ("50/5 5 * * *", [time(5, 50), time(5, 55)]),
        ("5 */12 * * *", [time(0, 5), time(12, 5)]),
    ],
)
def test_times_are_all_pairs_of_hour_and_minute(expression: str, times: list[time]) -> None:
    """Lists, ranges and steps of both fields combine, in order."""
    assert list(parse_cron(expression).times) == times


def test_day_of_month_or_weekday_when_both_are_given() -> None:
    """Either will do when both are restricted; both must hold when one begins with a star."""
    assert days("0 6 25 * fri") == ["Wed", "Fri"]
    assert days("0 6 */2 * fri") == ["Fri"]
    assert days("0 6 * 12 *") == []
    assert days("0 6 1 dec *", date(2026, 11, 30), 3) == ["Tue"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("60 6 * * *", "minute: '60' is out of range; write 0 to 59"),
        ("0 24 * * *", "hour: '24' is out of range; write 0 to 23"),
        ("0 6 0 * *", "day of month: '0' is out of range; write 1 to 31"),
        ("0 6 * 13 *", "month: '13' is out of range; write 1 to 12 or jan to dec"),
        ("0 6 * * 8", "weekday: '8' is out of range; write 0 to 7 or sun to sat"),
        ("0 6 * * monday", "weekday: 'monday' is out of range; write 0 to 7 or sun to sat"),
        ("0 6 L * *", "day of month: 'l' is out of range; write 1 to 31"),
        ("0 6 * * 1#2", "weekday: '1#2' is not understood"),
        ("*/0 6 * * *", "minute: '*/0' is out of range; write a step from 1 to 59"),
        ("0 22-4 * * *", "hour: the range '22-4' runs backwards; write two ranges"),
        ("0, 6 * * *", "minute: '' is not understood"),
        ("*-5 6 * * *", "minute: '*-5' is not understood"),
        ("٣ 6 * * *", "minute: '٣' is out of range"),
        ("0 6 * *", "'0 6 * *' has 4 fields"),
    ],
)
def test_mistake_names_field_and_range(expression: str, words: str) -> None:
    """The error says which field, what stands there, and what may."""
    with pytest.raises(ValueError) as caught:
        parse_cron(expression)
    assert str(caught.value).startswith(words)
