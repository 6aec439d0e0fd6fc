"""Local mornings of one edition: when each reader's copy goes out, and until when it is of use; sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.config.newsletter import Newsletter
from digest.editions import Slot, next_slots, reader_morning
from digest.model.edition import Lane
from digest.pipeline.order import Order

_JUST_BEFORE = timedelta(microseconds=1)
_LATEST = timedelta(hours=25)
"""A reader's clock shows the slot's time again within a day, and an hour more where the clock goes back."""


@dataclass(frozen=True, slots=True)
class Mornings:
    """When the copies of one edition are due; all at the slot unless `is_local`."""

    newsletter: Newsletter
    slot: Slot
    is_local: bool

    def due_at(self, timezone: str) -> datetime:
        """Return when the copy of a reader in that zone goes out; "" is the newsletter's own hour."""
        return reader_morning(self.slot, timezone) if self.is_local else self.slot.at

    def useful_until(self, timezone: str) -> datetime:
        """Return until when that copy is tried."""
        return self.due_at(timezone) + self.newsletter.useful_for

    @property
    def last_at(self) -> datetime:
        """The instant after which no copy is due for the first time."""
        return self.slot.at + (_LATEST if self.is_local else timedelta())


def find_mornings(order: Order) -> Mornings:
    """Return when the copies of an ordered edition are due.

    Only an edition of the schedule goes out by the readers' clocks; what a person sends in between goes at once.
    """
    newsletter = order.newsletter
    at_once = Slot(order.slot_at, order.slot_at)
    if newsletter.deliver != "local_morning" or newsletter.schedule is None or order.lane is not Lane.LIST:
        return Mornings(newsletter, at_once, is_local=False)
    due = next_slots(newsletter.schedule, newsletter.zone, after=order.slot_at - _JUST_BEFORE, count=1)
    if not due or due[0].at != order.slot_at:
        return Mornings(newsletter, at_once, is_local=False)
    return Mornings(newsletter, due[0], is_local=True)
