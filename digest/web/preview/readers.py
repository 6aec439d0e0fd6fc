"""The reader whom an edition greets on the bench: a subscriber, or made-up values; and their very message."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime

from digest.config.newsletter import Newsletter
from digest.errors import NotFoundError, UsageError
from digest.model.subscriber import Subscriber, SubscriptionState
from digest.pipeline.pages import MADE_UP
from digest.pipeline.trial import reader_message
from digest.store import subscribers
from digest.subscriptions.addresses import normalise_address
from digest.subscriptions.links import reader_values
from digest.web.preview.bench import Bench, View
from digest.web.preview.state import State

_MOST_LISTED = 200


def known_readers(bench: Bench, newsletter: Newsletter) -> list[Subscriber]:
    """Return confirmed subscribers of the newsletter to choose from, by address; the first 200."""
    with bench.workspace.store.read() as connection:
        found = subscribers.iter_subscribed(connection, newsletter.id, (SubscriptionState.CONFIRMED,))
        return [subscriber for subscriber, _ in itertools.islice(found, _MOST_LISTED)]


def chosen_reader(bench: Bench, state: State) -> Subscriber:
    """Return the reader that a place names: a subscriber by address, or made up from name and address.

    Raises NotFoundError for an address nobody subscribed with, UsageError for one that cannot be.
    """
    if state.reader:
        with bench.workspace.store.read() as connection:
            found = subscribers.find_subscriber(connection, state.reader.strip().lower())
        if found is None:
            raise NotFoundError("subscriber", state.reader)
        return found
    if not state.email:
        return Subscriber(MADE_UP.id, MADE_UP.email, MADE_UP.key, name=state.name or MADE_UP.name)
    try:
        email, key = normalise_address(state.email)
    except ValueError as error:
        raise UsageError(f"{state.email}: {error}") from error
    return Subscriber(MADE_UP.id, email, key, name=state.name)


def values_for(bench: Bench, view: View, state: State) -> Mapping[str, str]:
    """Return what stands in the slots of the edition for the chosen reader."""
    assert view.assembled.rendered is not None
    reader = chosen_reader(bench, state)
    since_at = _since(bench, view, reader)
    edition = view.assembled.rendered.edition
    return reader_values(reader, view.newsletter, edition, bench.workspace.links, since_at=since_at)


def message_of(bench: Bench, view: View, state: State) -> bytes:
    """Return the chosen reader's message; raises NotFoundError where there is no edition."""
    if view.built is None:
        raise NotFoundError("edition of", f"{view.newsletter.id} ({view.assembled.skip_reason})")
    reader = chosen_reader(bench, state)
    since_at = _since(bench, view, reader)
    return reader_message(bench.workspace, view.newsletter, view.built, reader, since_at=since_at)


def _since(bench: Bench, view: View, reader: Subscriber) -> datetime | None:
    if reader.id == MADE_UP.id:
        return view.slot_at
    with bench.workspace.store.read() as connection:
        subscription = subscribers.find_subscription(connection, reader.id, view.newsletter.id)
    return subscription.since_at if subscription else None
