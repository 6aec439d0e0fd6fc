"""Message authentication codes with one key for many short messages; knows no token."""

from __future__ import annotations

import hashlib


class Mac:
    """HMAC-SHA256 (RFC 2104) of what follows `start`. `key` has at most 64 bytes.

    All that is the same each time is hashed beforehand: 1 µs, where `hmac.digest` takes 3 µs, or 50 µs where OpenSSL
    looks the method up.
    """

    def __init__(self, key: bytes, start: bytes = b"") -> None:
        padded = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + start)
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def of(self, data: bytes) -> bytes:
        """Return the 32 bytes for `start` and these data."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()
