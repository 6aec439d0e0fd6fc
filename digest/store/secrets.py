"""Keys of this installation, made once at random and kept in the store; what they sign is decided elsewhere."""

from __future__ import annotations

import secrets as random_secrets

from sqlalchemy import Connection, select

from digest.store.dialect import insert_new
from digest.store.tables import secrets


def find_stored_secret(connection: Connection, name: str) -> str | None:
    """Return the secret of that name; None before it was made."""
    return connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()


def ensure_stored_secret(connection: Connection, name: str) -> str:
    """Return the secret of that name, 256 random bits in hexadecimal; make it the first time."""
    found = find_stored_secret(connection, name)
    if found is not None:
        return found
    insert_new(connection, secrets, {"name": name, "value": random_secrets.token_hex(32)})
    return str(connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar_one())
