"""The states of sources between two readings; reading them is the business of `digest.sources`."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, select

from digest.model.source import SourceState
from digest.store.dialect import upsert
from digest.store.tables import sources

_FIELDS = tuple(field.name for field in fields(SourceState))


def load_states(connection: Connection) -> dict[str, SourceState]:
    """Return what is known of each source that was ever read, by source id."""
    rows = connection.execute(select(*(sources.c[name] for name in _FIELDS)))
    return {row.source: SourceState(*row) for row in rows}


def save_state(connection: Connection, state: SourceState) -> None:
    """Remember a source's state in place of the one before."""
    values = {name: getattr(state, name) for name in _FIELDS}
    statement = upsert(connection, sources).values(values)
    changed = {name: value for name, value in values.items() if name != "source"}
    connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=changed))
