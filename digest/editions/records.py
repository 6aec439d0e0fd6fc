"""Editions as JSON for the ledger and back, so that one can be rebuilt later byte for byte; stores nothing."""

from __future__ import annotations

import json
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from digest.errors import StoreError
from digest.model.edition import Edition

VERSION = 1
"""Raised when a record could not be read by an older program; fields with defaults may come without that."""


def edition_to_json(edition: Edition) -> str:
    """Return the edition as one line of JSON: keys sorted, the same text for equal editions on every machine."""
    record = {"version": VERSION, "edition": _encode(edition)}
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def edition_from_json(text: str) -> Edition:
    """Return the edition of a record.

    Raises StoreError for a record of a newer program, or one that is not an edition.
    """
    try:
        record = json.loads(text)
        version = record["version"]
        if version > VERSION:
            raise StoreError(f"this edition was recorded in format {version}; this program reads up to {VERSION}")
        edition = _decode(Edition, record["edition"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"the record of an edition cannot be read: {error}") from error
    return cast("Edition", edition)


def _encode(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return value


def _decode(kind: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _decode(next(a for a in arguments if a is not type(None)), value)
    if origin is tuple and arguments[-1] is Ellipsis:
        return tuple(_decode(arguments[0], item) for item in value)
    if origin is tuple:
        return tuple(_decode(part, item) for part, item in zip(arguments, value, strict=True))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _decode(hints[name], item) for name, item in value.items() if name in hints})
    return datetime.fromisoformat(value) if kind is datetime else value


@lru_cache(maxsize=32)
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
