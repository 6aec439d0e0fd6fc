"""Bringing a database's tables up to date: create, upgrade, or refuse; not the tables themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, Engine, String, Table, insert, inspect, select, text

from digest.errors import StoreError
from digest.store import (  # noqa: F401 - they declare what is created
    tables,
    tables_alarms,
    tables_bounces,
    tables_delivery,
    tables_fleet,
    tables_measures,
)
from digest.store.metadata import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0006"
"""The newest migration; kept here so that an up-to-date database is known without importing Alembic."""

# The same table as Alembic's own, but in no metadata of ours: a comparison must not find it.
_version = Table("alembic_version", type(metadata)(), Column("version_num", String(32), primary_key=True))
_LOCK_ID = 0x64696765  # "dige": two processes that open a new PostgreSQL store create it one after the other


def prepare_schema(engine: Engine, *, migrate: bool) -> None:
    """Create the tables of an empty database, upgrade those of an older one.

    Raises StoreError for a database of a newer version, and for an older one unless `migrate`.
    """
    if find_revision(engine) == HEAD:
        return
    if not migrate:
        raise StoreError("the store is not of this version", action="run any command that writes, as `digest fetch`")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})
        revision = _read_revision(connection)
        if revision is None:
            _create(connection)
        elif revision != HEAD:
            _upgrade(connection, revision)


def create_schema(engine: Engine) -> None:
    """Create all tables in an empty database, stamped with the newest version."""
    with engine.begin() as connection:
        _create(connection)


def find_revision(engine: Engine) -> str | None:
    """Return the migration a database is at; None where it has no tables of ours."""
    with engine.connect() as connection:
        return _read_revision(connection)


def migration_config() -> Config:
    """Return Alembic's configuration for our migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_version.name):
        return None
    return connection.scalar(select(_version.c.version_num))


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    _version.create(connection, checkfirst=True)
    connection.execute(insert(_version).values(version_num=HEAD))


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = migration_config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision not in known:
        raise StoreError(
            f"the store was written by a newer version (migration {revision}, known up to {HEAD})",
            action="upgrade this program, or restore the backup made before the upgrade",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
