"""Tokens of deliveries for return paths: opaque, stable, safe in lower case; holds no address and no state."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from digest.errors import TokenError
from digest.subscriptions.macs import Mac

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
        tag = key.tag(delivery_id)
        return (tag + (delivery_id ^ key.mask(tag)).to_bytes(_ID, "big")).hex()

    def read(self, token: str) -> int:
        """Return the delivery's id. Mail systems may have changed the case.

        Raises:
            TokenError: the token was not made with one of our keys.
        """
        raw = _decode(token)
        for key in self._keys:
            delivery_id = int.from_bytes(raw[_TAG:], "big") ^ key.mask(raw[:_TAG])
            if hmac.compare_digest(key.tag(delivery_id), raw[:_TAG]):
                return delivery_id
        raise TokenError("this delivery token was not made here")


class _Key:
    """One secret: the tag of an id, and the mask that a tag hides its id with."""

    def __init__(self, secret: bytes) -> None:
        self._tag = Mac(secret, b"tag")
        self._mask = Mac(secret, b"mask")

    def tag(self, delivery_id: int) -> bytes:
        return self._tag.of(delivery_id.to_bytes(_ID, "big"))[:_TAG]

    def mask(self, tag: bytes) -> int:
        return int.from_bytes(self._mask.of(tag)[:_ID], "big")


def _decode(token: str) -> bytes:
    try:
        raw = bytes.fromhex(token)
    except ValueError as error:
        raise TokenError("a delivery token is a hexadecimal number") from error
    if len(raw) != _TAG + _ID:
        raise TokenError("this delivery token has the wrong length")
    return raw
