"""Addresses that must not be mailed, in the clear or, after an erase, as a keyed hash; not why bounces suppress."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from digest.store.dialect import among, insert_new
from digest.store.secrets import ensure_stored_secret, find_stored_secret
from digest.store.tables import suppressions

_HASHED = "hmac:"
_SECRET = "addresses"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One suppressed address: its key, or its keyed hash."""

    key: str
    reason: str
    detail: str
    created_at: datetime

    @property
    def is_hashed(self) -> bool:
        """Whether the address itself is no longer known."""
        return self.key.startswith(_HASHED)


def add_suppression(connection: Connection, key: str, *, reason: str, now: datetime, detail: str = "") -> bool:
    """Suppress the address with this key; False where it was suppressed before (the first reason stays).

    `detail` must not hold the address.
    """
    values = {"key": key, "reason": reason, "detail": detail, "created_at": now}
    return insert_new(connection, suppressions, values)


def hide_address(connection: Connection, key: str, *, now: datetime, reason: str = "erased") -> None:
    """Keep the suppression of an address without keeping the address; adds one where there was none."""
    before = find_suppression(connection, key)
    remove_suppression(connection, key)
    if before is not None:
        reason, now = before.reason, before.created_at
    hashed = _hash(ensure_stored_secret(connection, _SECRET), key)
    add_suppression(connection, hashed, reason=reason, now=now)


def remove_suppression(connection: Connection, key: str) -> bool:
    """Let the address be mailed again; False where it was not suppressed."""
    secret = find_stored_secret(connection, _SECRET)
    both = [key, _hash(secret, key)] if secret else [key]
    return connection.execute(delete(suppressions).where(suppressions.c.key.in_(both))).rowcount > 0


def find_suppression(connection: Connection, key: str) -> Suppression | None:
    """Return the suppression of the address with this key, also a hashed one."""
    return load_suppressions(connection, [key]).get(key)


def load_suppressions(connection: Connection, keys: Collection[str]) -> dict[str, Suppression]:
    """Return the suppressions among these keys, by the key asked for, also hashed ones."""
    columns = [suppressions.c[name] for name in Suppression.__slots__]
    secret = find_stored_secret(connection, _SECRET)  # none yet: nobody was erased, so nothing is hashed
    asked = {key: key for key in keys} | ({_hash(secret, key): key for key in keys} if secret else {})
    rows = connection.execute(select(*columns).where(among(connection, suppressions.c.key, asked)))
    return {asked[row.key]: Suppression(*row) for row in rows}


def list_suppressions(connection: Connection) -> list[Suppression]:
    """Return every suppression, the latest first."""
    columns = [suppressions.c[name] for name in Suppression.__slots__]
    rows = connection.execute(select(*columns).order_by(suppressions.c.created_at.desc(), suppressions.c.key))
    return [Suppression(*row) for row in rows]


def _hash(secret: str, key: str) -> str:
    return _HASHED + hmac.digest(bytes.fromhex(secret), key.encode(), hashlib.sha256).hex()
