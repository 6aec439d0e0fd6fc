import gzip

import pytest

from digest.errors import SourceError
from digest.sources.encoding import decode
from digest.sources.formats import Limits, parse_feed
from digest.sources.item import FeedItem, ParsedFeed
from digest.testing.feeds import FeedBuilder

CYRILLIC = "Совет проголосовал за мост"
RSS = (
    '<rss version="2.0"><channel><title>Пост</title><link>https://e.example.com/</link>'
    "<item><title>{title}</title><link>https://e.example.com/1</link></item></channel></rss>"
)


def _only(feed: ParsedFeed) -> FeedItem:
    assert len(feed.items) == 1
    return feed.items[0]


def test_rss_with_everything() -> None:
    """An RSS item's link, id, dates, author, categories, content and pictures are all read."""
    item = _only(
        parse_feed(
            b"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
            xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
            xmlns:atom="http://www.w3.org/2005/Atom">
            <channel><title>Harbor Post</title><link>https://e.example.com/</link><ttl>120</ttl>
            <atom:link href="https://e.example.com/feed" rel="self"/><language>en-us</language>
            <item><title>Bridge &amp;amp; <![CDATA[<b>river</b>]]></title><link> https://e.example.com/1
            </link><guid isPermaLink="false">abc-1</guid><pubDate>Fri, 31 May 2024 07:05:09 GMT</pubDate>
            <author>a@e.example.com (Ann Writer)</author>
            <dc:creator>Ann Writer</dc:creator><category>City</category><category>City</category>
            <description>Short.</description><content:encoded><![CDATA[<p>Long text.</p>]]></content:encoded>
            <media:group><media:content url="https://e.example.com/v.mp4" type="video/mp4"/>
            <media:content url="https://e.example.com/a.jpg" medium="image" width="1200" height="800">
            <media:description>A bridge</media:description><media:credit>A. Person</media:credit>
            </media:content></media:group>
            <enclosure url="https://e.example.com/p.mp3" type="audio/mpeg" length="1"/></item></channel></rss>"""
        )
    )
    assert item.title == "Bridge & river"
    assert (item.url, item.guid) == ("https://e.example.com/1", "abc-1")
    assert item.published_at is not None
    assert item.published_at.hour == 7
    assert item.authors == ("Ann Writer",)
    assert item.categories == ("City",)
    assert (item.summary, item.content) == ("Short.", "<p>Long text.</p>")
    assert [(p.url, p.width, p.alt, p.credit) for p in item.pictures] == [
        ("https://e.example.com/a.jpg", 1200, "A bridge", "A. Person")
    ]
    assert item.language == "en-us"


def test_atom_with_everything() -> None:
    """An Atom entry's XHTML, base addresses, links by relation, and both dates are read."""
    item = _only(
        parse_feed(
            b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://e.example.com/a/" xml:lang="de">
            <title>T</title>
            <link rel="self" href="https://e.example.com/feed"/><link href="https://e.example.com/"/>
            <entry><id>tag:e.example.com,2024:1</id><title type="text">1 &lt; 2 &amp;amp;</title>
            <link rel="replies" href="r"/>
            <link rel="alternate" type="text/html" href="1.html"/>
            <link rel="enclosure" type="image/png" href="https://e.example.com/a.png"/>
            <published>2024-05-31T07:00:00Z</published><updated>2024-05-31T09:00:00+01:00</updated>
            <author><name>Ann</name><email>a@e.example.com</email></author><category term="city" label="City"/>
            <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It <b>rains</b>.</p></div></content>
            </entry></feed>"""
        )
    )
    assert item.title == "1 < 2 &amp;"
    assert item.url == "https://e.example.com/a/1.html"
    assert item.authors == ("Ann",)
    assert item.categories == ("City",)
    assert "<p>It <b>rains</b>.</p>" in item.content
    assert item.language == "de"
    assert item.updated_at is not None
    assert (item.updated_at - item.published_at).seconds == 3600  # type: ignore[operator]
    assert item.pictures[0].url == "https://e.example.com/a.png"


@pytest.mark.parametrize(
    "document",
    [
        '<rss version="0.91"><channel><item><title>T</title><link>https://e.example.com/1</link></item></channel></rss>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/>'
        '<item rdf:about="https://e.example.com/1"><title>T</title><link>https://e.example.com/1</link></item></rdf:RDF>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">'
        "<item><title>T</title><link>https://e.example.com/1</link></item></rdf:RDF>",
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="base64">VA==</title>'
        '<link rel="alternate" href="https://e.example.com/1"/><issued>2024-05-31</issued></entry></feed>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        "<url><loc>https://e.example.com/about</loc></url><url><loc>https://e.example.com/1</loc><news:news>"
        "<news:publication_date>2024-05-31</news:publication_date><news:title>T</news:title></news:news></url></urlset>",
        '<RSS><Channel><Item><TITLE>T</TITLE><Link>https://e.example.com/1</Link></Item></Channel></RSS>',
    ],
    ids=["rss-0.91", "rdf-1.0", "rdf-0.9", "atom-0.3", "news-sitemap", "capitals"],
)  # fmt: skip
def test_every_dialect(document: str) -> None:
    """RSS 0.9x, RDF, Atom 0.3, news sitemaps and misspelt tags give the same item."""
    item = _only(parse_feed(document.encode()))
    assert (item.title, item.url) == ("T", "https://e.example.com/1")


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "", ""),
        ("utf-8", "windows-1251", ""),
        ("utf-8", "no-such-encoding", ""),
        ("windows-1251", "windows-1251", ""),
        ("windows-1251", "", "text/xml; charset=windows-1251"),
        ("koi8-r", "KOI8-R", "text/xml"),
        ("iso-8859-5", "iso-8859-5", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "", ""),
        ("utf-16-be", "utf-8", ""),
        ("utf-8-sig", "iso-8859-1", ""),
        ("utf-32", "", ""),
    ],
)
def test_encodings_as_they_really_come(encoding: str, declared: str, content_type: str) -> None:
    """Byte order mark, declaration, header and plain looking lead to the right text, also where they lie."""
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    data = (prolog + RSS.format(title=CYRILLIC)).encode(encoding)
    assert _only(parse_feed(data, content_type=content_type)).title == CYRILLIC
    assert _only(parse_feed(gzip.compress(data), content_type=content_type)).title == CYRILLIC


def test_a_stray_byte_costs_one_character() -> None:
    """A UTF-8 feed with one broken byte is not read as another encoding."""
    data = RSS.format(title=CYRILLIC).encode().replace("мост".encode(), b"\xff" + "мост".encode())
    assert _only(parse_feed(data)).title == CYRILLIC.replace("мост", "\ufffdмост")


def test_windows_characters_under_a_latin_name() -> None:
    """What is declared as ISO-8859-1 is read as browsers read it."""
    data = b'<?xml version="1.0" encoding="iso-8859-1"?>' + RSS.format(title="5 €").replace("Пост", "").encode("cp1252")
    assert _only(parse_feed(data)).title == "5 €"


def test_hidden_encodings_are_not_used() -> None:
    """UTF-7, in which a tag can hide, is not decoded."""
    assert "<" not in decode(b'<?xml version="1.0" encoding="utf-7"?>+ADw-rss+AD4-')[40:]


@pytest.mark.parametrize(
    "broken",
    [
        RSS.format(title="Salt & pepper"),
        RSS.format(title="Caf&eacute;&nbsp;&copy;"),
        RSS.format(title="A\x08B"),
        RSS.format(title="T").replace("</channel></rss>", ""),
        RSS.format(title="T").replace('version="2.0"', "version=2.0"),
        "<!-- x -->\n" + '<?xml version="1.0"?>' + RSS.format(title="T"),
        "PHP warning: something\n" + RSS.format(title="T"),
        RSS.format(title="T <img src=x>"),
        RSS.format(title="2 < 3"),
        RSS.format(title="T</itunes:title><itunes:x>"),
    ],
)
def test_broken_xml_is_mended(broken: str) -> None:
    """A feed that is nearly XML gives its item and a warning."""
    feed = parse_feed(broken.encode())
    item = _only(feed)
    assert item.title
    assert item.url == "https://e.example.com/1"
    assert feed.warnings
    assert "read tolerantly" in feed.warnings[0]


def test_undeclared_prefixes() -> None:
    """Items whose namespace nobody declared are items all the same."""
    feed = parse_feed(b"<rss rss:version=2.0><rss:channel><rss:item><rss:title>T</rss:title></rss:item></rss:channel>")
    assert _only(feed).title == "T"


BOMBS = {
    "billion laughs": '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + RSS.format(title="&b;"),
    "quadratic": f'<!DOCTYPE r [<!ENTITY a "{"x" * 10_000}">]>' + RSS.format(title="&a;" * 100_000),
    "external file": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + RSS.format(title="&a;"),
    "external address": "<!DOCTYPE r [<!ENTITY a SYSTEM 'http://127.0.0.1:9/x'>]>" + RSS.format(title="&a;"),
    "after a comment": '<!-- <rss> --><!DOCTYPE r [<!ENTITY a "hahaha">]>' + RSS.format(title="&a;"),
    "unclosed": '<!DOCTYPE r [<!ENTITY a "x' + RSS.format(title="&a;"),
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_entity_definitions_are_refused(name: str, encoding: str) -> None:
    """Entities that grow or read files are an error for this feed, with what to do, in every encoding."""
    with pytest.raises(SourceError, match=r"refused|does not end") as caught:
        parse_feed(BOMBS[name].encode(encoding), source="bad")
    assert caught.value.source == "bad"
    assert caught.value.action
    assert not caught.value.is_temporary


def test_parameter_entities_are_never_followed() -> None:
    """An external document type is left out, not loaded."""
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
    assert _only(parse_feed((doctype + RSS.format(title="T")).encode())).title == "T"
    with pytest.raises(SourceError):
        parse_feed(
            (
                '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"><!ENTITY a "%p;">]>' + RSS.format(title="&a;")
            ).encode()
        )


def test_entities_of_one_character_are_harmless() -> None:
    """Feeds that define their own &nbsp; are read."""
    document = '<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>' + RSS.format(title="A&nbsp;B")
    assert _only(parse_feed(document.encode())).title == "A B"


def test_deep_xml_does_not_crash() -> None:
    """A document 100,000 elements deep is an error, not the end of the process."""
    with pytest.raises(SourceError):
        parse_feed(b"<rss>" + b"<a>" * 100_000, source="deep")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<!doctype html><html><body>Not found</body></html>", "web page"),
        (b"<opml><body/></opml>", "not a feed"),
        (b"hello", "not a feed"),
        (b"\x00\x01\x02", "not a feed"),
        (b"{}", "without a list"),
        (b"{", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"\x1f\x8bbroken", "damaged"),
        (b"<rss><channel><it", "not a feed"),
    ],
)
def test_what_is_no_feed_is_an_error_with_an_action(data: bytes, message: str) -> None:
    """Pages, rubbish and cut answers are never taken for an empty feed."""
    with pytest.raises(SourceError, match=message) as caught:
        parse_feed(data, source="x")
    assert "\n" not in str(caught.value)
    assert caught.value.action


def test_a_gzip_bomb_stops_at_the_limit() -> None:
    """Inflating stops one byte after the limit."""
    with pytest.raises(SourceError, match="larger than"):
        parse_feed(gzip.compress(b"<rss>" + b" " * 50_000_000), limits=Limits(bytes=1_000_000))


def test_item_limits() -> None:
    """Reading stops at the limit and says so."""
    feed = parse_feed(FeedBuilder().many(30).rss(), limits=Limits(items=10))
    assert len(feed.items) == 10
    assert "first 10" in feed.warnings[0]


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_builders_write_what_parsers_read(form: str) -> None:
    """Three formats of one feed give the same items."""
    feed = parse_feed(getattr(FeedBuilder().item("One").item("Two", link=None, published_at=None), form)())
    assert [(item.title, item.guid) for item in feed.items] == [
        ("One", "tag:news.example.com,2024:story-1"),
        ("Two", "tag:news.example.com,2024:story-2"),
    ]
    assert feed.items[0].published_at is not None
    assert feed.items[1].published_at is None
    assert feed.title == "Harbor Post"


def test_json_with_wrong_types() -> None:
    """Numbers as ids are read, values of a wrong type are left out."""
    feed = parse_feed(
        b'{"items": [{"id": 7, "title": ["x"], "content_text": "1 < 2", "tags": ["a", 3, "a"],'
        b' "author": {"name": "Ann"},'
        b' "date_published": 12, "image": {"x": 1}}, "no item", null]}'
    )
    item = _only(feed)
    assert (item.guid, item.title, item.content) == ("7", "", "1 &lt; 2")
    assert item.categories == ("a",)
    assert item.authors == ("Ann",)
    assert item.published_at is None
