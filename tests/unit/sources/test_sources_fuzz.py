import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.model.story import Story
from digest.sources.formats import Limits, parse_feed
from digest.sources.normalise import Normalising, normalise_feed
from digest.testing.feeds import NOW, FeedBuilder

TASK = Normalising(SourceConfig(id="fuzz", path="x"), NOW)
HTML = '<p>Lead.</p><p><b>Why it matters:</b> x</p><ul><li>a</li></ul><img src="/a.png"><a href="?x=1&y">l</a>'
SEEDS = [
    getattr(FeedBuilder().item("A & B", html=HTML).item("Второй", link=None), form)()
    for form in ("rss", "atom", "json")
]
SEEDS += [SEEDS[0].decode().encode("utf-16"), b'<?xml version="1.0" encoding="koi8-r"?>' + SEEDS[1]]
PIECES = [
    b"<", b">", b"&", b"\"", b"'", b"]]>", b"<![CDATA[", b"<!--",
    b"-->", b"<?xml", b"?>", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>", b"&a;", b"</item>", b"<item>",
    b"<entry>", b"xmlns=''", b"xml:base='http://['", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b", b"{",
    b"[", b"}", b"null", b"1e999", b"\\ud800", b"http://[", b"9999-99-99", b"&#0;",
    b"&#xD800;", b"encoding='utf-7'", b"<rss>" * 50, b"=x ",
]  # fmt: skip


def _read(data: bytes) -> list[Story]:
    try:
        feed = parse_feed(data, url="https://e.example.com/feed", source="fuzz")
    except SourceError as error:
        assert "\n" not in str(error)
        return []
    return normalise_feed(feed, TASK)


def _assert_sound(stories: list[Story]) -> None:
    for story in stories:
        assert story.headline
        assert story.published_at <= NOW
        assert story.picture is None or story.picture.url.startswith(("http://", "https://"))
        for text in (
            story.headline,
            story.guid,
            story.url,
            story.canonical_url,
            story.body,
            story.summary,
            story.source_name,
        ):
            text.encode("utf-8")
            assert "\0" not in text
    assert len({story.id for story in stories}) == len(stories)


@settings(max_examples=150, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600))
def test_random_bytes(data: bytes) -> None:
    """Any bytes are stories or one SourceError, in under two seconds."""
    _assert_sound(_read(data))


@settings(max_examples=300, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES)), max_size=8),
)
def test_mutated_feeds(seed: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    """Feeds with pieces cut out and put in are stories or one SourceError, and the same ones when read again."""
    for where, cut, piece in changes:
        place = int(len(seed) * where)
        seed = seed[:place] + piece + seed[place + cut :]
    stories = _read(seed)
    _assert_sound(stories)
    assert [story.id for story in _read(seed)] == [story.id for story in stories]


MIB = 128 * 1024
LARGE = {
    "open items": b"<rss><channel>" + b"<item><title>a" * 70_000,
    "deep": b"<rss>" + b"<a>" * 300_000,
    "one long title": b"<rss><channel><item><title>" + b"x" * (9 * MIB) + b"</title></item></channel></rss>",
    "one long attribute": b"<rss><channel><item><link href='" + b"x" * (9 * MIB) + b"'/></item></channel></rss>",
    "bare ampersands": b"<rss><channel><item><title>" + b"&" * (4 * MIB),
    "bare less-than signs": b"<rss><channel><item><title>" + b"<" * (4 * MIB),
    "half tags": b"<rss><channel>" + b"<a b=c " * MIB,
    "many elements": b"<rss><channel>" + b"<a/>" * 49_000 + b"</channel></rss>",
    "many attributes": b"<rss>" + b"<a " + b"".join(b"a%d='' " % n for n in range(60_000)) + b"/></rss>",
    "many equal signs": b"<rss><a " + b"=x" * (3 * MIB),
    "many quotes": b"<rss><a " + b"='\"" * (2 * MIB) + b">",
    "open comments": b"<rss>" + b"<!--" * (2 * MIB),
    "open data": b"<rss><channel><item>" + b"<![CDATA[" * MIB,
    "deep JSON": b'{"items":' + b"[" * (5 * MIB),
    "many JSON items": b'{"items":[' + b'{"title":"a"},' * 50_000 + b"{}]}",
    "deep HTML": b'{"items":[{"content_html":"' + b"<div>" * (MIB) + b'"}]}',
}


@pytest.mark.parametrize("name", LARGE)
def test_large_hostile_documents_stay_in_memory(name: str) -> None:
    """A megabyte of the worst kind ends in stories or an error, with memory bounded."""
    data = LARGE[name]
    tracemalloc.start()
    try:
        feed = parse_feed(data, source="fuzz", limits=Limits(items=500))
        stories = normalise_feed(feed, TASK)
    except SourceError:
        stories = []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    _assert_sound(stories)
    assert peak < 30 * len(data) + 50 * MIB
