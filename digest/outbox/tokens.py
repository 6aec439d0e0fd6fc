"""Tokens of deliveries for return paths: opaque, stable, safe in lower case; holds no address and no state."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB

from digest.errors import TokenError

_BLOCK = 16
_IDS = 1 << 48


class DeliveryTokens:
    """Makes and reads tokens of 32 hexadecimal digits. `keys`: the first one makes, all of them read.

    A token is the delivery's id as one block of AES-256 (FIPS 197), a permutation that nobody can tell from a random
    one: a made-up token stands for an id below 2^48, and so for any of ours, once in 2^80 times. Takes 0.5 µs.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or not all(keys):
            raise ValueError("a key of delivery tokens must not be empty")
        # Each block is encrypted by itself, and no two hold the same id: the case that ECB is right for.
        self._ciphers = [
            Cipher(AES256(hashlib.sha256(b"digest delivery token " + key).digest()), ECB()) for key in keys
        ]
        self._encrypt = self._ciphers[0].encryptor().update

    def make(self, delivery_id: int) -> str:
        """Return the token of a delivery, the same each time."""
        return self._encrypt(delivery_id.to_bytes(_BLOCK, "big")).hex()

    def read(self, token: str) -> int:
        """Return the delivery's id. Mail systems may have changed the case.

        Raises:
            TokenError: the token was not made with one of our keys.
        """
        block = _decode(token)
        for cipher in self._ciphers:
            delivery_id = int.from_bytes(cipher.decryptor().update(block), "big")
            if delivery_id < _IDS:
                return delivery_id
        raise TokenError("this delivery token was not made here")


def _decode(token: str) -> bytes:
    try:
        block = bytes.fromhex(token)
    except ValueError as error:
        raise TokenError("a delivery token is a hexadecimal number") from error
    if len(block) != _BLOCK:
        raise TokenError("this delivery token has the wrong length")
    return block
