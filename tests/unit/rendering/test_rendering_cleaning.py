"""Text and addresses made safe."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.rendering.cleaning import escape_url, header_line, plain_line, safe_url, shorten


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//news.example.com/x",
        "/relative",
        "",
        "http://",
        "http://[broken",
        "https://news.example.com/" + "x" * 3000,
    ],
)
def test_unusable_addresses_give_nothing(url: str) -> None:
    """Only absolute http(s) addresses of a bearable length may become links."""
    assert safe_url(url) == ""


def test_breaking_characters_of_addresses_are_escaped() -> None:
    """Quotes, angle brackets, spaces and line breaks cannot leave the attribute."""
    assert safe_url("https://a.example/x\"><b y='\n") == "https://a.example/x%22%3E%3Cb%20y=%27"


def test_other_schemes_are_taken_only_where_asked_for() -> None:
    """A mail address is a link inside a text, never the page of a story."""
    assert safe_url("mailto:desk@example.com") == ""
    assert safe_url("mailto:desk@example.com", ("mailto",)) == "mailto:desk@example.com"


def test_shortening_cuts_at_a_word() -> None:
    """The cut falls between words and is shown."""
    assert shorten("The tram loop opens, two years early", 22) == "The tram loop opens…"


def test_one_long_word_is_cut_inside() -> None:
    """A text without spaces keeps most of the room it has."""
    assert shorten("x" * 50, 20) == "x" * 19 + "…"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.integers(min_value=20, max_value=120))
def test_header_lines_are_clean_and_short(text: str, limit: int) -> None:
    """No line break, control or bidi mark is left, and the limit holds."""
    line = header_line(text, limit)
    assert len(line) <= limit
    assert not set(line) & set("\r\n\0\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\x85\u2028")


def test_header_lines_hold_no_escapes() -> None:
    """A feed that escapes twice does not show its entities in the inbox."""
    assert header_line("Bread &amp;amp; roses &#8217;til nine", 60) == "Bread & roses ’til nine"


def test_lines_lose_bidi_overrides_and_controls() -> None:
    """Reordering marks cannot turn a headline around."""
    assert plain_line("a\u202eb\x00c\ud800 \n d") == "abc d"


def test_local_picture_addresses_keep_their_form() -> None:
    """A content id stays as it is."""
    assert escape_url("cid:tram@digest") == "cid:tram@digest"
