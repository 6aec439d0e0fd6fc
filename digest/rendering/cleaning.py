"""Text and addresses made safe for markup and headers; owns no markup itself.

Stories come cleaned from `sources`, and are treated as hostile here once more: this is the last place before readers.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

MAX_PLAIN = 20_000
"""Most characters looked at of one plain text; what is longer is not text that a newsletter prints."""
MAX_URL = 2_000
"""Longest address that is linked; the common limit of browsers and mail gateways."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_BIDI_OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BIDI_ALL = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"[\s\u2028\u2029]+")
_UNSAFE_IN_URL = re.compile(
    r"[\x00-\x20\x7f-\xa0\ufdd0-\ufdef\ufffe\uffff\"'<>`\\{}|^\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def clean_characters(text: str) -> str:
    """Drop control characters and bidi overrides, which XML refuses or which reorder what surrounds them."""
    return _BIDI_OVERRIDES.sub("", _CONTROLS.sub("", text[:MAX_PLAIN]))


def plain_line(text: str, limit: int = 1_000) -> str:
    """Return `text` as one clean line of at most `limit` characters, shortened at a word."""
    return shorten(_SPACE.sub(" ", clean_characters(text)).strip(), limit)


def header_line(text: str, limit: int) -> str:
    """Return `text` fit for a header: entities resolved, one line, no controls or bidi marks, within `limit`."""
    resolved = html.unescape(html.unescape(text[:MAX_PLAIN]))
    return plain_line(_BIDI_ALL.sub("", resolved.replace("\x85", " ")), limit)


def shorten(text: str, limit: int) -> str:
    """Shorten at a word to at most `limit` characters; the cut is shown by an ellipsis, which counts."""
    if len(text) <= limit:
        return text
    room = text[:limit]
    cut = room.rfind(" ")
    if cut < limit // 2:
        cut = limit - 1
    return room[:cut].rstrip(" ,;:.–—-(\"'“‘") + "…"


def safe_url(url: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Return the address if it is absolute and of one of `schemes`, else ""; spaces and quotes are escaped."""
    text = url.strip()
    if not text or len(text) > MAX_URL:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme.lower() not in schemes or (parts.scheme.lower().startswith("http") and not parts.hostname):
        return ""
    return escape_url(text)


def escape_url(url: str) -> str:
    """Percent-encode what breaks out of an attribute or a line, whatever the address is."""
    return _UNSAFE_IN_URL.sub(_escape, url[:MAX_URL])


def _escape(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode(errors="ignore"))
