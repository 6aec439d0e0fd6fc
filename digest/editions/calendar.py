"""Slots as an iCalendar feed (RFC 5545), for a calendar program; owns the `icalendar` library, computes no slot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from digest.config.newsletter import Newsletter
from digest.editions.identity import edition_id
from digest.editions.slots import Slot

if TYPE_CHECKING:
    from icalendar import Event

_PRODUCT = "-//digest//schedule//EN"
_REFRESH = timedelta(hours=6)
_LENGTH = timedelta(minutes=15)


def calendar_text(
    editions: Iterable[tuple[Newsletter, Sequence[Slot]]], *, title: str, domain: str, now: datetime
) -> str:
    """Return the slots of newsletters as one calendar: an event an edition, in UTC, so that no zone rule can move it.

    An event's id is the edition's at `domain`: a calendar that reads the feed again knows it. The local time, and what
    daylight saving or a holiday did to it, stand in its description.
    """
    # Imported late: only the feed needs it.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    for newsletter, slots in editions:
        for slot in slots:
            calendar.add_component(_event(newsletter, slot, domain, now))
    return str(calendar.to_ical().decode())


def _event(newsletter: Newsletter, slot: Slot, domain: str, now: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{edition_id(newsletter.id, slot.at)}@{domain}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", slot.at)
    event.add("duration", _LENGTH)
    event.add("summary", newsletter.name)
    local = f"{slot.at.astimezone(newsletter.zone):%Y-%m-%d %H:%M} {newsletter.timezone}"
    event.add("description", "\n".join(text for text in (local, slot.note) if text))
    event.add("categories", [newsletter.id])
    event.add("transp", "TRANSPARENT")
    return event
