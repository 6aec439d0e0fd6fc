"""An audience expression as a condition over subscribers, on both databases; parsing it is in `model.audience`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    func,
    literal,
    or_,
    true,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Float

from digest.model import audience as model
from digest.store.tables import subscribers


def audience_condition(audience: model.Audience) -> ColumnElement[bool]:
    """Return the audience as a condition over the table `subscribers`; means the same as `holds`."""
    match audience:
        case model.Filled(field):
            return _field(field) != ""
        case model.Comparison(field, operator, value):
            return _comparison(_field(field), operator, value)
        case model.Not(part):
            return ~audience_condition(part)
        case model.AllOf(parts):
            return and_(*(audience_condition(part) for part in parts))
        case model.AnyOf(parts):
            return or_(*(audience_condition(part) for part in parts))


def _comparison(column: ColumnElement[Any], operator: model.Operator, value: str | float) -> ColumnElement[bool]:
    if isinstance(value, str):
        return _OPERATORS[operator](column, value)
    # What is no number is NULL, which would make even the opposite of the comparison false.
    return func.coalesce(_OPERATORS[operator](_Number(column), value), literal(operator == "!=")).is_(true())


_OPERATORS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def _field(name: str) -> ColumnElement[Any]:
    if name.startswith("attributes."):
        stored = type_coerce(subscribers.c.attributes, Text)
        return func.coalesce(_Attribute(stored, literal(name.removeprefix("attributes."))), "")
    return _Domain(subscribers.c.key) if name == "domain" else _Plain(subscribers.c[name])


class _Plain(FunctionElement[str]):
    """A text, ordered by code points on both databases."""

    type = Text()
    inherit_cache = True


class _Attribute(FunctionElement[str]):
    """The value of one attribute; NULL where it is missing."""

    type = Text()
    inherit_cache = True


class _Domain(FunctionElement[str]):
    """What stands after the @ of a key, which holds only one."""

    type = Text()
    inherit_cache = True


class _Number(FunctionElement[float]):
    """A text as a number; NULL where it is none."""

    type = Float()
    inherit_cache = True


_SPELLINGS: Mapping[type[FunctionElement[Any]], tuple[str, str]] = {
    _Plain: ("{0}", '{0} COLLATE "C"'),
    _Attribute: ("json_extract({0}, '$.\"' || {1} || '\"')", '(CAST({0} AS json) ->> {1}) COLLATE "C"'),
    _Domain: ("substr({0}, instr({0}, '@') + 1)", "split_part({0}, '@', 2) COLLATE \"C\""),
    _Number: ("digest_number({0})", f"CASE WHEN {{0}} ~ '^{model.NUMBER}$' THEN CAST({{0}} AS double precision) END"),
}
"""How SQLite and PostgreSQL spell each of them."""


def _spell(element: FunctionElement[Any], compiler: Any, position: int, **options: Any) -> str:
    arguments = [compiler.process(clause, **options) for clause in element.clauses]
    return "(" + _SPELLINGS[type(element)][position].format(*arguments) + ")"


for _kind in _SPELLINGS:
    compiles(_kind, "sqlite")(partial(_spell, position=0))
    compiles(_kind, "postgresql")(partial(_spell, position=1))
