"""A delivery: edition × subscriber, its states, and what one attempt told about it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class DeliveryState(enum.StrEnum):
    """The life of a delivery; changed only through `outbox.transitions`."""

    QUEUED = "queued"  # waits for its first attempt, or was given back untouched
    SENDING = "sending"  # claimed by a worker; the claim was committed before the socket was used
    SENT = "sent"  # the next server accepted it
    DEFERRED = "deferred"  # refused for now; waits for its next attempt
    FAILED = "failed"  # refused for good, or out of time
    SUPPRESSED = "suppressed"  # the address must not be mailed (bounce, complaint, unsubscribed)
    CANCELLED = "cancelled"  # the edition was stopped by a person
    UNCERTAIN = "uncertain"  # the final dot was sent, its reply never came

    __hash__ = str.__hash__  # an enumeration's own is a function in Python, and states are counted for each message


class Stage(enum.StrEnum):
    """Where in the SMTP dialogue something happened."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"  # after the final dot was (or may have been) sent

    __hash__ = str.__hash__


class Delivery(NamedTuple):
    """One row of the outbox as a worker holds it; `since_at` is when its subscription began, where there is one."""

    id: int
    edition: str
    subscriber_id: int
    email: str
    state: DeliveryState
    attempts: int
    token: str
    next_try_at: datetime | None = None
    since_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliverySums:
    """How an edition's deliveries stand; the parts add up to `selected`."""

    selected: int = 0
    sent: int = 0
    suppressed: int = 0
    failed: int = 0
    uncertain: int = 0
    deferred: int = 0
    queued: int = 0
    sending: int = 0
    cancelled: int = 0

    def __add__(self, other: DeliverySums) -> DeliverySums:
        """Return the sums of both, part by part."""
        return DeliverySums(**{name: getattr(self, name) + getattr(other, name) for name in DeliverySums.__slots__})

    @property
    def agree(self) -> bool:
        """Whether the parts add up to `selected`."""
        parts = (self.sent, self.suppressed, self.failed, self.uncertain, self.deferred)
        return self.selected == sum(parts) + self.queued + self.sending + self.cancelled

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do: no row waits or is under way."""
        return self.agree and not (self.queued or self.sending or self.deferred)
