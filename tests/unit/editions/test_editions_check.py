"""What `digest check` hears of schedules."""

from __future__ import annotations

from typing import Any

import pytest

from digest.config.schedule import Schedule
from digest.editions import check_schedule


@pytest.mark.parametrize(
    ("values", "path", "words"),
    [
        ({"cron": "0 25 * * *"}, "cron", "hour: '25' is out of range; write 0 to 23"),
        ({"cron": "0 6 31 2 *"}, "cron", "no day is ever due by this schedule"),
        ({"at": "06:30", "holidays": "US-ZZ"}, "holidays", "no holidays are known for region 'ZZ' of US; choices: AK"),
        ({"at": "06:30", "holidays": "XX"}, "holidays", "no holidays are known for country 'XX'"),
        ({"at": "06:30", "holidays": ""}, "holidays", "no holidays are known for country ''"),
        ({"at": "06:30", "days": []}, "days", "no weekday is named"),
        ({"at": "06:30", "starting": "2026-11-23", "until": "2026-11-01"}, "until", "the last day (2026-11-01) lies"),
        (
            {"at": "06:30", "days": ["mon"], "starting": "2026-11-24", "until": "2026-11-28"},
            "days",
            "no day is ever due",
        ),
    ],
)
def test_mistake_is_told_with_its_place(values: dict[str, Any], path: str, words: str) -> None:
    """Each mistake has its place inside the schedule and says what to write."""
    ((found, message),) = check_schedule(Schedule.model_validate(values))
    assert found == path
    assert message.startswith(words)


@pytest.mark.parametrize(
    "values",
    [
        {"at": "06:30"},
        {"at": "06:30", "until": "2020-01-01"},
        {"cron": "0 6 29 2 *"},
        {"at": ["06:30", "17:00"], "days": ["mon"], "week_of_month": [5], "holidays": "US-CO", "on_holiday": "next"},
        {"at": "06:30", "days": ["fri"], "every_weeks": 2, "starting": "2026-11-25"},
        {"extra": ["2026-12-24T09:00"]},
        {"at": "06:30", "starting": "2026-11-23", "until": "2026-11-23"},
    ],
)
def test_sound_schedule_has_no_findings(values: dict[str, Any]) -> None:
    """A schedule with a due day is left alone, even one that has ended."""
    assert check_schedule(Schedule.model_validate(values)) == []
