"""Personal links' tokens: made, read, refused; not the pages they lead to.

A token is base64url of: key id (2 bytes), then tag (16 bytes), then the masked facts: a byte for the
purpose and whether it expires, the subscriber's id as a variable-length number, the expiry in minutes (4 bytes), the
newsletter. The tag is HMAC-SHA256 over the facts, and the mask is drawn from the tag: nothing can be
read or changed without the key, and the same facts give the same token each time.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.config.settings import Settings
from digest.errors import TokenError
from digest.store import Store
from digest.store.secrets import ensure_stored_secret, find_stored_secret
from digest.subscriptions.macs import Mac

_KEY_ID_BYTES = 2
_TAG_BYTES = 16
_EXPIRES = 0x80
_MAX_LENGTH = 200
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_STORED = "personal-links"


class Purpose(enum.IntEnum):
    """What a token may be used for; the numbers stand in tokens and never change."""

    UNSUBSCRIBE = 1
    PREFERENCES = 2
    CONFIRM = 3
    VIEW = 4
    EXPORT = 5
    EDITOR = 7  # newsletter holds an edition's id, subscriber_id the editor's number
    FORM = 6  # the hidden field of a form: no request from another site can carry it


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What a token says; `expires_at` is None for links that work for ever."""

    purpose: Purpose
    newsletter: str
    subscriber_id: int
    expires_at: datetime | None = None


class Tokens:
    """Makes tokens with `secret`, and reads those made with it or with any of `old_secrets`."""

    def __init__(self, secret: str, old_secrets: Sequence[str] = ()) -> None:
        self._key = _Key(secret)
        self._keys = {key.id: key for key in (*(_Key(old) for old in old_secrets), self._key)}

    def make(self, purpose: Purpose, newsletter: str, subscriber_id: int, *, expires_at: datetime | None = None) -> str:
        """Return a token for one purpose, newsletter and subscriber; URL-safe.

        It has at most 60 characters for a newsletter id of up to 18 characters. `expires_at` is
        rounded up to a minute. `newsletter` may be empty where all of a reader's are meant.
        """
        facts = bytes([purpose | (_EXPIRES if expires_at else 0)]) + _encode_number(subscriber_id)
        if expires_at:
            facts += (-((_EPOCH - expires_at) // timedelta(minutes=1))).to_bytes(4, "big")
        return self._key.seal(facts + newsletter.encode())

    def read(self, token: str, purpose: Purpose, *, now: datetime | None = None) -> TokenFacts:
        """Return what the token says.

        Raises TokenError where it is forged, cut off, expired (at `now`, the present unless given) or
        made for another purpose.
        """
        facts = _decode(self._open(token))
        if facts.purpose is not purpose:
            raise TokenError("this link is for something else")
        if facts.expires_at is not None and facts.expires_at <= (now or datetime.now(UTC)):
            raise TokenError("this link has expired")
        return facts

    def _open(self, token: str) -> bytes:
        if len(token) > _MAX_LENGTH:
            raise TokenError("this link is not one of ours")
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise TokenError("this link is damaged") from None
        key = self._keys.get(raw[:_KEY_ID_BYTES])
        if key is None or len(raw) < _KEY_ID_BYTES + _TAG_BYTES + 2:
            raise TokenError("this link is not one of ours")
        return key.open(raw[_KEY_ID_BYTES:])


def ensure_secret(store: Store, settings: Settings) -> tuple[str, tuple[str, ...]]:
    """Return the key of personal links and the earlier ones, from the settings or else from the store.

    Where the settings name none, one is made once and kept in the store. When a key is set later, the
    stored one goes on as an earlier one. A store opened for reading gives a key for this process alone.
    """
    with store.read() as connection:
        stored = find_stored_secret(connection, _STORED)
    configured = settings.keys.secret.get_secret_value()
    old = tuple(secret.get_secret_value() for secret in settings.keys.old)
    if configured:
        return configured, (*old, *((stored,) if stored else ()))
    if stored is None and store.read_only:
        return secrets.token_hex(32), old
    if stored is None:
        with store.begin() as connection:
            stored = ensure_stored_secret(connection, _STORED)
    return stored, old


class _Key:
    """One secret: separate keys for tag and mask are derived from it."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise TokenError("personal links need a secret")
        tag_key, self._mask_key, self.id = (
            hmac.digest(secret.encode(), f"digest personal links: {use}".encode(), hashlib.sha256)
            for use in ("tag", "mask", "id")
        )
        self._mac = Mac(tag_key)
        self.id = self.id[:_KEY_ID_BYTES]

    def seal(self, facts: bytes) -> str:
        tag = self._tag(facts)
        return base64.urlsafe_b64encode(self.id + tag + self._mask(facts, tag)).rstrip(b"=").decode()

    def open(self, sealed: bytes) -> bytes:
        tag, masked = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        facts = self._mask(masked, tag)
        if not hmac.compare_digest(tag, self._tag(facts)):
            raise TokenError("this link is not one of ours")
        return facts

    def _tag(self, facts: bytes) -> bytes:
        return self._mac.of(facts)[:_TAG_BYTES]

    def _mask(self, text: bytes, tag: bytes) -> bytes:
        stream = hashlib.shake_256(self._mask_key + tag).digest(len(text))
        return (int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(text), "big")


def _decode(facts: bytes) -> TokenFacts:
    try:
        purpose = Purpose(facts[0] & ~_EXPIRES)
        subscriber_id, position = _decode_number(facts, 1)
        expires_at = None
        if facts[0] & _EXPIRES:
            minutes = int.from_bytes(facts[position : position + 4], "big")
            expires_at, position = _EPOCH + timedelta(minutes=minutes), position + 4
        return TokenFacts(purpose, facts[position:].decode(), subscriber_id, expires_at)
    except (ValueError, IndexError, OverflowError):
        raise TokenError("this link was made by another version") from None


def _encode_number(number: int) -> bytes:
    """Encode in groups of seven bits, the lowest first; the high bit says that more follow."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def _decode_number(data: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while data[position] & 0x80:
        number |= (data[position] & 0x7F) << shift
        position, shift = position + 1, shift + 7
    return number | data[position] << shift, position + 1
