"""What SQLite and PostgreSQL spell differently, and quick ways for a million rows; no query of a noun."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Connection, Table, any_, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from digest.errors import StoreError

Item = TypeVar("Item")
Row = Mapping[str, Any]
Upsert = sqlite.Insert | postgresql.Insert

CHUNK = 1000
"""Rows written in one go."""

FORGETS = "digest_forgets"
"""Set in `Connection.info` by a transaction that erases a person: no old page may keep what it erased."""


def upsert(connection: Connection, table: Table) -> Upsert:
    """Return an INSERT of the connection's dialect, which has `on_conflict_do_nothing` and `…_do_update`."""
    return upsert_for(connection.dialect.name, table)


def upsert_for(dialect: str, table: Table) -> Upsert:
    """Return what `upsert` returns, for `sqlite` or `postgresql`."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_new(connection: Connection, table: Table, values: Row) -> bool:
    """Insert a row unless one with its keys stands there already; say whether it was inserted."""
    statement = upsert(connection, table).values(dict(values)).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """Cut `items` into lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def among(connection: Connection, column: ColumnElement[Any], values: Iterable[str | int]) -> ColumnElement[bool]:
    """Return `column IN values` with all values in one parameter: as quick to prepare for 5,000 as for one."""
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))
    return column == any_(literal(list(values), ARRAY(column.type)))


def write_rows(connection: Connection, statement: Upsert, rows: Sequence[Row]) -> None:
    """Execute an INSERT for many rows that all have the same columns.

    The same as `connection.execute(statement, rows)` at a third of its cost a row (4 instead of 12 µs).
    """
    if not rows:
        return
    dialect, columns = connection.dialect, statement.table.c
    compiled = statement.compile(dialect=dialect, column_keys=list(rows[0]))
    bind = [(name, columns[name].type.bind_processor(dialect)) for name in rows[0]]
    if compiled.positional:
        order = {name: position for position, name in enumerate(compiled.positiontup or ())}
        bind.sort(key=lambda pair: order[pair[0]])
        values: Sequence[Any] = [tuple(row[name] if to is None else to(row[name]) for name, to in bind) for row in rows]
    else:
        values = [{name: row[name] if to is None else to(row[name]) for name, to in bind} for row in rows]
    connection.exec_driver_sql(str(compiled), values)


def stream_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write many rows by PostgreSQL's COPY: several times as fast as INSERT. All rows have the same columns."""
    if not rows:
        return
    columns = [(name, table.c[name].type.bind_processor(connection.dialect)) for name in rows[0]]
    names = ", ".join(f'"{name}"' for name, _ in columns)
    cursor: Any = connection.connection.cursor()
    try:
        with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([row[name] if to is None else to(row[name]) for name, to in columns])
    except connection.dialect.loaded_dbapi.OperationalError as error:
        raise StoreError(f"the store does not answer as it should: {error}", is_temporary=True) from error
    except connection.dialect.loaded_dbapi.Error as error:
        raise StoreError(f"a row of {table.name} is not taken: {str(error).splitlines()[0]}") from error
