"""Local figures of the masthead (weather, price, score), read from CSV or JSON files when an edition is built."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

from digest.config.newsletter import DataSlot, Newsletter
from digest.model.edition import DataFigure


def load_figures(newsletter: Newsletter, folder: Path) -> tuple[DataFigure, ...]:
    """Read the newsletter's figures; one whose file or row is missing is left out of the masthead."""
    found = (_load_figure(slot, newsletter.id, folder) for slot in newsletter.figures)
    return tuple(figure for figure in found if figure is not None)


def _load_figure(slot: DataSlot, newsletter_id: str, folder: Path) -> DataFigure | None:
    file = folder / slot.file
    try:
        row = _load_row(file, slot.row or newsletter_id)
        value = slot.format.format_map(row) if row is not None else ""
    except (OSError, ValueError, KeyError):
        return None
    return DataFigure(slot.label, value, slot.symbol) if value else None


def _load_row(file: Path, key: str) -> Mapping[str, str] | None:
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix.lower() == ".json":
        found = json.loads(text).get(key)
        return found if isinstance(found, dict) or found is None else {"value": str(found)}
    for row in csv.DictReader(text.splitlines()):
        if next(iter(row.values()), None) == key:
            return row
    return None
