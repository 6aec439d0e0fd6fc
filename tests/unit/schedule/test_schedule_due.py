"""What is due of a newsletter: a simulated year, outages of every length, first runs, changed schedules, holidays."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.newsletter import Draft, Newsletter
from digest.config.schedule import Schedule
from digest.editions import LateDecision, next_slots, slots
from digest.schedule.due import LOOK_BACK, Watched, due_drafts, due_slots
from digest.testing.years import RHYTHMS, ZONES, live_a_year, year_newsletter

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
DENVER = ZoneInfo("America/Denver")


def newsletter(late: dict[str, Any] | None = None, **schedule: Any) -> Newsletter:
    """Return Denver, each day at 06:30, unless said."""
    rule = {"at": "06:30"} | schedule
    return year_newsletter("America/Denver", rule, late=late or {})


def due(
    one: Newsletter,
    now: datetime,
    *,
    since_at: datetime = MONDAY - 30 * DAY,
    known: dict[datetime, bool] | None = None,
    versions: tuple[Watched, ...] = (),
) -> list[LateDecision]:
    """Return what is due of a newsletter that was watched since long ago by the schedule it has."""
    watched = versions or (Watched(since_at, one.schedule, one.zone),)
    return due_slots(one, known=known or {}, watched=watched, now=now)


@pytest.mark.parametrize("rhythm", RHYTHMS)
@pytest.mark.parametrize("name", ZONES)
def test_a_year_of_wakes_gives_each_due_day_one_edition(name: str, rhythm: str) -> None:
    """A daemon that wakes at odd moments, sleeps for up to two hours and forgets nothing: one edition each due day."""
    hour = (7 * ZONES.index(name) + RHYTHMS.index(rhythm)) % 24
    days = live_a_year(name, rhythm, hour, chance=random.Random(f"{name} {rhythm}"))
    assert days.sent == Counter(days.due)
    assert days.skipped == {}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_schedule_and_any_wakes_decide_each_slot_once(data: st.DataObject) -> None:
    """However often and however late it wakes, every slot since the first sight gets exactly one decision."""
    one = newsletter(
        {"send_within": data.draw(st.sampled_from(("10m", "2h", "3d"))),
         "then": data.draw(st.sampled_from(("skip", "hold", "send"))),
         "catch_up": data.draw(st.sampled_from(("latest", "all", "none")))},
        at=[f"{data.draw(st.integers(0, 23)):02}:{data.draw(st.sampled_from(('00', '30')))}"],
        days=data.draw(st.lists(st.sampled_from(("mon", "wed", "sat", "sun")), min_size=1, unique=True)),
        holidays=data.draw(st.sampled_from((None, "US-CO"))),
        on_holiday=data.draw(st.sampled_from(("skip", "previous", "next"))),
    )  # fmt: skip
    start = datetime(2026, 2, 20, tzinfo=UTC)
    wakes = [start + MINUTE * at for at in sorted(data.draw(st.sets(st.integers(1, 60 * 24 * 40), max_size=30)))]
    known: dict[datetime, bool] = {}
    for now in wakes:
        decisions = due(one, now, since_at=start, known=known)
        assert not {decision.slot_at for decision in decisions} & known.keys()
        assert all(decision.reason for decision in decisions)
        known |= {decision.slot_at: decision.action == "send" for decision in decisions}
    end = wakes[-1] if wakes else start
    expected = {slot.at for slot in slots(one.schedule, one.zone, start, end + MINUTE, with_skipped=True)}
    looked_at = {
        at for at in expected if start < at <= end and any(at <= now and now - at <= LOOK_BACK for now in wakes)
    }
    assert known.keys() == looked_at


OUTAGES = {
    "an hour": (HOUR, 1),
    "a day": (DAY + HOUR, 2),
    "a week": (7 * DAY, 7),
}


@pytest.mark.parametrize(
    ("late", "sent"),
    [
        ({}, {"an hour": 1, "a day": 1, "a week": 0}),
        ({"catch_up": "all"}, {"an hour": 1, "a day": 1, "a week": 0}),
        ({"send_within": "30h", "catch_up": "all"}, {"an hour": 1, "a day": 2, "a week": 2}),
        ({"send_within": "30h", "catch_up": "latest"}, {"an hour": 1, "a day": 1, "a week": 1}),
        ({"catch_up": "none"}, {"an hour": 0, "a day": 0, "a week": 0}),
        ({"catch_up": "skip"}, {"an hour": 0, "a day": 0, "a week": 0}),
        ({"send_within": "10m"}, {"an hour": 0, "a day": 0, "a week": 0}),
        ({"send_within": "10m", "then": "send"}, {"an hour": 1, "a day": 1, "a week": 1}),
        ({"send_within": "10m", "then": "send", "catch_up": "all"}, {"an hour": 1, "a day": 2, "a week": 7}),
    ],
)
@pytest.mark.parametrize("outage", OUTAGES)
def test_each_policy_after_each_outage(late: dict[str, Any], sent: dict[str, int], outage: str) -> None:
    """Down for an hour, a day, a week: so many go out as the policy says, and each that does not has its reason."""
    length, slots_passed = OUTAGES[outage]
    back_at = MONDAY + (HOUR - MINUTE if length < 7 * DAY else 2 * HOUR + MINUTE)
    decisions = due(newsletter(late), back_at, since_at=back_at - length)
    assert len(decisions) == slots_passed
    assert sum(decision.action == "send" for decision in decisions) == sent[outage]
    for decision in decisions:
        assert decision.action == "send" or "late" in decision.reason


def test_holding_after_an_outage_asks_for_one_decision() -> None:
    """With `hold`, a person finds the last edition of the week, not seven."""
    decisions = due(newsletter({"then": "hold"}), MONDAY + 5 * HOUR, since_at=MONDAY - 6 * DAY)
    assert Counter(decision.action for decision in decisions) == {"skip": 5, "hold": 1}


def test_a_first_run_owes_nothing() -> None:
    """What passed before a newsletter was first seen is nobody's debt, whatever the policy."""
    one = newsletter({"send_within": "7d", "catch_up": "all", "then": "send"})
    assert due(one, MONDAY + MINUTE, since_at=MONDAY + MINUTE) == []
    assert due_slots(one, known={}, watched=(), now=MONDAY) == []


def test_what_readers_have_is_never_followed_by_something_older() -> None:
    """A slot that was missed before one that went out is superseded by it."""
    known = {MONDAY: True}
    (decision,) = due(newsletter(at=["06:00", "06:30"]), MONDAY + MINUTE, since_at=MONDAY - HOUR, known=known)
    assert (decision.action, decision.slot_at) == ("skip", MONDAY - 30 * MINUTE)
    assert "takes its place" in decision.reason
    known = {MONDAY: False}
    (decision,) = due(newsletter(at=["06:00", "06:30"]), MONDAY + MINUTE, since_at=MONDAY - HOUR, known=known)
    assert decision.action == "send", "a skipped one takes nobody's place"


def test_a_changed_schedule_owes_nothing_of_before() -> None:
    """An hour that is moved at noon sends no second edition that day, and makes no row of slots that never were."""
    late = {"send_within": "7d", "catch_up": "all", "then": "send"}
    before, after = newsletter(late), newsletter(late, at="05:00")
    versions = (
        Watched(MONDAY - 30 * DAY, before.schedule, DENVER),
        Watched(MONDAY + 5 * HOUR, after.schedule, DENVER),
    )
    known = {MONDAY - days * DAY: True for days in range(10)}
    assert due(after, MONDAY + 6 * HOUR, known=known, versions=versions) == []
    (next_day,) = due(after, MONDAY + DAY, known=known, versions=versions)
    assert next_day.slot_at == MONDAY + DAY - 90 * MINUTE


def test_what_both_schedules_name_is_still_owed() -> None:
    """A pause that is added while the daemon was down for ten minutes costs no edition."""
    before = newsletter()
    after = newsletter(pauses=[{"start": "2026-12-24", "end": "2026-12-26"}])
    versions = (
        Watched(MONDAY - 30 * DAY, before.schedule, DENVER),
        Watched(MONDAY + 10 * MINUTE, after.schedule, DENVER),
    )
    known = {MONDAY - days * DAY: True for days in range(1, 10)}
    (decision,) = due(after, MONDAY + 10 * MINUTE, known=known, versions=versions)
    assert (decision.slot_at, decision.action) == (MONDAY, "send")


def test_a_rule_that_was_not_kept_counts_as_the_same() -> None:
    """A store from before schedules were kept owes what it owed."""
    one = newsletter()
    versions = (Watched(MONDAY - DAY + MINUTE, None, DENVER), Watched(MONDAY + MINUTE, one.schedule, DENVER))
    (decision,) = due(one, MONDAY + 5 * MINUTE, versions=versions)
    assert decision.slot_at == MONDAY


def test_holidays_and_pauses_have_their_row() -> None:
    """A slot that a holiday or a pause took ends in the ledger with that reason, and takes no other's place."""
    one = newsletter(
        {"catch_up": "all", "send_within": "7d"},
        holidays="US-CO",
        pauses=[{"start": "2026-11-27", "end": "2026-11-27", "reason": "press move"}],
    )
    found = due(one, MONDAY + 5 * DAY, since_at=MONDAY + 2 * DAY + MINUTE)
    assert [(decision.action, decision.reason.partition(",")[0]) for decision in found] == [
        ("skip", "holiday: Thanksgiving Day"),
        ("skip", "pause from 2026-11-27 to 2026-11-27: press move"),
        ("send", "on time"),
    ]


def test_a_draft_is_due_its_lead_time_before_the_slot() -> None:
    """Not a minute earlier, not where the ledger knows the slot, not where no editor is asked."""
    one = newsletter()
    assert due_drafts(one, known=(), now=MONDAY - 30 * MINUTE) == []
    one = one.model_copy(update={"draft": Draft(lead_time=30 * MINUTE)})
    assert due_drafts(one, known=(), now=MONDAY - 31 * MINUTE) == []
    assert due_drafts(one, known=(), now=MONDAY - 30 * MINUTE) == [MONDAY]
    assert due_drafts(one, known={MONDAY}, now=MONDAY - MINUTE) == []
    assert due_drafts(one, known=(), now=MONDAY) == []


def test_slots_of_the_year_agree_with_the_calendar() -> None:
    """The days that the simulated year calls due are those of the schedule, counted another way."""
    plan = Schedule.model_validate({"at": "06:30", "days": ["mon"]})
    found = next_slots(plan, DENVER, after=datetime(2026, 1, 1, tzinfo=UTC), count=52)
    assert found[0].local.date() == date(2026, 1, 5)
    assert all((later.local.date() - earlier.local.date()).days == 7 for earlier, later in pairwise(found))
