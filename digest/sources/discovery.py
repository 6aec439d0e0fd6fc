"""Finds the feeds of a site from any of its addresses; does not add them to a configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from digest.errors import SourceError
from digest.sources.blocks import resolve_address
from digest.sources.context import ReadingContext
from digest.sources.encoding import decode
from digest.sources.formats import is_page, parse_feed
from digest.sources.text import clean_text

_LINK = re.compile(r"<link\b([^<>]{1,2000})>", re.I)
_BASE = re.compile(r"<base\b[^<>]{0,500}?href\s*=\s*[\"']?([^\"'\s<>]+)", re.I)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/x-rss+xml",
        "text/rss",
    }
)
_USUAL_PLACES = ("feed", "rss", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json")
_HEAD = 200_000
_MOST = 10


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that could be read: its address, own title, format and number of items."""

    url: str
    title: str
    format: str
    items: int


async def find_feeds(url: str, context: ReadingContext, *, allow_private: bool = False) -> list[FoundFeed]:
    """Return the feeds of a site, the one it names first being first; each has been read once.

    The address may be a feed's own. Where a page names none, the usual places are tried. Comment
    feeds come last. Raises SourceError where the address cannot be read or there is no feed.
    """
    from digest.sources.fetch import fetch

    if "://" not in url:
        url = f"https://{url}"
    try:
        answer = await fetch(url, context=context, allow_private=allow_private)
    except SourceError as error:
        raise SourceError(url, error.message, action=error.action) from None
    if answer.status != 200:
        raise SourceError(url, f"the site answers {answer.status}", action="check the address in a browser")
    if not is_page(answer.data) and (own := _as_feed(answer.data, answer.content_type, answer.url)):
        return [own]
    named = named_feeds(decode(answer.data, answer.content_type), answer.url)
    candidates = named or [urljoin(answer.url, f"/{place}") for place in _USUAL_PLACES]
    found = await _read_candidates(candidates[:_MOST], context, allow_private)
    if not found:
        raise SourceError(url, "no feed found", action="give the address of the feed itself")
    return found


def named_feeds(page: str, url: str) -> list[str]:
    """Return the addresses of `<link rel="alternate">` in a page's head, comment feeds last."""
    head = page[:_HEAD]
    base = _BASE.search(head)
    start = resolve_address(unescape(base[1]), url) if base else url
    found: dict[str, bool] = {}
    for link in _LINK.finditer(head):
        said = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(link[1])}
        kind = said.get("type", "").lower().partition(";")[0].strip()
        if "alternate" in said.get("rel", "").lower().split() and kind in _TYPES:
            address = resolve_address(said.get("href", ""), start)
            if address and address not in found:
                found[address] = "comment" in f"{said.get('title', '')} {address}".lower()
    return sorted(found, key=lambda address: found[address])


async def _read_candidates(addresses: list[str], context: ReadingContext, allow_private: bool) -> list[FoundFeed]:
    from digest.sources.fetch import fetch

    found: dict[str, FoundFeed] = {}
    for address in addresses:
        try:
            answer = await fetch(address, context=context, allow_private=allow_private)
        except SourceError:
            continue
        if answer.status == 200 and (feed := _as_feed(answer.data, answer.content_type, answer.url)):
            found.setdefault(feed.url, feed)
    return list(found.values())


def _as_feed(data: bytes, content_type: str, url: str) -> FoundFeed | None:
    try:
        feed = parse_feed(data, content_type=content_type, url=url)
    except SourceError:
        return None
    return FoundFeed(url, clean_text(feed.title), feed.format, len(feed.items))
