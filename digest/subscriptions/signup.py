"""Subscribing and leaving: what a reader or operator may do to a subscription, in one transaction each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.errors import NotFoundError
from digest.model.subscriber import Frequency, Subscriber, Subscription, SubscriptionState
from digest.store import subscribers, suppressions
from digest.subscriptions.addresses import normalise_address

CONFIRMATIONS_A_DAY, CONFIRMATIONS_IN_ALL = 1, 3
"""Most confirmation mails to one address, so that nobody can flood a stranger with them."""

_ASKED = "confirmation asked"
_WELCOMED = "welcome mailed"

LIFTED_BY_READERS = frozenset({"erased", "unsubscribed"})
"""Reasons of a suppression that end when the owner of the address confirms a new subscription."""

_S = SubscriptionState


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to: the wording, where (form, import, phone), and from which network address."""

    text: str
    source: str
    ip: str = ""


@dataclass(frozen=True, slots=True)
class SignUp:
    """What became of a sign-up; `refused` says why nothing was changed, for operators, never for visitors."""

    subscriber: Subscriber | None
    state: SubscriptionState | None
    refused: str = ""


def subscribe(
    connection: Connection,
    address: str,
    newsletter: str,
    *,
    consent: Consent,
    now: datetime,
    state: SubscriptionState = SubscriptionState.PENDING,
    name: str = "",
    attributes: Mapping[str, str] | None = None,
) -> SignUp:
    """Subscribe an address to a newsletter, to be confirmed by its owner unless `state` says otherwise.

    A confirmed subscription stays as it is, and asking twice changes nothing. An address suppressed
    for bounces or a complaint is refused. Raises ValueError for text that is no address.
    """
    email, key = normalise_address(address)
    suppression = suppressions.find_suppression(connection, key)
    if suppression is not None and suppression.reason not in LIFTED_BY_READERS:
        return SignUp(None, None, f"suppressed: {suppression.reason}")
    new = subscribers.NewSubscriber(email, key, name=name, attributes=attributes)
    subscriber_id = subscribers.add_subscribers(connection, [new], now)[key]
    subscriber = subscribers.get_subscriber(connection, subscriber_id)
    before = subscribers.find_subscription(connection, subscriber_id, newsletter)
    if before is not None and before.state in (_S.CONFIRMED, _S.PAUSED, state):
        return SignUp(subscriber, before.state)
    wanted = Subscription(subscriber_id, newsletter, state, consent.text, consent.source, now)
    subscribers.save_subscriptions(connection, [wanted], now, detail=consent.source, ip=consent.ip)
    if state is _S.CONFIRMED and suppression is not None:
        suppressions.remove_suppression(connection, key)
    return SignUp(subscriber, state)


def confirm(connection: Connection, subscriber_id: int, newsletter: str, now: datetime) -> Subscription:
    """Confirm what its owner asked for; twice is fine, and what was ended since stays ended.

    Raises NotFoundError where nothing is left to confirm, as after an erase.
    """
    subscriber = subscribers.get_subscriber(connection, subscriber_id)
    before = _get_subscription(connection, subscriber_id, newsletter)
    if before.state is not _S.PENDING:
        return before
    suppression = suppressions.find_suppression(connection, subscriber.key)
    if suppression is not None and suppression.reason in LIFTED_BY_READERS:
        suppressions.remove_suppression(connection, subscriber.key)
    return _change(connection, replace(before, state=_S.CONFIRMED, since_at=now), now, "confirmed by its owner")


def claim_confirmation(connection: Connection, subscriber_id: int, newsletter: str, now: datetime) -> bool:
    """Say whether a confirmation may be mailed to the subscriber now; if so, count it.

    One a day and three in all, for all newsletters together; a confirmation by the owner starts the
    count anew. Of two requests at the same moment, one gets it.
    """
    subscribers.lock_subscriber(connection, subscriber_id)
    asked: list[datetime] = []
    for event in subscribers.load_events(connection, subscriber_id):
        if event.kind == _S.CONFIRMED.value:
            asked = []
        elif event.kind == _ASKED:
            asked.append(event.at)
    today = [at for at in asked if at > now - timedelta(days=1)]
    if len(today) >= CONFIRMATIONS_A_DAY or len(asked) >= CONFIRMATIONS_IN_ALL:
        return False
    subscribers.add_event(connection, subscriber_id, _ASKED, now, newsletter=newsletter)
    return True


def claim_welcome(
    connection: Connection, subscriber: Subscriber, newsletter: str, now: datetime
) -> Subscription | None:
    """Return the subscription if its welcome edition may be mailed now, and count it; None otherwise.

    Once for a reader and a newsletter, however often they leave and come back, and only while it is confirmed and the
    address not suppressed. Of two requests at the same moment, one gets it.
    """
    subscribers.lock_subscriber(connection, subscriber.id)
    link = subscribers.find_subscription(connection, subscriber.id, newsletter)
    if link is None or link.state is not _S.CONFIRMED or suppressions.find_suppression(connection, subscriber.key):
        return None
    events = subscribers.load_events(connection, subscriber.id)
    if any(event.kind == _WELCOMED and event.newsletter == newsletter for event in events):
        return None
    subscribers.add_event(connection, subscriber.id, _WELCOMED, now, newsletter=newsletter)
    return link


def unsubscribe(
    connection: Connection, subscriber_id: int, newsletter: str | None, now: datetime, *, detail: str = "by the reader"
) -> list[str]:
    """End one subscription, or all of them with None; return the newsletters that ended now.

    Someone unknown or erased gets nothing anyway, so this never fails.
    """
    ended = [
        replace(one, state=_S.UNSUBSCRIBED, since_at=now, paused_until=None)
        for one in subscribers.load_subscriptions(connection, subscriber_id)
        if newsletter in (None, one.newsletter) and one.state is not _S.UNSUBSCRIBED
    ]
    subscribers.save_subscriptions(connection, ended, now, detail=detail)
    return [one.newsletter for one in ended]


def resubscribe(connection: Connection, subscriber_id: int, newsletter: str, now: datetime) -> Subscription:
    """Take an ended subscription up again, as its owner asked on the preferences page."""
    before = _get_subscription(connection, subscriber_id, newsletter)
    if before.state is _S.CONFIRMED:
        return before
    return _change(
        connection, replace(before, state=_S.CONFIRMED, since_at=now, paused_until=None), now, "by the reader"
    )


def pause(
    connection: Connection, subscriber_id: int, newsletter: str, *, until_at: datetime, now: datetime
) -> Subscription:
    """Stop a confirmed subscription until `until_at`; it goes on by itself afterwards.

    Raises ValueError for a subscription that is not confirmed, or an instant that has passed.
    """
    before = _get_subscription(connection, subscriber_id, newsletter)
    if until_at <= now:
        raise ValueError("a pause ends in the future")
    if before.state not in (_S.CONFIRMED, _S.PAUSED):
        raise ValueError(f"a subscription that is {before.state.value} cannot be paused")
    return _change(connection, replace(before, state=_S.PAUSED, paused_until=until_at), now, "by the reader")


def choose_frequency(
    connection: Connection, subscriber_id: int, newsletter: str, frequency: Frequency, now: datetime
) -> Subscription:
    """Choose each edition or only the weekly roundup."""
    before = _get_subscription(connection, subscriber_id, newsletter)
    return _change(connection, replace(before, frequency=frequency), now, f"wants {frequency.value}")


def _get_subscription(connection: Connection, subscriber_id: int, newsletter: str) -> Subscription:
    found = subscribers.find_subscription(connection, subscriber_id, newsletter)
    if found is None:
        raise NotFoundError("subscription", newsletter)
    return found


def _change(connection: Connection, after: Subscription, now: datetime, detail: str) -> Subscription:
    subscribers.save_subscriptions(connection, [after], now, detail=detail)
    return after
