"""A database that was migrated up from nothing is the same as one that was created at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from digest.store import Store
from digest.store.schema import HEAD, find_revision, migration_config


def test_head_is_the_newest_migration() -> None:
    """The number kept for a quick start is the one Alembic would find."""
    assert ScriptDirectory.from_config(migration_config()).get_current_head() == HEAD


def test_both_ways_make_the_same_tables(store_url: str, tmp_path: Path) -> None:
    """Columns, keys, constraints and indexes agree; so does what SQLite says about counting ids."""
    with Store.open(store_url, root=tmp_path) as store:
        created = _described(store.engine)
        _drop_all(store.engine)
        with store.engine.begin() as connection:
            config = migration_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        assert _described(store.engine) == created
        assert find_revision(store.engine) == HEAD


def test_an_older_store_is_upgraded_when_it_is_opened(tmp_path: Path) -> None:
    """A database before the first migration gets its tables, and Alembic's number, at opening."""
    file = tmp_path / "digest.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
    engine.dispose()
    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        assert find_revision(store.engine) == HEAD
        assert "stories" in inspect(store.engine).get_table_names()


@pytest.mark.postgres
def test_counting_ids_go_on_beyond_four_bytes(postgresql_url: str, tmp_path: Path) -> None:
    """Ids are 64 bits wide on PostgreSQL: a large list never runs out of them."""
    from digest.testing.stores import postgresql_database

    with postgresql_database(postgresql_url) as url, Store.open(url, root=tmp_path) as store:
        columns = {column["name"]: column for column in inspect(store.engine).get_columns("deliveries")}
        assert str(columns["id"]["type"]) == "BIGINT"


def _described(engine: Engine) -> dict[str, Any]:
    inspector = inspect(engine)
    return {
        table: {
            "columns": sorted(
                (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)
            ),
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(map(str, inspector.get_foreign_keys(table))),
            "unique": sorted(map(str, inspector.get_unique_constraints(table))),
            "indexes": sorted(map(_described_index, inspector.get_indexes(table))),
            "counts": _counts_ids(engine, table),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _described_index(index: Any) -> tuple[str, ...]:
    conditions = [f"{name}={value}" for name, value in index.get("dialect_options", {}).items()]
    return (index["name"], str(index["column_names"]), str(index["unique"]), *sorted(conditions))


def _counts_ids(engine: Engine, table: str) -> bool:
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        query = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
        return "AUTOINCREMENT" in connection.execute(query, {"name": table}).scalar_one()


def _drop_all(engine: Engine) -> None:
    from digest.store.metadata import metadata

    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
