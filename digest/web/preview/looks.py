"""The same edition as different clients show it: light, dark, without pictures; markup in, markup out."""

from __future__ import annotations

import re
from enum import StrEnum

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*dark\s*\)")
_LIGHT = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*light\s*\)")
_PICTURE = re.compile(r'(<img\b[^>]*?\bsrc=)"[^"]*"', re.IGNORECASE)
_EMPTY_PICTURE = "data:,"


class Look(StrEnum):
    """How a client shows an edition."""

    LIGHT = "light"
    DARK = "dark"
    NO_PICTURES = "no-pictures"


def show_as(html: str, look: Look) -> str:
    """Return the edition as a client of that look shows it, whatever the browser's own setting is."""
    if look is Look.DARK:
        return _LIGHT.sub("@media not all", _DARK.sub("@media all", html))
    html = _DARK.sub("@media not all", _LIGHT.sub("@media all", html))
    return _PICTURE.sub(rf'\1"{_EMPTY_PICTURE}"', html) if look is Look.NO_PICTURES else html
