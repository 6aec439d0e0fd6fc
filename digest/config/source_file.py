"""Writing to `sources.yaml`: appends sources and keeps comments and order; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from digest.config.sources import SourceConfig


def append_sources(file: Path, sources: Sequence[SourceConfig]) -> None:
    """Append sources to the file's list; the file is replaced in one step."""
    if not sources:
        return
    yaml = YAML(typ="rt")
    yaml.width = 4096
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(file.read_text(encoding="utf-8")) if file.exists() else {}
    document = document if document is not None else {}
    listed = document.setdefault("sources", [])
    if listed is None:
        listed = document["sources"] = []
    listed += [source.model_dump(mode="json", exclude_defaults=True) for source in sources]
    text = StringIO()
    yaml.dump(document, text)
    half = file.with_suffix(".yaml.part")
    half.write_text(text.getvalue(), encoding="utf-8")
    half.replace(file)
