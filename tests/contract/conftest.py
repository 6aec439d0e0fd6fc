"""Stores for contract tests: every test that asks for `store` or `store_url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.store import Store
from digest.testing.stores import postgresql_database, postgresql_server


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Start one PostgreSQL server for the whole session."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield "sqlite:///digest.db"
        return
    with postgresql_database(request.getfixturevalue("postgresql_url")) as url:
        yield url


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """Open an empty store, once on each database."""
    with Store.open(store_url, root=tmp_path) as opened:
        yield opened
