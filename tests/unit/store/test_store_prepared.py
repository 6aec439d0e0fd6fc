"""Statements that are compiled once: what SQLite refuses is told like any other fault of the store."""

from __future__ import annotations

import pytest
from sqlalchemy import column, insert, select, table

from digest.errors import StoreError
from digest.store.prepared import Prepared, in_list
from digest.store.tables import secrets
from digest.testing.stores import temporary_store


def test_a_refusal_is_a_fault_of_the_store() -> None:
    """What the driver raises never gets past the store, and undoes the transaction."""
    with temporary_store() as store:
        with pytest.raises(StoreError, match="no such table: missing") as caught, store.begin() as connection:
            connection.execute(insert(secrets).values(name="a", value="b"))
            Prepared(lambda dialect: select(column("x")).select_from(table("missing"))).run(connection, {})
        assert caught.value.is_temporary
        with store.read() as connection:
            assert connection.execute(select(secrets)).all() == []


def test_rows_and_counts_are_those_of_the_driver() -> None:
    """A list is one parameter; rows come as they are stored."""
    wanted = Prepared(lambda dialect: select(secrets.c.value).where(in_list(dialect, secrets.c.name, "names")))
    with temporary_store() as store, store.begin() as connection:
        connection.execute(insert(secrets), [{"name": name, "value": name * 2} for name in "abc"])
        assert sorted(wanted.run(connection, {"names": ["a", "c", "d"]})) == [("aa",), ("cc",)]
        assert wanted.run(connection, {"names": []}).fetchone() is None
