"""Which part of the bench a changed file feeds; reads none."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from digest.pipeline.overrides import FOLDER

_CONFIGURATION = frozenset({".yaml", ".yml", ".pem", ".crt"})
_PASSING = frozenset({".part", ".swp", ".tmp", ".pyc"})


class Kind(StrEnum):
    """What must be looked at again."""

    CONFIGURATION = "configuration"
    TEMPLATES = "templates"
    STORIES = "stories"
    OVERRIDES = "overrides"
    MAIL = "mail"


def kinds_of(
    paths: Iterable[Path], *, folder: Path, templates: Iterable[Path], mail: Iterable[Path]
) -> frozenset[Kind]:
    """Return the kinds of the changed files; files that editors leave behind while saving count as none."""
    templates, mail = tuple(templates), tuple(mail)
    return frozenset(
        _kind_of(path, folder, templates, mail)
        for path in paths
        if path.suffix not in _PASSING and not path.name.endswith("~") and not path.name.startswith(".")
    )


def _kind_of(path: Path, folder: Path, templates: tuple[Path, ...], mail: tuple[Path, ...]) -> Kind:
    if any(path.is_relative_to(place) for place in mail):
        return Kind.MAIL
    if any(path.is_relative_to(place) for place in templates):
        return Kind.TEMPLATES
    if path.is_relative_to(folder / FOLDER):
        return Kind.OVERRIDES
    if path.suffix.lower() in _CONFIGURATION and path.is_relative_to(folder):
        return Kind.CONFIGURATION
    return Kind.STORIES
