"""Opening a store: made when new, kept when known, refused when newer, the same tables on every way."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from digest.errors import StoreError
from digest.store import Store
from digest.testing.stores import postgresql_database


def test_a_second_opening_finds_what_the_first_one_wrote(store_url: str, tmp_path: Path) -> None:
    """What one process wrote, the next one reads."""
    with Store.open(store_url, root=tmp_path) as store, store.begin() as connection:
        connection.execute(text("INSERT INTO secrets (name, value) VALUES ('a', 'b')"))
    with Store.open(store_url, root=tmp_path) as store, store.read() as connection:
        assert connection.execute(text("SELECT value FROM secrets")).scalar_one() == "b"


def test_a_store_of_a_newer_version_is_refused(store_url: str, tmp_path: Path) -> None:
    """A database of a newer program is left alone, and the message says what to do."""
    with Store.open(store_url, root=tmp_path) as store, store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version.*upgrade this program"):
        Store.open(store_url, root=tmp_path)


def test_an_exception_rolls_the_transaction_back(store: Store) -> None:
    """Nothing of a failed transaction stays."""
    with pytest.raises(RuntimeError), store.begin() as connection:
        connection.execute(text("INSERT INTO secrets (name, value) VALUES ('a', 'b')"))
        raise RuntimeError
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM secrets")).scalar_one() == 0


@pytest.mark.postgres
def test_a_silent_transaction_does_not_hold_its_rows_for_ever(postgresql_url: str, tmp_path: Path) -> None:
    """PostgreSQL ends a transaction whose process went silent, so that others get at the rows that it locked."""
    with postgresql_database(postgresql_url) as url, Store.open(url, root=tmp_path) as store:
        for transaction in (store.begin, store.read):
            with transaction() as connection:
                told = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
                assert told == "1min"


@pytest.mark.postgres
def test_who_was_silent_too_long_may_try_again(postgresql_url: str, tmp_path: Path) -> None:
    """The process whose transaction was ended hears of a fault that passes, and its next transaction works."""
    with postgresql_database(postgresql_url) as url, Store.open(url, root=tmp_path) as store:
        with pytest.raises(StoreError, match="silent too long") as caught, store.begin() as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '5ms'"))
            lives = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
            values = {"pid": connection.execute(text("SELECT pg_backend_pid()")).scalar_one()}
            with Store.open(url, root=tmp_path) as other, other.read() as looking:
                while looking.execute(lives, values).scalar_one():
                    looking.execute(text("SELECT pg_stat_clear_snapshot()"))
            connection.execute(text("SELECT 1"))
        assert caught.value.is_temporary
        with store.begin() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_reading_cannot_write(store: Store, store_url: str, tmp_path: Path) -> None:
    """A store opened for reading refuses a transaction that writes."""
    reader = Store.open(store_url, root=tmp_path, read_only=True)
    with reader, pytest.raises(StoreError, match="reading only"), reader.begin():
        pytest.fail("a read-only store gave a writing transaction")
