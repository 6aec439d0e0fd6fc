"""Choices of the preferences page, carried out."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import NotFoundError
from digest.model.subscriber import Frequency, SubscriptionState
from digest.store import subscribers, suppressions
from digest.subscriptions.preferences import Person, Preferences, save_person, save_preferences
from digest.subscriptions.records import erase
from digest.subscriptions.signup import Consent, subscribe, unsubscribe
from digest.testing.stores import temporary_store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONSENTS = {name: Consent(f"turned on {name}", "preferences page") for name in ("am", "denver", "pm")}
ADA = "ada@example.com"


@pytest.fixture
def connection():
    """A transaction on a store of its own in which Ada gets `denver`."""
    with temporary_store() as store, store.begin() as connection:
        consent = Consent("made up", "test")
        subscribe(connection, ADA, "denver", consent=consent, now=NOW, state=SubscriptionState.CONFIRMED)
        yield connection


def choose(connection, *wanted, weekly=(), pause_days=None, shown=("am", "denver", "pm"), now=NOW):
    """Save Ada's choices; return what could not be turned on."""
    chosen = Preferences(frozenset(shown), frozenset(wanted), frozenset(weekly), pause_days)
    return save_preferences(connection, 1, chosen, consents=CONSENTS, now=now)


def states(connection):
    """Return the state of each of Ada's subscriptions."""
    return {one.newsletter: one.state.value for one in subscribers.load_subscriptions(connection, 1)}


def test_on_and_off(connection):
    """What is ticked begins with its own record of consent, what is not ends, the rest is left alone."""
    assert choose(connection, "am") == []
    assert states(connection) == {"am": "confirmed", "denver": "unsubscribed"}
    found = subscribers.find_subscription(connection, 1, "am")
    assert (found.consent, found.consent_source) == ("turned on am", "preferences page")


def test_what_was_not_on_the_page_stays(connection):
    """A subscription that began after the page was loaded is not ended by it."""
    choose(connection, "am", shown=("am",))
    assert states(connection) == {"am": "confirmed", "denver": "confirmed"}


def test_weekly_pause_and_going_on(connection):
    """How often and a pause are kept, and going on ends the pause alone."""
    choose(connection, "denver", weekly=["denver"], pause_days=14)
    found = subscribers.find_subscription(connection, 1, "denver")
    assert (found.state, found.frequency) == (SubscriptionState.PAUSED, Frequency.WEEKLY)
    assert found.paused_until == NOW + timedelta(days=14)
    choose(connection, "denver", weekly=["denver"], now=NOW + timedelta(days=1))
    assert subscribers.find_subscription(connection, 1, "denver").paused_until == NOW + timedelta(days=14)
    choose(connection, "denver", pause_days=0)
    found = subscribers.find_subscription(connection, 1, "denver")
    assert (found.state, found.frequency, found.paused_until) == (SubscriptionState.CONFIRMED, Frequency.EVERY, None)


def test_saving_twice_is_the_same_as_once(connection):
    """The second save of the same page leaves no trace in the log."""
    choose(connection, "am", "denver", weekly=["am"])
    before = len(subscribers.load_events(connection, 1))
    choose(connection, "am", "denver", weekly=["am"])
    assert len(subscribers.load_events(connection, 1)) == before


def test_pending_stays_unless_ticked(connection):
    """What was not confirmed yet is neither ended by a save nor begun without the tick."""
    subscribe(connection, ADA, "pm", consent=Consent("asked", "form"), now=NOW)
    choose(connection, "denver")
    assert states(connection)["pm"] == "pending"
    choose(connection, "denver", "pm")
    assert states(connection)["pm"] == "confirmed"


def test_a_dead_address_is_not_turned_on_again(connection):
    """An address that bounced gets nothing new, and its owner is told."""
    unsubscribe(connection, 1, None, NOW)
    suppressions.add_suppression(connection, ADA, reason="hard bounce", now=NOW)
    assert choose(connection, "am", "denver") == ["am", "denver"]
    assert states(connection) == {"denver": "unsubscribed"}


def test_person(connection):
    """What one tells about oneself is kept, and nonsense is refused with a reason."""
    save_person(connection, 1, Person("Ada", "en", "America/Denver"))
    found = subscribers.get_subscriber(connection, 1)
    assert (found.name, found.language, found.timezone) == ("Ada", "en", "America/Denver")
    for person in (
        Person("a\u202eb"),
        Person("a\nb"),
        Person("x" * 201),
        Person("", "<b>"),
        Person("", "", "Mars/Base"),
    ):
        with pytest.raises(ValueError):
            save_person(connection, 1, person)


def test_nobody_is_left_after_an_erase(connection):
    """A page that was open while its reader was erased changes nothing."""
    erase(connection, ADA, NOW)
    with pytest.raises(NotFoundError):
        choose(connection, "am")
