"""Where the configuration that comes with the program is; does not read it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_config() -> Path:
    """Return the folder of the shipped configuration.

    In a checkout it is `config/`, in an installed wheel `digest/shipped/config`.
    """
    inside = _PACKAGE / "shipped" / "config"
    return inside if inside.is_dir() else _PACKAGE.parent / "config"
