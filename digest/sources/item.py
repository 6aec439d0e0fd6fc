"""What a parser hands on: items as the feed tells them; nothing here is cleaned or identified yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from digest.model.story import Picture


@dataclass(slots=True)
class FeedItem:
    """One item of a feed or folder, before normalising.

    `title` is plain text; `summary` and `content` are HTML, trusted in nothing. `base` is the
    address that relative links in them start from. Times are aware.
    """

    guid: str = ""
    url: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    language: str = ""
    base: str = ""
    embargo_until: datetime | None = None
    is_sample: bool = False


@dataclass(slots=True)
class ParsedFeed:
    """A parsed document: its items and what it says of itself.

    `url` is the site's address, `ttl_minutes` the rest it asks for, `format` as `rss`, `atom`,
    `json`, `sitemap` or `folder`.
    """

    format: str
    title: str = ""
    url: str = ""
    language: str = ""
    ttl_minutes: int | None = None
    items: list[FeedItem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
