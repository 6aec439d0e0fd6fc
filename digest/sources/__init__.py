"""Bytes from feeds and folders → stories: fetching, parsing, cleaning, identity; keeps no state and routes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.sources.context import ReadingContext, open_context
    from digest.sources.discovery import FoundFeed, find_feeds
    from digest.sources.item import FeedItem
    from digest.sources.opml import format_opml, parse_opml
    from digest.sources.payload import parse_story_payload
    from digest.sources.reading import read_all, read_source

__all__ = [
    "FeedItem",
    "FoundFeed",
    "ReadingContext",
    "find_feeds",
    "format_opml",
    "open_context",
    "parse_opml",
    "parse_story_payload",
    "read_all",
    "read_source",
]

_HOMES = {
    "FeedItem": "item",
    "FoundFeed": "discovery",
    "ReadingContext": "context",
    "find_feeds": "discovery",
    "format_opml": "opml",
    "open_context": "context",
    "parse_opml": "opml",
    "parse_story_payload": "payload",
    "read_all": "reading",
    "read_source": "reading",
}


def __getattr__(name: str) -> Any:
    """Load a part when it is first asked for, so that a command line stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
