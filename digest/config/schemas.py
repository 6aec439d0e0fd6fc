"""JSON Schemas of the YAML files, for editors that complete and check; `python -m digest.config.schemas` writes them.

What a schema cannot say (unknown regions, missing files) `digest check` says.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from digest.config.base import write_duration
from digest.config.newsletter import Newsletter
from digest.config.regions import RegionsFile
from digest.config.settings import Settings
from digest.config.shipped import shipped_config
from digest.config.sources import SourcesFile
from digest.config.topics import TopicsFile

Schema = dict[str, Any]

EXTENDS: Schema = {
    "type": "string",
    "description": "Base file to inherit from: `city` means `_city.yaml` in this folder.",
    "examples": ["city", "topical"],
}

_EXAMPLES: dict[str, list[Any]] = {
    "newsletter": [
        {
            "extends": "city",
            "name": "Denver",
            "timezone": "America/Denver",
            "schedule": {"at": "06:30", "days": ["mon", "tue", "wed", "thu", "fri"], "holidays": "US-CO"},
            "region": "denver",
        }
    ],
    "digest": [{"smtp": {"host": "smtp.example.com", "username": "newsletters", "password": "${SMTP_PASSWORD}"}}],
    "sources": [
        {"sources": [{"id": "harbor-post", "url": "https://news.example.com/feed.xml", "home": "Denver, CO"}]},
    ],
    "regions": [{"regions": {"denver": {"place": "Denver, CO", "radius_km": 60}}}],
    "topics": [{"topics": {"climate": {"about": "Climate change, emissions and clean energy."}}}],
}

_ISO_DURATION = re.compile(r"P(?=.)(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?")

_REFERENCE: Schema = {
    "type": "string",
    "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}",
    "description": "A value from the environment.",
}


def export_schemas() -> dict[str, Schema]:
    """Return the schema of each kind of file, by its name: newsletter, digest, sources, regions, topics."""
    return {
        "newsletter": _schema("newsletter", Newsletter, _of_newsletter),
        "digest": _schema("digest", Settings, _with_references),
        "sources": _schema("sources", SourcesFile, _with_references),
        "regions": _schema("regions", RegionsFile, _as_is),
        "topics": _schema("topics", TopicsFile, _as_is),
    }


def schema_text(schema: Schema) -> str:
    """Return the file's text."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write `NAME.schema.json` for each kind of file; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in export_schemas().items():
        path = folder / f"{name}.schema.json"
        path.write_text(schema_text(schema), encoding="utf-8")
        written.append(path)
    return written


def _schema(name: str, model: type[BaseModel], change: Callable[[Schema], Schema]) -> Schema:
    raw = model.model_json_schema(by_alias=True, mode="validation")
    for part in _parts(raw):
        _tidy(part)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{name} of digest",
        **{key: value for key, value in change(raw).items() if key != "title"},
        "examples": _EXAMPLES[name],
    }


def _tidy(part: Schema) -> None:
    """Take out what only pydantic needs, as generated titles."""
    if isinstance(part.get("title"), str):
        del part["title"]
    if part.get("format") in ("uri", "password"):
        del part["format"]  # `${NAME}` may stand inside
    if "description" in part:
        part["description"] = re.sub(r"\s+", " ", part["description"])
    if isinstance(part.get("default"), dict):
        del part["default"]  # each key below says its own
    elif "default" in part:
        part["default"] = _as_written(part["default"])


def _as_written(default: Any) -> Any:
    """Turn pydantic's ISO 8601 durations (`PT30M`) into the way a user writes them (`30m`)."""
    if isinstance(default, list):
        return [_as_written(entry) for entry in default]
    if isinstance(default, str) and _ISO_DURATION.fullmatch(default):
        return write_duration(TypeAdapter(timedelta).validate_python(default))
    return default


def _of_newsletter(schema: Schema) -> Schema:
    """Let a file be a part of a newsletter: the rest comes from its base; null takes an inherited value away."""
    properties = {key: value for key, value in schema["properties"].items() if key != "id"}
    nullable = {key: {"anyOf": [value, {"type": "null"}]} for key, value in properties.items()}
    for key, value in properties.items():
        if "description" in value:
            nullable[key]["description"] = value.pop("description")
    return {key: value for key, value in schema.items() if key != "required"} | {
        "properties": {"extends": EXTENDS, **nullable}
    }


def _with_references(schema: Schema) -> Schema:
    """Allow `${NAME}` wherever a number, a switch, or one of some words is wanted."""
    for part in list(_parts(schema)):
        if part.get("type") in ("integer", "number", "boolean") or "enum" in part:
            wanted = {key: part.pop(key) for key in list(part) if key not in ("description", "default", "examples")}
            part["anyOf"] = [wanted, dict(_REFERENCE)]
    return schema


def _as_is(schema: Schema) -> Schema:
    return schema


def _parts(part: Any) -> Iterator[Schema]:
    """Yield every schema inside a schema, and itself; a property that is called `title` is none."""
    if not isinstance(part, dict):
        return
    yield part
    for key in ("properties", "patternProperties", "$defs"):
        for inner in part.get(key, {}).values():
            yield from _parts(inner)
    for key in ("items", "additionalProperties"):
        yield from _parts(part.get(key))
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for inner in part.get(key, ()):
            yield from _parts(inner)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else shipped_config() / "schemas"
    for written_path in write_schemas(target):
        print(written_path)
