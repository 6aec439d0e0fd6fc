"""The flood gate of pages that several processes serve: counted in the store, so that it is one gate for all."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Protocol

from digest.store import Store
from digest.store.quotas import forget_quotas, reserve_quota
from digest.subscriptions.floods import FloodGate

_PREFIX = "flood "
_FORGET_EVERY = 200
_KEPT = timedelta(hours=2)


class Gate(Protocol):
    """A gate in memory (`FloodGate`) or in the store (`SharedFloodGate`)."""

    def admits(self, key: str, now: datetime) -> bool:
        """Say whether a request with this key may go on, and if so, count it."""


class SharedFloodGate:
    """Admits at most `most` requests with one key within an hour, over all processes of the store.

    Only a hash under `secret` is written, so that no address stands in the table.
    """

    def __init__(self, store: Store, name: str, most: int, *, secret: bytes) -> None:
        self._store = store
        self._name = name
        self._most = most
        self._key = hashlib.blake2b(secret, digest_size=32).digest()

    def admits(self, key: str, now: datetime) -> bool:
        """Say whether a request with this key may go on, and if so, count it. Refused requests do not count.

        Raises StoreError.
        """
        hashed = hashlib.blake2b(f"{self._name} {key}".encode(), digest_size=16, key=self._key).hexdigest()
        with self._store.begin() as connection:
            if secrets.randbelow(_FORGET_EVERY) == 0:
                forget_quotas(connection, _PREFIX, before=now - _KEPT)
            granted, _ = reserve_quota(connection, _PREFIX + hashed, 1, now=now, per_hour=self._most, per_day=None)
        return granted == 1


def open_gate(store: Store, name: str, most: int, *, secret: bytes) -> Gate:
    """Return a gate of all processes where several may serve, else one in memory."""
    return SharedFloodGate(store, name, most, secret=secret) if store.is_postgresql else FloodGate(most)
