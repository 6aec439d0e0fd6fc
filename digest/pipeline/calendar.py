"""The calendar of the next editions: whose slots, how many, and under which name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from digest.config.newsletter import Newsletter
from digest.config.project import Project
from digest.editions import Slot, next_slots
from digest.editions.calendar import calendar_text


def next_editions(
    newsletters: Iterable[Newsletter], *, after: datetime, count: int
) -> list[tuple[Newsletter, list[Slot]]]:
    """Return the next `count` slots of each newsletter that has a schedule."""
    return [
        (newsletter, next_slots(newsletter.schedule, newsletter.zone, after=after, count=count))
        for newsletter in newsletters
        if newsletter.schedule is not None
    ]


def calendar_of(project: Project, newsletters: Iterable[Newsletter], *, now: datetime, count: int) -> str:
    """Return the next editions of these newsletters as an iCalendar feed."""
    brand = project.settings.brand.name
    chosen = list(newsletters)
    title = f"{brand}: {chosen[0].name}" if len(chosen) == 1 else brand
    domain = project.settings.sender.email.rpartition("@")[2]
    return calendar_text(next_editions(chosen, after=now, count=count), title=title, domain=domain, now=now)
