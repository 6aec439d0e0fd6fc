"""Late slots and local mornings: what is sent, skipped or held, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.schedule import Late, Schedule
from digest.editions import decide_catch_up, decide_late, next_slots, reader_morning

SLOT = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def late(**values: Any) -> Late:
    return Late.model_validate(values)


@pytest.mark.parametrize(
    ("policy", "lateness", "action", "reason"),
    [
        ({}, -30 * timedelta(seconds=1), "send", "on time"),
        ({}, timedelta(0), "send", "on time"),
        ({}, MINUTE, "send", "on time"),
        ({}, 12 * MINUTE, "send", "12 min late, within 2 h"),
        ({}, 2 * HOUR, "send", "2 h late, within 2 h"),
        ({}, 2 * HOUR + MINUTE, "skip", "2 h 1 min late, more than 2 h: skipped"),
        ({"send_within": "30m", "then": "hold"}, HOUR, "hold", "1 h late, more than 30 min: held for a person"),
        ({"then": "send"}, 3 * DAY, "send", "3 d late, more than 2 h: sent all the same (late.then)"),
    ],
)
def test_late_slot_follows_the_policy(policy: dict[str, Any], lateness: timedelta, action: str, reason: str) -> None:
    """On time, useful though late, or too late: each with its reason."""
    decision = decide_late(late(**policy), SLOT, SLOT + lateness)
    assert (decision.action, decision.reason, decision.slot_at) == (action, reason, SLOT)


def outage(policy: dict[str, Any], ages: list[timedelta]) -> list[str]:
    """Return the actions for slots of these ages, oldest first."""
    return [decision.action for decision in decide_catch_up(late(**policy), [SLOT - age for age in ages], SLOT)]


@pytest.mark.parametrize(
    ("policy", "actions"),
    [
        ({}, ["skip", "skip", "skip", "send"]),
        ({"catch_up": "all"}, ["skip", "skip", "send", "send"]),
        ({"catch_up": "none"}, ["skip", "skip", "skip", "skip"]),
        ({"then": "hold"}, ["skip", "skip", "skip", "send"]),
        ({"then": "send"}, ["skip", "skip", "skip", "send"]),
        ({"then": "hold", "send_within": "10m"}, ["skip", "skip", "skip", "hold"]),
        ({"then": "hold", "catch_up": "all"}, ["hold", "hold", "send", "send"]),
    ],
)
def test_outage_ends_by_the_policy(policy: dict[str, Any], actions: list[str]) -> None:
    """After a week, a day, an hour and half an hour: what each policy lets go out."""
    assert outage(policy, [7 * DAY, DAY, HOUR, HOUR / 2]) == actions


def test_slot_that_is_on_time_was_not_missed() -> None:
    """Without catch-up, the slot that is due right now still goes out."""
    assert outage({"catch_up": "none"}, [HOUR, timedelta(seconds=2)]) == ["skip", "send"]


def test_skipped_slot_names_the_one_that_takes_its_place() -> None:
    """The ledger says which later edition made this one pointless."""
    first, _ = decide_catch_up(Late(), [SLOT - HOUR, SLOT - MINUTE], SLOT)
    assert first.reason == "missed (1 h late); the slot of 2026-11-23 13:29 UTC takes its place"


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(("latest", "all", "none")),
    st.sampled_from(("skip", "hold", "send")),
    st.lists(st.integers(0, 20_000), max_size=8),
)
def test_every_missed_slot_is_decided(catch_up: str, then: str, ages: list[int]) -> None:
    """Each slot gets one decision with a reason, and `latest` never lets two go out."""
    missed = [SLOT - timedelta(minutes=age) for age in ages]
    decisions = decide_catch_up(late(catch_up=catch_up, then=then), missed, SLOT)
    assert [decision.slot_at for decision in decisions] == sorted(set(missed))
    assert all(decision.reason for decision in decisions)
    if catch_up == "latest":
        assert sum(decision.action != "skip" for decision in decisions) <= 1


@pytest.mark.parametrize(
    ("timezone", "expected"),
    [
        ("America/Denver", datetime(2026, 11, 23, 13, 30, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 11, 23, 14, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 24, 11, 30, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 11, 23, 21, 30, tzinfo=UTC)),
        ("", datetime(2026, 11, 23, 13, 30, tzinfo=UTC)),
        ("America", datetime(2026, 11, 23, 13, 30, tzinfo=UTC)),
        ("../../etc/hosts", datetime(2026, 11, 23, 13, 30, tzinfo=UTC)),
        ("Mars/Olympus", datetime(2026, 11, 23, 13, 30, tzinfo=UTC)),
    ],
)
def test_reader_gets_it_in_their_morning(timezone: str, expected: datetime) -> None:
    """The copy comes when the reader's own clock next shows the hour, never before the edition exists."""
    plan = Schedule.model_validate({"at": "06:30"})
    (slot,) = next_slots(plan, ZoneInfo("America/Denver"), after=SLOT - HOUR, count=1)
    assert reader_morning(slot, timezone) == expected


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(available_timezones())), st.integers(0, 23), st.integers(0, 364))
def test_morning_comes_within_a_day(timezone: str, hour: int, ahead: int) -> None:
    """In every zone of the world the copy is due at or after the slot, and at most 25 hours later."""
    plan = Schedule.model_validate({"at": f"{hour:02}:30"})
    after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=ahead)
    (slot,) = next_slots(plan, ZoneInfo("America/Denver"), after=after, count=1)
    assert slot.at <= reader_morning(slot, timezone) <= slot.at + timedelta(hours=25)
