"""Whether the files and folders that the configuration names are there; does not read what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digest.config.documents import Place, shown
from digest.config.newsletter import Newsletter
from digest.config.references import Finding
from digest.config.settings import Settings


def check_source_path(entry: Any, place: Place, folder: Path) -> Iterator[Finding]:
    """Yield a finding where a source's `path:` is missing or unreadable."""
    path = entry.get("path") if isinstance(entry, dict) else None
    if isinstance(path, str) and path:
        yield from _readable(folder / path, (*place, "path"))


def check_settings_files(settings: Settings, folder: Path) -> Iterator[Finding]:
    """Yield a finding for each key, certificate or template folder that is missing."""
    if settings.dkim is not None:
        for key in ("key_file", "ed25519_key_file"):
            name = getattr(settings.dkim, key)
            if name:
                yield from _readable(folder / name, ("dkim", key))
    if settings.smtp.ca_file:
        yield from _readable(folder / settings.smtp.ca_file, ("smtp", "ca_file"))
    for index, route in enumerate(settings.smtp.routes):
        if route.ca_file:
            yield from _readable(folder / route.ca_file, ("smtp", "routes", index, "ca_file"))
    if settings.templates:
        yield from _readable(folder.parent / settings.templates, ("templates",))


def check_newsletter_files(newsletter: Newsletter, folder: Path) -> Iterator[Finding]:
    """Yield a finding for each data file of the masthead that is missing."""
    for index, figure in enumerate(newsletter.figures):
        yield from _readable(folder / figure.file, ("figures", index, "file"))


def _readable(path: Path, place: Place) -> Iterator[Finding]:
    if not path.exists():
        yield place, f"{shown(path)} does not exist; make it, or correct the path"
    elif not os.access(path, os.R_OK):
        yield place, f"{shown(path)} cannot be read; change its permissions"
