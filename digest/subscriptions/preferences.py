"""What a reader chose on the preferences page, carried out in one transaction; checks no token and shows no page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from sqlalchemy import Connection

from digest.model.subscriber import Frequency, SubscriptionState
from digest.store import subscribers
from digest.subscriptions.signup import (
    Consent,
    choose_frequency,
    confirm,
    pause,
    resubscribe,
    subscribe,
    unsubscribe,
)

MOST_PAUSE_DAYS = 365
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_S = SubscriptionState


@dataclass(frozen=True, slots=True)
class Person:
    """What a reader tells about themselves; all of it may be empty. `problem` finds what cannot be kept."""

    name: str = ""
    language: str = ""
    timezone: str = ""

    @property
    def problem(self) -> str:
        """What is amiss, in a sentence; empty when nothing is."""
        if len(self.name) > 200 or _CONTROL.search(self.name):
            return "A name has at most 200 characters, all of them visible."
        if self.language and not _LANGUAGE.fullmatch(self.language):
            return "Choose a language from the list."
        if self.timezone and self.timezone not in available_timezones():
            return "Choose a time zone from the list, as America/Denver."
        return ""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The newsletters `shown` on the page: which are `wanted`, which of them `weekly`, and a pause for all.

    `pause_days`: None leaves pauses as they are, 0 ends them, up to 365 begins one.
    """

    shown: frozenset[str]
    wanted: frozenset[str]
    weekly: frozenset[str] = frozenset()
    pause_days: int | None = None


def save_preferences(
    connection: Connection,
    subscriber_id: int,
    chosen: Preferences,
    *,
    consents: Mapping[str, Consent],
    now: datetime,
) -> list[str]:
    """Carry out the choices; return the newsletters that could not be turned on, as mail to the address came back.

    `consents` holds the wording for each newsletter that may be turned on. Newsletters that were not on the page stay
    as they are. Raises NotFoundError for an erased subscriber.
    """
    subscriber = subscribers.get_subscriber(connection, subscriber_id)
    before = {one.newsletter: one for one in subscribers.load_subscriptions(connection, subscriber_id)}
    refused = []
    for newsletter in sorted(chosen.shown):
        state = before[newsletter].state if newsletter in before else None
        if newsletter not in chosen.wanted:
            if state in (_S.CONFIRMED, _S.PAUSED):
                unsubscribe(connection, subscriber_id, newsletter, now)
        elif state is _S.PENDING:
            confirm(connection, subscriber_id, newsletter, now)
        elif state in (None, _S.UNSUBSCRIBED) and newsletter in consents:
            consent = consents[newsletter]
            done = subscribe(
                connection, subscriber.email, newsletter, consent=consent, now=now, state=_S.CONFIRMED
            )  # fmt: skip
            refused += [newsletter] if done.refused else []
    _adjust(connection, subscriber_id, chosen, now)
    return refused


def save_person(connection: Connection, subscriber_id: int, person: Person) -> None:
    """Keep what the reader told; raises NotFoundError for an erased subscriber, ValueError for what cannot be kept."""
    if person.problem:
        raise ValueError(person.problem)
    before = subscribers.get_subscriber(connection, subscriber_id)
    after = before._replace(name=person.name, language=person.language, timezone=person.timezone)
    subscribers.update_subscriber(connection, after)


def pause_for(connection: Connection, subscriber_id: int, newsletter: str, *, days: int, now: datetime) -> bool:
    """Pause one subscription for some days; False where there is none that could be paused."""
    found = subscribers.find_subscription(connection, subscriber_id, newsletter)
    if found is None or found.state not in (_S.CONFIRMED, _S.PAUSED):
        return False
    until_at = now + timedelta(days=max(1, min(days, MOST_PAUSE_DAYS)))
    pause(connection, subscriber_id, newsletter, until_at=until_at, now=now)
    return True


def take_weekly(connection: Connection, subscriber_id: int, newsletter: str, now: datetime) -> bool:
    """Choose the weekly roundup instead of each edition; False where nothing was ever confirmed.

    Who has just left, perhaps by the mail client's own button, comes back for the roundup alone.
    """
    found = subscribers.find_subscription(connection, subscriber_id, newsletter)
    if found is None or found.state is _S.PENDING:
        return False
    if found.state is _S.UNSUBSCRIBED:
        resubscribe(connection, subscriber_id, newsletter, now)
    choose_frequency(connection, subscriber_id, newsletter, Frequency.WEEKLY, now)
    return True


def _adjust(connection: Connection, subscriber_id: int, chosen: Preferences, now: datetime) -> None:
    """Set how often, and pauses, of what the reader gets."""
    for one in subscribers.load_subscriptions(connection, subscriber_id):
        if one.newsletter not in chosen.wanted or one.state not in (_S.CONFIRMED, _S.PAUSED):
            continue
        frequency = Frequency.WEEKLY if one.newsletter in chosen.weekly else Frequency.EVERY
        if frequency is not one.frequency:
            choose_frequency(connection, subscriber_id, one.newsletter, frequency, now)
        if chosen.pause_days:
            pause_for(connection, subscriber_id, one.newsletter, days=chosen.pause_days, now=now)
        elif chosen.pause_days == 0 and one.state is _S.PAUSED:
            resubscribe(connection, subscriber_id, one.newsletter, now)
