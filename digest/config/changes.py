"""What changed in a configuration's folder, and which settings a running program cannot take up; loads nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.config.project import Project

Fingerprint = frozenset[tuple[str, int, int, int]]
"""Path, time of change, size and number of each file: another one whenever a file was written or replaced."""

_CONFIGURATION = frozenset({".yaml", ".yml", ".pem", ".crt"})
_AT_START = (
    ("store",),
    ("smtp",),
    ("dkim",),
    ("catcher",),
    ("web", "host"),
    ("web", "port"),
    ("bounces", "listen"),
)
"""Settings of what is opened when the program starts."""


def configuration_fingerprint(folder: Path) -> Fingerprint:
    """Return what tells one state of a folder's YAML, keys and certificates from another; of none, the empty one."""
    return _fingerprint(folder, _CONFIGURATION)


def template_fingerprint(folder: Path | None) -> Fingerprint:
    """Return the same of a folder of templates."""
    return _fingerprint(folder, frozenset({".j2"})) if folder is not None else frozenset()


def keep_opened(old: Project, new: Project) -> tuple[Project, tuple[str, ...]]:
    """Return `new` with the settings of what is open as they were, and the names of those that wait for a restart."""
    waiting = [path for path in _AT_START if _setting(old, path) != _setting(new, path)]
    settings = new.settings
    for path in waiting:
        value = _setting(old, path)
        if len(path) == 2:
            value = getattr(settings, path[0]).model_copy(update={path[1]: value})
        settings = settings.model_copy(update={path[0]: value})
    return replace(new, settings=settings), tuple(".".join(path) for path in waiting)


def _setting(project: Project, path: tuple[str, ...]) -> Any:
    value: Any = project.settings
    for name in path:
        value = getattr(value, name)
    return value


def _fingerprint(folder: Path, suffixes: frozenset[str]) -> Fingerprint:
    found = set()
    for path in folder.rglob("*"):
        if path.suffix.lower() in suffixes and not path.name.startswith("."):
            try:
                status = path.stat()
            except OSError:  # replaced at this moment: the next look finds it
                continue
            found.add((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
    return frozenset(found)
