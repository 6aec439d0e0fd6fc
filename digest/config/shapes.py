"""What a configuration model wants at a place, for near matches, overrides and the reference; holds no data."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel


def keys_at(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Return the keys a user may write at that place of a model."""
    found = type_at(model, place)
    inner = model_in(found)
    if inner is None:
        return []
    return [field.alias or name for name, field in inner.model_fields.items()]


def type_at(model: type[BaseModel], place: Sequence[str | int]) -> Any:
    """Return the type a model wants at a place, following models, tuples, mappings and options."""
    current: Any = model
    for step in place:
        inner = model_in(current)
        if inner is not None:
            field = _field(inner, str(step))
            if field is None:
                return None
            current = field
            continue
        arguments = get_args(plain(current))
        if not arguments:
            return None
        current = arguments[0] if isinstance(step, int) else arguments[-1]
    return plain(current)


def _field(model: type[BaseModel], key: str) -> Any:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return field.annotation
    return None


def plain(annotation: Any) -> Any:
    """Return a type without `Annotated` and `| None`."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) in (Union, types.UnionType):
        options = [option for option in get_args(annotation) if option is not type(None)]
        return plain(options[0])
    return annotation


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model behind a type, or None."""
    found = plain(annotation)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None
