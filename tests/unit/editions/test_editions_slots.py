"""Slots: wall clocks, daylight saving, weeks, holidays, pauses, extras; one for each due day."""

from __future__ import annotations

import calendar
import itertools
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.schedule import WEEKDAYS, Schedule
from digest.editions import Slot, latest_slot, next_slots, slots
from digest.editions.days import due_times
from digest.editions.wallclock import to_instant
from digest.testing.years import ZONES

DENVER = ZoneInfo("America/Denver")


def schedule(**values: Any) -> Schedule:
    return Schedule.model_validate({"at": "06:30"} | values)


def year(plan: Schedule, zone: ZoneInfo, number: int = 2026) -> list[Slot]:
    """Return the slots whose local day lies in the year."""
    found = slots(plan, zone, datetime(number - 1, 12, 30, tzinfo=UTC), datetime(number + 1, 1, 3, tzinfo=UTC))
    return [slot for slot in found if slot.local.year == number]


def local(found: list[Slot]) -> list[str]:
    return [f"{slot.local:%a %m-%d %H:%M}" for slot in found]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("rhythm", [{}, {"days": ["mon"]}, {"days": ["mon"], "week_of_month": [1]}])
def test_year_has_one_slot_for_each_due_day(name: str, rhythm: dict[str, Any]) -> None:
    """In every zone, at each hour, daily, weekly and monthly: each due local day has exactly one slot, in order."""
    zone = ZoneInfo(name)
    every_day = [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(365)]
    due = [day for day in every_day if not rhythm or day.weekday() == 0]
    if "week_of_month" in rhythm:
        due = [day for day in due if day.day <= 7]
    for hour in range(24):
        found = year(schedule(at=f"{hour:02}:30", **rhythm), zone)
        assert [slot.local.date() for slot in found] == due
        assert all(first.at < second.at for first, second in itertools.pairwise(found))
        assert all(slot.at.astimezone(zone).date() == slot.local.date() for slot in found if not slot.note)


def test_gap_gives_the_first_instant_after_it() -> None:
    """A time that the clock jumps over is sent when the gap ends, and the note says so."""
    (slot,) = slots(schedule(at="02:30"), DENVER, datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 3, 9, 8, tzinfo=UTC))
    assert slot.at == datetime(2026, 3, 8, 9, 0, tzinfo=UTC)
    assert slot.note == "clock goes forward: 02:30 does not exist, sent at 03:00"


def test_first_slot_after_the_clock_changed_says_so() -> None:
    """A time that exists once keeps its hour on the wall, and the note tells why its instant is another."""
    found = next_slots(schedule(days=["fri", "mon"]), DENVER, after=datetime(2026, 3, 5, tzinfo=UTC), count=3)
    assert [(slot.at.hour, slot.note) for slot in found] == [
        (13, ""),
        (12, "the clock went forward: MDT from here"),
        (12, ""),
    ]
    (slot,) = next_slots(schedule(days=["mon"]), DENVER, after=datetime(2026, 10, 30, tzinfo=UTC), count=1)
    assert slot.note == "the clock went back: MST from here"


def test_gap_of_half_an_hour_and_at_midnight() -> None:
    """Lord Howe jumps by half an hour, Beirut at midnight: both end where the clock goes on."""
    howe = to_instant(date(2026, 10, 4), time(2, 15), ZoneInfo("Australia/Lord_Howe"))
    assert howe.at.astimezone(ZoneInfo("Australia/Lord_Howe")).strftime("%H:%M") == "02:30"
    beirut = to_instant(date(2026, 3, 29), time(0, 0), ZoneInfo("Asia/Beirut"))
    assert beirut.at.astimezone(ZoneInfo("Asia/Beirut")).strftime("%d %H:%M") == "29 01:00"


def test_repeated_hour_counts_once_the_first_time() -> None:
    """When the clock goes back, the earlier of two equal times is meant."""
    found = slots(schedule(at="01:30"), DENVER, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    assert [(slot.at.hour, slot.note) for slot in found] == [
        (7, "clock goes back: 01:30 comes twice, sent the first time")
    ]


def test_several_times_in_the_gap_are_one_edition() -> None:
    """What would fall on one instant is sent once."""
    plan = Schedule(cron="*/15 2 * * *")
    found = slots(plan, DENVER, datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))
    assert [slot.at for slot in found] == [datetime(2026, 3, 8, 9, tzinfo=UTC)]


def test_bounds_are_start_included_and_end_excluded() -> None:
    """Neighbouring spans share no slot and lose none."""
    at = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
    assert [slot.at for slot in slots(schedule(), DENVER, at, at + timedelta(days=1))] == [at]
    assert not list(slots(schedule(), DENVER, at - timedelta(days=1) + timedelta(seconds=1), at))


def test_every_other_week_counts_from_the_first() -> None:
    """The week of `starting` is the first, whatever weekday it names; nothing comes before it."""
    plan = schedule(days=["mon", "fri"], every_weeks=2, starting="2026-11-25")
    found = next_slots(plan, DENVER, after=datetime(2026, 11, 1, tzinfo=UTC), count=4)
    assert local(found) == ["Fri 11-27 06:30", "Mon 12-07 06:30", "Fri 12-11 06:30", "Mon 12-21 06:30"]


def test_week_of_month_counts_from_either_end() -> None:
    """First Monday and last Monday of a month."""
    plan = schedule(days=["mon"], week_of_month=[1, -1])
    found = next_slots(plan, DENVER, after=datetime(2026, 11, 1, tzinfo=UTC), count=4)
    assert local(found) == ["Mon 11-02 06:30", "Mon 11-30 06:30", "Mon 12-07 06:30", "Mon 12-28 06:30"]


def test_schedule_ends() -> None:
    """After the last day there are no slots, and asking for more ends."""
    plan = schedule(until="2026-11-24")
    assert local(next_slots(plan, DENVER, after=datetime(2026, 11, 23, tzinfo=UTC), count=9)) == [
        "Mon 11-23 06:30",
        "Tue 11-24 06:30",
    ]


def thanksgiving(**values: Any) -> list[Slot]:
    """Return the slots of Thanksgiving week 2026, skipped ones too."""
    start, end = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    return list(slots(schedule(holidays="US-CO", **values), DENVER, start, end, with_skipped=True))


def test_holiday_is_skipped_with_its_name() -> None:
    """A skipped slot is there when asked for, with the reason, and not otherwise."""
    found = thanksgiving(days=["wed", "thu"])
    assert [(slot.local.day, slot.skipped) for slot in found] == [(25, ""), (26, "holiday: Thanksgiving Day")]
    plan = schedule(days=["thu"], holidays="US")
    assert not list(slots(plan, DENVER, datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)))


@pytest.mark.parametrize(("way", "day"), [("previous", 25), ("next", 27)])
def test_holiday_moves_the_edition(way: str, day: int) -> None:
    """The edition goes to the day before or after, and the note says from where and why."""
    (slot,) = thanksgiving(days=["thu"], on_holiday=way)
    assert (slot.local.day, slot.note) == (day, "moved from Thursday, a holiday (Thanksgiving Day)")


def test_moved_edition_joins_the_one_that_is_there() -> None:
    """A daily newsletter has one edition on the day that the holiday's edition moves to."""
    found = thanksgiving(on_holiday="previous")
    assert [slot.local.day for slot in found] == [23, 24, 25, 27, 28, 29]
    assert found[2].note == "moved from Thursday, a holiday (Thanksgiving Day)"


def test_holiday_can_be_ignored() -> None:
    """With `send` the calendar has no say."""
    assert [slot.skipped for slot in thanksgiving(days=["thu"], on_holiday="send")] == [""]


def test_move_passes_over_a_run_of_holidays() -> None:
    """Two holidays in a row move an edition past both."""
    plan = schedule(days=["fri"], holidays="DE", on_holiday="next")
    found = slots(
        plan, ZoneInfo("Europe/Berlin"), datetime(2026, 12, 24, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC)
    )
    assert local(list(found)) == ["Sun 12-27 06:30"]


def test_pause_wins_over_a_move() -> None:
    """A slot inside a pause, or moved into one, is skipped with the pause's reason."""
    pause = [{"start": "2026-11-25", "end": "2026-11-25", "reason": "press move"}]
    found = thanksgiving(days=["wed", "thu"], on_holiday="previous", pauses=pause)
    assert {slot.skipped for slot in found} == {"pause from 2026-11-25 to 2026-11-25: press move"}


def test_move_does_not_escape_a_pause() -> None:
    """An edition written for a paused holiday is not saved by its move to the day after."""
    pause = [{"start": "2026-11-26", "end": "2026-11-26"}]
    (slot,) = thanksgiving(days=["thu"], on_holiday="next", pauses=pause)
    assert slot.skipped == "pause from 2026-11-26 to 2026-11-26: paused"


def test_extra_edition_comes_whatever_the_calendar_says() -> None:
    """An extra edition is not held back by days, pauses or holidays."""
    found = thanksgiving(days=["mon"], extra=["2026-11-26T09:00"])
    assert [(slot.local.day, slot.local.hour, slot.note) for slot in found] == [(23, 6, ""), (26, 9, "extra edition")]


def test_far_extra_edition_is_found() -> None:
    """A schedule of extras alone works however far away they are."""
    plan = Schedule.model_validate({"extra": ["2040-01-01T09:00"]})
    assert len(next_slots(plan, DENVER, after=datetime(2026, 1, 1, tzinfo=UTC), count=2)) == 1


def test_leap_day_is_found_years_away() -> None:
    """The next 29th of February is found, the next 30th never."""
    after = datetime(2026, 1, 1, tzinfo=UTC)
    found = next_slots(Schedule(cron="0 6 29 2 *"), DENVER, after=after, count=1)
    assert found[0].local.date() == date(2028, 2, 29)
    assert next_slots(Schedule(cron="0 6 30 2 *"), DENVER, after=after, count=1) == []


def test_latest_slot_looks_back() -> None:
    """The last slot at or before an instant, however long ago; None before the first."""
    plan = schedule(days=["mon"], week_of_month=[1])
    at = datetime(2026, 11, 2, 13, 30, tzinfo=UTC)
    for later in (at, at + timedelta(days=34)):
        found = latest_slot(plan, DENVER, at=later)
        assert found is not None
        assert found.at == at
    assert latest_slot(schedule(starting="2026-11-23"), DENVER, at=datetime(2026, 11, 22, tzinfo=UTC)) is None


def test_unknown_holiday_region_is_an_error_with_choices() -> None:
    """A region that the calendar does not know is not silently ignored."""
    plan = schedule(holidays="US-XX")
    with pytest.raises(ValueError, match="region 'XX' of US; choices: AK, AL"):
        next_slots(plan, DENVER, after=datetime(2026, 1, 1, tzinfo=UTC), count=1)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw a schedule of any rhythm."""
    values: dict[str, Any] = {
        "at": [f"{draw(st.integers(0, 23)):02}:{draw(st.sampled_from(('00', '15', '30')))}"],
        "days": draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True)),
        "week_of_month": draw(st.sampled_from(((), (1,), (2, -1), (5,)))),
        "every_weeks": draw(st.sampled_from((1, 1, 2, 3))),
        "starting": "2026-02-03",
        "until": draw(st.sampled_from((None, "2026-10-30"))),
        "holidays": draw(st.sampled_from((None, "US-CO"))),
        "on_holiday": draw(st.sampled_from(("skip", "previous", "next", "send"))),
        "pauses": draw(st.sampled_from(((), [{"start": "2026-07-01", "end": "2026-07-20"}]))),
    }
    return Schedule.model_validate(values)


@settings(max_examples=40, deadline=None)
@given(schedules(), st.sampled_from(ZONES), st.integers(1, 300))
def test_any_schedule_gives_each_instant_once(plan: Schedule, name: str, split: int) -> None:
    """Slots come in order, each once, however the span is cut; each due time has its slot or its reason."""
    zone = ZoneInfo(name)
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    cut = start + timedelta(days=split, hours=split % 24, minutes=30)
    whole = list(slots(plan, zone, start, end, with_skipped=True))
    parts = [*slots(plan, zone, start, cut, with_skipped=True), *slots(plan, zone, cut, end, with_skipped=True)]
    assert whole == parts
    assert all(first.at < second.at for first, second in itertools.pairwise(whole))
    due = {to_instant(d.day, d.clock, zone).at for d in due_times(plan, zone, date(2026, 1, 3), date(2026, 12, 20))}
    assert due <= {slot.at for slot in whole}
    sent = Counter(slot.local.date() for slot in whole if not slot.skipped)
    assert max(sent.values(), default=1) == 1


@settings(max_examples=40, deadline=None)
@given(schedules(), st.sampled_from(ZONES), st.integers(0, 330 * 1440))
def test_next_and_latest_meet(plan: Schedule, name: str, minutes: int) -> None:
    """The latest slot at the time of the next one is that one, and nothing lies between."""
    zone, at = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    latest, following = latest_slot(plan, zone, at=at), next_slots(plan, zone, after=at, count=1)
    assert latest is None or latest.at <= at
    for slot in following:
        assert slot.at > at
        at_slot = latest_slot(plan, zone, at=slot.at)
        assert at_slot is not None
        assert at_slot.at == slot.at
        assert latest_slot(plan, zone, at=slot.at - timedelta(microseconds=1)) == latest


def test_weekday_names_are_those_of_the_calendar() -> None:
    """A slot on `mon` is a Monday."""
    found = next_slots(schedule(days=["mon"]), DENVER, after=datetime(2026, 1, 1, tzinfo=UTC), count=60)
    assert {calendar.day_name[slot.local.weekday()] for slot in found} == {"Monday"}
