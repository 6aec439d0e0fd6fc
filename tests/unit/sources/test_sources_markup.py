import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources.blocks import inline_html, parse_blocks, resolve_address
from digest.sources.markup import MAX_DEPTH, MAX_TAGS, bound_html, clean_html
from digest.sources.parts import find_parts

HOSTILE = {
    "deep divs": "<div>" * 50_000 + "x",
    "deep bold": "<b>" * 50_000 + "x",
    "deep lists": "<ul><li>" * 50_000,
    "deep tables": "<table><tr><td>" * 50_000,
    "formatting over paragraphs": "<b><i><a href=x>" * 200 + "<p>x" * 20_000,
    "open comments": "<!--" * 100_000,
    "open attributes": "<a href='" * 200_000,
    "ten million less-than signs": "<" * 10_000_000,
    "ten million characters": "word " * 2_000_000,
    "ten million entities": "&amp;" * 2_000_000,
    "half scripts": "<script></scrip" * 100_000,
    "half forms": "</form" * 200_000,
    "line breaks": "<br>" * 1_000_000,
}


class _Reading(HTMLParser):
    """Collects what a browser would find in inline markup."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def _assert_inline(markup: str) -> None:
    reading = _Reading()
    reading.feed(markup)
    for tag, attributes in reading.tags:
        assert tag in {"a", "strong", "em"}
        assert set(attributes) <= ({"href"} if tag == "a" else set())
        assert re.match(r"(?:https?://|mailto:)", attributes.get("href") or "https://", re.I)
    assert "<script" not in markup.lower()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_html_comes_back_small(name: str) -> None:
    """Markup that kills tree builders is cut before one sees it."""
    document = parse_blocks(HOSTILE[name])
    body = find_parts(document.blocks)
    assert len(document.blocks) <= 1_001
    assert sum(len(part.text) for part in body.parts) < 300_000


def test_depth_and_count_are_bounded() -> None:
    """After bounding, no parser meets more than 100 open tags or 5,000 tags."""
    bounded = bound_html("<div>" * 50_000 + "<p>x</p>" * 50_000, frozenset({"div", "p"}))
    assert bounded.count("<div>") + bounded.count("<p>") <= MAX_TAGS
    assert bounded.count("<div>") <= MAX_DEPTH


def test_forbidden_elements_are_gone_with_their_content() -> None:
    """Scripts, styles, forms and frames leave nothing behind, in any case or state of closing."""
    html = (
        "<p>Kept</p><SCRIPT>alert(1)</SCRIPT><style>p{}</style><form><p>Your password:</p><input></form>"
        "<iframe>x</iframe>"
        "<svg><script>alert(2)</script></svg><p onclick='alert(3)' style='x'>Also kept</p>"
        "<script>alert(4)"
    )
    assert [block.text for block in parse_blocks(html).blocks] == ["Kept", "Also kept"]


def test_the_two_ways_of_cleaning_agree() -> None:
    """A document with many tags, which is bounded first, keeps the same text as one with few."""
    piece = "<p>A <b>bold</b> word<script>x()</script></p><form><p>no</p></form>"
    few = [block.text for block in parse_blocks(piece).blocks]
    many = [block.text for block in parse_blocks(piece * 40).blocks]
    assert many == few * 40


def test_trackers_are_no_pictures() -> None:
    """A picture of one pixel, or of a counting host, is dropped; a real one keeps size and alt text."""
    html = (
        '<img src="https://e.example.com/a.gif" width="1" height="1"><img src="https://feeds.feedburner.com/~r/x">'
        '<img src="/b.jpg" width="640px" height="480" alt="A &quot;bridge&quot;"><img src="data:image/gif;base64,xx">'
    )
    pictures = parse_blocks(html, "https://e.example.com/story/").pictures
    assert [(p.url, p.width, p.height, p.alt) for p in pictures] == [
        ("https://e.example.com/b.jpg", 640, 480, 'A "bridge"')
    ]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//[",
        "https://",
        "",
    ],
)
def test_bad_addresses_are_no_links(address: str) -> None:
    """Only http, https and mailto come through; the text of the link stays."""
    assert inline_html(parse_blocks(f'<p><a href="{address}">text</a></p>').blocks[0].runs) == "text"


def test_relative_links_are_resolved() -> None:
    """A relative link starts from the story's base."""
    assert resolve_address("../b?x=1&y=2", "https://e.example.com/a/c/") == "https://e.example.com/a/b?x=1&y=2"
    runs = parse_blocks('<p><a href="/b?x=1&amp;y=2">t</a></p>', "https://e.example.com/a").blocks[0].runs
    assert inline_html(runs) == '<a href="https://e.example.com/b?x=1&amp;y=2">t</a>'


def test_inline_markup_is_canonical() -> None:
    """Bold and italic become strong and em, whitespace is one blank, styles are closed where a block ends."""
    html = "<p> A  <b>bold <i>and</i></b>\n\tword<br>next </p><p><b>open <p>still</p></b></p>"
    blocks = parse_blocks(html).blocks
    assert inline_html(blocks[0].runs) == "A <strong>bold </strong><strong><em>and</em></strong> word"
    assert [block.text for block in blocks][:2] == ["A bold and word", "next"]


def test_less_than_signs_survive() -> None:
    """A bare "<" is text, and leaves as an entity."""
    assert inline_html(parse_blocks("<p>1 < 2 & 3 > 2</p>").blocks[0].runs) == "1 &lt; 2 &amp; 3 &gt; 2"
    assert inline_html(parse_blocks("plain 1 < 2").blocks[0].runs) == "plain 1 &lt; 2"


_PIECES = st.sampled_from(
    ["<p>", "</p>", "<b>", "</b>", "<i>", "<a href='javascript:x'>", '<a href="https://e.example.com/?a=1&b">', "</a>",
     "<ul>", "<li>", "</ul>", "<script>", "</script>", "<!--", "-->", "<img src=x onerror=y>", "<br>", "&lt;b&gt;", "&",
     "<", ">", '"', "text", "\u202e", "\x00", "<svg>", "<math>", "<table><td>", "<form>", "Why it matters:", "- ", "\n",
     "\ud800"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=60))
def test_any_markup_becomes_harmless_inline_html(pieces: list[str]) -> None:
    """Whatever comes in, what goes out is text with a, strong and em only."""
    body = find_parts(parse_blocks("".join(pieces), "https://e.example.com/").blocks)
    for markup in (*body.lead, *(p.text for p in body.parts), *(b for p in body.parts for b in p.bullets)):
        _assert_inline(markup)
        markup.encode("utf-8")


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=60))
def test_cleaning_is_idempotent(pieces: list[str]) -> None:
    """Clean HTML stays as it is when cleaned again."""
    once = clean_html("".join(pieces))
    assert clean_html(once) == once
