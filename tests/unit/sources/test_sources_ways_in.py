import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.sources import FoundFeed, find_feeds, format_opml, parse_opml, parse_story_payload
from digest.sources.discovery import named_feeds
from digest.sources.opml import make_source_id
from digest.testing.feeds import NOW, FeedBuilder, make_context

PAGES: dict[str, tuple[bytes, str]] = {
    "/": (
        b'<!doctype html><html><head><title>Post</title><link rel="stylesheet" href="/a.css">'
        b'<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.xml">'
        b"<link rel='alternate' type='application/atom+xml' href='feed.atom?a=1&amp;b=2'>"
        b'<link rel=alternate type=application/rss+xml href=/missing.xml></head><body>Hello</body></html>',
        "text/html",
    ),
    "/comments.xml": (FeedBuilder("Comments").item("C").rss(), "application/rss+xml"),
    "/feed.atom": (FeedBuilder("Harbor Post").item("A").item("B").atom(), "application/atom+xml"),
    "/plain": (b"<html><body>Nothing named</body></html>", "text/html"),
    "/rss": (FeedBuilder("Usual place").item("A").rss(), "text/xml"),
}  # fmt: skip


def _answer(request: httpx.Request) -> httpx.Response:
    page = PAGES.get(request.url.path)
    return httpx.Response(200, content=page[0], headers={"content-type": page[1]}) if page else httpx.Response(404)


def _find(url: str) -> list[FoundFeed]:
    async def run() -> list[FoundFeed]:
        async with make_context(_answer) as context:
            return await find_feeds(url, context)

    return asyncio.run(run())


def test_feeds_named_by_a_page() -> None:
    """The feeds of a page are read once each, comment feeds come last, broken ones are left out."""
    assert _find("news.example.com") == [
        FoundFeed("https://news.example.com/feed.atom?a=1&b=2", "Harbor Post", "atom", 2),
        FoundFeed("https://news.example.com/comments.xml", "Comments", "rss", 1),
    ]


def test_the_address_of_a_feed_and_the_usual_places() -> None:
    """A feed's own address is its answer; a page that names none is looked for in the usual places."""
    assert [found.url for found in _find("https://news.example.com/rss")] == ["https://news.example.com/rss"]
    assert [found.title for found in _find("https://news.example.com/plain")] == ["Usual place"]


@pytest.mark.parametrize("url", ["https://news.example.com/none", "http://127.0.0.1/", "https://["])
def test_no_feed_is_an_error_with_an_action(url: str) -> None:
    """What cannot be found is told in one line that names the address."""
    with pytest.raises(SourceError) as caught:
        _find(url)
    assert caught.value.source == url
    assert caught.value.action


def test_links_of_a_page_are_bounded() -> None:
    """A page full of half tags is looked through quickly."""
    assert named_feeds("<link " * 500_000, "https://e.example.com/") == []


def test_opml_round_trip() -> None:
    """What is exported can be imported; passwords and folders stay at home."""
    sources = [
        SourceConfig.model_validate(
            {"id": "harbor-post", "name": 'Harbor "Post" & Co', "url": "https://a:secret@news.example.com/feed?x=1&y=2"}
        ),
        SourceConfig(id="desk", path="desk"),
    ]
    text = format_opml(sources)
    assert "secret" not in text
    back = parse_opml(text.encode())
    assert [(source.name, str(source.url)) for source in back] == [
        ('Harbor "Post" & Co', "https://news.example.com/feed?x=1&y=2")
    ]
    assert back[0].id == "harbor-post-co"


def test_opml_as_feed_readers_write_it() -> None:
    """Groups, repeated addresses, missing names and bare ampersands are coped with; ids are unique."""
    found = parse_opml(
        b'<?xml version="1.0"?><opml version="1.0"><body><outline text="News"><outline text="Post" xmlUrl="https://a.example.com/f?a=1&b=2"/>'
        b'<outline text="Post" xmlUrl="https://b.example.com/f"/><outline xmlUrl="https://a.example.com/f?a=1&amp;b=2"/></outline>'
        b'<outline XMLURL="https://c.example.com/f"/><outline text="bad" xmlUrl="javascript:x"/></body></opml>'
    )
    assert [(source.id, str(source.url)) for source in found] == [
        ("post", "https://a.example.com/f?a=1&b=2"),
        ("post-2", "https://b.example.com/f"),
        ("c-example-com", "https://c.example.com/f"),
    ]


@pytest.mark.parametrize("data", [b"", b"<rss/>", b"hello", b'<!DOCTYPE o [<!ENTITY a "haha">]><opml/>'])
def test_what_is_no_opml(data: bytes) -> None:
    """Other files, and entity definitions, are refused in words."""
    with pytest.raises(SourceError):
        parse_opml(data)


def test_ids_from_names() -> None:
    """Accents go, runs of other characters become one dash, taken ids get a number."""
    assert make_source_id("Café — Zürich!", ["cafe-zurich"]) == "cafe-zurich-2"
    assert make_source_id("新聞") == "feed"


POSTED: dict[str, Any] = {
    "id": "cms-1",
    "url": "https://news.example.com/1",
    "title": "Bridge opens",
    "content_html": "<p>Lead.</p><p><b>Why it matters:</b> Traffic.<script>x</script></p>",
    "date_published": "2024-05-31T07:00:00Z",
    "embargo": "2024-06-01T07:00:00Z",
    "tags": ["city"],
    "authors": [{"name": "Ann"}],
    "source": "cms",
    "source_name": "Harbor Post",
}


def test_a_posted_story() -> None:
    """A publishing system's story is cleaned and identified like any other."""
    story = parse_story_payload(POSTED, now=NOW)
    assert (story.guid, story.source, story.source_name, story.headline) == (
        "cms-1",
        "cms",
        "Harbor Post",
        "Bridge opens",
    )
    assert story.embargo_until == datetime(2024, 6, 1, 7, tzinfo=UTC)
    assert [(part.label, part.text) for part in story.parts] == [("Why it matters", "Traffic.")]
    corrected = parse_story_payload(POSTED | {"title": "Corrected"}, now=NOW)
    assert corrected.id == story.id


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": None, "url": None}, "id or url"),
        ({"title": None, "content_html": None}, "title or content"),
        ({"colour": "red"}, "colour"),
        ({"date_published": "yesterday"}, "date_published"),
        ({"source": "No Id!"}, "no id"),
    ],
)
def test_bad_payloads_say_what_is_missing(change: dict[str, Any], words: str) -> None:
    """Each mistake is one line with an action."""
    with pytest.raises(SourceError, match=words) as caught:
        parse_story_payload(POSTED | change, now=NOW)
    assert caught.value.action
