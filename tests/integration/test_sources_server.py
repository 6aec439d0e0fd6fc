import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from digest.config.settings import Settings
from digest.config.sources import SourceConfig
from digest.model.source import Reading, ReadingStatus, SourceState
from digest.sources import ReadingContext, find_feeds, read_all, read_source
from digest.sources.context import Clients, open_guarded_client
from digest.testing.feeds import NOW, FeedBuilder, FeedServer


def _source(url: str, name: str = "post", *, allow_private: bool = True) -> SourceConfig:
    return SourceConfig.model_validate({"id": name, "url": url, "allow_private": allow_private})


def _with_server(act: Callable[[FeedServer, ReadingContext], Awaitable[None]], **fetch: object) -> None:
    """Run against a real server on loopback through the guarded transport."""
    settings = Settings()
    settings = settings.model_copy(update={"fetch": settings.fetch.model_copy(update=fetch)})

    async def run() -> None:
        clients = Clients(lambda allow_private: open_guarded_client(settings, allow_private=allow_private))
        async with FeedServer() as server:
            try:
                await act(server, ReadingContext(settings, Path(), NOW, clients))
            finally:
                await clients.aclose()

    asyncio.run(run())


def test_a_feed_over_the_wire() -> None:
    """A gzipped feed with an ETag is read once and not sent a second time."""

    async def act(server: FeedServer, context: ReadingContext) -> None:
        server.feed("/feed", FeedBuilder().many(20).rss(), etag='"v1"', compress=True)
        first = await read_source(_source(server.url("/feed")), SourceState("post"), context=context)
        assert (first.status, len(first.stories)) == (ReadingStatus.OK, 20)
        second = await read_source(_source(server.url("/feed")), first.state, context=context)
        assert second.status is ReadingStatus.UNCHANGED
        assert server.requests[1].headers["if-none-match"] == '"v1"'
        assert server.requests[0].headers["user-agent"].startswith("digest/")

    _with_server(act)


def test_nothing_is_sent_to_a_refused_server() -> None:
    """A public source never reaches loopback: by address, by name, or over a redirect; the server sees no request."""

    async def act(server: FeedServer, context: ReadingContext) -> None:
        server.feed("/feed", FeedBuilder().many(2).rss())
        port = server.url("").rsplit(":", 1)[1]
        for address in (
            f"http://127.0.0.1:{port}/feed",
            f"http://localhost:{port}/feed",
            f"http://[::ffff:127.0.0.1]:{port}/feed",
        ):
            reading = await read_source(_source(address, allow_private=False), SourceState("post"), context=context)
            assert reading.status is ReadingStatus.ERROR
            assert "allow_private" in reading.error
        assert server.requests == []

    _with_server(act)


def test_a_redirect_to_cloud_metadata_is_refused() -> None:
    """A feed in the own network cannot send us to link-local addresses."""

    async def act(server: FeedServer, context: ReadingContext) -> None:
        server.redirect("/feed", "http://169.254.169.254/latest/meta-data/", status=302)
        reading = await read_source(_source(server.url("/feed")), SourceState("post"), context=context)
        assert reading.status is ReadingStatus.ERROR
        assert "link-local" in reading.error

    _with_server(act)


def test_servers_that_misbehave() -> None:
    """Stalling, trickling and dropping servers are errors of their sources, within the time limit."""

    async def act(server: FeedServer, context: ReadingContext) -> None:
        server.misbehave("/stall", "stall").misbehave("/trickle", "trickle").misbehave("/drop", "drop")
        server.feed("/good", FeedBuilder().many(3).rss()).status("/gone", 410).status("/busy", 503, retry_after="3600")
        sources = [
            _source(server.url(f"/{name}"), name)
            for name in ("stall", "trickle", "drop", "good", "gone", "busy", "none")
        ]
        readings: dict[str, Reading] = {r.source: r async for r in read_all(sources, {}, context=context)}
        assert readings["good"].status is ReadingStatus.OK
        assert readings["gone"].status is ReadingStatus.GONE
        for name in ("stall", "trickle", "drop", "busy", "none"):
            assert readings[name].status is ReadingStatus.ERROR, name
            assert readings[name].stories == ()
        busy = readings["busy"].state.next_try_at
        assert busy is not None
        assert busy - NOW >= timedelta(hours=1)

    _with_server(act, timeout=timedelta(milliseconds=400), per_host=20)


def test_finding_the_feed_of_a_site() -> None:
    """From a site's page to its feed, over the wire."""

    async def act(server: FeedServer, context: ReadingContext) -> None:
        page = b'<html><head><link rel="alternate" type="application/atom+xml" href="/feed.atom"></head></html>'
        server.feed("/", page, content_type="text/html").feed("/feed.atom", FeedBuilder().item("A").atom())
        found = await find_feeds(server.url("/"), context, allow_private=True)
        assert [(feed.url, feed.title, feed.items) for feed in found] == [(server.url("/feed.atom"), "Harbor Post", 1)]

    _with_server(act)
