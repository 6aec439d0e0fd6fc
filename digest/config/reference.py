"""The reference of the configuration in Markdown, from the models; written by `python -m digest.config.reference FILE`.

What a key means is said where it is declared; nothing is said here twice.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import AnyHttpUrl, BaseModel, SecretStr
from pydantic.fields import FieldInfo

from digest.config.base import write_duration
from digest.config.environment import setting_names
from digest.config.newsletter import Newsletter
from digest.config.regions import RegionsFile
from digest.config.settings import Settings
from digest.config.shapes import model_in, plain
from digest.config.sources import SourcesFile
from digest.config.topics import TopicsFile

_INTRODUCTION = """\
# Configuration reference

Made from the models by `python -m digest.config.reference docs/reference/configuration.md`; do not edit it by hand.

All files are YAML 1.2 in UTF-8: `no` is a word and `07:30` a time, as written. Unknown keys are errors.
A **duration** is digits with a unit, as `45s`, `30m`, `36h`, `7d` or `1h 30m`. An **id** is made of lower-case
letters, digits, `-`, `.` and `_`. Where a list of texts is wanted, a single one may stand alone.
"""

_FILES: tuple[tuple[str, str, type[BaseModel]], ...] = (
    (
        "digest.yaml",
        "In any text `${NAME}` is replaced from the environment, `${NAME:-default}` where it may be missing;\n"
        "`$${NAME}` stays as `${NAME}`. Each setting can also be set by a variable, listed below. Paths are relative\n"
        "to the project, the folder that holds `config/`, unless said otherwise.",
        Settings,
    ),
    (
        "sources.yaml",
        "`${NAME}` is replaced here too, so that a feed's password need not stand in the file.",
        SourcesFile,
    ),
    (
        "newsletters/ID.yaml",
        "The file's name is the id. `extends: city` inherits from `_city.yaml` beside it (a base may extend another),\n"
        "and `_defaults.yaml` is below all. Mappings are merged key by key, lists and single values are replaced, and\n"
        "a key with nothing behind it takes the inherited value away.",
        Newsletter,
    ),
    ("regions.yaml", "", RegionsFile),
    ("topics.yaml", "", TopicsFile),
)

_WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", SecretStr: "secret text"} | {
    dt.timedelta: "duration",
    dt.date: "date",
    dt.datetime: "date and time",
    dt.time: 'time, as "06:30"',
    AnyHttpUrl: "URL",
    Any: "anything",
}


def reference_text() -> str:
    """Return the whole page: a table a model, in the order in which the files lead to them."""
    told: set[type[BaseModel]] = set()
    parts = [_INTRODUCTION]
    for file, about, model in _FILES:
        parts.append(f"## `{file}`\n" + (f"\n{about}\n" if about else ""))
        parts += [_table(inner) for inner in _models(model, told)]
    parts.append("## Environment variables\n")
    parts.append("Lists and mappings are written as JSON or YAML, or a list as words with commas.\n")
    parts.append("\n".join(f"- `{name}`" for name in setting_names()) + "\n")
    return "\n".join(parts)


def _models(model: type[BaseModel], told: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Yield the model and those inside it, each once."""
    if model in told:
        return
    told.add(model)
    yield model
    for field in model.model_fields.values():
        for inner in _inner_models(field.annotation):
            yield from _models(inner, told)


def _inner_models(annotation: Any) -> Iterator[type[BaseModel]]:
    found = model_in(annotation)
    if found is not None:
        yield found
        return
    for argument in get_args(plain(annotation)):
        if argument is not Ellipsis:
            yield from _inner_models(argument)


def _table(model: type[BaseModel]) -> str:
    about = " ".join((model.__doc__ or "").split())
    lines = [f"### {model.__name__}\n", f"{about}\n", "| key | type | default | meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        if (model, name) == (Newsletter, "id"):
            continue
        inner = next(_inner_models(field.annotation), None)
        meaning = " ".join((field.description or (inner.__doc__ if inner else None) or "").split())
        lines.append(f"| `{key}` | {_type_words(field.annotation)} | {_default(field)} | {_cell(meaning)} |")
    return "\n".join(lines) + "\n"


def _type_words(annotation: Any) -> str:
    wanted = plain(annotation)
    model = model_in(wanted)
    if model is not None:
        return f"[{model.__name__}](#{model.__name__.lower()})"
    if get_origin(wanted) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(wanted))
    if get_origin(wanted) is tuple:
        return f"list of {_type_words(get_args(wanted)[0])}"
    if get_origin(wanted) in (dict, Mapping):
        return f"mapping to {_type_words(get_args(wanted)[1])}"
    return _WORDS.get(wanted, "text")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return _written(field.get_default(call_default_factory=True))


def _written(value: Any) -> str:
    match value:
        case None | "" | () | {} | BaseModel():
            return ""
        case SecretStr():
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case dt.timedelta():
            return f"`{write_duration(value)}`"
        case tuple():
            return ", ".join(_written(entry) for entry in value)
    return f"`{_cell(str(value))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference_text(), encoding="utf-8")
