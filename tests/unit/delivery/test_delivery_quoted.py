"""Quoted-printable of values, and which links nothing escapes."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.delivery.places import Place, are_plain_links, encode_value
from digest.delivery.quoted import quote

_VALUES = st.one_of(
    st.text(max_size=300),
    st.text("aF. =-/:", max_size=300),
    st.text("aB. =-/:&<'", max_size=40).map("https://{}".format),
    st.from_regex(r"https://news\.example\.com/[A-Za-z0-9/_-]{0,200}", fullmatch=True),
)


@given(_VALUES)
@example("李小龙")
@example("\0")
@example("...")
@example("")
@example("http://a")
@example("https://")
@example("https://a b")
@example("https://a&b")
@example("https://a=b")
def test_nothing_escapes_a_plain_link(value: str) -> None:
    """A plain link is the same in text, in HTML and where a whole URL stands."""
    if are_plain_links(value) and "\n" not in value:
        assert {encode_value(value, place, "x") for place in (Place.TEXT, Place.HTML, Place.URL)} == {value}


@given(st.text([chr(code) for code in range(0x20, 0x7F)], max_size=300))
def test_what_is_quoted_comes_back(line: str) -> None:
    """A line can be read back, however it was cut."""
    assert quopri.decodestring(quote(line)).decode("ascii") == line


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("a" * 73 + ".b", b"a" * 73 + b"=\r\n=2Eb"),
        ("a" * 73 + "From here", b"a" * 73 + b"=\r\n=46rom here"),
        ("a" * 72 + "=b", b"a" * 72 + b"=\r\n=3Db"),
        ("a" * 71 + "=b", b"a" * 71 + b"=\r\n=3Db"),
        ("a" * 150, b"a" * 73 + b"=\r\n" + b"a" * 73 + b"=\r\n" + b"a" * 4),
        (".a  b ", b"=2Ea =20b=20"),
    ],
)
def test_where_lines_are_cut(line: str, quoted: bytes) -> None:
    """A line takes 73 letters, is not cut through an escape, and begins with no dot and no `From `."""
    assert quote(line) == quoted


def test_our_links_are_plain() -> None:
    """Links to readers' pages need no escape; what is no web address is not plain."""
    assert are_plain_links("https://news.example.com/unsubscribe/" + "a1b2" * 40)
    assert are_plain_links("https://a.example/\nhttp://b.example/?r=1#weekly")
    assert not are_plain_links("https://a.example/\njavascript:x")
