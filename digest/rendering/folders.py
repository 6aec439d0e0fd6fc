"""Where the shipped templates are; knows nothing of users' folders."""

from __future__ import annotations

from pathlib import Path


def shipped_templates() -> Path:
    """Return the folder of the shipped templates: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    in_wheel = package / "shipped" / "templates"
    return in_wheel if in_wheel.is_dir() else package.parent / "templates"
