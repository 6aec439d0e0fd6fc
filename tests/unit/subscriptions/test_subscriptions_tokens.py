"""Tokens of personal links: they round-trip, are short, and nothing forged or foreign is read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from digest.config.settings import Keys, Settings
from digest.errors import TokenError
from digest.store import Store
from digest.subscriptions.tokens import Purpose, TokenFacts, Tokens, ensure_secret
from digest.testing.stores import temporary_store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKENS = Tokens("a secret")
NEWSLETTERS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True) | st.just("")


@given(st.sampled_from(Purpose), NEWSLETTERS, st.integers(0, 2**63 - 1), st.none() | st.integers(1, 10**7))
@settings(max_examples=100)
def test_a_token_says_what_went_in(purpose: Purpose, newsletter: str, subscriber_id: int, minutes: int | None) -> None:
    """Purpose, newsletter, subscriber and expiry come back, from a URL-safe token that is stable."""
    expires_at = None if minutes is None else NOW + timedelta(minutes=minutes)
    token = TOKENS.make(purpose, newsletter, subscriber_id, expires_at=expires_at)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert token == TOKENS.make(purpose, newsletter, subscriber_id, expires_at=expires_at)
    assert TOKENS.read(token, purpose, now=NOW) == TokenFacts(purpose, newsletter, subscriber_id, expires_at)


@given(st.integers(0, 2_000_000))
@settings(max_examples=30)
def test_tokens_are_short_and_say_nothing_to_a_stranger(subscriber_id: int) -> None:
    """At most 60 characters for 2,000,000 readers of a newsletter with a long id, unlike for neighbours."""
    token = TOKENS.make(Purpose.UNSUBSCRIBE, "nw-arkansas-weekly", subscriber_id)
    assert len(token) <= 60
    neighbour = TOKENS.make(Purpose.UNSUBSCRIBE, "nw-arkansas-weekly", subscriber_id + 1)
    alike = sum(one == other for one, other in zip(token[3:], neighbour[3:], strict=False))
    assert alike < 20


@given(st.data())
@settings(max_examples=100)
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    """Any character changed, cut off or added makes the token worthless, whatever it was changed to."""
    token = TOKENS.make(Purpose.PREFERENCES, "denver", 77)
    position = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda one: one != token[position]))
    for forged in (token[:position] + letter + token[position + 1 :], token[:position], token + letter * 4):
        try:
            facts = TOKENS.read(forged, Purpose.PREFERENCES)
        except TokenError:
            continue
        # The last letter carries bits that base64 ignores: the same bytes are the same token.
        assert facts == TOKENS.read(token, Purpose.PREFERENCES)
        assert position == len(token) - 1


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: raw.hex()))
@settings(max_examples=100)
def test_any_text_is_refused_without_another_error(text: str) -> None:
    """What a visitor types never raises anything but TokenError."""
    with pytest.raises(TokenError):
        TOKENS.read(text, Purpose.UNSUBSCRIBE)


def test_a_token_serves_one_purpose_only() -> None:
    """A link to unsubscribe opens no preferences."""
    token = TOKENS.make(Purpose.UNSUBSCRIBE, "denver", 7)
    with pytest.raises(TokenError, match="something else"):
        TOKENS.read(token, Purpose.PREFERENCES)


def test_a_token_expires_when_it_says() -> None:
    """Until its minute a token works, afterwards it does not."""
    token = TOKENS.make(Purpose.CONFIRM, "denver", 7, expires_at=NOW)
    assert TOKENS.read(token, Purpose.CONFIRM, now=NOW - timedelta(seconds=1)).expires_at == NOW
    with pytest.raises(TokenError, match="expired"):
        TOKENS.read(token, Purpose.CONFIRM, now=NOW)


def test_old_keys_still_unsubscribe_and_foreign_ones_never() -> None:
    """After a change of key, links in old mail work; links of another installation do not."""
    token = TOKENS.make(Purpose.UNSUBSCRIBE, "denver", 7)
    assert Tokens("a new secret", ["a secret"]).read(token, Purpose.UNSUBSCRIBE).subscriber_id == 7
    with pytest.raises(TokenError):
        Tokens("a new secret").read(token, Purpose.UNSUBSCRIBE)


def test_a_secret_is_made_once_and_stays(tmp_path: Path) -> None:
    """Without a configured key one is made and kept; a reading store gets one that is not written."""
    with Store.open("sqlite:///digest.db", root=tmp_path, read_only=True) as store:
        assert len(ensure_secret(store, Settings())[0]) == 64
    assert list(tmp_path.iterdir()) == []
    with temporary_store() as store:
        secret, old = ensure_secret(store, Settings())
        assert ensure_secret(store, Settings()) == (secret, old) == (secret, ())


def test_a_configured_key_comes_first_and_the_stored_one_still_reads() -> None:
    """When an operator sets a key later, links signed with the stored one go on working."""
    settings = Settings(keys=Keys(secret=SecretStr("configured"), old=(SecretStr("older"),)))
    with temporary_store() as store:
        assert ensure_secret(store, settings) == ("configured", ("older",))
        stored, _ = ensure_secret(store, Settings())
        assert ensure_secret(store, settings) == ("configured", ("older", stored))
