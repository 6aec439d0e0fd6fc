"""Copying every row of one store into another, whatever kind each is; changes no row, decides not what to copy."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Table, func, select, text

from digest.store.dialect import chunks, stream_rows, upsert, write_rows
from digest.store.metadata import metadata

Progress = Callable[[str, int], None]


def clear_rows(connection: Connection) -> None:
    """Delete every row of every table."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        return
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def copy_rows(
    source: Connection, target: Connection, *, progress: Progress = lambda table, rows: None
) -> dict[str, int]:
    """Copy all rows into tables that are empty; return how many of each table.

    `source` is one snapshot (`Store.read`), `target` one transaction. Counting ids go on after the
    last one that the source gave out.
    """
    copied = {table.name: _copy_table(source, target, table, progress) for table in metadata.sorted_tables}
    for table in metadata.sorted_tables:
        count_on_from(target, table, _given_beyond(source, table))
    return copied


def count_on_from(connection: Connection, table: Table, gap: int) -> None:
    """Let the next id of a counting table be `gap` above the highest one; other tables are left alone."""
    if "id" not in table.c or not table.c.id.primary_key or table.c.id.type.python_type is not int:
        return
    highest = connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
    if connection.dialect.name == "postgresql":
        sequence = {"name": table.name, "next": highest + gap + 1}
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :next, false)"), sequence)
    elif gap and table.dialect_options["sqlite"]["autoincrement"]:
        values = {"name": table.name, "last": highest + gap}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)


def _given_beyond(source: Connection, table: Table) -> int:
    """Return by how much the last id that the source gave out is above its highest one: none is given out twice."""
    if "id" not in table.c or not table.c.id.primary_key or table.c.id.type.python_type is not int:
        return 0
    highest = source.scalar(select(func.max(table.c.id))) or 0
    if source.dialect.name == "postgresql":
        last = source.scalar(
            text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id'))"), {"name": table.name}
        )
    elif table.dialect_options["sqlite"]["autoincrement"]:
        last = source.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
    else:
        last = highest
    return max(0, (last or 0) - highest)


def _copy_table(source: Connection, target: Connection, table: Table, progress: Progress) -> int:
    done = 0
    rows = source.execute(select(table), execution_options={"yield_per": 1000}).mappings()
    for chunk in chunks(dict(row) for row in rows):
        if target.dialect.name == "postgresql":
            stream_rows(target, table, chunk)
        else:
            write_rows(target, upsert(target, table), chunk)
        done += len(chunk)
        progress(table.name, done)
    return done
