"""Everything kept about one address: shown to its owner or an operator, and erased; changes no subscription."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.errors import NotFoundError
from digest.store import subscribers, suppressions
from digest.subscriptions.addresses import normalise_address


def show(connection: Connection, address: str) -> dict[str, Any]:
    """Return all that is kept about an address, as plain values ready for JSON.

    Raises ValueError for text that is no address, NotFoundError where nothing is kept.
    """
    key = normalise_address(address)[1]
    subscriber = subscribers.find_subscriber(connection, key)
    suppression = suppressions.find_suppression(connection, key)
    if subscriber is None and suppression is None:
        raise NotFoundError("subscriber", address)
    shown: dict[str, Any] = {"email": address.strip()}
    if subscriber is not None:
        shown |= {name: getattr(subscriber, name) for name in ("id", "email", "name", "language", "timezone")}
        shown["attributes"] = dict(subscriber.attributes)
        shown["subscriptions"] = _subscriptions(connection, subscriber.id)
        shown["log"] = [
            {"at": event.at.isoformat(), "newsletter": event.newsletter, "kind": event.kind, "detail": event.detail}
            for event in subscribers.load_events(connection, subscriber.id)
        ]
    if suppression is not None:
        since = suppression.created_at.isoformat()
        shown["suppressed"] = {"reason": suppression.reason, "detail": suppression.detail, "since": since}
    return shown


def erase(connection: Connection, address: str, now: datetime) -> bool:
    """Erase an address everywhere in the store; False where only its suppression, or nothing, was kept.

    A keyed hash stays, so that an import never brings the address back; it ends when the owner
    confirms a new subscription. Raises ValueError for text that is no address.
    """
    key = normalise_address(address)[1]
    subscriber = subscribers.find_subscriber(connection, key)
    subscribers.erase_address(connection, key, None if subscriber is None else subscriber.id)
    suppressions.hide_address(connection, key, now=now)
    return subscriber is not None


def _subscriptions(connection: Connection, subscriber_id: int) -> list[dict[str, Any]]:
    return [
        {
            "newsletter": one.newsletter,
            "state": one.state.value,
            "frequency": one.frequency.value,
            "since": one.since_at.isoformat(),
            "paused_until": one.paused_until.isoformat() if one.paused_until else None,
            "consent": one.consent,
            "consent_source": one.consent_source,
        }
        for one in subscribers.load_subscriptions(connection, subscriber_id)
    ]
