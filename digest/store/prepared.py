"""Statements that run many times a second, compiled once for each database; knows no table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

from sqlalchemy import ARRAY, ClauseElement, ColumnElement, Connection, Text, all_, any_, bindparam, func
from sqlalchemy import select as select_from

from digest.errors import StoreError

_Bind = Callable[[Any], Any] | None


class Found(Protocol):
    """What a statement found or changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""

    def fetchone(self) -> Sequence[Any] | None:
        """Return the next row."""

    def __iter__(self) -> Iterator[Sequence[Any]]:
        """Give the rows that are left."""


class Prepared:
    """A statement that `build` makes for the dialect `sqlite` or `postgresql`.

    The same as `connection.execute` without its 50 to 200 µs a call, for transactions that write. Rows come as the
    driver gives them, without the types of their columns. A parameter that takes a list is one of `in_list` or
    `not_in_list`.
    """

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        self._build = build
        self._compiled: dict[str, tuple[str, dict[str, Any], dict[str, _Bind], list[str]]] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Found:
        """Execute it, each value by the name of its parameter.

        Raises:
            StoreError: SQLite refuses; what PostgreSQL refuses is told by the transaction.
        """
        dialect = connection.dialect.name
        if dialect not in self._compiled:
            self._compiled[dialect] = self._compile(connection)
        text, constants, binds, order = self._compiled[dialect]
        bound = constants | {name: bind(values[name]) if bind else values[name] for name, bind in binds.items()}
        if dialect == "sqlite":
            return _run_by_driver(connection, text, [bound[name] for name in order])
        return cast(Found, connection.exec_driver_sql(text, bound))

    def _compile(self, connection: Connection) -> tuple[str, dict[str, Any], dict[str, _Bind], list[str]]:
        dialect = connection.dialect
        compiled: Any = self._build(dialect.name).compile(dialect=dialect)
        required = {name: bind for name, bind in compiled.binds.items() if bind.required}
        constants = {name: bind.effective_value for name, bind in compiled.binds.items() if name not in required}
        binds: dict[str, _Bind] = {}
        for name, bind in required.items():
            is_list = isinstance(bind.type, (ARRAY, _JsonList))
            own = bind.type.dialect_impl(dialect).bind_processor(dialect)
            binds[name] = (json.dumps if dialect.name == "sqlite" else list) if is_list else own
        return str(compiled), constants, binds, compiled.positiontup or []


def _run_by_driver(connection: Connection, text: str, values: Sequence[Any]) -> Found:
    # Through the layers between it takes as long as to record the results of 15 messages.
    driver: Any = connection.connection.dbapi_connection
    try:
        return cast(Found, driver.execute(text, values))
    except (sqlite3.OperationalError, sqlite3.InterfaceError) as error:
        raise StoreError(f"the store does not answer as it should: {error}", is_temporary=True) from error


class _JsonList(Text):
    """A list that SQLite gets as JSON text."""


def in_list(dialect: str, column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Return the condition that `column` is in the list that `parameter` takes."""
    if dialect == "sqlite":
        return column.in_(_values_of(parameter))
    return column == any_(bindparam(parameter, type_=ARRAY(column.type), required=True))


def not_in_list(dialect: str, column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Return the condition that `column` is not in the list that `parameter` takes."""
    if dialect == "sqlite":
        return column.not_in(_values_of(parameter))
    return column != all_(bindparam(parameter, type_=ARRAY(column.type), required=True))


def _values_of(parameter: str) -> Any:
    each = func.json_each(bindparam(parameter, type_=_JsonList, required=True))
    return select_from(each.table_valued("value").c.value)
