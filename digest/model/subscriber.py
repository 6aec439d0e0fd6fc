"""Subscribers and their subscriptions; and the reader: one subscriber as a message sees them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple


class SubscriptionState(enum.StrEnum):
    """The life of a subscription."""

    PENDING = "pending"  # asked for, not confirmed yet
    CONFIRMED = "confirmed"  # mail may be sent
    PAUSED = "paused"  # by the reader, until a date
    UNSUBSCRIBED = "unsubscribed"  # by the reader; kept as the record


class Frequency(enum.StrEnum):
    """How often a reader wants a newsletter."""

    EVERY = "every"  # each edition
    WEEKLY = "weekly"  # only the roundup of the week


class Subscriber(NamedTuple):
    """An address that may hold subscriptions; `key` is the case-folded address we compare by."""

    id: int
    email: str
    key: str
    name: str = ""
    language: str = ""
    timezone: str = ""
    attributes: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscriber's link to one newsletter, with the record of consent.

    `since_at` is when the present state began, `consent_at` when the wording was agreed to (None: at
    the same instant).
    """

    subscriber_id: int
    newsletter: str
    state: SubscriptionState
    consent: str
    consent_source: str
    since_at: datetime
    paused_until: datetime | None = None
    frequency: Frequency = Frequency.EVERY
    consent_at: datetime | None = None


class Reader(NamedTuple):
    """One subscriber as a message sees them.

    `values` holds what the template's slots ask for, unencoded: `email`, `name`,
    `unsubscribe_url`, `preferences_url`, `view_url`, `since` and any attribute as `attributes.X`.
    `token` is the opaque token of this delivery (return path, feedback); it holds no address.
    """

    subscriber_id: int
    email: str
    values: Mapping[str, str]
    token: str
