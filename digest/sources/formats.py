"""Tells which format some bytes are in and calls its parser; owns no format itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.errors import SourceError
from digest.sources.encoding import inflate
from digest.sources.item import ParsedFeed

_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.I)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most items taken from a document, and the most bytes it may have when inflated."""

    items: int = 100_000
    bytes: int = 10 * 1024 * 1024


DEFAULT_LIMITS = Limits()


def parse_feed(
    data: bytes, *, content_type: str = "", url: str = "", source: str = "", limits: Limits = DEFAULT_LIMITS
) -> ParsedFeed:
    """Read a feed of any supported format, gzipped or not.

    Raises SourceError, with the source's id and an action, where it cannot be used.
    """
    data = inflate(data, limits.bytes, source=source)
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not head:
        raise SourceError(source, "the answer is empty", action="check the address in a browser")
    if is_json(data, content_type):
        from digest.sources.json_feed import parse_json_feed

        return parse_json_feed(data, url=url, source=source, max_items=limits.items)
    if is_page(data):
        raise SourceError(
            source,
            "this is a web page, not a feed",
            action="find its feed with: digest sources add ADDRESS",
            is_temporary=False,
        )
    from digest.sources.xml_feed import parse_xml_feed

    return parse_xml_feed(data, content_type=content_type, url=url, source=source, max_items=limits.items)


def is_json(data: bytes, content_type: str = "") -> bool:
    """Whether the bytes begin like JSON, or are said to be and do not begin like XML."""
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    return head.startswith((b"{", b"[")) or ("json" in content_type and not head.startswith(b"<"))


def is_page(data: bytes) -> bool:
    """Whether the bytes are an HTML page and no feed."""
    head = data[:2048]
    return bool(_PAGE.search(head)) and not re.search(rb"<(?:rss|feed|rdf:rdf|urlset)\b", head, re.I)
