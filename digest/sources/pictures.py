"""Pictures: the best of those an item names, and the size of a file from its first bytes; decodes none."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from digest.model.story import Picture
from digest.sources.blocks import is_tracker, resolve_address
from digest.sources.text import clean_text

_LEAST_SIDE = 50
_HEAD_BYTES = 64 * 1024
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def choose_picture(
    named: Iterable[Picture], inside: Iterable[Picture], *, base: str = "", credit: str = ""
) -> Picture | None:
    """Return the picture to show: the widest one the feed names, else the first one in the text.

    Addresses become absolute; trackers, icons under 50 pixels and other schemes are left out.
    """
    usable = [found for picture in named if (found := _usable(picture, base))]
    best = max(usable, key=lambda p: p.width or 0, default=None)
    inner = [found for picture in inside if (found := _usable(picture, base))]
    chosen = best or (inner[0] if inner else None)
    if chosen is None:
        return None
    alt = chosen.alt or next((p.alt for p in inner if p.url.split("?")[0] == chosen.url.split("?")[0]), "")
    return replace(chosen, alt=clean_text(alt)[:1000], credit=clean_text(chosen.credit or credit)[:200])


def _usable(picture: Picture, base: str) -> Picture | None:
    if picture.url.startswith("media:"):
        return picture
    url = resolve_address(picture.url, base)
    sides = [side for side in (picture.width, picture.height) if side is not None]
    if not url or is_tracker(url, picture.width, picture.height) or any(side < _LEAST_SIDE for side in sides):
        return None
    return replace(picture, url=url)


def read_size(path: Path) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG, JPEG, GIF or WebP file; None for anything else."""
    with path.open("rb") as file:
        return parse_size(file.read(_HEAD_BYTES))


def parse_size(head: bytes) -> tuple[int, int] | None:
    """Return width and height from a picture's first bytes (64 KiB are enough)."""
    try:
        size = _size_by_format(head)
    except (struct.error, IndexError):
        return None
    return size if size and size[0] > 0 and size[1] > 0 else None


def _size_by_format(head: bytes) -> tuple[int, int] | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return _pair(struct.unpack(">II", head[16:24]))
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return _pair(struct.unpack("<HH", head[6:10]))
    if head.startswith(b"\xff\xd8"):
        return _jpeg_size(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp_size(head)
    return None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Walk the segments to the start of frame (ITU T.81 B.2.2)."""
    position = 2
    while position + 9 <= len(head):
        if head[position] != 0xFF:
            return None
        marker = head[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", head[position + 5 : position + 9])
            return width, height
        elif 0xD0 <= marker <= 0xD9 or marker == 0x01:
            position += 2
        else:
            position += 2 + max(2, struct.unpack(">H", head[position + 2 : position + 4])[0])
    return None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    """The three forms of WebP keep their size in three places (RFC 9649 §2)."""
    kind = head[12:16]
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L" and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _pair(values: tuple[int, ...]) -> tuple[int, int]:
    return values[0], values[1]
