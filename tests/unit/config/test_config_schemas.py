"""The exported JSON Schemas are up to date, and say of files what the models say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from digest.config.documents import read_document
from digest.config.schemas import export_schemas, schema_text, write_schemas
from digest.config.shipped import shipped_config

SCHEMAS = export_schemas()
YAML_FILES = sorted(path for path in shipped_config().rglob("*.yaml"))
_POINTER = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def complaints(value: Any, schema: dict[str, Any], top: dict[str, Any], place: str = "") -> list[str]:
    """Return what the part of JSON Schema that our models use says against a value."""
    if "$ref" in schema:
        return complaints(value, top["$defs"][schema["$ref"].rpartition("/")[2]], top, place)
    if "anyOf" in schema:
        found = [complaints(value, option, top, place) for option in schema["anyOf"]]
        return [] if any(not said for said in found) else [f"{place}: fits none of anyOf: {found}"]
    wanted = schema.get("type")
    if wanted and (not isinstance(value, _TYPES[wanted]) or (isinstance(value, bool) and wanted != "boolean")):
        return [f"{place}: {value!r} is no {wanted}"]
    said = []
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [value])
    if value not in choices:
        said.append(f"{place}: {value!r} is not one of {choices}")
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        said.append(f"{place}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, int | float):
        is_within = schema.get("minimum", value) <= value <= schema.get("maximum", value)
        if not is_within or value <= schema.get("exclusiveMinimum", value - 1):
            said.append(f"{place}: {value!r} is out of bounds")
    if isinstance(value, list):
        for index, item in enumerate(value):
            said += complaints(item, schema.get("items", {}), top, f"{place}.{index}")
    if isinstance(value, dict):
        said += [f"{place}: {key} is missing" for key in schema.get("required", ()) if key not in value]
        for key, item in value.items():
            patterns = schema.get("patternProperties", {})
            inner = next((part for pattern, part in patterns.items() if re.search(pattern, key)), True)
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties", inner))
            if inner is False:
                said.append(f"{place}: unknown key {key}")
            elif isinstance(inner, dict):
                said += complaints(item, inner, top, f"{place}.{key}")
    return said


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_shipped_schema_is_up_to_date(name: str):
    """`python -m digest.config.schemas` would change nothing."""
    path = shipped_config() / "schemas" / f"{name}.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(SCHEMAS[name]), "run python -m digest.config.schemas"


def test_writing_them_gives_a_file_each(tmp_path: Path):
    """The files are the schemas."""
    paths = write_schemas(tmp_path / "schemas")
    assert [path.name for path in paths] == [f"{name}.schema.json" for name in SCHEMAS]
    assert json.loads(paths[0].read_text())["title"]


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_every_shipped_file_names_its_schema_and_keeps_it(path: Path):
    """The first line points to a schema that exists and that the file fits."""
    found = _POINTER.match(path.read_text(encoding="utf-8"))
    assert found, "the first line names no schema"
    schema_path = (path.parent / found[1]).resolve()
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    assert complaints(read_document(path, path.name).data, schema, schema) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("newsletter", {"secitons": []}),
        ("newsletter", {"id": "denver"}),
        ("newsletter", {"schedule": {"at": "6.30"}}),
        ("newsletter", {"sections": [{"title": "A", "match": {"regoins": ["x"]}}]}),
        ("newsletter", {"window": {"length": "a week"}}),
        ("digest", {"smtp": {"port": "eighty"}}),
        ("digest", {"smtp": {"security": "ssl"}}),
        ("sources", {"sources": [{"url": "https://news.example.com/"}]}),
        ("regions", {"regions": {"denver": {"radius_km": -1}}}),
        ("topics", {"topics": {"food": {"use": "mine"}}}),
    ],
)
def test_a_schema_refuses(name: str, data: dict[str, Any]):
    """What an editor should underline is no valid document."""
    assert complaints(data, SCHEMAS[name], SCHEMAS[name]) != []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("newsletter", {"extends": "city", "sponsor": None, "schedule": {"at": ["06:30", "17:00"]}}),
        ("newsletter", {"avoid_repeats_of": "am", "window": {"length": "1h 30m"}}),
        ("digest", {"smtp": {"port": "${PORT:-25}", "security": "${SECURITY}", "retry_after": ["1m"]}}),
        ("sources", {"sources": [{"id": "a", "url": "https://u:${P}@news.example.com/", "topics": "business"}]}),
        ("topics", {"topics": {"climate": {"about": "Climate.", "not": ["political climate"]}}}),
    ],
)
def test_a_schema_allows(name: str, data: dict[str, Any]):
    """Shorthands, references to the environment and parts of newsletters are valid."""
    assert complaints(data, SCHEMAS[name], SCHEMAS[name]) == []


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_key_is_described_and_durations_are_readable(name: str):
    """An editor shows a sentence for each key of each model, and defaults as users write them."""
    schema = SCHEMAS[name]
    models = [schema, *schema.get("$defs", {}).values()]
    bare = [
        key
        for model in models
        for key, part in model.get("properties", {}).items()
        if "description" not in part and "$ref" not in json.dumps(part)  # a model says it itself
    ]
    assert bare == []
    assert not re.search(r'"P(T?\d+[DHMS])+"', schema_text(schema))
    assert schema["examples"]
    for example in schema["examples"]:
        assert complaints(example, schema, schema) == []
