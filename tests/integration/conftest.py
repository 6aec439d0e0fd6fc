"""What several integration tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.testing.drafts import draft_desk
from digest.testing.stores import postgresql_database, postgresql_server


@pytest.fixture(scope="session")
def prepared_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with samples in the pool and one reader of Denver, to copy: filling a pool takes seconds."""
    folder = tmp_path_factory.mktemp("desk")
    with draft_desk(folder):
        pass
    return folder


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Run one PostgreSQL server for all tests of this folder that ask for one."""
    with postgresql_server() as url:
        yield url


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    """Give the URL of an empty database."""
    with postgresql_database(server_url) as name:
        yield name
