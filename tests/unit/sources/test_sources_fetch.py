import asyncio
import base64
import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from digest.config.settings import Settings
from digest.errors import SourceError
from digest.sources.fetch import Fetched, fetch, parse_retry_after
from digest.testing.feeds import NOW, make_context

Answer = Callable[[httpx.Request], httpx.Response]
URL = "https://feeds.example.com/a.xml"


def _fetch(answer: Answer, url: str = URL, *, settings: Settings | None = None) -> Fetched:
    async def run() -> Fetched:
        async with make_context(answer, settings=settings) as context:
            return await fetch(url, context=context)

    return asyncio.run(run())


def test_a_plain_answer() -> None:
    """Status, data, validators and caching are handed on; we say who we are and what we can read."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        headers = {
            "etag": '"x"',
            "last-modified": "Fri, 31 May 2024 07:00:00 GMT",
            "cache-control": "public, max-age=600",
        }
        return httpx.Response(200, content=b"<rss/>", headers=headers | {"content-type": "text/xml"})

    settings = Settings.model_validate({"fetch": {"contact": "https://example.com/bot"}})
    got = _fetch(answer, settings=settings)
    assert (got.status, got.data, got.etag, got.content_type) == (200, b"<rss/>", '"x"', "text/xml")
    assert got.max_age_s == 600
    assert asked[0].headers["user-agent"].startswith("digest/")
    assert "+https://example.com/bot" in asked[0].headers["user-agent"]
    assert asked[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    "url",
    ["ftp://feeds.example.com/", "file:///etc/passwd", "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/latest/",
     "https://feeds.example.com:22/", "http://[::ffff:127.0.0.1]/", "https://[", "gopher://example.com"],
)  # fmt: skip
def test_refused_addresses_are_not_asked(url: str) -> None:
    """Other schemes, private addresses and odd ports send no request, given directly or by a redirect."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": url})

    with pytest.raises(SourceError) as caught:
        _fetch(answer, url)
    assert asked == []
    assert caught.value.action
    with pytest.raises(SourceError):
        _fetch(answer)
    assert asked == [URL]


def test_redirects_are_followed_and_remembered() -> None:
    """A permanent move is told; a temporary hop anywhere on the way makes it none."""
    moves = {"/a.xml": (301, "/b.xml"), "/b.xml": (308, "https://new.example.com/c.xml"), "/t.xml": (302, "/a.xml")}

    def answer(request: httpx.Request) -> httpx.Response:
        if move := moves.get(request.url.path):
            return httpx.Response(move[0], headers={"location": move[1]})
        return httpx.Response(200, content=b"x")

    assert _fetch(answer).permanent_url == "https://new.example.com/c.xml"
    temporary = _fetch(answer, "https://feeds.example.com/t.xml")
    assert (temporary.url, temporary.permanent_url) == ("https://new.example.com/c.xml", "")


def test_redirects_come_to_an_end() -> None:
    """At most five are followed."""
    count = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return httpx.Response(302, headers={"location": f"/{count}"})

    with pytest.raises(SourceError, match="5 redirects"):
        _fetch(answer)
    assert count == 6


def test_passwords_go_to_their_own_host_only() -> None:
    """A password in the configured address is sent as a header to that host, never after a redirect to another."""
    seen: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers.get("authorization")))
        if request.url.host == "feeds.example.com":
            return httpx.Response(301, headers={"location": "https://other.example.com/"})
        return httpx.Response(200, content=b"x")

    got = _fetch(answer, "https://reader:p%40ss@feeds.example.com/a.xml")
    assert seen == [
        ("feeds.example.com", "Basic " + base64.b64encode(b"reader:p@ss").decode()),
        ("other.example.com", None),
    ]
    assert "p%40ss" not in repr(got)
    with pytest.raises(SourceError, match="password"):
        _fetch(lambda _: httpx.Response(302, headers={"location": "https://a:b@feeds.example.com/"}))


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(b"<rss/>")),
        ("deflate", zlib.compress(b"<rss/>")),
        ("x-gzip", gzip.compress(b"<rss/>")),
        ("identity", b"<rss/>"),
    ],
    ids=["gzip", "deflate", "x-gzip", "identity"],
)
def test_compressed_answers(encoding: str, data: bytes) -> None:
    """Answers are inflated as they come."""
    assert _fetch(lambda _: httpx.Response(200, content=data, headers={"content-encoding": encoding})).data == b"<rss/>"


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"x" * 2_000, {}),
        (gzip.compress(b"x" * 50_000_000), {"content-encoding": "gzip"}),
    ],
)
def test_large_answers_stop_at_the_limit(content: bytes, headers: dict[str, str]) -> None:
    """The limit holds on the wire and inflated."""
    settings = Settings.model_validate({"fetch": {"max_bytes": 1024}})
    with pytest.raises(SourceError, match="larger than 1,024"):
        _fetch(lambda _: httpx.Response(200, content=content, headers=headers), settings=settings)


def test_unknown_and_damaged_encodings() -> None:
    """What cannot be inflated is an error in words."""
    with pytest.raises(SourceError, match="'br'"):
        _fetch(lambda _: httpx.Response(200, stream=_Bytes(), headers={"content-encoding": "br"}))
    with pytest.raises(SourceError, match="cannot be reached"):
        _fetch(lambda _: httpx.Response(200, stream=_Bytes(), headers={"content-encoding": "gzip"}))


class _Bytes(httpx.AsyncByteStream):
    async def __aiter__(self):  # type: ignore[no-untyped-def]
        yield b"not compressed"


def test_a_lost_connection_is_an_error_in_words() -> None:
    """Network errors name what happened and that it will be tried again."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    with pytest.raises(SourceError, match="Connection refused") as caught:
        _fetch(answer)
    assert "again" in caught.value.action


def test_the_whole_reading_has_a_time_limit() -> None:
    """A server that never ends is left at `fetch.timeout`."""

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            yield b"<rss>"
            await asyncio.Event().wait()

    settings = Settings.model_validate({"fetch": {"timeout": "0s"}}).model_copy(
        update={"fetch": Settings().fetch.model_copy(update={"timeout": timedelta(milliseconds=50)})}
    )
    with pytest.raises(SourceError, match=r"within 0\.05 s"):
        _fetch(lambda _: httpx.Response(200, stream=Endless()), settings=settings)


def test_retry_after() -> None:
    """Seconds and dates are understood; a date gone by means now."""
    assert parse_retry_after("120", NOW) == 120
    assert parse_retry_after("Fri, 31 May 2024 12:10:00 GMT", NOW) == 600
    assert parse_retry_after("Fri, 31 May 2019 12:10:00 GMT", NOW) == 0
    assert parse_retry_after("soon", NOW) is None
    assert parse_retry_after("9" * 50, datetime(2024, 1, 1, tzinfo=UTC)) == 31_536_000
