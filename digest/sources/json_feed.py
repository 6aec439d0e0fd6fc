"""JSON Feed 1.x (jsonfeed.org) → items; also the one story a CMS posts; no HTML is looked into here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from digest.errors import SourceError
from digest.model.story import Picture
from digest.sources.blocks import resolve_address
from digest.sources.dates import parse_date
from digest.sources.encoding import decode
from digest.sources.item import FeedItem, ParsedFeed
from digest.sources.text import clean_text


def parse_json_feed(data: bytes, *, url: str = "", source: str = "", max_items: int = 100_000) -> ParsedFeed:
    """Read a JSON Feed; stops after `max_items` items.

    Raises SourceError where it is no JSON, or JSON without a list of items.
    """
    try:
        document = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        raise SourceError(
            source, f"not valid JSON ({str(error)[:100]})", action="check the address in a browser"
        ) from None
    items = document.get("items") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise SourceError(
            source, "JSON without a list of items", action="give the address of a JSON Feed (jsonfeed.org)"
        )
    about: Mapping[str, Any] = document if isinstance(document, dict) else {}
    feed = ParsedFeed("json", title=clean_text(_string(about, "title")), url=_string(about, "home_page_url"))
    feed.language = _string(about, "language")
    authors = _authors(about)
    for raw in items[:max_items]:
        if isinstance(raw, Mapping):
            item = read_json_item(raw, base=feed.url or url)
            item.authors = item.authors or authors
            item.language = item.language or feed.language
            feed.items.append(item)
    if len(items) > max_items:
        feed.warnings.append(f"only the first {max_items} items were read")
    return feed


def read_json_item(raw: Mapping[str, Any], *, base: str = "") -> FeedItem:
    """Read one item (JSON Feed 1.1, "Items"); keys of a wrong type count as missing."""
    text = _string(raw, "content_text")
    title = clean_text(_string(raw, "title") or _string(raw, "headline"))
    item = FeedItem(guid=_string(raw, "id") or _string(raw, "guid"), title=title, base=base)
    item.url = resolve_address(_string(raw, "url") or _string(raw, "external_url"), base)
    item.content = _string(raw, "content_html") or escape(text, quote=False)
    item.summary = escape(_string(raw, "summary"), quote=False)
    item.published_at = parse_date(_string(raw, "date_published"))
    item.updated_at = parse_date(_string(raw, "date_modified"))
    item.embargo_until = parse_date(_string(raw, "embargo"))
    item.language = _string(raw, "language")
    item.authors = _authors(raw)
    tags = raw.get("tags")
    words = (clean_text(tag)[:200] for tag in (tags if isinstance(tags, list) else ())[:50] if isinstance(tag, str))
    item.categories = tuple(dict.fromkeys(word for word in words if word))
    addresses = [_string(raw, key) for key in ("image", "banner_image")]
    item.pictures = tuple(
        Picture(address, alt=clean_text(_string(raw, "image_alt")), credit=clean_text(_string(raw, "image_credit")))
        for address in addresses
        if address
    )
    return item


def _string(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if isinstance(value, str):
        return value
    # Publishers write numbers as ids although 1.1 asks for strings.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _authors(raw: Mapping[str, Any]) -> tuple[str, ...]:
    listed = raw.get("authors")
    people = listed if isinstance(listed, list) else [raw.get("author")]
    names = [clean_text(_string(person, "name")) if isinstance(person, Mapping) else "" for person in people[:20]]
    return tuple(dict.fromkeys(name[:200] for name in names if name))
