"""Schedules in words."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.schedule import WEEKDAYS
from digest.testing.editions import sample_newsletter
from digest.web.readers.when import clock_words, describe_schedule, join_words

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ({"at": "06:30", "days": ["mon", "tue", "wed", "thu", "fri"]}, "Weekdays at 6:30 a.m."),
        ({"at": "06:00"}, "Every day at 6 a.m."),
        ({"at": "12:00", "days": ["thu", "mon"]}, "Mondays and Thursdays at noon"),
        ({"at": "19:30", "days": ["sun", "mon", "tue", "wed", "thu"]}, "Sunday to Thursday at 7:30 p.m."),
        ({"at": "06:00", "days": ["mon", "tue", "wed", "thu", "fri", "sat"]}, "Monday to Saturday at 6 a.m."),
        ({"at": ["06:00", "17:00"], "days": ["sat", "sun"]}, "Weekends at 6 a.m. and 5 p.m."),
        ({"at": "00:00", "days": ["wed"]}, "Wednesdays at midnight"),
        (
            {"at": "08:00", "days": ["fri"], "every_weeks": 2, "starting": "2026-01-02"},
            "Fridays, every other week, at 8 a.m.",
        ),
        ({"at": "08:00", "days": ["mon"], "week_of_month": [1]}, "The first Monday of the month at 8 a.m."),
        ({"cron": "30 6 * * 2"}, "Next on Tuesday, November 24 at 6:30 a.m."),
        (None, "Now and then"),
    ],
)
def test_schedule_in_words(schedule, words):
    """Each kind of schedule reads as a person would say it."""
    newsletter = sample_newsletter(kind="regional", region="denver", schedule=schedule)
    assert describe_schedule(newsletter, NOW) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [("America/New_York", "6 a.m. ET"), ("Europe/Berlin", "6 a.m. Berlin time"), ("UTC", "6 a.m. UTC")],
)
def test_topical_newsletters_name_their_zone(zone, words):
    """Readers of a newsletter without a place are told whose morning is meant."""
    newsletter = sample_newsletter(timezone=zone, schedule={"at": "06:00"})
    assert describe_schedule(newsletter, NOW) == f"Every day at {words}"


@given(st.sets(st.sampled_from(WEEKDAYS), min_size=1), st.lists(st.times(), min_size=1, max_size=3))
def test_every_schedule_has_words(days, times):
    """No choice of days and times is left without words, and none names a day twice."""
    at = [f"{one:%H:%M}" for one in times]
    words = describe_schedule(sample_newsletter(schedule={"at": at, "days": sorted(days)}), NOW)
    assert " at " in words
    assert all(words.count(day) <= 1 for day in ("Monday", "Wednesday", "Sunday"))


@pytest.mark.parametrize(
    ("at", "words"), [(time(0, 5), "12:05 a.m."), (time(12, 5), "12:05 p.m."), (time(23, 59), "11:59 p.m.")]
)
def test_clock_around_twelve(at, words):
    """The hours around noon and midnight are the twelfth."""
    assert clock_words(at) == words


def test_join_words():
    """Lists read as in a sentence."""
    assert [join_words([]), join_words(["a"]), join_words(["a", "b"]), join_words(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
