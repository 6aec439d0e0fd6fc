"""Pydantic's findings in a user's words, each with its cure; does not know files or lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from digest.config.documents import Place
from digest.config.shapes import keys_at, type_at

_KINDS = {
    "string_type": "text; put it in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list, as [a, b]",
    "list_type": "a list, as [a, b]",
    "dict_type": "keys and values below it",
    "mapping_type": "keys and values below it",
    "model_type": "keys and values, as `id: wire`",
    "model_attributes_type": "keys and values, as `id: wire`",
    "url_parsing": "an address, as https://news.example.com/feed.xml",
    "url_scheme": "an address that begins with https:// or http://",
    "url_type": "an address, as https://news.example.com/feed.xml",
    "time_delta_type": "a duration, as 30m, 36h or 7d",
    "date_type": "a date, as 2026-12-24",
    "date_parsing": "a date, as 2026-12-24",
    "date_from_datetime_parsing": "a date, as 2026-12-24",
    "datetime_type": "a date and time, as 2026-12-24 09:00",
    "datetime_parsing": "a date and time, as 2026-12-24 09:00",
    "datetime_from_date_parsing": "a date and time, as 2026-12-24 09:00",
}

_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}

_PATTERNS = {
    "^#": "a colour as #b3402a",
    "^[a-z]{2,3}(": "a language as en or pt-BR",
    "^[A-Z]{2}": "a country as US",
    "^[a-z0-9][": "lower-case letters, digits, `-`, `.` and `_`, as nw-arkansas",
}


def place_of(error: Mapping[str, Any]) -> Place:
    """Return where in the data the finding belongs, without pydantic's own marks as `[key]`."""
    return tuple(step for step in error["loc"] if not (isinstance(step, str) and step.startswith(("[", "function-"))))


def is_about_key(error: Mapping[str, Any]) -> bool:
    """Tell whether the key is wrong, and not its value."""
    return bool(error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",))


def is_consequence(error: Mapping[str, Any]) -> bool:
    """Tell whether the finding only follows from others: a list that counts as short as its items are wrong."""
    return error["type"] == "too_short" and bool(error["input"])


def say(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Return one line that says what is wrong and what to write."""
    kind, context, place = error["type"], error.get("ctx", {}), place_of(error)
    key = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        return _unknown_key(key, keys_at(model, place[:-1]))
    if kind == "missing":
        return f"`{key}:` is missing; write it here"
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", error["msg"]))
    if error.get("input") is None and kind != "missing":
        return f"`{key}:` has nothing behind it; give it a value or take it out"
    if kind == "literal_error":
        return _not_one_of(error["input"], _choices(model, place))
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{_value(error)} must be {words} {context[name]:g}"
    if kind == "string_pattern_mismatch":
        wanted = next((words for start, words in _PATTERNS.items() if context["pattern"].startswith(start)), None)
        return f"{_value(error)} must be {wanted or 'written like ' + context['pattern']}"
    if kind in ("too_short", "tuple_too_short"):
        return f"`{key}:` is an empty list; give at least {context.get('min_length', 1)}"
    if kind == "string_too_long":
        return f"{_value(error)} is longer than {context['max_length']} characters"
    if kind in _KINDS:
        return f"{_value(error)} must be {_KINDS[kind]}"
    return f"{_value(error)}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def near(word: str, known: Sequence[str]) -> str:
    """Return `did you mean …?`, or the known words where none is near and they are few."""
    folded = {entry.casefold(): entry for entry in known}
    found = get_close_matches(word.casefold(), list(folded), n=2, cutoff=0.6)
    if found:
        return f"did you mean {' or '.join(f'`{folded[entry]}`' for entry in found)}?"
    if not known:
        return "there are none yet"
    return f"known: {', '.join(known)}" if len(known) <= 24 else f"there are {len(known)}, none of them near"


def _unknown_key(key: str, known: Sequence[str]) -> str:
    if key == "id" and "id" not in known:
        return "the key `id` is not written here; the name of the file is the id"
    return f"unknown key `{key}`; {near(key, known)}" if known else f"unknown key `{key}`; take it out"


def _not_one_of(value: Any, choices: Sequence[str]) -> str:
    listed = f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else "".join(choices)
    found = get_close_matches(str(value).casefold(), choices, n=1, cutoff=0.5)
    hint = f"; did you mean `{found[0]}`?" if found else ""
    return f"{value!r} must be {listed}{hint}"


def _value(error: Mapping[str, Any]) -> str:
    value = error.get("input")
    if isinstance(value, dict):
        return "a mapping stands here, but it"
    if isinstance(value, list):
        return "a list stands here, but it"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…'"


def _choices(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    found = type_at(model, place)
    for option in (found, *get_args(found)):
        if get_origin(option) is Literal:
            return [str(choice) for choice in get_args(option)]
    return []
