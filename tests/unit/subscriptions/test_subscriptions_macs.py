"""Message authentication codes: the same as the standard library's."""

from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from digest.subscriptions.macs import Mac


@given(st.binary(max_size=64), st.binary(max_size=100), st.lists(st.binary(max_size=200), min_size=1, max_size=3))
def test_codes_are_those_of_the_standard_library(key: bytes, start: bytes, messages: list[bytes]) -> None:
    """Each code is HMAC-SHA256 of start and message; one message leaves nothing behind for the next."""
    mac = Mac(key, start)
    for message in messages:
        assert mac.of(message) == hmac.digest(key, start + message, hashlib.sha256)
