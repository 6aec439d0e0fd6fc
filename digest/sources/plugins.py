"""Further source types through the entry point group `digest.sources`; cleans and stores nothing itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import entry_points

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.sources.context import ReadingContext
from digest.sources.item import FeedItem, ParsedFeed

GROUP = "digest.sources"
SourceReader = Callable[[SourceConfig, ReadingContext], Awaitable[Sequence[FeedItem]]]
"""What an entry point names: an async function from a source and a context to items."""


def find_reader(source_type: str) -> SourceReader | None:
    """Return the reader registered for a source type, or None."""
    found = next(iter(entry_points(group=GROUP, name=source_type)), None)
    reader: SourceReader | None = found.load() if found else None
    return reader


async def read_plugin(source: SourceConfig, context: ReadingContext) -> ParsedFeed:
    """Ask a plug-in for its items; they are cleaned and identified like those of any feed.

    Raises SourceError where the type is unknown or the plug-in fails.
    """
    reader = find_reader(source.type)
    if reader is None:
        known = ", ".join(sorted(point.name for point in entry_points(group=GROUP))) or "none is installed"
        raise SourceError(
            source.id,
            f"no source type called {source.type!r}; known: {known}",
            action="install its package or mend type:",
        )
    try:
        items = await reader(source, context)
    except SourceError:
        raise
    except Exception as error:
        message = f"the plug-in for {source.type!r} failed ({type(error).__name__}: {str(error)[:120]})"
        raise SourceError(source.id, message, action="see the plug-in's documentation") from error
    return ParsedFeed(source.type, title=source.name, url=str(source.url or ""), items=list(items)[: source.max_items])
