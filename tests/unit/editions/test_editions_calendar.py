"""The schedule as an iCalendar feed: what a calendar program reads from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from digest.editions import next_slots
from digest.editions.calendar import calendar_text
from digest.testing.years import year_newsletter

BEFORE_THE_CHANGE = datetime(2026, 3, 6, 14, tzinfo=UTC)


def feed(count: int, *, now: datetime = BEFORE_THE_CHANGE) -> str:
    """Return the feed of a newsletter at 02:30 in Denver, over the night in which the clock goes forward."""
    newsletter = year_newsletter("America/Denver", {"at": "02:30"}, late={})
    slots = next_slots(newsletter.schedule, newsletter.zone, after=BEFORE_THE_CHANGE, count=count)  # type: ignore[arg-type]
    return calendar_text([(newsletter, slots)], title="The Brief", domain="example.com", now=now)


def test_each_slot_is_an_event_in_utc() -> None:
    """Instants are those of the slots; the local time and what the clock did stand beside them."""
    calendar = Calendar.from_ical(feed(3))
    events = calendar.walk("VEVENT")
    assert calendar["x-wr-calname"] == "The Brief"
    assert [event["dtstart"].dt for event in events] == [
        datetime(2026, 3, 7, 9, 30, tzinfo=UTC),
        datetime(2026, 3, 8, 9, 0, tzinfo=UTC),
        datetime(2026, 3, 9, 8, 30, tzinfo=UTC),
    ]
    assert "02:30 does not exist" in str(events[1]["description"])
    assert [str(event["uid"]) for event in events][:1] == ["year-20260307T093000Z@example.com"]


def test_read_again_later_the_events_are_the_same() -> None:
    """A calendar program knows an event by its id, so a second reading doubles nothing."""
    first = Calendar.from_ical(feed(9)).walk("VEVENT")
    later = Calendar.from_ical(feed(9, now=BEFORE_THE_CHANGE + timedelta(hours=6))).walk("VEVENT")
    assert [event["uid"] for event in first] == [event["uid"] for event in later]
    assert len({event["uid"] for event in first}) == 9


def test_lines_are_those_of_the_standard() -> None:
    """CRLF line ends, no line over 75 bytes (RFC 5545, 3.1)."""
    text = feed(40)
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
