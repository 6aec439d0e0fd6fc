"""Links in messages, and what the slots of a message take for one reader."""

from __future__ import annotations

from datetime import UTC, date, datetime

from digest.config.newsletter import Newsletter
from digest.config.rules import Section
from digest.model.edition import Edition
from digest.model.subscriber import Subscriber
from digest.subscriptions.links import Links, reader_values
from digest.subscriptions.tokens import Purpose, Tokens

TOKENS = Tokens("a secret")
LINKS = Links("https://news.example.com/", TOKENS)
ANN = Subscriber(7, "Ann@example.com", "ann@example.com", "Ann", attributes={"plan": "pro"})
SLOT_AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


def _newsletter(**more: str) -> Newsletter:
    return Newsletter(id="denver", name="Denver", sections=(Section(title="Top"),), timezone="America/Denver", **more)


def test_every_slot_has_its_value() -> None:
    """Address, name, attributes, dates in the newsletter's zone, and links whose tokens read back."""
    edition = Edition("denver-1", "denver", SLOT_AT, ())
    values = reader_values(ANN, _newsletter(), edition, LINKS, since_at=datetime(2026, 3, 1, 2, tzinfo=UTC))
    assert values["email"] == "Ann@example.com"
    assert values["name"] == "Ann"
    assert values["attributes.plan"] == "pro"
    assert values["since"] == "February 28, 2026"
    assert values["view_url"] == "https://news.example.com/archive/denver/2026-11-23"
    assert values["weekly_url"] == values["preferences_url"] + "#weekly"
    page, _, token = values["unsubscribe_url"].rpartition("/")
    assert page == "https://news.example.com/unsubscribe"
    facts = TOKENS.read(token, Purpose.UNSUBSCRIBE)
    assert (facts.newsletter, facts.subscriber_id, facts.expires_at) == ("denver", 7, None)


def test_dates_follow_the_newsletters_language_and_may_be_unknown() -> None:
    """The date is written in the newsletter's language, in English for an unknown one, empty without a date."""
    edition = Edition("denver-1", "denver", SLOT_AT, ())
    since_at = datetime(2026, 3, 5, 12, tzinfo=UTC)
    spanish = reader_values(ANN, _newsletter(language="es-MX"), edition, LINKS, since_at=since_at)
    unknown = reader_values(ANN, _newsletter(language="qqq"), edition, LINKS, since_at=since_at)
    assert spanish["since"] == "5 de marzo de 2026"
    assert unknown["since"] == "March 5, 2026"
    assert reader_values(ANN, _newsletter(), edition, LINKS)["since"] == ""


def test_the_values_hold_nobody_else() -> None:
    """No attribute can take the place of a link, and no link of one reader stands in another's values."""
    edition = Edition("denver-1", "denver", SLOT_AT, ())
    sly = Subscriber(8, "bob@example.com", "bob@example.com", attributes={"unsubscribe_url": "https://evil.example"})
    ann, bob = (reader_values(one, _newsletter(), edition, LINKS) for one in (ANN, sly))
    assert bob["unsubscribe_url"].startswith("https://news.example.com/")
    assert {value for value in ann.values() if value} & {value for value in bob.values() if value} == {ann["view_url"]}


def test_a_confirmation_link_expires_and_a_view_link_is_public() -> None:
    """The confirmation carries its expiry; the view link carries no token."""
    link = LINKS.confirm("denver", 7, SLOT_AT)
    facts = TOKENS.read(link.rpartition("/")[2], Purpose.CONFIRM, now=datetime(2026, 11, 23, tzinfo=UTC))
    assert facts.expires_at == SLOT_AT
    assert LINKS.view("am", date(2026, 1, 2)) == "https://news.example.com/archive/am/2026-01-02"
