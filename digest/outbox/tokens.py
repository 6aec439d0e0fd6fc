"""Tokens of deliveries for return paths: opaque, stable, safe in lower case; holds no address and no state."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from digest.errors import TokenError

_TAG = 10
_ID = 6


class DeliveryTokens:
    """Makes and reads tokens of 32 hexadecimal digits. `keys`: the first one makes, all of them read."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or not all(keys):
            raise ValueError("a key of delivery tokens must not be empty")
        self._keys = tuple(_Key(hashlib.sha256(b"digest delivery token " + key).digest()) for key in keys)

    def make(self, delivery_id: int) -> str:
        """Return the token of a delivery, the same each time."""
        key = self._keys[0]
        raw = delivery_id.to_bytes(_ID, "big")
        tag = key.tag(raw)
        return (tag + key.mask(raw, tag)).hex()

    def read(self, token: str) -> int:
        """Return the delivery's id. Mail systems may have changed the case.

        Raises:
            TokenError: the token was not made with one of our keys.
        """
        raw = _decode(token)
        for key in self._keys:
            plain = key.mask(raw[_TAG:], raw[:_TAG])
            if hmac.compare_digest(key.tag(plain), raw[:_TAG]):
                return int.from_bytes(plain, "big")
        raise TokenError("this delivery token was not made here")


class _Key:
    """Keyed BLAKE2b (RFC 7693 §2.9) for tag and mask; a copy of a keyed state costs a fifth of an HMAC."""

    def __init__(self, key: bytes) -> None:
        self._tag = hashlib.blake2b(key=key, digest_size=_TAG, person=b"tag")
        self._mask = hashlib.blake2b(key=key, digest_size=_ID, person=b"mask")

    def tag(self, raw: bytes) -> bytes:
        state = self._tag.copy()
        state.update(raw)
        return state.digest()

    def mask(self, raw: bytes, tag: bytes) -> bytes:
        """Hide an id, or show a hidden one: what it is combined with is drawn from the tag."""
        state = self._mask.copy()
        state.update(tag)
        hidden = int.from_bytes(raw, "big") ^ int.from_bytes(state.digest(), "big")
        return hidden.to_bytes(_ID, "big")


def _decode(token: str) -> bytes:
    try:
        raw = bytes.fromhex(token)
    except ValueError as error:
        raise TokenError("a delivery token is a hexadecimal number") from error
    if len(raw) != _TAG + _ID:
        raise TokenError("this delivery token has the wrong length")
    return raw
